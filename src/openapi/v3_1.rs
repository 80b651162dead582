//! OpenAPI 3.1 lowered into the contract. Its schemas are JSON Schema 2020-12 as they stand.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::conformance::{Conformance, Level};
use super::model::{
    Body, Contract, Encoding, Header, Info, Link, Location, MediaTypeObject, NamedExample,
    OAuthFlow, Operation, Parameter, ResponseObject, SecurityKind, SecurityRequirement,
    SecurityScheme, Server,
};
use super::path_template::PathTemplate;
use crate::diag::{Diagnostic, Document, Pointer};
use crate::schema::Schemas;

const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// Lowers a document that says it is 3.1.
pub(super) fn lower(document: Arc<Document>) -> Result<Contract, Vec<Diagnostic>> {
    let schemas = Schemas::new(Arc::new(document.root().clone())).map_err(|error| {
        let span = document.key_span(&error.at);
        vec![Diagnostic::error("schema", error.to_string()).at(document.source(), span, "")]
    })?;
    let mut lowering = Lowering {
        document: &document,
        problems: Vec::new(),
    };
    let root = lowering.conformance(&Pointer::root(), Level::Must);
    let level = root.level.unwrap_or_default();
    let security_schemes = lowering.security_schemes(level);
    let servers = lowering.servers(&Pointer::root());
    let mut operations = lowering.operations(&root, level);
    name(&mut operations);
    let info = lowering.info();
    let mut warnings = lowering.problems;
    if operations.is_empty() {
        let span = document.key_span(&Pointer::root().child("paths"));
        return Err(vec![
            Diagnostic::error("no-operation", "the document has no operation to test")
                .at(document.source(), span, "")
                .help("add an operation under `paths`"),
        ]);
    }
    let mut contract = Contract {
        document,
        info,
        operations,
        security_schemes,
        servers,
        warnings: Vec::new(),
        schemas,
    };
    warnings.extend(unusable_schemas(&contract));
    compile(&mut contract);
    contract.warnings = warnings;
    Ok(contract)
}

/// Without an id, or with one that another has too, an operation is called by method and path.
fn name(operations: &mut [Operation]) {
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for operation in operations.iter() {
        *count.entry(operation.name.clone()).or_default() += 1;
    }
    for operation in operations {
        if operation.name.is_empty() || count[&operation.name] > 1 {
            operation.name = format!("{} {}", operation.method, operation.path);
        }
    }
}

/// Puts each schema, compiled, where it is used, so that judging looks nothing up.
fn compile(contract: &mut Contract) {
    let schemas = &contract.schemas;
    let get = |at: &Option<Pointer>| at.as_ref().and_then(|at| schemas.get(at).ok());
    for operation in &mut contract.operations {
        for parameter in &mut operation.parameters {
            parameter.compiled = get(&parameter.schema);
        }
        for media in operation
            .request_body
            .iter_mut()
            .flat_map(|body| &mut body.content)
        {
            media.compiled = get(&media.schema);
        }
        for response in &mut operation.responses {
            for header in &mut response.headers {
                header.compiled = get(&header.schema);
            }
            for media in &mut response.content {
                media.compiled = get(&media.schema);
            }
        }
    }
}

fn unusable_schemas(contract: &Contract) -> Vec<Diagnostic> {
    let mut pointers = std::collections::BTreeSet::new();
    for operation in &contract.operations {
        pointers.extend(
            operation
                .parameters
                .iter()
                .filter_map(|p| p.schema.as_ref()),
        );
        pointers.extend(
            operation
                .request_body
                .iter()
                .flat_map(|b| &b.content)
                .filter_map(|m| m.schema.as_ref()),
        );
        for response in &operation.responses {
            pointers.extend(response.headers.iter().filter_map(|h| h.schema.as_ref()));
            pointers.extend(response.content.iter().filter_map(|m| m.schema.as_ref()));
        }
    }
    pointers
        .into_iter()
        .filter_map(|at| Some((at, contract.schema(at).err()?)))
        .map(|(at, error)| {
            let span = contract.document.key_span(at);
            Diagnostic::warning("schema", error.to_string())
                .at(
                    contract.document.source(),
                    span,
                    "nothing is judged by this schema",
                )
                .help("mend the schema; until then its clauses stay untested")
        })
        .collect()
}

struct Lowering<'a> {
    document: &'a Document,
    problems: Vec<Diagnostic>,
}

