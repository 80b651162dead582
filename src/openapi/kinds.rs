//! What a node of a document is, and what its members are: the specification's fixed fields, so far
//! as references and schemas may stand below them.

/// A kind of object (OpenAPI 3.2.0, 4; 2.0 where it differs).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Root,
    Components,
    PathItem,
    Operation,
    Parameter,
    RequestBody,
    Response,
    Header,
    Media,
    Encoding,
    Schema,
    Example,
    Link,
    Callback,
    SecurityScheme,
}

/// What a member holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Held {
    /// One such object.
    One(Kind),
    /// A list of them.
    List(Kind),
    /// Some by name.
    Map(Kind),
    /// One, or a list of them.
    OneOrList(Kind),
}

use Held::{List, Map, One, OneOrList};

/// The methods a path item has members for (OpenAPI 3.2.0, 4.9.1).
pub(super) const METHODS: [&str; 9] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace", "query",
];

impl Kind {
    /// Whether every member is one such object, whatever its name.
    pub(super) fn every(self) -> Option<Kind> {
        (self == Self::Callback).then_some(Self::PathItem)
    }

    #[expect(
        clippy::match_same_arms,
        reason = "a table of the specification's fields, by object"
    )]
    /// What the member of this name holds; none where it is nothing that may hold a reference.
    pub(super) fn member(self, name: &str) -> Option<Held> {
        Some(match (self, name) {
            (Self::Root, "paths" | "webhooks") => Map(Self::PathItem),
            (Self::Root, "components") => One(Self::Components),
            (Self::Components, "schemas") | (Self::Root, "definitions") => Map(Self::Schema),
            (Self::Components | Self::Root, "parameters") => Map(Self::Parameter),
            (Self::Components | Self::Root, "responses") => Map(Self::Response),
            (Self::Components, "examples") => Map(Self::Example),
            (Self::Components, "requestBodies") => Map(Self::RequestBody),
            (Self::Components, "headers") => Map(Self::Header),
            (Self::Components, "securitySchemes") => Map(Self::SecurityScheme),
            (Self::Components, "links") => Map(Self::Link),
            (Self::Components, "callbacks") => Map(Self::Callback),
            (Self::Components, "pathItems") => Map(Self::PathItem),
            (Self::Components, "mediaTypes") => Map(Self::Media),
            (Self::PathItem | Self::Operation, "parameters") => List(Self::Parameter),
            (Self::PathItem, "additionalOperations") => Map(Self::Operation),
            (Self::PathItem, method) if METHODS.contains(&method) => One(Self::Operation),
            (Self::Operation, "requestBody") => One(Self::RequestBody),
            (Self::Operation, "responses") => Map(Self::Response),
            (Self::Operation, "callbacks") => Map(Self::Callback),
            (Self::Parameter | Self::Header | Self::Media | Self::Response, "schema")
            | (Self::Media, "itemSchema") => One(Self::Schema),
            (Self::Parameter | Self::Header | Self::RequestBody | Self::Response, "content") => {
                Map(Self::Media)
            }
            (Self::Parameter | Self::Header | Self::Media, "examples") => Map(Self::Example),
            (Self::Media, "encoding") => Map(Self::Encoding),
            (Self::Media, "prefixEncoding") => List(Self::Encoding),
            (Self::Media, "itemEncoding") => One(Self::Encoding),
            (Self::Encoding | Self::Response, "headers") => Map(Self::Header),
            (Self::Response, "links") => Map(Self::Link),
            (Self::Schema, keyword) => return schema(keyword),
            _ => return None,
        })
    }

    /// What people call it.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Root => "document",
            Self::Components => "components",
            Self::PathItem => "path item",
            Self::Operation => "operation",
            Self::Parameter => "parameter",
            Self::RequestBody => "request body",
            Self::Response => "response",
            Self::Header => "header",
            Self::Media => "media type",
            Self::Encoding => "encoding",
            Self::Schema => "schema",
            Self::Example => "example",
            Self::Link => "link",
            Self::Callback => "callback",
            Self::SecurityScheme => "security scheme",
        }
    }
}

/// The keywords that hold schemas (JSON Schema 2020-12, 10, and the forerunners').
fn schema(keyword: &str) -> Option<Held> {
    Some(match keyword {
        "properties" | "patternProperties" | "$defs" | "definitions" | "dependentSchemas" => {
            Map(Kind::Schema)
        }
        "items" => OneOrList(Kind::Schema),
        "additionalProperties"
        | "additionalItems"
        | "not"
        | "if"
        | "then"
        | "else"
        | "contains"
        | "propertyNames"
        | "unevaluatedItems"
        | "unevaluatedProperties"
        | "contentSchema" => One(Kind::Schema),
        "allOf" | "anyOf" | "oneOf" | "prefixItems" => List(Kind::Schema),
        _ => return None,
    })
}
