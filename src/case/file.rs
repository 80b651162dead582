//! The shape of a case file: the types that read it, and the JSON Schema editors use.
//!
//! ```yaml
//! description: An item that exists takes the new value.
//! requirement: those entries will be changed to match the keys in the request body
//! operation: setImageMetadataItem
//! path: { key: "${unique}" }
//! body: { meta: { "${unique}": Replaced } }
//! expect: { status: [200, 203] }
//! ```

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::openapi::Level;

/// What a case file has beside the keys of its main step.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "proofmark case")]
pub(super) struct CaseKeys {
    /// What the case shows, in a sentence.
    pub(super) description: String,
    /// The sentence of the published document, the row of its reading, or the section of a standard that the case rests on.
    pub(super) requirement: String,
    /// `must` (the default) or `should`: whether the case's own expectations fail the gate.
    #[serde(default)]
    pub(super) level: Level,
    /// Variables the target must have; a target that lacks one skips the case.
    #[serde(default)]
    pub(super) needs: Vec<String>,
    /// Rows by name, each the values of its own variables: the case runs once for each, as `CASE/ROW`.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, BTreeMap<String, Value>>")]
    pub(super) table: Map<String, Value>,
    /// Whether the case must run alone, because it looks at a whole shared resource or fills its limit.
    #[serde(default)]
    pub(super) serial: bool,
    /// Set-up, before the main request: if it goes wrong, the case is an error and no failure.
    #[serde(default)]
    #[schemars(with = "Vec<StepKeys>")]
    pub(super) given: Vec<Value>,
    /// Looks at what the main request did.
    #[serde(default)]
    #[schemars(with = "Vec<StepKeys>")]
    pub(super) then: Vec<Value>,
    /// For a request that must be refused: what changes to make it one that must be accepted. It is sent last.
    #[serde(default)]
    #[schemars(with = "Option<ControlKeys>")]
    pub(super) control: Option<Value>,
}

/// One request and what is expected of its answer.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct StepKeys {
    /// The operation's name in the contract.
    pub(super) operation: String,
    /// Another method than the operation's.
    pub(super) method: Option<String>,
    /// A raw request target in the place of the operation's, base path included.
    pub(super) target: Option<String>,
    /// Values of path parameters; those left out come from the target's variables.
    #[serde(default)]
    pub(super) path: Map<String, Value>,
    /// Values of path parameters as they stand in the path, escapes and all.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>")]
    pub(super) path_raw: Map<String, Value>,
    /// Values of query parameters. A required one that is left out comes from the target's variables; null leaves it out.
    #[serde(default)]
    pub(super) query: Map<String, Value>,
    /// Header fields; null leaves one out that would be sent by itself. With `transfer-encoding: chunked` the body is sent in chunks.
    #[serde(default)]
    pub(super) headers: Map<String, Value>,
    /// Values of cookie parameters. A required one that is left out comes from the target's variables; null leaves it out.
    #[serde(default)]
    pub(super) cookies: Map<String, Value>,
    /// The credential: left out, the default one; `none`; the name of another identity; a value no server knows; or one of these by security scheme.
    pub(super) auth: Option<AuthKey>,
    /// The body, written as the operation's media type.
    #[serde(default, deserialize_with = "present")]
    #[schemars(with = "Value")]
    pub(super) body: Option<Value>,
    /// The body as a text, as it stands.
    pub(super) body_raw: Option<String>,
    /// The body as bytes, in base64; expressions in the bytes are filled in.
    pub(super) body_base64: Option<String>,
    /// The body as the content of a file, by its path from the case file's folder; expressions in it are filled in.
    pub(super) body_file: Option<String>,
    /// White space behind the body, so that it is valid and of a certain length.
    pub(super) body_length: Option<LengthKey>,
    /// Whether the request needs a raw connection of its own, which shows what client libraries hide.
    #[serde(default)]
    pub(super) wire: bool,
    /// How often the step is sent, `${index}` counting from 0: a number, or a CEL expression over the case's variables.
    pub(super) repeat: Option<RepeatKey>,
    /// Whether the repetitions are sent at the same time and not one after the other.
    #[serde(default)]
    pub(super) parallel: bool,
    /// The step is only sent if the main request was answered so.
    pub(super) when: Option<WhenKeys>,
    /// What is expected of the answer beyond what the contract demands.
    #[serde(default)]
    pub(super) expect: ExpectKeys,
    /// The clause the expectations speak for, within the main request's operation, such as `law#stored`.
    pub(super) clause: Option<String>,
    /// Values for later steps: a JSON pointer into the answer's body, or `header NAME`.
    #[serde(default)]
    pub(super) capture: BTreeMap<String, String>,
}

/// What a control changes of the main request.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(
    dead_code,
    reason = "a control is merged into the main step and read as one; this is its shape for the schema"
)]
struct ControlKeys {
    /// The method; null for the operation's own.
    #[serde(default)]
    method: Option<String>,
    /// Values of path parameters.
    path: Option<Map<String, Value>>,
    /// Values of path parameters as they stand in the path; null for none.
    #[schemars(with = "Option<BTreeMap<String, String>>")]
    path_raw: Option<Map<String, Value>>,
    /// Values of query parameters.
    query: Option<Map<String, Value>>,
    /// Header fields; null for none but those that are sent by themselves.
    headers: Option<Map<String, Value>>,
    /// Values of cookie parameters; null for none but those that are sent by themselves.
    cookies: Option<Map<String, Value>>,
    /// The credential; `default` for the usual one.
    auth: Option<AuthKey>,
    /// The body.
    #[serde(default)]
    #[schemars(with = "Value")]
    body: Option<Value>,
    /// The body as a text, as it stands.
    body_raw: Option<String>,
    /// The body as bytes, in base64.
    body_base64: Option<String>,
    /// The body as the content of a file.
    body_file: Option<String>,
    /// White space behind the body; null for none.
    #[serde(default)]
    #[schemars(with = "NullableLength")]
    body_length: Option<LengthKey>,
    /// What is expected of its answer.
    expect: ExpectKeys,
}

