//! `proofmark.toml`: named profiles of targets.
//!
//! ```toml
//! [profile.staging]
//! url = "https://api.staging.example.com/v2"
//! variables = { image_id = "70a599e0-31e7-49b7-b260-868f441e862b" }
//! token.default = { env = "STAGING_TOKEN" }
//! token.other-tenant = { command = ["vault", "read", "-field=token", "secret/other"] }
//! ```
//!
//! What else a credential may be is in `credential_keys.rs`.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::{Map, Value};
use toml::de::{DeTable, DeValue};

use super::credential_keys::CredentialKey;
use super::unshown::{unshown, values_unshown};
use crate::diag::{Diagnostic, Document, Mark, Pointer, Source, Span, closest};
use crate::schema::Format;

/// The file.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ConfigFile {
    /// Targets by name.
    #[serde(default)]
    pub(super) profile: BTreeMap<String, ProfileKeys>,
}

/// One target.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct ProfileKeys {
    /// The target's URL, base path included.
    pub(super) url: Option<ValueKey>,
    /// Variables by name: a value, or where it comes from.
    #[serde(default)]
    pub(super) variables: BTreeMap<String, ValueKey>,
    /// Credentials of the contract's only scheme, by identity: a value, or where it comes from.
    #[serde(default)]
    pub(super) token: BTreeMap<String, CredentialKey>,
    /// Credentials by security scheme, then by identity: a value, or where it comes from.
    #[serde(default)]
    pub(super) credentials: BTreeMap<String, BTreeMap<String, CredentialKey>>,
    /// Header fields sent with every request; their values are treated as secrets.
    #[serde(default)]
    pub(super) headers: BTreeMap<String, ValueKey>,
    /// The target's accepted deviations: a YAML file.
    pub(super) waivers: Option<String>,
    /// How many cases are under way at once.
    pub(super) concurrency: Option<usize>,
    /// Seconds one exchange may take.
    pub(super) timeout: Option<f64>,
    /// Certificates (PEM) of the authorities to believe in the place of the system's.
    pub(super) ca_file: Option<String>,
    /// The client's certificate (PEM), and behind it those that lead to an authority.
    pub(super) client_certificate: Option<String>,
    /// The certificate's private key (PEM); left out: it stands in the certificate's file.
    pub(super) client_key: Option<String>,
    /// Do not verify certificates.
    #[serde(default)]
    pub(super) insecure: bool,
    /// Shares such as "90%" and patterns of clauses that a run must put to the test.
    #[serde(default)]
    pub(super) require_clauses: Vec<String>,
}

/// A value, or where it comes from.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum ValueKey {
    /// From the environment.
    Env { env: String },
    /// A file's text, without the line break at its end.
    File { file: String },
    /// What a program prints.
    Command { command: Vec<String> },
    /// The value itself.
    Plain(Value),
}

impl JsonSchema for ValueKey {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Value".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "a value, or one of { env = \"NAME\" }, { file = \"path\" }, { command = [\"program\", \"argument\"] }",
            "type": ["string", "integer", "number", "boolean", "object"],
            "properties": {
                "env": { "type": "string" },
                "file": { "type": "string" },
                "command": { "type": "array", "items": { "type": "string" }, "minItems": 1 }
            },
            "additionalProperties": false,
            "minProperties": 1,
            "maxProperties": 1
        })
    }
}

/// Reads the file, and says everything that is wrong with it. The document is for saying so: it has no
/// credentials.
pub(super) fn read(source: &Arc<Source>) -> Result<(ConfigFile, Document), Vec<Diagnostic>> {
    static FORMAT: OnceLock<Format> = OnceLock::new();
    let (table, errors) = DeTable::parse_recoverable(source.text());
    if !errors.is_empty() {
        // What isn't read can't be told from a credential.
        let source = &Source::new(source.name().clone(), values_unshown(source.text()));
        return Err(errors
            .into_iter()
            .map(|error| {
                let span = error.span().unwrap_or_default();
                Diagnostic::error(
                    "syntax",
                    format!("not well-formed TOML: {}", error.message()),
                )
                .at(source, Span::new(span.start, span.end), "")
            })
            .collect());
    }
    let span = Span::new(0, source.text().len());
    let (root, mark) = table_value(table.get_ref(), span, None);
    let (text, shown) = unshown(source.text(), &root, &mark);
    let document = Document::from_parts(Source::new(source.name().clone(), text), shown, mark);
    let format = FORMAT.get_or_init(|| {
        let schema = SchemaGenerator::default().into_root_schema_for::<ConfigFile>();
        Format::new(schema.to_value(), "a configuration")
    });
    let problems = format.problems(&document);
    if !problems.is_empty() {
        return Err(problems);
    }
    match serde_json::from_value(root) {
        Ok(config) => Ok((config, document)),
        Err(error) => Err(vec![Diagnostic::error("shape", error.to_string()).at(
            document.source(),
            document.span(&Pointer::root()),
            "",
        )]),
    }
}

/// The named profile.
pub(super) fn profile(
    mut config: ConfigFile,
    document: &Document,
    name: &str,
) -> Result<ProfileKeys, Diagnostic> {
    if let Some(profile) = config.profile.remove(name) {
        return Ok(profile);
    }
    let names: Vec<&str> = config.profile.keys().map(String::as_str).collect();
    let help = match closest(name, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if names.is_empty() => format!("add a section [profile.{name}]"),
        None => format!("its profiles are {}", names.join(", ")),
    };
    let at = document.key_span(&Pointer::root().child("profile"));
    Err(
        Diagnostic::error("profile", format!("there is no profile `{name}`"))
            .at(document.source(), Span::new(at.start, at.start), "")
            .help(help),
    )
}

fn table_value(table: &DeTable<'_>, span: Span, key: Option<Span>) -> (Value, Mark) {
    let mut members = Map::new();
    let mut children = Vec::new();
    for (name, value) in table {
        let key = Span::new(name.span().start, name.span().end);
        let span = Span::new(value.span().start, value.span().end);
        let (value, mark) = value_of(value.get_ref(), span, Some(key));
        members.insert(name.get_ref().to_string(), value);
        children.push(mark);
    }
    (
        Value::Object(members),
        Mark {
            key,
            span,
            children,
        },
    )
}

fn value_of(value: &DeValue<'_>, span: Span, key: Option<Span>) -> (Value, Mark) {
    let leaf = |value: Value| {
        let children = Vec::new();
        (
            value,
            Mark {
                key,
                span,
                children,
            },
        )
    };
    match value {
        DeValue::String(text) => leaf(Value::from(text.as_ref())),
        DeValue::Boolean(value) => leaf(Value::from(*value)),
        DeValue::Integer(integer) => {
            let number = i64::from_str_radix(integer.as_str(), integer.radix());
            leaf(number.map_or_else(|_| Value::from(integer.as_str()), Value::from))
        }
        DeValue::Float(float) => {
            let number: Option<f64> = float.as_str().parse().ok();
            leaf(number.map_or_else(|| Value::from(float.as_str()), Value::from))
        }
        DeValue::Datetime(datetime) => leaf(Value::from(datetime.to_string())),
        DeValue::Array(elements) => {
            let (values, children) = elements
                .iter()
                .map(|element| {
                    value_of(
                        element.get_ref(),
                        Span::new(element.span().start, element.span().end),
                        None,
                    )
                })
                .unzip();
            (
                Value::Array(values),
                Mark {
                    key,
                    span,
                    children,
                },
            )
        }
        DeValue::Table(table) => table_value(table, span, key),
    }
}