impl<'a> Lowering<'a> {
    fn get(&self, at: &Pointer) -> Option<&'a Value> {
        self.document.get(at)
    }

    fn text(&self, at: &Pointer, key: &str) -> String {
        let value = self.get(&at.child(key));
        value.and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    fn flag(&self, at: &Pointer, key: &str) -> Option<bool> {
        self.get(&at.child(key)).and_then(Value::as_bool)
    }

    fn conformance(&mut self, at: &Pointer, inherited: Level) -> Conformance {
        Conformance::read(self.document, at, inherited, &mut self.problems)
    }

    fn level(&mut self, at: &Pointer, inherited: Level) -> Level {
        self.conformance(at, inherited).level.unwrap_or(inherited)
    }

    fn members(&self, at: &Pointer) -> Vec<(&'a String, Pointer)> {
        let members = self
            .get(at)
            .and_then(Value::as_object)
            .into_iter()
            .flatten();
        members.map(|(name, _)| (name, at.child(name))).collect()
    }

    fn elements(&self, at: &Pointer) -> Vec<Pointer> {
        let count = self.get(at).and_then(Value::as_array).map_or(0, Vec::len);
        (0..count).map(|n| at.child(n)).collect()
    }

    /// Where a reference object leads; the node itself if it is none.
    fn follow(&mut self, at: &Pointer) -> Option<Pointer> {
        let mut current = at.clone();
        for _ in 0..32 {
            let Some(reference) = self.get(&current).and_then(|v| v.get("$ref")) else {
                return Some(current);
            };
            let target = reference
                .as_str()
                .and_then(|text| text.strip_prefix('#'))
                .map(|fragment| {
                    percent_encoding::percent_decode_str(fragment)
                        .decode_utf8_lossy()
                        .into_owned()
                })
                .map(Pointer::from_text)
                .filter(|target| self.get(target).is_some());
            let Some(target) = target else {
                self.problem(
                    "dangling-reference",
                    &current.child("$ref"),
                    format!("{reference} leads nowhere"),
                    "name something that is in this document, such as #/components/…",
                );
                return None;
            };
            current = target;
        }
        self.problem(
            "circular-reference",
            at,
            "these references lead in a circle".into(),
            "let one of them hold the value",
        );
        None
    }

    fn problem(&mut self, code: &'static str, at: &Pointer, message: String, help: &str) {
        self.problems.push(
            Diagnostic::warning(code, message)
                .at(
                    self.document.source(),
                    self.document.key_span(at),
                    "this is left out",
                )
                .help(help),
        );
    }

    fn info(&self) -> Info {
        let at = Pointer::root().child("info");
        Info {
            title: self.text(&at, "title"),
            version: self.text(&at, "version"),
            openapi: self.text(&Pointer::root(), "openapi"),
            description: self.text(&at, "description"),
            license: self.text(&at.child("license"), "name"),
        }
    }

    fn security_schemes(&mut self, level: Level) -> Vec<SecurityScheme> {
        let at = Pointer::root().child("components").child("securitySchemes");
        let mut schemes = Vec::new();
        for (name, at) in self.members(&at) {
            let Some(at) = self.follow(&at) else { continue };
            let kind = match self.text(&at, "type").as_str() {
                "apiKey" => {
                    let location = match self.text(&at, "in").as_str() {
                        "query" => Location::Query,
                        "cookie" => Location::Cookie,
                        _ => Location::Header,
                    };
                    SecurityKind::ApiKey(location, self.text(&at, "name"))
                }
                "http" => SecurityKind::Http(self.text(&at, "scheme")),
                "oauth2" => SecurityKind::OAuth2(self.flows(&at.child("flows"))),
                "openIdConnect" => SecurityKind::OpenIdConnect(self.text(&at, "openIdConnectUrl")),
                "mutualTLS" => SecurityKind::MutualTls,
                other => SecurityKind::Other(other.to_owned()),
            };
            let conformance = self.conformance(&at, level);
            schemes.push(SecurityScheme {
                name: name.clone(),
                kind,
                identities: conformance.identities,
                description: self.text(&at, "description"),
                level: conformance.level.unwrap_or(level),
                at,
            });
        }
        schemes
    }

    fn flows(&self, at: &Pointer) -> Vec<OAuthFlow> {
        let flow = |(kind, at): (&String, Pointer)| OAuthFlow {
            kind: kind.clone(),
            token_url: self.text(&at, "tokenUrl"),
            scopes: self.names(&at.child("scopes")),
        };
        let flows = self.members(at).into_iter();
        flows
            .filter(|(kind, _)| !kind.starts_with("x-"))
            .map(flow)
            .collect()
    }

    fn names(&self, at: &Pointer) -> Vec<String> {
        self.members(at)
            .into_iter()
            .map(|(name, _)| name.clone())
            .collect()
    }

    fn texts(&self, at: &Pointer) -> Vec<String> {
        let elements = self.get(at).and_then(Value::as_array).into_iter().flatten();
        elements
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect()
    }

    fn servers(&self, holder: &Pointer) -> Vec<Server> {
        let servers = self.elements(&holder.child("servers"));
        servers
            .iter()
            .map(|at| Server {
                url: self.text(at, "url"),
                variables: self
                    .members(&at.child("variables"))
                    .into_iter()
                    .map(|(name, at)| (name.clone(), self.text(&at, "default")))
                    .collect(),
                description: self.text(at, "description"),
            })
            .collect()
    }

    fn security(&self, at: &Pointer) -> Option<Vec<SecurityRequirement>> {
        let at = at.child("security");
        self.get(&at)?;
        let requirement = |at: &Pointer| SecurityRequirement {
            schemes: self.names(at),
            scopes: self
                .members(at)
                .into_iter()
                .map(|(name, at)| (name.clone(), self.texts(&at)))
                .filter(|(_, scopes)| !scopes.is_empty())
                .collect(),
        };
        Some(self.elements(&at).iter().map(requirement).collect())
    }

    fn operations(&mut self, root: &Conformance, level: Level) -> Vec<Operation> {
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
            for method in METHODS {
                let at = item_at.child(method);
                if self.get(&at).is_none_or(|operation| !operation.is_object()) {
                    continue;
                }
                let own = self.conformance(&at, item_level);
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
                    method: method.to_ascii_uppercase(),
                    path: PathTemplate::new(path),
                    summary: self.text(&at, "summary"),
                    description: self.text(&at, "description"),
                    tags: self.texts(&at.child("tags")),
                    external_docs: Some(self.text(&at.child("externalDocs"), "url"))
                        .filter(|url| !url.is_empty()),
                    parameters,
                    request_body: self.body(&at.child("requestBody"), level),
                    responses: self.responses(&at.child("responses"), level),
                    security: self
                        .security(&at)
                        .or_else(|| self.security(&Pointer::root()))
                        .unwrap_or_default(),
                    servers: servers
                        .into_iter()
                        .find(|servers| !servers.is_empty())
                        .unwrap_or_default(),
                    deprecated: self.flag(&at, "deprecated").unwrap_or(false),
                    relations,
                    laws,
                    level,
                    at,
                });
            }
        }
        operations
    }

    fn parameters(&mut self, holder: &Pointer, level: Level) -> Vec<Parameter> {
        let mut parameters = Vec::new();
        for at in self.elements(&holder.child("parameters")) {
            let Some(at) = self.follow(&at) else { continue };
            let location = match self.text(&at, "in").as_str() {
                "path" => Location::Path,
                "query" => Location::Query,
                "header" => Location::Header,
                "cookie" => Location::Cookie,
                "querystring" => Location::QueryString,
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
            let name = self.text(&at, "name");
            // OpenAPI 3.1.1, 4.8.12.2.1: these three are ignored among parameters.
            if location == Location::Header
                && ["accept", "content-type", "authorization"]
                    .contains(&name.to_ascii_lowercase().as_str())
            {
                continue;
            }
            let style = match (self.text(&at, "style"), location) {
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
                explode: self.flag(&at, "explode").unwrap_or(style == "form"),
                allow_reserved: self.flag(&at, "allowReserved").unwrap_or(false),
                content_type,
                schema: self.schema(&holder),
                compiled: None,
                examples: self.examples(&holder),
                description: self.text(&at, "description"),
                level: self.level(&at, level),
                name,
                location,
                style,
                at,
            });
        }
        parameters
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
                compiled: None,
                encoding: self.encoding(&at.child("encoding")),
                item_schema: Some(at.child("itemSchema")).filter(|at| self.get(at).is_some()),
                item_compiled: None,
                examples: self.examples(&at),
                level: self.level(&at, level),
                at,
            });
        }
        content
    }

    fn encoding(&self, at: &Pointer) -> Vec<Encoding> {
        let some = |at: &Pointer, key| Some(self.text(at, key)).filter(|text| !text.is_empty());
        let fields = self.members(at).into_iter();
        fields
            .map(|(name, at)| Encoding {
                name: name.clone(),
                content_type: some(&at, "contentType"),
                style: some(&at, "style"),
                explode: self.flag(&at, "explode"),
                allow_reserved: self.flag(&at, "allowReserved").unwrap_or(false),
            })
            .collect()
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
            let level = self.level(&at, level);
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

    fn headers(&mut self, holder: &Pointer, level: Level) -> Vec<Header> {
        let mut headers = Vec::new();
        for (title, at) in self.members(&holder.child("headers")) {
            let Some(at) = self.follow(&at) else { continue };
            let name = title.to_ascii_lowercase();
            if name == "content-type" {
                continue;
            }
            headers.push(Header {
                required: self.flag(&at, "required").unwrap_or(false),
                schema: self.schema(&at),
                compiled: None,
                description: self.text(&at, "description"),
                level: self.level(&at, level),
                title: title.clone(),
                name,
                at,
            });
        }
        headers
    }
}
