//! The version-neutral contract.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::conformance::{Identity, Law, Level, RelationDecl};
use super::path_template::PathTemplate;
use crate::diag::{Diagnostic, Document, Pointer};
use crate::http::{MediaRange, StatusPattern};
use crate::schema::{LazySchema, Schema, SchemaError, Schemas};

pub use crate::diag::Place;

/// An OpenAPI document, loaded, resolved and lowered.
#[derive(Debug)]
pub struct Contract {
    /// The document as it was written.
    pub document: Arc<Document>,
    /// What it says of itself.
    pub info: Info,
    /// Its operations, in the document's order.
    pub operations: Vec<Operation>,
    /// Its security schemes, in the document's order.
    pub security_schemes: Vec<SecurityScheme>,
    /// Where it says it is served, in the document's order.
    pub servers: Vec<Server>,
    /// What was wrong with the document but didn't keep it from being used.
    pub warnings: Vec<Diagnostic>,
    pub(super) schemas: Arc<Schemas>,
}

impl Contract {
    /// Its title and version, as it is spoken of.
    #[must_use]
    pub fn title(&self) -> String {
        format!("{} {}", self.info.title, self.info.version)
    }

    /// The operation of this name.
    #[must_use]
    pub fn operation(&self, name: &str) -> Option<&Operation> {
        self.operations
            .iter()
            .find(|operation| operation.name == name)
    }

    /// The operation a request is for: its method, and its path below the base path. Where several
    /// templates match, the one with the most text wins (OpenAPI 3.1.1, 4.8.8.2).
    #[must_use]
    pub fn route(&self, method: &str, path: &str) -> Option<&Operation> {
        let text = |operation: &&Operation| {
            let pieces = operation.path.pieces().iter();
            pieces
                .map(|piece| match piece {
                    super::Piece::Text(text) => text.len(),
                    super::Piece::Parameter(_) => 0,
                })
                .sum::<usize>()
        };
        self.operations
            .iter()
            .filter(|operation| {
                operation.method == method && operation.path.matches(path).is_some()
            })
            .max_by_key(text)
    }

    /// The security scheme of this name.
    #[must_use]
    pub fn security_scheme(&self, name: &str) -> Option<&SecurityScheme> {
        self.security_schemes
            .iter()
            .find(|scheme| scheme.name == name)
    }

    /// The schema at a pointer as requests keep it, compiled.
    ///
    /// # Errors
    /// When it is no usable schema; a contract that was loaded has warned of it.
    pub fn schema(&self, at: &Pointer) -> Result<Arc<Schema>, SchemaError> {
        self.schemas.get(at)
    }

    /// The schemas of the operations' parameters, bodies and header fields that can't be compiled, each
    /// once. It compiles all of them, which takes a while in a large document.
    #[must_use]
    pub fn unusable_schemas(&self) -> Vec<Diagnostic> {
        super::lowering::unusable_schemas(self)
    }

    /// Where a node stands.
    #[must_use]
    pub fn place(&self, at: &Pointer) -> Place {
        self.document.place(at)
    }
}

/// What a document says of itself.
#[derive(Clone, Debug, Default)]
pub struct Info {
    /// The API's name.
    pub title: String,
    /// The contract's version.
    pub version: String,
    /// The OpenAPI version it is written in.
    pub openapi: String,
    /// In Markdown.
    pub description: String,
    /// The licence's name.
    pub license: String,
}

/// One method on one path.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Its `operationId`, or method and path where it has none or shares it.
    pub name: String,
    /// In upper case.
    pub method: String,
    /// Its path.
    pub path: PathTemplate,
    /// In one line.
    pub summary: String,
    /// In Markdown.
    pub description: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// Where further documentation is.
    pub external_docs: Option<String>,
    /// Path, query, header and cookie parameters, those of the path item among them.
    pub parameters: Vec<Parameter>,
    /// Its request body.
    pub request_body: Option<Body>,
    /// Its responses, in the document's order.
    pub responses: Vec<ResponseObject>,
    /// Statuses that it promised once and is to answer no more.
    pub removed: Vec<StatusPattern>,
    /// The alternatives to authenticate, of which one is enough; empty where none is needed.
    pub security: Vec<SecurityRequirement>,
    /// Where it is served, if that isn't where the contract as a whole is.
    pub servers: Vec<Server>,
    /// Whether it is to be used no more.
    pub deprecated: bool,
    /// What a schema can't say; those of the path item and the document among them.
    pub relations: Vec<RelationDecl>,
    /// Promises across exchanges.
    pub laws: Vec<Law>,
    /// Its level.
    pub level: Level,
    /// Where it stands.
    pub at: Pointer,
}

