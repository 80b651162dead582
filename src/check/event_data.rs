//! A text in an event that is a document of its own keeps the schema of that document.

use base64::Engine as _;
use serde_json::Value;

use super::answer::{Answer, AnswerBody};
use super::body_schema::{also, describe};
use super::{Area, Broken, Check, Rule, TraceView, Verdicts};
use crate::codec::read_json;
use crate::diag::Pointer;
use crate::http::{MediaType, excerpt};
use crate::openapi::{Level, MediaTypeObject};
use crate::schema::{Content, LazySchema};

pub(super) struct EventData;

static RULE: Rule = Rule {
    id: "event-data",
    title: "documents in events keep their schemas",
    requirement: "a text in an event that has a `contentSchema` is a document of its media type, and keeps the schema",
    level: Level::Must,
    area: Area::Body,
    reference: "https://spec.openapis.org/oas/v3.2.0#special-considerations-for-server-sent-events",
};

impl Check for EventData {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn judge(&self, trace: &TraceView<'_>, verdicts: &mut Verdicts<'_>) {
        for answer in &trace.answers {
            let Some(((response, _), (content, media))) = answer.response.zip(answer.content)
            else {
                continue;
            };
            let clause = answer.clauses.responses[response].content[content].documents;
            let Some(clause) = clause.filter(|_| answer.body().is_some()) else {
                continue;
            };
            let mut is_held = false;
            let mut broken: Vec<Broken> = Vec::new();
            for document in documents(answer, media) {
                match document.judge() {
                    Judged::Kept => is_held = true,
                    Judged::Unread => {}
                    Judged::Broken(found) => broken.push(found),
                }
            }
            let others: Vec<String> = broken.iter().skip(1).map(|b| b.instance.clone()).collect();
            match broken.into_iter().next() {
                Some(mut first) => {
                    first.actual.push_str(&also(&others));
                    verdicts.broken(answer, clause, first);
                }
                None if is_held => verdicts.held(answer, clause),
                None => verdicts.vacuous(answer, clause),
            }
        }
    }
}

/// Why a document in the events of an answer isn't looked into, if one isn't.
pub(super) fn unread_document(answer: &Answer<'_>) -> Option<String> {
    let ((response, _), (content, media)) = answer.response.zip(answer.content)?;
    answer.clauses.responses[response].content[content].documents?;
    let documents = documents(answer, media);
    let unread = documents
        .iter()
        .find(|document| matches!(document.judge(), Judged::Unread))?;
    let Content {
        media, encoding, ..
    } = &unread.content;
    let coded = encoding.as_deref().map(|name| format!(" in {name}"));
    Some(format!(
        "a text in it is a document of type {media}{}, which is not looked into",
        coded.unwrap_or_default()
    ))
}

/// A text that is a document.
struct Document<'a> {
    /// Its place in the body.
    place: String,
    text: &'a str,
    content: Content,
    schema: LazySchema,
}

/// The documents in an answer's events, where these keep what is said of them otherwise.
fn documents<'a>(answer: &'a Answer<'_>, media: &MediaTypeObject) -> Vec<Document<'a>> {
    let Some(AnswerBody::Value(value)) = answer.body() else {
        return Vec::new();
    };
    let elements = value.as_array().into_iter().flatten().enumerate();
    let items = elements.map(|(number, item)| (&media.item_compiled, format!("/{number}"), item));
    let whole = (&media.compiled, String::new(), value);
    let mut found = Vec::new();
    for (lazy, place, value) in items.chain([whole]) {
        let schema = lazy.get().filter(|schema| schema.is_valid(value));
        for content in schema
            .map(|schema| schema.contents(value))
            .unwrap_or_default()
        {
            let Some(text) = content.instance.of(value).and_then(Value::as_str) else {
                continue;
            };
            found.push(Document {
                place: format!("{place}{}", content.instance),
                text,
                schema: lazy.other(&content.schema),
                content,
            });
        }
    }
    found
}

enum Judged {
    Kept,
    Broken(Broken),
    Unread,
}

impl Document<'_> {
    fn judge(&self) -> Judged {
        let media: Option<MediaType> = self.content.media.parse().ok();
        if !media.is_some_and(|media| media.is_json()) {
            return Judged::Unread;
        }
        let malformed = |problem: String| {
            Judged::Broken(Broken {
                title: format!("the text at `{}` is no document of its type", self.place),
                expected: format!("a document of type {}", self.content.media),
                actual: format!("{problem}: {}", excerpt(self.text.as_bytes(), 120)),
                instance: self.place.clone(),
            })
        };
        let encoding = self.content.encoding.as_deref().unwrap_or("binary");
        let bytes = match encoding.to_ascii_lowercase().as_str() {
            "7bit" | "8bit" | "binary" => self.text.as_bytes().to_vec(),
            "base64" => {
                let engine = base64::engine::general_purpose::STANDARD;
                match engine.decode(self.text) {
                    Ok(bytes) => bytes,
                    Err(problem) => return malformed(format!("it is no base64, {problem}")),
                }
            }
            _ => return Judged::Unread,
        };
        let value = match read_json(&bytes) {
            Ok(value) => value,
            Err(problem) => return malformed(problem.to_string()),
        };
        let Some(schema) = self.schema.get() else {
            return Judged::Unread;
        };
        let mut mismatches = schema.mismatches(&value);
        if mismatches.is_empty() {
            return Judged::Kept;
        }
        for mismatch in &mut mismatches {
            mismatch.instance = Pointer::from_text(format!("{}{}", self.place, mismatch.instance));
        }
        Judged::Broken(describe(&mismatches))
    }
}
