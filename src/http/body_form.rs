//! What kinds of bodies there are, by their media types.

use super::MediaType;

/// How bodies of a media type are written and read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BodyForm {
    /// One JSON text.
    Json,
    /// JSON texts, a line each (JSON Lines, NDJSON).
    JsonLines,
    /// JSON texts, each behind a record separator (RFC 7464).
    JsonRecords,
    /// `text/event-stream` (WHATWG HTML, 9.2).
    EventStream,
    /// XML (RFC 7303).
    Xml,
    /// `application/x-www-form-urlencoded`.
    Urlencoded,
    /// Parts (RFC 2046, 5.1), of forms above all.
    Multipart,
    /// Any other text.
    Text,
    /// Anything else: bytes, which are not looked into.
    Bytes,
}

impl BodyForm {
    /// The form of a media type's bodies.
    #[must_use]
    pub fn of(media: &MediaType) -> Self {
        let essence = media.essence();
        let (kind, subtype) = essence.split_once('/').unwrap_or_default();
        match (kind, subtype) {
            _ if media.is_json() => Self::Json,
            (_, "jsonl" | "jsonlines" | "ndjson" | "x-ndjson" | "x-jsonlines" | "x-jsonl") => {
                Self::JsonLines
            }
            (_, "json-seq") => Self::JsonRecords,
            _ if subtype.ends_with("+json-seq") => Self::JsonRecords,
            ("application", "x-www-form-urlencoded") => Self::Urlencoded,
            ("text", "event-stream") => Self::EventStream,
            (_, "xml") => Self::Xml,
            _ if subtype.ends_with("+xml") => Self::Xml,
            ("multipart", _) => Self::Multipart,
            ("text", _) => Self::Text,
            _ => Self::Bytes,
        }
    }

    /// Whether a body is a sequence of items (OpenAPI 3.2.0, 4.14.2).
    #[must_use]
    pub fn is_sequence(self) -> bool {
        matches!(
            self,
            Self::JsonLines | Self::JsonRecords | Self::EventStream
        )
    }

    /// What a well-formed body is, in words; none where anything is one.
    #[must_use]
    pub fn well_formed(self) -> Option<&'static str> {
        match self {
            Self::Json => Some("well-formed JSON in UTF-8 without duplicate members (RFC 8259)"),
            Self::JsonLines => {
                Some("well-formed JSON in each line, in UTF-8 without duplicate members")
            }
            Self::JsonRecords => Some(
                "well-formed JSON in each record, in UTF-8 without duplicate members (RFC 7464)",
            ),
            Self::Xml => Some("well-formed XML (XML 1.0, 2.1)"),
            _ => None,
        }
    }

    /// What it is called in a sentence.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::JsonLines => "sequence of JSON lines",
            Self::JsonRecords => "sequence of JSON records",
            Self::EventStream => "event stream",
            Self::Xml => "XML",
            Self::Urlencoded => "form",
            Self::Multipart => "multipart body",
            Self::Text => "text",
            Self::Bytes => "bytes",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_go_by_type_and_suffix() {
        for (media, form) in [
            ("application/problem+json", BodyForm::Json),
            ("application/x-ndjson", BodyForm::JsonLines),
            ("application/geo+json-seq", BodyForm::JsonRecords),
            ("text/event-stream; charset=utf-8", BodyForm::EventStream),
            ("text/xml", BodyForm::Xml),
            ("image/svg+xml", BodyForm::Xml),
            ("application/X-WWW-form-urlencoded", BodyForm::Urlencoded),
            ("multipart/form-data; boundary=x", BodyForm::Multipart),
            ("text/csv", BodyForm::Text),
            ("application/xmlish", BodyForm::Bytes),
            ("image/png", BodyForm::Bytes),
        ] {
            let found = BodyForm::of(&media.parse().expect("a media type"));
            assert_eq!(found, form, "{media}");
        }
    }
}