impl Operation {
    /// The response object that speaks of a status, the most specific one.
    #[must_use]
    pub fn response(&self, status: u16) -> Option<&ResponseObject> {
        let best = StatusPattern::best(self.responses.iter().map(|r| r.status), status)?;
        self.responses
            .iter()
            .find(|response| response.status == best)
    }

    /// Whether the method is one that changes nothing (RFC 9110, 9.2.1).
    #[must_use]
    pub fn is_safe(&self) -> bool {
        matches!(
            self.method.as_str(),
            "GET" | "HEAD" | "OPTIONS" | "TRACE" | "QUERY"
        )
    }
}

/// Where a parameter stands in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Location {
    /// In the path.
    Path,
    /// In the query.
    Query,
    /// In a header field.
    Header,
    /// In a cookie.
    Cookie,
    /// The query as a whole (OpenAPI 3.2.0, 4.12.1).
    QueryString,
}

impl Location {
    /// As the document writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
            Self::Cookie => "cookie",
            Self::QueryString => "querystring",
        }
    }
}

/// A value with a name, in the document.
#[derive(Clone, Debug)]
pub struct NamedExample {
    /// Its name.
    pub name: String,
    /// In one line.
    pub summary: String,
    /// The value.
    pub value: Value,
    /// Where the value stands.
    pub at: Pointer,
}

/// A parameter of a request.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name, as it is written on the wire.
    pub name: String,
    /// Where it stands.
    pub location: Location,
    /// Whether it must be there.
    pub required: bool,
    /// How it is written (OpenAPI 3.1.1, 4.8.12.3).
    pub style: String,
    /// Whether arrays and objects are spread.
    pub explode: bool,
    /// Whether reserved characters (RFC 3986, 2.2) stand as they are.
    pub allow_reserved: bool,
    /// The media type its value is written as; where there is one, style and explode say nothing.
    pub content_type: Option<String>,
    /// Its schema.
    pub schema: Option<Pointer>,
    /// Its schema, compiled when it is asked for.
    pub compiled: LazySchema,
    /// Its examples; a single one is called `example`.
    pub examples: Vec<NamedExample>,
    /// In Markdown.
    pub description: String,
    /// Its level.
    pub level: Level,
    /// Where it stands in the document.
    pub at: Pointer,
}

/// The body of a request.
#[derive(Clone, Debug)]
pub struct Body {
    /// Whether it must be there.
    pub required: bool,
    /// By media type.
    pub content: Vec<MediaTypeObject>,
    /// In Markdown.
    pub description: String,
    /// Where it stands.
    pub at: Pointer,
}

/// A body of one media type.
#[derive(Clone, Debug)]
pub struct MediaTypeObject {
    /// The key of the content map as it is written.
    pub name: String,
    /// The key, understood.
    pub range: MediaRange,
    /// Its schema.
    pub schema: Option<Pointer>,
    /// Its schema, compiled when it is asked for.
    pub compiled: LazySchema,
    /// How the fields of a form are written, where that isn't as their schemas have it.
    pub encoding: Vec<Encoding>,
    /// How the first parts of a multipart body without names are written, by position (OpenAPI 3.2.0, 4.14.5.2).
    pub prefix_encoding: Vec<Encoding>,
    /// How all further parts are.
    pub item_encoding: Option<Encoding>,
    /// The schema of each item, where the media type is a sequence of them (OpenAPI 3.2.0, 4.14.3).
    pub item_schema: Option<Pointer>,
    /// The item's schema, compiled when it is asked for.
    pub item_compiled: LazySchema,
    /// Its examples; a single one is called `example`.
    pub examples: Vec<NamedExample>,
    /// Its level.
    pub level: Level,
    /// Where it stands.
    pub at: Pointer,
}

impl MediaTypeObject {
    /// The schemas of the whole and of each item, as far as there are any.
    pub(super) fn schemas(&self) -> impl Iterator<Item = &Pointer> {
        self.schema.iter().chain(&self.item_schema)
    }
}

/// How one field of a form is written (OpenAPI 3.1.1, 4.8.15).
#[derive(Clone, Debug, Default)]
pub struct Encoding {
    /// The field; empty for a part that has its place and no name.
    pub name: String,
    /// The media type of the field's value, or several, comma-separated.
    pub content_type: Option<String>,
    /// How an urlencoded field is written, where it is said.
    pub style: Option<String>,
    /// Whether arrays and objects of an urlencoded field are spread, where it is said.
    pub explode: Option<bool>,
    /// Whether reserved characters of an urlencoded field stand as they are.
    pub allow_reserved: bool,
    /// The header fields of a multipart part beside its type and its name, which are written by themselves.
    pub headers: Vec<PartHeader>,
}

