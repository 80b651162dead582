//! The file of waivers.
//!
//! ```yaml
//! waivers:
//!   - clause: setImageMetadataItem/413/**
//!     case: setImageMetadataItem/oversize-body
//!     reason: The proxy in front answers with its own page.
//!     owner: platform team
//!     ticket: https://tracker.example/1234
//!     expires: 2027-06-30
//! ```

use std::sync::{Arc, OnceLock};

use jiff::civil::Date;
use schemars::{JsonSchema, SchemaGenerator};
use serde::Deserialize;
use serde_json::Value;

use crate::clause::{ClausePattern, SegmentPattern};
use crate::diag::{Diagnostic, Document, Place, Pointer, Source, Syntax};
use crate::schema::Format;

/// A file of waivers.
#[derive(JsonSchema)]
#[schemars(title = "proofmark waivers", deny_unknown_fields)]
#[expect(
    dead_code,
    reason = "it is the file's schema; each waiver is read with its place"
)]
struct FileKeys {
    /// Accepted deviations of one target.
    waivers: Option<Vec<WaiverKeys>>,
}

/// One accepted deviation.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WaiverKeys {
    /// The clause that is broken, or a pattern of clauses: `*` stands for one segment, `**` for any number.
    #[expect(dead_code, reason = "read with its place, before the rest")]
    clause: String,
    /// Only in this case, or in cases of this pattern.
    case: Option<String>,
    /// Only in cases of this operation.
    operation: Option<String>,
    /// Why the deviation is accepted, in a sentence.
    reason: String,
    /// Who accepted it: a person or a team.
    owner: String,
    /// Where it is to be mended: a number or a link.
    ticket: Option<String>,
    /// The last day on which it is accepted, as YYYY-MM-DD, in UTC.
    #[expect(dead_code, reason = "read with its place, before the rest")]
    expires: String,
    /// Whether the deviation doesn't show in every run, so that its absence says nothing.
    #[serde(default)]
    intermittent: bool,
}

/// One accepted deviation.
#[derive(Clone, Debug)]
pub struct Waiver {
    /// The clauses it is about.
    pub clause: ClausePattern,
    /// The cases it is limited to.
    pub case: Option<SegmentPattern>,
    /// The operation it is limited to.
    pub operation: Option<String>,
    /// Why it is accepted.
    pub reason: String,
    /// Who accepted it.
    pub owner: String,
    /// Where it is to be mended.
    pub ticket: Option<String>,
    /// The last day on which it is accepted, in UTC.
    pub expires: Date,
    /// Whether it doesn't show in every run.
    pub intermittent: bool,
    /// Where it stands in its file.
    pub at: Pointer,
}

/// The accepted deviations of one target.
#[derive(Clone, Debug)]
pub struct Waivers {
    pub(super) document: Arc<Document>,
    pub(super) all: Vec<Waiver>,
}

impl Waivers {
    /// Reads a file of waivers.
    ///
    /// # Errors
    /// Everything in it that is wrong, each with its place.
    pub fn read(source: &Arc<Source>) -> Result<Self, Vec<Diagnostic>> {
        let document = Document::parse(source.clone(), Syntax::Yaml)?;
        if document.root().is_null() {
            return Ok(Self {
                document: Arc::new(document),
                all: Vec::new(),
            });
        }
        let mut problems = format().problems(&document);
        let list = document.root().get("waivers").and_then(Value::as_array);
        let mut all = Vec::new();
        for (number, value) in list.into_iter().flatten().enumerate() {
            let at = Pointer::root().child("waivers").child(number);
            match waiver(&document, &at, value) {
                Ok(waiver) => all.extend(waiver),
                Err(found) => problems.extend(found),
            }
        }
        if problems.is_empty() {
            Ok(Self {
                document: Arc::new(document),
                all,
            })
        } else {
            Err(problems)
        }
    }

    /// The waivers, in the file's order.
    pub fn iter(&self) -> impl Iterator<Item = &Waiver> {
        self.all.iter()
    }

    /// Where a waiver stands.
    #[must_use]
    pub fn place(&self, waiver: &Waiver) -> Place {
        self.document.place(&waiver.at)
    }
}

