//! Swagger 2.0 in the shape of OpenAPI 3: what its objects say stands beside them as the later version
//! has it, in the places they are at.

use serde_json::{Map, Value, json};

use super::dialect;
use super::kinds::Kind;
use super::references::local;
use super::v3_0;
use super::walk::Rewrite;
use crate::diag::{Diagnostic, Document, Pointer};

const METHODS: [&str; 7] = ["get", "put", "post", "delete", "options", "head", "patch"];

/// What a parameter or header that is no body shares with a schema (Swagger 2.0, Parameter Object).
const SCHEMA_KEYWORDS: [&str; 17] = [
    "type",
    "format",
    "items",
    "default",
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "pattern",
    "maxItems",
    "minItems",
    "uniqueItems",
    "enum",
    "multipleOf",
    "x-nullable",
];

/// Schemas, and parameters that are schemas themselves.
pub(super) const REWRITE: Rewrite = Rewrite {
    wants: |kind, node| match kind {
        Kind::Parameter | Kind::Header => node.get("schema").is_none(),
        Kind::Schema => {
            node.get("type") == Some(&Value::from("file"))
                || node.get("discriminator").is_some_and(Value::is_string)
                || v3_0::has_sibling(node)
                || v3_0::wants(node, "x-nullable")
        }
        _ => false,
    },
    apply: rewrite,
    names_dialect: false,
};

fn rewrite(kind: Kind, document: &mut Document, at: &Pointer, problems: &mut Vec<Diagnostic>) {
    match kind {
        Kind::Parameter | Kind::Header => own_schema(document, at),
        Kind::Schema => {
            document.edit(at, |schema| {
                if schema.get("type") == Some(&json!("file")) {
                    schema["type"] = json!("string");
                    schema["format"] = json!("binary");
                }
                if let Some(Value::String(name)) = schema.get("discriminator").cloned() {
                    schema["discriminator"] = json!({ "propertyName": name });
                }
            });
            dialect::ignore_siblings(document, at, "Swagger 2.0", problems);
            v3_0::schema(document, at, "x-nullable", problems);
        }
        _ => {}
    }
}

fn own_schema(document: &mut Document, at: &Pointer) {
    document.edit(at, |parameter| {
        if parameter.get("schema").is_some() || parameter.get("$ref").is_some() {
            return;
        }
        let schema: Map<String, Value> = SCHEMA_KEYWORDS
            .iter()
            .filter_map(|key| Some(((*key).to_owned(), parameter.get(key)?.clone())))
            .collect();
        parameter["schema"] = Value::Object(schema);
    });
}

/// Adds what version 3 reads, once all references are local.
pub(super) fn complete(document: &mut Document) {
    servers(document);
    security(document);
    let root = document.root();
    let consumes = texts(root.get("consumes"));
    let produces = texts(root.get("produces"));
    let paths = Pointer::root().child("paths");
    let items: Vec<Pointer> = names(document, &paths)
        .into_iter()
        .map(|path| follow(document, &paths.child(path)))
        .collect();
    for item in items {
        for method in METHODS {
            let at = item.child(method);
            let Some(Value::Object(operation)) = document.get(&at) else {
                continue;
            };
            let or = |key: &str, all: &[String]| match operation.get(key) {
                Some(own) => texts(Some(own)),
                None => all.to_vec(),
            };
            let (consumes, produces) = (or("consumes", &consumes), or("produces", &produces));
            if let Some(body) = request_body(document, &item, &at, &consumes) {
                document.edit(&at, |operation| operation["requestBody"] = body);
            }
            responses(document, &at.child("responses"), &produces);
        }
    }
}

fn names(document: &Document, at: &Pointer) -> Vec<String> {
    let members = document.get(at).and_then(Value::as_object);
    members.into_iter().flat_map(Map::keys).cloned().collect()
}