/// A header field of a multipart part.
#[derive(Clone, Debug, PartialEq)]
pub struct PartHeader {
    /// As the document writes it.
    pub name: String,
    /// Whether it must be there.
    pub required: bool,
    /// The value the document gives for it: an example, or else the schema's constant, default, first
    /// listed value or example.
    pub value: Option<Value>,
    /// Where it stands.
    pub at: Pointer,
}

/// What is said of the answers of a status.
#[derive(Clone, Debug)]
pub struct ResponseObject {
    /// Of which status.
    pub status: StatusPattern,
    /// In Markdown.
    pub description: String,
    /// Its header fields; `Content-Type` is the content's business (OpenAPI 3.1.1, 4.8.17.1).
    pub headers: Vec<Header>,
    /// By media type; empty where no body is spoken of.
    pub content: Vec<MediaTypeObject>,
    /// What can be asked for next with what the answer holds.
    pub links: Vec<Link>,
    /// Its level.
    pub level: Level,
    /// Where it stands.
    pub at: Pointer,
}

impl ResponseObject {
    /// The media type object that speaks of a media type, the most specific one.
    #[must_use]
    pub fn media(&self, media: &crate::http::MediaType) -> Option<&MediaTypeObject> {
        self.content
            .iter()
            .filter_map(|object| Some((object.range.covers(media)?, object)))
            .max_by_key(|(covered, _)| *covered)
            .map(|(_, object)| object)
    }
}

/// A request that an answer's values lead to (OpenAPI 3.1.1, 4.8.20).
#[derive(Clone, Debug)]
pub struct Link {
    /// Its name.
    pub name: String,
    /// The name of the operation it leads to; none where the contract has none such.
    pub operation: Option<String>,
    /// The operation's parameters, each as a constant or a runtime expression.
    pub parameters: Vec<(String, Value)>,
    /// The operation's body, as a constant or a runtime expression.
    pub request_body: Option<Value>,
    /// Where it stands.
    pub at: Pointer,
}

/// Where a contract is served.
#[derive(Clone, Debug)]
pub struct Server {
    /// Its URL, perhaps relative to the document's own, with variables in braces.
    pub url: String,
    /// The variables' default values by name.
    pub variables: Vec<(String, String)>,
    /// In Markdown.
    pub description: String,
}

impl Server {
    /// The URL with the variables' defaults in place.
    #[must_use]
    pub fn expanded(&self) -> String {
        let variables = self.variables.iter();
        variables.fold(self.url.clone(), |url, (name, value)| {
            url.replace(&format!("{{{name}}}"), value)
        })
    }
}

/// A header field of an answer.
#[derive(Clone, Debug)]
pub struct Header {
    /// In lower case.
    pub name: String,
    /// As the document writes it.
    pub title: String,
    /// Whether it must be there.
    pub required: bool,
    /// Whether it was promised once and is to be there no more.
    pub removed: bool,
    /// Its schema.
    pub schema: Option<Pointer>,
    /// Its schema, compiled when it is asked for.
    pub compiled: LazySchema,
    /// In Markdown.
    pub description: String,
    /// Its level.
    pub level: Level,
    /// Where it stands.
    pub at: Pointer,
}

/// How a scheme authenticates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecurityKind {
    /// A value in a header field, the query or a cookie, under a name.
    ApiKey(Location, String),
    /// The `Authorization` field with this scheme (RFC 9110, 11.6.2).
    Http(String),
    /// An access token of OAuth 2.0, sent as a bearer token (RFC 6750, 2.1).
    OAuth2(Vec<OAuthFlow>),
    /// A token of the provider whose configuration is at this URL (`OpenID` Connect Discovery 1.0).
    OpenIdConnect(String),
    /// A certificate of the client's, shown while the connection is made.
    MutualTls,
    /// Anything else, by its type.
    Other(String),
}

/// A way to get an OAuth 2.0 token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuthFlow {
    /// `clientCredentials`, `password`, `authorizationCode`, `implicit` or `deviceAuthorization`.
    pub kind: String,
    /// Where the token is asked for; empty where the flow has no such place.
    pub token_url: String,
    /// What may be asked for.
    pub scopes: Vec<String>,
}

/// A security scheme.
#[derive(Clone, Debug)]
pub struct SecurityScheme {
    /// The name requirements use.
    pub name: String,
    /// How it authenticates.
    pub kind: SecurityKind,
    /// Named credentials the contract gives away as fixtures.
    pub identities: Vec<Identity>,
    /// In Markdown.
    pub description: String,
    /// Its level.
    pub level: Level,
    /// Where it stands.
    pub at: Pointer,
}

/// Schemes that are needed together. No scheme at all: anonymous is allowed.
#[derive(Clone, Debug, Default)]
pub struct SecurityRequirement {
    /// The names of the schemes.
    pub schemes: Vec<String>,
    /// The scopes that are needed, by scheme; one without scopes isn't here.
    pub scopes: BTreeMap<String, Vec<String>>,
}