/// A waiver; none where its shape is wrong, which is said elsewhere.
fn waiver(
    document: &Document,
    at: &Pointer,
    value: &Value,
) -> Result<Option<Waiver>, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let mut problem = |key: &str, message: String, help: &str| {
        problems.push(
            Diagnostic::error("waiver", message)
                .at(document.source(), document.span(&at.child(key)), "")
                .help(help),
        );
    };
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    let clause: Option<ClausePattern> = text("clause").and_then(|text| {
        let read = text.parse();
        let refused = read.as_ref().err().map(ToString::to_string);
        if let Some(message) = refused {
            problem("clause", message, "`proofmark list clauses` names them all");
        }
        read.ok()
    });
    let expires: Option<Date> = text("expires").and_then(|text| {
        let read = text.parse();
        if read.is_err() {
            problem(
                "expires",
                format!("{text} is no day of the calendar"),
                "write it as YYYY-MM-DD",
            );
        }
        read.ok()
    });
    for key in ["reason", "owner"] {
        if text(key).is_some_and(|text| text.trim().is_empty()) {
            problem(
                key,
                format!("the waiver's {key} is empty"),
                "a deviation is accepted by somebody, for a reason",
            );
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let (Some(clause), Some(expires)) = (clause, expires) else {
        return Ok(None);
    };
    let Ok(keys) = WaiverKeys::deserialize(value) else {
        return Ok(None);
    };
    Ok(Some(Waiver {
        clause,
        case: keys.case.as_deref().map(SegmentPattern::new),
        operation: keys.operation,
        reason: keys.reason,
        owner: keys.owner,
        ticket: keys.ticket,
        expires,
        intermittent: keys.intermittent,
        at: at.clone(),
    }))
}

/// The JSON Schema of a file of waivers.
#[must_use]
pub fn waiver_schema() -> Value {
    let schema = SchemaGenerator::default().into_root_schema_for::<FileKeys>();
    schema.to_value()
}

fn format() -> &'static Format {
    static FORMAT: OnceLock<Format> = OnceLock::new();
    FORMAT.get_or_init(|| Format::new(waiver_schema(), "a file of waivers"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{Style, render_all};

    #[test]
    fn everything_that_is_wrong_is_said_at_once_with_its_line() {
        let text = "\
waivers:
  - clause: op/~9/**
    reason: ''
    owner: us
    expires: 2027-02-30
  - clause: op/200/**
    resaon: a slip
    owner: us
    expires: tomorrow
";
        let problems = Waivers::read(&Source::new("waivers.yaml", text)).expect_err("mistakes");
        insta::assert_snapshot!(render_all(&problems, Style::Plain), @r#"
        error[waiver]: `op/~9/**` is no clause id; one looks like operation/200/header/date#required
         --> waivers.yaml:2:13
          |
        2 |   - clause: op/~9/**
          |             ^^^^^^^^
          |
          = help: `proofmark list clauses` names them all

        error[waiver]: the waiver's reason is empty
         --> waivers.yaml:3:13
          |
        3 |     reason: ''
          |             ^^
          |
          = help: a deviation is accepted by somebody, for a reason

        error[waiver]: 2027-02-30 is no day of the calendar
         --> waivers.yaml:5:14
          |
        5 |     expires: 2027-02-30
          |              ^^^^^^^^^^
          |
          = help: write it as YYYY-MM-DD

        error[missing-key]: an element of `waivers` has no `reason`
         --> waivers.yaml:6:5
          |
        6 |   - clause: op/200/**
          |     ^^^^^^^^^^^^^^^^^
          |
          = help: reason: Why the deviation is accepted, in a sentence.

        error[unknown-key]: `resaon` is not a key that is known here
         --> waivers.yaml:7:5
          |
        7 |     resaon: a slip
          |     ^^^^^^
          |
          = help: did you mean `reason`?

        error[waiver]: tomorrow is no day of the calendar
         --> waivers.yaml:9:14
          |
        9 |     expires: tomorrow
          |              ^^^^^^^^
          |
          = help: write it as YYYY-MM-DD
        "#);
    }

    #[test]
    fn an_empty_file_waives_nothing() {
        for text in ["", "# none yet\n", "waivers: []\n", "waivers:\n"] {
            let read = Waivers::read(&Source::new("w.yaml", text)).expect("it is read");
            assert_eq!(read.iter().count(), 0, "{text:?}");
        }
    }
}
