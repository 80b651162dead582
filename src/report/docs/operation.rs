//! What the documentation says of one operation.

use serde_json::Value;

use super::content::Anchors;
use super::members::Members;
use super::observed::{Observed, Spot};
use super::page::{Block, Inline, Line, Row, Section, Table};
use crate::openapi::{
    Contract, Header, Level, MediaTypeObject, NamedExample, Operation, Parameter, RelationDecl,
    RelationSide, ResponseObject,
};
use crate::outcome::Account;

/// The section of an operation.
pub(super) fn section(
    contract: &Contract,
    anchors: &Anchors,
    operation: &Operation,
    account: Option<&Account<'_>>,
) -> Section {
    let chapter = Chapter {
        contract,
        anchors,
        operation,
    };
    chapter.section(Observed::of(account, operation))
}

struct Chapter<'a> {
    contract: &'a Contract,
    anchors: &'a Anchors,
    operation: &'a Operation,
}

impl Chapter<'_> {
    fn section(&self, mut observed: Observed) -> Section {
        let operation = self.operation;
        let heading = if operation.summary.is_empty() {
            &operation.name
        } else {
            &operation.summary
        };
        let mut section = Section::new(heading.as_str()).at(self.anchors.operation(operation));
        let address = Line::default()
            .push(Inline::Method(operation.method.clone()))
            .text(" ");
        section
            .blocks
            .push(Block::Line(address.code(operation.path.to_string())));
        let mut facts = vec![("Operation", Line::default().code(&operation.name))];
        if operation.level != Level::Must {
            facts.push(("Level", Line::default().level(operation.level)));
        }
        facts.push(("Authentication", self.security()));
        if let Some(url) = &operation.external_docs {
            facts.push(("See also", Line::default().push(Inline::Link(url.clone()))));
        }
        section.blocks.push(Block::Facts(facts));
        section.prose(&operation.description);
        section.blocks.extend(observed.take(&Spot::Operation));
        let parts = [
            observed.onto(self.parameters(), &Spot::Parameters),
            observed.onto(self.request_body(), &Spot::RequestBody),
            self.responses(&mut observed),
            observed.onto(self.relations(), &Spot::Relations),
            observed.onto(self.laws(), &Spot::Laws),
        ];
        section.sections.extend(parts.into_iter().flatten());
        section.blocks.extend(observed.rest());
        section
    }

    fn security(&self) -> Line {
        let alternatives = self.operation.security.iter().map(|requirement| {
            let schemes = requirement
                .schemes
                .iter()
                .map(|name| match self.anchors.scheme(name) {
                    Some(anchor) => {
                        Line::default().push(Inline::Place(anchor.to_owned(), name.clone()))
                    }
                    None => Line::default().code(name),
                });
            let together = Line::join(schemes, &Inline::Text(" together with ".into()));
            if together.0.is_empty() {
                Line::from("none")
            } else {
                together
            }
        });
        let alternatives = Line::join(alternatives, &Inline::Text(", or ".into()));
        if alternatives.0.is_empty() {
            Line::from("none")
        } else {
            alternatives
        }
    }

    fn parameters(&self) -> Option<Section> {
        let parameters = &self.operation.parameters;
        if parameters.is_empty() {
            return None;
        }
        let rows = parameters
            .iter()
            .map(|parameter| self.parameter(parameter))
            .collect();
        let head = [
            "Name",
            "In",
            "Type",
            "Required",
            "Constraints",
            "Description",
            "Examples",
        ];
        let mut section = Section::new("Parameters");
        section
            .blocks
            .push(Block::Table(Table::new(Line::default(), &head, rows)));
        for parameter in parameters {
            let caption = Line::from("Parts of ").code(&parameter.name);
            section
                .blocks
                .extend(self.parts(caption, parameter.schema.as_ref(), parameter.level));
        }
        Some(section)
    }

    fn parameter(&self, parameter: &Parameter) -> Row {
        let (kind, mut constraints, mut description) =
            self.value(parameter.schema.as_ref(), parameter.level);
        let usual = match parameter.location.as_str() {
            "path" | "header" => ("simple", false),
            _ => ("form", true),
        };
        if (parameter.style.as_str(), parameter.explode) != usual {
            let exploded = if parameter.explode {
                ", exploded"
            } else {
                ", not exploded"
            };
            let written = Line::from("written in style ")
                .code(&parameter.style)
                .text(exploded);
            constraints = Line::join([constraints, written], &Inline::Break);
        }
        if !parameter.description.is_empty() {
            description.clone_from(&parameter.description);
        }
        let examples = parameter.examples.iter().map(|example| {
            let mut line = Line::default().value(&example.value);
            if example.name != "example" {
                line = line.text(format!(" – {}", example.name));
            }
            if example.summary.is_empty() {
                line
            } else {
                line.text(format!(": {}", example.summary))
            }
        });
        Row {
            depth: 0,
            cells: vec![
                Line::default().code(&parameter.name),
                Line::from(parameter.location.as_str()),
                kind,
                required(parameter.required, parameter.level, self.operation.level),
                constraints,
                Line::default().prose(&description),
                Line::join(examples, &Inline::Break),
            ],
        }
    }

    fn request_body(&self) -> Option<Section> {
        let body = self.operation.request_body.as_ref()?;
        let mut section = Section::new("Request body");
        let words = if body.required {
            "A body must be sent."
        } else {
            "A body may be sent."
        };
        section.blocks.push(Block::Line(words.into()));
        section.prose(&body.description);
        for media in &body.content {
            section.blocks.push(self.media(media, self.operation.level));
            section.blocks.extend(examples(media));
        }
        Some(section)
    }

    fn responses(&self, observed: &mut Observed) -> Option<Section> {
        let mut section = Section::new("Responses");
        // Most faults look alike: what was shown of one status isn't shown again of the next.
        let mut known: Vec<(Vec<Block>, Line)> = Vec::new();
        for response in &self.operation.responses {
            let status = response.status.to_string();
            let anchor = self.anchors.response(self.operation, &status);
            let mut heading = Line::default().code(&status);
            if let Some(phrase) = phrase(&status) {
                heading = heading.text(format!(" {phrase}"));
            }
            let heading = heading.level_unless(response.level, self.operation.level);
            let mut part = Section::new(heading).at(&anchor);
            part.prose(&response.description);
            let headers = self.headers(response);
            let content = response
                .content
                .iter()
                .map(|media| self.media(media, response.level))
                .collect();
            for (what, blocks) in [("Headers", headers), ("Body", content)] {
                if blocks.is_empty() {
                    continue;
                }
                if let Some((_, place)) = known.iter().find(|(known, _)| *known == blocks) {
                    let same = Line::from(what)
                        .text(": as of ")
                        .then(place.clone())
                        .text(".");
                    part.blocks.push(Block::Line(same));
                } else {
                    let place = Line::default().push(Inline::Place(anchor.clone(), status.clone()));
                    known.push((blocks.clone(), place));
                    part.blocks.extend(blocks);
                }
            }
            part.blocks
                .extend(observed.take(&Spot::Response(status.clone())));
            part.blocks.extend(observed.example(&status));
            part.blocks
                .extend(response.content.iter().flat_map(examples));
            section.sections.push(part);
        }
        (!section.sections.is_empty()).then_some(section)
    }

    fn headers(&self, response: &ResponseObject) -> Vec<Block> {
        if response.headers.is_empty() {
            return Vec::new();
        }
        let row = |header: &Header| {
            let (kind, constraints, mut description) =
                self.value(header.schema.as_ref(), header.level);
            if !header.description.is_empty() {
                description.clone_from(&header.description);
            }
            let needed = required(header.required, header.level, response.level);
            let description = Line::default().prose(&description);
            Row {
                depth: 0,
                cells: vec![
                    Line::default().code(&header.title),
                    kind,
                    needed,
                    constraints,
                    description,
                ],
            }
        };
        let rows = response.headers.iter().map(row).collect();
        let head = ["Header", "Type", "Required", "Constraints", "Description"];
        let mut blocks = vec![Block::Table(Table::new("Headers", &head, rows))];
        for header in &response.headers {
            let caption = Line::from("Parts of ").code(&header.title);
            blocks.extend(self.parts(caption, header.schema.as_ref(), header.level));
        }
        blocks
    }

    fn media(&self, media: &MediaTypeObject, understood: Level) -> Block {
        let caption = Line::from("Body ")
            .code(&media.name)
            .level_unless(media.level, understood);
        match &media.schema {
            Some(at) => Block::Table(
                Members::new(&self.contract.document, media.level).table(caption, at, "body"),
            ),
            None => Block::Line(caption.text(": anything")),
        }
    }

    fn value(&self, schema: Option<&crate::diag::Pointer>, level: Level) -> (Line, Line, String) {
        let Some(at) = schema else {
            return (Line::from("any"), Line::default(), String::new());
        };
        let summary = Members::new(&self.contract.document, level).summary(at);
        (summary.kind, summary.constraints, summary.description)
    }

    /// The table of a parameter or header that is more than one value.
    fn parts(
        &self,
        caption: Line,
        schema: Option<&crate::diag::Pointer>,
        level: Level,
    ) -> Option<Block> {
        let members = Members::new(&self.contract.document, level);
        let at = schema.filter(|at| members.is_nested(at))?;
        Some(Block::Table(members.table(caption, at, "value")))
    }

    fn relations(&self) -> Option<Section> {
        let relations = &self.operation.relations;
        if relations.is_empty() {
            return None;
        }
        let row = |relation: &RelationDecl| {
            let mut rule = Line::default().code(&relation.rule);
            if let Some(when) = &relation.when {
                rule = rule.push(Inline::Break).text("when ").code(when);
            }
            let side = match relation.side {
                RelationSide::Request => "request",
                RelationSide::Response => "response",
            };
            Row {
                depth: 0,
                cells: vec![
                    Line::default().code(&relation.id),
                    Line::default().level(relation.level),
                    Line::from(side),
                    if relation.text == relation.rule {
                        Line::default()
                    } else {
                        Line::default().prose(&relation.text)
                    },
                    rule,
                ],
            }
        };
        let rows = relations.iter().map(row).collect();
        let mut section = Section::new("Relations");
        section.blocks.push(Block::Line(
            "What holds between the parts of an exchange, beyond the schemas.".into(),
        ));
        let head = ["Relation", "Level", "Of the", "Demand", "Rule (CEL)"];
        section
            .blocks
            .push(Block::Table(Table::new(Line::default(), &head, rows)));
        Some(section)
    }

    fn laws(&self) -> Option<Section> {
        let laws = &self.operation.laws;
        if laws.is_empty() {
            return None;
        }
        let row = |law: &crate::openapi::Law| Row {
            depth: 0,
            cells: vec![
                Line::default().code(&law.id),
                Line::default().level(law.level),
                Line::default().prose(&law.text),
            ],
        };
        let rows = laws.iter().map(row).collect();
        let mut section = Section::new("Laws");
        section
            .blocks
            .push(Block::Line("What holds across exchanges.".into()));
        section.blocks.push(Block::Table(Table::new(
            Line::default(),
            &["Law", "Level", "Demand"],
            rows,
        )));
        Some(section)
    }
}