/// A credential; understood in a second pass, which knows the contract's security schemes.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct AuthKey(pub(super) Value);

impl JsonSchema for AuthKey {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Auth".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "`none`, `default`, an identity's name such as `other-tenant`, { value: … }, or one of these for each of some security schemes, the others being sent as usual: { apiKey: none }",
            "type": ["string", "object"],
            "minProperties": 1,
            "properties": { "value": { "type": "string" } },
            "additionalProperties": {
                "type": ["string", "object"],
                "properties": { "value": { "type": "string" } },
                "required": ["value"],
                "additionalProperties": false
            }
        })
    }
}

/// How long a body is.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct LengthKey {
    /// One byte more than this number.
    pub(super) over: Option<String>,
    /// This number of bytes.
    pub(super) exactly: Option<String>,
}

/// A body's length, or null for its own.
struct NullableLength;

impl JsonSchema for NullableLength {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "NullableLength".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let length = generator.subschema_for::<LengthKey>();
        json_schema!({ "anyOf": [length, { "type": "null" }] })
    }
}

/// How often a step is sent; understood in a second pass.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct RepeatKey(pub(super) Value);

impl JsonSchema for RepeatKey {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Repeat".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "a number, or a CEL expression over the case's variables",
            "type": ["integer", "string"],
            "minimum": 0,
            "maximum": 1000
        })
    }
}

/// When a step is sent.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WhenKeys {
    /// The main request's status.
    pub(super) status: StatusKey,
}

/// What is expected of an answer.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct ExpectKeys {
    /// A status, a class such as 2XX, or a list of them.
    pub(super) status: Option<StatusKey>,
    /// Objects as subsets, arrays and scalars exactly.
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Value")]
    pub(super) body: Option<Value>,
    /// The whole body, with nothing beside.
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Value")]
    pub(super) body_exactly: Option<Value>,
    /// A JSON Schema (2020-12) for the body.
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Value")]
    pub(super) schema: Option<Value>,
    /// Header values by name; null: must not be there.
    #[schemars(with = "BTreeMap<String, Option<String>>")]
    pub(super) headers: Map<String, Value>,
    /// How long the answer may take, from the first byte sent to the last one received: `500ms`, `2s`.
    pub(super) time: Option<String>,
}

/// One or several statuses; understood in a second pass, so that a wrong one has its line.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct StatusKey(pub(super) Value);

impl JsonSchema for StatusKey {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Status".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "a status such as 200, a class such as 2XX, or a list of them",
            "type": ["integer", "string", "array"],
            "items": { "type": ["integer", "string"] }
        })
    }
}

/// Tells a null that is there from a key that isn't.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// The names of the keys a case file has beside those of its main step.
pub(super) const CASE_KEYS: [&str; 9] = [
    "description",
    "requirement",
    "level",
    "needs",
    "table",
    "serial",
    "given",
    "then",
    "control",
];

/// Takes back the null that a Rust `Option` allows: in a case file a key without a value is a slip,
/// and a choice of two schemas would hide what is wrong with the one that was meant.
fn strict(schema: &mut Value) {
    let Some(schema) = schema.as_object_mut() else {
        return;
    };
    for holder in ["properties", "$defs"] {
        for member in schema
            .get_mut(holder)
            .and_then(Value::as_object_mut)
            .into_iter()
            .flatten()
            // In a control null takes a key of the main step away.
            .filter(|(name, _)| *name != "ControlKeys")
            .map(|(_, m)| m)
        {
            if let Some(types) = member.get_mut("type").filter(|types| types.is_array())
                && let Some([one, Value::String(null)]) = types.as_array().map(Vec::as_slice)
                && null == "null"
            {
                *types = one.clone();
            }
            let chosen = match member
                .get("anyOf")
                .and_then(Value::as_array)
                .map(Vec::as_slice)
            {
                Some([one, null])
                    if holder == "properties" && null.get("type") == Some(&Value::from("null")) =>
                {
                    Some(one.clone())
                }
                _ => None,
            };
            if let (Some(chosen), Some(member)) = (chosen, member.as_object_mut()) {
                member.remove("anyOf");
                member.extend(chosen.as_object().cloned().unwrap_or_default());
            }
            strict(member);
        }
    }
}

/// The JSON Schema of case files.
///
/// A file holds the keys of its main step beside its own, so the two shapes are put together here.
#[must_use]
pub fn case_schema() -> Value {
    let generator = SchemaGenerator::default();
    let mut whole = generator.into_root_schema_for::<CaseKeys>().to_value();
    strict(&mut whole);
    let step = whole
        .pointer("/$defs/StepKeys")
        .cloned()
        .unwrap_or_default();
    for (own, of_step) in [("properties", "/properties"), ("required", "/required")] {
        let extra = step.pointer(of_step).cloned();
        match (whole.get_mut(own), extra) {
            (Some(Value::Object(into)), Some(Value::Object(extra))) => into.extend(extra),
            (Some(Value::Array(into)), Some(Value::Array(extra))) => into.extend(extra),
            _ => {}
        }
    }
    whole
}
