//! What the documentation shows, before it has a format.

use serde_json::Value;

use crate::openapi::Level;

/// The whole documentation.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// The API's name.
    pub(super) title: String,
    /// What stands under the title.
    pub(super) lead: Vec<Block>,
    /// Where to go, group by group.
    pub(super) navigation: Vec<Group>,
    /// The parts, in order.
    pub(super) sections: Vec<Section>,
}

/// A group of places to go to.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) title: String,
    /// The place of the group itself.
    pub(super) anchor: String,
    pub(super) entries: Vec<Entry>,
}

/// A place to go to.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) anchor: String,
    pub(super) text: String,
    /// An operation's method.
    pub(super) method: Option<String>,
}

/// A part with a heading; how deep it stands is its heading's level.
#[derive(Debug)]
pub(super) struct Section {
    /// The place links lead to; parts nothing links to have none.
    pub(super) anchor: Option<String>,
    pub(super) heading: Line,
    pub(super) blocks: Vec<Block>,
    pub(super) sections: Vec<Section>,
}

impl Section {
    /// A part without a place of its own.
    pub(super) fn new(heading: impl Into<Line>) -> Self {
        Self {
            anchor: None,
            heading: heading.into(),
            blocks: Vec::new(),
            sections: Vec::new(),
        }
    }

    /// Gives it a place.
    pub(super) fn at(mut self, anchor: impl Into<String>) -> Self {
        self.anchor = Some(anchor.into());
        self
    }

    /// Adds a description, if there is one.
    pub(super) fn prose(&mut self, markdown: &str) {
        if !markdown.trim().is_empty() {
            self.blocks.push(Block::Prose(markdown.to_owned()));
        }
    }
}

/// Something as wide as the page.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Block {
    /// Markdown of the document.
    Prose(String),
    /// A paragraph.
    Line(Line),
    /// Names and what they stand for.
    Facts(Vec<(&'static str, Line)>),
    /// A table.
    Table(Table),
    /// A text as it stands, with a caption.
    Code { caption: Line, text: String },
}

/// A table whose columns each have a name and whose rows begin with what they are about.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Table {
    /// Empty where the heading above says it.
    pub(super) caption: Line,
    pub(super) head: Vec<&'static str>,
    pub(super) rows: Vec<Row>,
}

impl Table {
    /// Leaves out the columns no row has anything in, so that narrow screens aren't spent on them.
    pub(super) fn new(caption: impl Into<Line>, head: &[&'static str], mut rows: Vec<Row>) -> Self {
        let used: Vec<bool> = (0..head.len())
            .map(|n| {
                n == 0
                    || rows
                        .iter()
                        .any(|row| row.cells.get(n).is_some_and(|cell| !cell.0.is_empty()))
            })
            .collect();
        for row in &mut rows {
            row.cells.resize_with(head.len(), Line::default);
            let mut used = used.iter();
            row.cells.retain(|_| used.next() == Some(&true));
        }
        let head = head
            .iter()
            .zip(&used)
            .filter(|(_, used)| **used)
            .map(|(name, _)| *name)
            .collect();
        Self {
            caption: caption.into(),
            head,
            rows,
        }
    }
}

/// A row of a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Row {
    /// How deep what it is about stands in what the rows above are about.
    pub(super) depth: usize,
    pub(super) cells: Vec<Line>,
}

/// A stretch of text.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Line(pub(super) Vec<Inline>);

impl Line {
    pub(super) fn text(mut self, text: impl Into<String>) -> Self {
        self.0.push(Inline::Text(text.into()));
        self
    }

    pub(super) fn code(mut self, text: impl Into<String>) -> Self {
        self.0.push(Inline::Code(text.into()));
        self
    }

    /// A value, on one line.
    pub(super) fn value(self, value: &Value) -> Self {
        match value {
            Value::String(text) if text.is_empty() => self.text("the empty string"),
            Value::String(text) => self.code(text),
            other => self.code(other.to_string()),
        }
    }

    pub(super) fn level(mut self, level: Level) -> Self {
        self.0.push(Inline::Level(level));
        self
    }

    /// A level, where it isn't the one that goes without saying.
    pub(super) fn level_unless(self, level: Level, understood: Level) -> Self {
        if level == understood {
            self
        } else {
            self.text(" ").level(level)
        }
    }

    pub(super) fn push(mut self, inline: Inline) -> Self {
        self.0.push(inline);
        self
    }

    pub(super) fn then(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Markdown of the document, if there is any.
    pub(super) fn prose(mut self, markdown: &str) -> Self {
        if !markdown.trim().is_empty() {
            self.0.push(Inline::Prose(markdown.to_owned()));
        }
        self
    }

    /// Several of them with something between.
    pub(super) fn join(lines: impl IntoIterator<Item = Self>, between: &Inline) -> Self {
        let mut joined = Self::default();
        for line in lines.into_iter().filter(|line| !line.0.is_empty()) {
            if !joined.0.is_empty() {
                joined.0.push(between.clone());
            }
            joined.0.extend(line.0);
        }
        joined
    }
}

impl From<&str> for Line {
    fn from(text: &str) -> Self {
        Self::default().text(text)
    }
}

/// A piece of a line.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Inline {
    /// Plain text.
    Text(String),
    /// Something as it is written.
    Code(String),
    /// How much is demanded.
    Level(Level),
    /// An HTTP method.
    Method(String),
    /// A place on this page, by its anchor and its name.
    Place(String, String),
    /// A place elsewhere.
    Link(String),
    /// Markdown of the document.
    Prose(String),
    /// The end of a line.
    Break,
}