fn required(is_required: bool, level: Level, understood: Level) -> Line {
    let word = if is_required { "yes" } else { "no" };
    Line::from(word).level_unless(level, understood)
}

fn examples(media: &MediaTypeObject) -> impl Iterator<Item = Block> + '_ {
    let json = media
        .range
        .media_type()
        .is_some_and(crate::http::MediaType::is_json);
    media
        .examples
        .iter()
        .map(move |example| shown(example, &media.name, json))
}

fn shown(example: &NamedExample, media: &str, json: bool) -> Block {
    let text = match &example.value {
        Value::String(text) if !json => text.clone(),
        value => serde_json::to_string_pretty(value).unwrap_or_default(),
    };
    let mut caption = Line::from("Example");
    if example.name != "example" {
        caption = caption.text(" ").code(&example.name);
    }
    if !example.summary.is_empty() {
        caption = caption.text(format!(": {}", example.summary));
    }
    Block::Code {
        caption: caption.text(" (").code(media).text(")"),
        text,
    }
}

/// What a status is called (the registry of RFC 9110, 16.2.1).
fn phrase(status: &str) -> Option<&'static str> {
    let code: u16 = status.parse().ok()?;
    PHRASES
        .iter()
        .find(|(known, _)| *known == code)
        .map(|(_, phrase)| *phrase)
}

const PHRASES: [(u16, &str); 34] = [
    (200, "OK"),
    (201, "Created"),
    (202, "Accepted"),
    (203, "Non-Authoritative Information"),
    (204, "No Content"),
    (206, "Partial Content"),
    (301, "Moved Permanently"),
    (302, "Found"),
    (303, "See Other"),
    (304, "Not Modified"),
    (307, "Temporary Redirect"),
    (308, "Permanent Redirect"),
    (400, "Bad Request"),
    (401, "Unauthorized"),
    (403, "Forbidden"),
    (404, "Not Found"),
    (405, "Method Not Allowed"),
    (406, "Not Acceptable"),
    (408, "Request Timeout"),
    (409, "Conflict"),
    (410, "Gone"),
    (411, "Length Required"),
    (412, "Precondition Failed"),
    (413, "Content Too Large"),
    (415, "Unsupported Media Type"),
    (422, "Unprocessable Content"),
    (428, "Precondition Required"),
    (429, "Too Many Requests"),
    (431, "Request Header Fields Too Large"),
    (500, "Internal Server Error"),
    (501, "Not Implemented"),
    (502, "Bad Gateway"),
    (503, "Service Unavailable"),
    (504, "Gateway Timeout"),
];
