//! Paths, operations, and what requests and answers are made of.

use super::conformance::{Conformance, Level, Phase};
use super::kinds::METHODS;
use super::lowering::Lowering;
use super::model::{
    Body, Encoding, Header, Link, Location, MediaTypeObject, NamedExample, Operation, Parameter,
    PartHeader, ResponseObject,
};
use super::path_template::PathTemplate;
use super::{v2, v3_2};
use crate::diag::Pointer;
use crate::http::StatusPattern;
use crate::schema::LazySchema;

use serde_json::Value;

impl Lowering<'_> {
    pub(super) fn operations(&mut self, root: &Conformance, level: Level) -> Vec<Operation> {
        let mut operations = Vec::new();
        for (path, at) in self.members(&Pointer::root().child("paths")) {
            if path.starts_with("x-") {
                continue;
            }
            let Some(item_at) = self.follow(&at) else {
                continue;
            };
            let item = self.conformance(&item_at, level);
            let item_level = item.level.unwrap_or(level);
            let shared = self.parameters(&item_at, item_level);
            for (method, at) in self.methods(&item_at) {
                if self.get(&at).is_none_or(|operation| !operation.is_object()) {
                    continue;
                }
                let own = self.conformance(&at, item_level);
                // What was removed is a method the path hasn't any more.
                if own.phase == Phase::Removed {
                    continue;
                }
                let level = own.level.unwrap_or(item_level);
                let mut parameters = self.parameters(&at, level);
                for parameter in &shared {
                    let same = |p: &Parameter| {
                        p.name == parameter.name && p.location == parameter.location
                    };
                    if !parameters.iter().any(same) {
                        parameters.push(parameter.clone());
                    }
                }
                let relations = [&own, &item, root]
                    .into_iter()
                    .flat_map(|c| c.relations.clone())
                    .collect();
                let laws = [&own, &item, root]
                    .into_iter()
                    .flat_map(|c| c.laws.clone())
                    .collect();
                let servers = [&at, &item_at].map(|holder| self.servers(holder));
                operations.push(Operation {
                    name: self.text(&at, "operationId"),
                    method,
                    path: PathTemplate::new(path),
                    summary: self.text(&at, "summary"),
                    description: self.text(&at, "description"),
                    tags: self.texts(&at.child("tags")),
                    external_docs: Some(self.text(&at.child("externalDocs"), "url"))
                        .filter(|url| !url.is_empty()),
                    parameters,
                    request_body: self.body(&at.child("requestBody"), level),
                    removed: self.removed(&at.child("responses")),
                    responses: self.responses(&at.child("responses"), level),
                    security: self
                        .security(&at)
                        .or_else(|| self.security(&Pointer::root()))
                        .unwrap_or_default(),
                    servers: servers
                        .into_iter()
                        .find(|servers| !servers.is_empty())
                        .unwrap_or_default(),
                    deprecated: self.flag(&at, "deprecated").unwrap_or(false)
                        || own.phase == Phase::Deprecated,
                    relations,
                    laws,
                    level,
                    at,
                });
            }
        }
        operations
    }

    /// The methods of a path item, each with its operation's place.
    fn methods(&self, item: &Pointer) -> Vec<(String, Pointer)> {
        let further = v3_2::has_further_methods(&self.text(&Pointer::root(), "openapi"));
        let fixed = METHODS
            .iter()
            .filter(|method| further || **method != "query")
            .map(|method| (method.to_ascii_uppercase(), item.child(method)));
        let additional = self
            .members(&item.child("additionalOperations"))
            .into_iter()
            .filter(|_| further)
            .map(|(method, at)| (method.clone(), at));
        fixed.chain(additional).collect()
    }

    fn parameters(&mut self, holder: &Pointer, level: Level) -> Vec<Parameter> {
        let mut parameters = Vec::new();
        for at in self.elements(&holder.child("parameters")) {
            let Some(at) = self.follow(&at) else { continue };
            let place = self.text(&at, "in");
            let location = match place.as_str() {
                "path" => Location::Path,
                "query" => Location::Query,
                "header" => Location::Header,
                "cookie" => Location::Cookie,
                "querystring" => Location::QueryString,
                // Swagger 2.0's, which are a request body already.
                "body" | "formData" if self.is_swagger() => continue,
                other => {
                    let message = format!("a parameter can't be in `{other}`");
                    self.problem(
                        "parameter-location",
                        &at.child("in"),
                        message,
                        "use path, query, header or cookie",
                    );
                    continue;
                }
            };
            let conformance = self.conformance(&at, level);
            if conformance.phase == Phase::Removed {
                continue;
            }
            let name = self.text(&at, "name");
            // OpenAPI 3.1.1, 4.8.12.2.1: these three are ignored among parameters.
            if location == Location::Header
                && ["accept", "content-type", "authorization"]
                    .contains(&name.to_ascii_lowercase().as_str())
            {
                continue;
            }
            let swagger = self.is_swagger().then(|| self.get(&at)).flatten();
            let swagger = swagger.map(|parameter| v2::style(parameter, &place));
            let style = match (self.text(&at, "style"), location) {
                _ if let Some((style, _)) = swagger => style.to_owned(),
                (style, _) if !style.is_empty() => style,
                (_, Location::Path | Location::Header) => "simple".to_owned(),
                (_, Location::Query | Location::Cookie | Location::QueryString) => {
                    "form".to_owned()
                }
            };
            // OpenAPI 3.1.1, 4.8.12.2.3: a parameter has a schema, or a content of one media type.
            let content = self.members(&at.child("content")).into_iter().next();
            let (content_type, holder) = match content {
                Some((name, inner)) => (Some(name.clone()), inner),
                None => (None, at.clone()),
            };
            parameters.push(Parameter {
                required: self.flag(&at, "required").unwrap_or(false) || location == Location::Path,
                explode: match swagger {
                    Some((_, explode)) => explode,
                    // OpenAPI 3.1.1, 4.8.12.2.2; 3.2's style `cookie` is like form.
                    None => self
                        .flag(&at, "explode")
                        .unwrap_or(style == "form" || style == "cookie"),
                },
                allow_reserved: self.flag(&at, "allowReserved").unwrap_or(false),
                content_type,
                schema: self.schema(&holder),
                compiled: LazySchema::default(),
                examples: self.examples(&holder),
                description: self.text(&at, "description"),
                level: conformance.level.unwrap_or(level),
                name,
                location,
                style,
                at,
            });
        }
        parameters
    }

    fn is_swagger(&self) -> bool {
        self.document.root().get("swagger").is_some()
    }

    fn schema(&self, holder: &Pointer) -> Option<Pointer> {
        let at = holder.child("schema");
        self.get(&at).map(|_| at)
    }

    fn examples(&mut self, holder: &Pointer) -> Vec<NamedExample> {
        if let Some(value) = self.get(&holder.child("example")) {
            return vec![NamedExample {
                name: "example".into(),
                summary: String::new(),
                value: value.clone(),
                at: holder.child("example"),
            }];
        }
        let mut examples = Vec::new();
        for (name, at) in self.members(&holder.child("examples")) {
            let Some(at) = self.follow(&at) else { continue };
            if let Some(value) = self.get(&at.child("value")) {
                examples.push(NamedExample {
                    name: name.clone(),
                    summary: self.text(&at, "summary"),
                    value: value.clone(),
                    at: at.child("value"),
                });
            }
        }
        examples
    }

    fn body(&mut self, at: &Pointer, level: Level) -> Option<Body> {
        self.get(at)?;
        let at = self.follow(at)?;
        Some(Body {
            required: self.flag(&at, "required").unwrap_or(false),
            content: self.content(&at, level),
            description: self.text(&at, "description"),
            at,
        })
    }

    fn content(&mut self, holder: &Pointer, level: Level) -> Vec<MediaTypeObject> {
        let mut content = Vec::new();
        for (name, at) in self.members(&holder.child("content")) {
            let Some(at) = self.follow(&at) else { continue };
            let Ok(range) = name.parse() else {
                let message = format!("`{name}` is not a media type");
                self.problem(
                    "media-type",
                    &at,
                    message,
                    "write it as type/subtype, such as application/json",
                );
                continue;
            };
            content.push(MediaTypeObject {
                name: name.clone(),
                range,
                schema: self.schema(&at),
                compiled: LazySchema::default(),
                encoding: self.encodings(&at.child("encoding")),
                prefix_encoding: self.prefix_encoding(&at.child("prefixEncoding")),
                item_encoding: self.item_encoding(&at.child("itemEncoding")),
                item_schema: Some(at.child("itemSchema")).filter(|at| self.get(at).is_some()),
                item_compiled: LazySchema::default(),
                examples: self.examples(&at),
                level: self.level(&at, level),
                at,
            });
        }
        content
    }

    /// Of a form's fields, by name.
    fn encodings(&mut self, at: &Pointer) -> Vec<Encoding> {
        let members = self.members(at).into_iter();
        members
            .map(|(name, at)| self.encoding(name.clone(), &at))
            .collect()
    }

    fn prefix_encoding(&mut self, at: &Pointer) -> Vec<Encoding> {
        let list = self.get(at).and_then(Value::as_array);
        let count = list.map_or(0, Vec::len);
        let places = (0..count).map(|number| at.child(number));
        places.map(|at| self.encoding(String::new(), &at)).collect()
    }

    fn item_encoding(&mut self, at: &Pointer) -> Option<Encoding> {
        self.get(at)?;
        Some(self.encoding(String::new(), at))
    }

    fn encoding(&mut self, name: String, at: &Pointer) -> Encoding {
        let some = |key| Some(self.text(at, key)).filter(|text| !text.is_empty());
        Encoding {
            name,
            content_type: some("contentType"),
            style: some("style"),
            explode: self.flag(at, "explode"),
            allow_reserved: self.flag(at, "allowReserved").unwrap_or(false),
            headers: self.part_headers(at),
        }
    }

    /// OpenAPI 3.1.1, 4.8.15.1.1: `Content-Type` is none of them; the disposition names the part.
    fn part_headers(&mut self, encoding: &Pointer) -> Vec<PartHeader> {
        let mut headers = Vec::new();
        for (name, at) in self.members(&encoding.child("headers")) {
            let Some(at) = self.follow(&at) else { continue };
            if ["content-type", "content-disposition"].contains(&name.to_ascii_lowercase().as_str())
            {
                continue;
            }
            let example = self.examples(&at).into_iter().next();
            let schema = self.follow(&at.child("schema"));
            let schema = schema.and_then(|at| self.get(&at));
            let given = |schema: &Value| {
                let first = |key: &str| schema.get(key)?.get(0).cloned();
                let one = |key: &str| schema.get(key).cloned();
                one("const")
                    .or_else(|| one("default"))
                    .or_else(|| first("enum"))
                    .or_else(|| one("example"))
                    .or_else(|| first("examples"))
            };
            headers.push(PartHeader {
                required: self.flag(&at, "required").unwrap_or(false),
                value: example
                    .map(|example| example.value)
                    .or_else(|| given(schema?)),
                name: name.clone(),
                at,
            });
        }
        headers
    }

    fn links(&mut self, holder: &Pointer) -> Vec<Link> {
        let mut links = Vec::new();
        for (name, at) in self.members(&holder.child("links")) {
            let Some(at) = self.follow(&at) else { continue };
            let parameters = self.members(&at.child("parameters"));
            links.push(Link {
                name: name.clone(),
                operation: Some(self.text(&at, "operationId")).filter(|id| !id.is_empty()),
                parameters: parameters
                    .into_iter()
                    .filter_map(|(name, at)| Some((name.clone(), self.get(&at)?.clone())))
                    .collect(),
                request_body: self.get(&at.child("requestBody")).cloned(),
                at,
            });
        }
        links
    }

    fn responses(&mut self, at: &Pointer, level: Level) -> Vec<ResponseObject> {
        let mut responses = Vec::new();
        for (status, at) in self.members(at) {
            if status.starts_with("x-") {
                continue;
            }
            let Ok(status) = status.parse() else {
                let message = format!("`{status}` is not a status");
                self.problem(
                    "status",
                    &at,
                    message,
                    "use a code such as \"200\", a class such as \"4XX\", or default",
                );
                continue;
            };
            let Some(at) = self.follow(&at) else { continue };
            let conformance = self.conformance(&at, level);
            if conformance.phase == Phase::Removed {
                continue;
            }
            let level = conformance.level.unwrap_or(level);
            responses.push(ResponseObject {
                status,
                description: self.text(&at, "description"),
                headers: self.headers(&at, level),
                content: self.content(&at, level),
                links: self.links(&at),
                level,
                at,
            });
        }
        responses
    }

    /// The statuses that are promised no more.
    fn removed(&mut self, at: &Pointer) -> Vec<StatusPattern> {
        let mut removed = Vec::new();
        for (status, at) in self.members(at) {
            let at = self.follow(&at);
            let value = at.and_then(|at| self.get(&at.child("x-conformance")));
            let declared = value.and_then(|value| Conformance::declared(value, Level::Must));
            if matches!(declared, Some((_, Phase::Removed))) {
                removed.extend(status.parse::<StatusPattern>());
            }
        }
        removed
    }

    fn headers(&mut self, holder: &Pointer, level: Level) -> Vec<Header> {
        let mut headers = Vec::new();
        for (title, at) in self.members(&holder.child("headers")) {
            let Some(at) = self.follow(&at) else { continue };
            let name = title.to_ascii_lowercase();
            if name == "content-type" {
                continue;
            }
            let conformance = self.conformance(&at, level);
            let removed = conformance.phase == Phase::Removed;
            headers.push(Header {
                required: self.flag(&at, "required").unwrap_or(false) && !removed,
                removed,
                schema: self.schema(&at).filter(|_| !removed),
                compiled: LazySchema::default(),
                description: self.text(&at, "description"),
                level: conformance.level.unwrap_or(level),
                title: title.clone(),
                name,
                at,
            });
        }
        headers
    }
}