fn texts(list: Option<&Value>) -> Vec<String> {
    let elements = list.and_then(Value::as_array).into_iter().flatten();
    elements
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

/// Where a chain of local references ends.
fn follow(document: &Document, at: &Pointer) -> Pointer {
    let mut current = at.clone();
    for _ in 0..32 {
        let reference = document.get(&current).and_then(|node| node.get("$ref"));
        let Some(fragment) = reference
            .and_then(Value::as_str)
            .and_then(|r| r.strip_prefix('#'))
        else {
            break;
        };
        let decoded = percent_encoding::percent_decode_str(fragment).decode_utf8_lossy();
        current = Pointer::from_text(decoded);
    }
    current
}

fn parameters(document: &Document, item: &Pointer, operation: &Pointer) -> Vec<(Pointer, Value)> {
    let mut found: Vec<(Pointer, Value)> = Vec::new();
    for holder in [operation, item] {
        let holder = holder.child("parameters");
        let count = document
            .get(&holder)
            .and_then(Value::as_array)
            .map_or(0, Vec::len);
        for index in 0..count {
            let at = follow(document, &holder.child(index));
            let Some(parameter) = document.get(&at) else {
                continue;
            };
            let is_same = |(_, known): &(Pointer, Value)| {
                known.get("name") == parameter.get("name") && known.get("in") == parameter.get("in")
            };
            if !found.iter().any(is_same) {
                found.push((at, parameter.clone()));
            }
        }
    }
    found
}

/// The body that `body` and `formData` parameters make.
fn request_body(
    document: &Document,
    item: &Pointer,
    operation: &Pointer,
    consumes: &[String],
) -> Option<Value> {
    let all = parameters(document, item, operation);
    let is_in = |parameter: &Value, place: &str| parameter.get("in") == Some(&json!(place));
    let flag = |parameter: &Value| parameter.get("required") == Some(&json!(true));
    if let Some((at, body)) = all.iter().find(|(_, parameter)| is_in(parameter, "body")) {
        let media = json!({ "schema": { "$ref": local(&at.child("schema")) } });
        let fallback = ["application/json".to_owned()];
        let types = if consumes.is_empty() {
            &fallback[..]
        } else {
            consumes
        };
        let content: Map<String, Value> = types
            .iter()
            .map(|name| (name.clone(), media.clone()))
            .collect();
        return Some(json!({
            "required": flag(body),
            "description": body.get("description").cloned().unwrap_or_default(),
            "content": content,
        }));
    }
    let fields: Vec<&(Pointer, Value)> = all
        .iter()
        .filter(|(_, parameter)| is_in(parameter, "formData"))
        .collect();
    if fields.is_empty() {
        return None;
    }
    let (mut properties, mut encoding, mut required) = (Map::new(), Map::new(), Vec::new());
    for (at, field) in &fields {
        let Some(name) = field.get("name").and_then(Value::as_str) else {
            continue;
        };
        let schema = json!({ "$ref": local(&at.child("schema")) });
        properties.insert(name.to_owned(), schema);
        if field.get("type") == Some(&json!("array")) {
            let (style, explode) = style(field, "query");
            let written = json!({ "style": style, "explode": explode });
            encoding.insert(name.to_owned(), written);
        }
        if flag(field) {
            required.push(name);
        }
    }
    let mut schema = json!({ "type": "object", "properties": properties });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    let has_file = fields
        .iter()
        .any(|(_, field)| field.get("type") == Some(&json!("file")));
    let forms = ["multipart/form-data", "application/x-www-form-urlencoded"];
    let mut types: Vec<&str> = forms
        .into_iter()
        .filter(|form| consumes.iter().any(|own| own == form))
        .collect();
    if types.is_empty() {
        types.push(forms[usize::from(!has_file)]);
    }
    let media = json!({ "schema": schema, "encoding": encoding });
    let content: Map<String, Value> = types
        .into_iter()
        .map(|name| (name.to_owned(), media.clone()))
        .collect();
    Some(json!({ "required": !required.is_empty(), "content": content }))
}

/// The style a `collectionFormat` is (Swagger 2.0, Parameter Object), and whether it is exploded.
pub(super) fn style(parameter: &Value, location: &str) -> (&'static str, bool) {
    let plain = if matches!(location, "query" | "formData") {
        "form"
    } else {
        "simple"
    };
    match parameter.get("collectionFormat").and_then(Value::as_str) {
        Some("ssv") => ("spaceDelimited", false),
        Some("tsv") => ("tabDelimited", false),
        Some("pipes") => ("pipeDelimited", false),
        Some("multi") => ("form", true),
        _ => (plain, false),
    }
}

fn responses(document: &mut Document, holder: &Pointer, produces: &[String]) {
    for status in names(document, holder) {
        let at = follow(document, &holder.child(status));
        let Some(Value::Object(response)) = document.get(&at) else {
            continue;
        };
        if response.contains_key("content") {
            continue;
        }
        let examples = response.get("examples").and_then(Value::as_object);
        if !response.contains_key("schema") {
            continue;
        }
        let any = ["*/*".to_owned()];
        let types = if produces.is_empty() {
            &any[..]
        } else {
            produces
        };
        let content: Map<String, Value> = types
            .iter()
            .map(|name| {
                let mut media = json!({ "schema": { "$ref": local(&at.child("schema")) } });
                if let Some(example) = examples.and_then(|all| all.get(name)) {
                    media["example"] = example.clone();
                }
                (name.clone(), media)
            })
            .collect();
        document.edit(&at, |response| response["content"] = Value::Object(content));
    }
}

fn servers(document: &mut Document) {
    let root = document.root();
    let text = |key: &str| root.get(key).and_then(Value::as_str).map(str::to_owned);
    let (host, base) = (text("host"), text("basePath").unwrap_or_default());
    let schemes = texts(root.get("schemes"));
    let urls: Vec<String> = match host {
        None => vec![base],
        Some(host) if schemes.is_empty() => vec![format!("//{host}{base}")],
        Some(host) => schemes
            .iter()
            .map(|scheme| format!("{scheme}://{host}{base}"))
            .collect(),
    };
    let servers: Vec<Value> = urls
        .into_iter()
        .filter(|url| !url.is_empty())
        .map(|url| json!({ "url": url }))
        .collect();
    document.edit(&Pointer::root(), |root| root["servers"] = json!(servers));
}

fn security(document: &mut Document) {
    let Some(Value::Object(schemes)) = document.root().get("securityDefinitions").cloned() else {
        return;
    };
    let schemes: Map<String, Value> = schemes
        .into_iter()
        .map(|(name, mut scheme)| {
            match scheme.get("type").and_then(Value::as_str) {
                Some("basic") => {
                    scheme["type"] = json!("http");
                    scheme["scheme"] = json!("basic");
                }
                Some("oauth2") => {
                    let kind = match scheme.get("flow").and_then(Value::as_str) {
                        Some("application") => "clientCredentials",
                        Some("accessCode") => "authorizationCode",
                        Some("password") => "password",
                        _ => "implicit",
                    };
                    let flow = json!({
                        "tokenUrl": scheme.get("tokenUrl").cloned().unwrap_or_default(),
                        "authorizationUrl": scheme.get("authorizationUrl").cloned().unwrap_or_default(),
                        "scopes": scheme.get("scopes").cloned().unwrap_or(json!({})),
                    });
                    scheme["flows"] = json!({ kind: flow });
                }
                _ => {}
            }
            (name, scheme)
        })
        .collect();
    document.edit(&Pointer::root(), |root| {
        root["components"] = json!({ "securitySchemes": schemes });
    });
}
