//! From a document in the shape of OpenAPI 3.1 or 3.2 to the contract: what all versions share.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::conformance::{Conformance, Level};
use super::directions::without_required;
use super::model::{
    Contract, Info, Location, MediaTypeObject, OAuthFlow, Operation, SecurityKind,
    SecurityRequirement, SecurityScheme, Server,
};
use crate::diag::{Diagnostic, Document, Pointer};
use crate::schema::{LazySchema, Schemas};

/// Lowers a document whose references are local and whose schemas are JSON Schema 2020-12.
pub(super) fn lower(
    document: Document,
    reached: &[Pointer],
    mut warnings: Vec<Diagnostic>,
) -> Contract {
    let document = Arc::new(document);
    let one_way = |flag| without_required(&document, reached, flag);
    let schemas = Arc::new(Schemas::new(one_way("readOnly")));
    let of_answers = one_way("writeOnly");
    let of_answers = if Arc::ptr_eq(&of_answers, schemas.document()) {
        schemas.clone()
    } else {
        Arc::new(Schemas::new(of_answers))
    };
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
    warnings.extend(lowering.problems);
    let mut contract = Contract {
        document,
        info,
        operations,
        security_schemes,
        servers,
        warnings: Vec::new(),
        schemas,
    };
    warnings.extend(super::mistakes::find(&contract));
    compile(&mut contract, &of_answers);
    contract.warnings = warnings;
    contract
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

/// Puts each schema where it is used, so that judging looks nothing up.
fn compile(contract: &mut Contract, of_answers: &Arc<Schemas>) {
    let from = |schemas: &Arc<Schemas>, at: &Option<Pointer>| match at {
        Some(at) => LazySchema::new(schemas.clone(), at.clone()),
        None => LazySchema::default(),
    };
    let of_requests = contract.schemas.clone();
    let get = |at: &Option<Pointer>| from(&of_requests, at);
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
            media.item_compiled = get(&media.item_schema);
        }
        for response in &mut operation.responses {
            for header in &mut response.headers {
                header.compiled = from(of_answers, &header.schema);
            }
            for media in &mut response.content {
                media.compiled = from(of_answers, &media.schema);
                media.item_compiled = from(of_answers, &media.item_schema);
            }
        }
    }
}

pub(super) fn unusable_schemas(contract: &Contract) -> Vec<Diagnostic> {
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
                .flat_map(MediaTypeObject::schemas),
        );
        for response in &operation.responses {
            pointers.extend(response.headers.iter().filter_map(|h| h.schema.as_ref()));
            pointers.extend(response.content.iter().flat_map(MediaTypeObject::schemas));
        }
    }
    pointers
        .into_iter()
        .filter_map(|at| Some((at, contract.schema(at).err()?)))
        .map(|(at, error)| {
            Diagnostic::warning("schema", error.to_string())
                .at_key(&contract.document, at, "nothing is judged by this schema")
                .help("mend the schema; until then its clauses stay untested")
        })
        .collect()
}

/// Reads nodes of a document.
pub(super) struct Lowering<'a> {
    pub(super) document: &'a Document,
    pub(super) problems: Vec<Diagnostic>,
}

impl<'a> Lowering<'a> {
    pub(super) fn get(&self, at: &Pointer) -> Option<&'a Value> {
        self.document.get(at)
    }

    pub(super) fn text(&self, at: &Pointer, key: &str) -> String {
        let value = self.get(&at.child(key));
        value.and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    pub(super) fn flag(&self, at: &Pointer, key: &str) -> Option<bool> {
        self.get(&at.child(key)).and_then(Value::as_bool)
    }

    pub(super) fn conformance(&mut self, at: &Pointer, inherited: Level) -> Conformance {
        Conformance::read(self.document, at, inherited, &mut self.problems)
    }

    pub(super) fn level(&mut self, at: &Pointer, inherited: Level) -> Level {
        self.conformance(at, inherited).level.unwrap_or(inherited)
    }

    pub(super) fn members(&self, at: &Pointer) -> Vec<(&'a String, Pointer)> {
        let members = self
            .get(at)
            .and_then(Value::as_object)
            .into_iter()
            .flatten();
        members.map(|(name, _)| (name, at.child(name))).collect()
    }

    pub(super) fn elements(&self, at: &Pointer) -> Vec<Pointer> {
        let count = self.get(at).and_then(Value::as_array).map_or(0, Vec::len);
        (0..count).map(|n| at.child(n)).collect()
    }

    /// Where a reference object leads; the node itself if it is none.
    pub(super) fn follow(&mut self, at: &Pointer) -> Option<Pointer> {
        let mut current = at.clone();
        for _ in 0..32 {
            let Some(reference) = self.get(&current).and_then(|v| v.get("$ref")) else {
                return Some(current);
            };
            // References were made local, and those that lead nowhere taken away.
            let fragment = reference.as_str()?.strip_prefix('#')?;
            let decoded = percent_encoding::percent_decode_str(fragment).decode_utf8_lossy();
            current = Pointer::from_text(decoded);
        }
        self.problem(
            "circular-reference",
            at,
            "these references lead in a circle".into(),
            "let one of them hold the value",
        );
        None
    }

    pub(super) fn problem(
        &mut self,
        code: &'static str,
        at: &Pointer,
        message: String,
        help: &str,
    ) {
        self.problems.push(
            Diagnostic::warning(code, message)
                .at_key(self.document, at, "this is left out")
                .help(help),
        );
    }

    fn info(&self) -> Info {
        let at = Pointer::root().child("info");
        Info {
            title: self.text(&at, "title"),
            version: self.text(&at, "version"),
            openapi: ["openapi", "swagger"]
                .map(|key| self.text(&Pointer::root(), key))
                .concat(),
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

    pub(super) fn names(&self, at: &Pointer) -> Vec<String> {
        self.members(at)
            .into_iter()
            .map(|(name, _)| name.clone())
            .collect()
    }

    pub(super) fn texts(&self, at: &Pointer) -> Vec<String> {
        let elements = self.get(at).and_then(Value::as_array).into_iter().flatten();
        elements
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect()
    }

    pub(super) fn servers(&self, holder: &Pointer) -> Vec<Server> {
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

    pub(super) fn security(&self, at: &Pointer) -> Option<Vec<SecurityRequirement>> {
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
}
