//! One problem, and its picture.

use std::sync::Arc;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::document::Document;
use super::pointer::Pointer;
use super::source::{Place, Source, Span};

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; nothing is lost by it.
    Note,
    /// Something was read in spite of a mistake.
    Warning,
    /// Something could not be used.
    Error,
}

/// Whether a picture may hold colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Text alone.
    Plain,
    /// With ANSI colours.
    Colour,
}

/// A place in a text and what is said of it.
#[derive(Clone, Debug)]
pub struct Label {
    /// The text.
    pub source: Arc<Source>,
    /// The place in it.
    pub span: Span,
    /// What is said there; may be empty.
    pub text: String,
}

/// A problem in something a person wrote: what, where, and what to do.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// The kind of the problem, kebab-case and stable.
    pub code: &'static str,
    /// What is wrong, in one line.
    pub message: String,
    /// Where, the cause first. Empty for what no text holds, such as a missing file.
    pub labels: Vec<Label>,
    /// Further facts, a line each.
    pub notes: Vec<String>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error without a place yet.
    #[must_use]
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message)
    }

    /// A warning without a place yet.
    #[must_use]
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message)
    }

    fn new(severity: Severity, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            severity,
            code,
            message: message.into(),
            labels: Vec::new(),
            notes: Vec::new(),
            help: None,
        }
    }

    /// Adds a place and what is said of it.
    #[must_use]
    pub fn at(mut self, source: &Arc<Source>, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label {
            source: source.clone(),
            span,
            text: text.into(),
        });
        self
    }

    /// Adds the place of a node's key, or of the node itself if it has none.
    #[must_use]
    pub fn at_key(self, document: &Document, node: &Pointer, text: impl Into<String>) -> Self {
        let (source, span) = document.locate_key(node);
        self.at(source, span, text)
    }

    /// Adds the place of a node.
    #[must_use]
    pub fn at_node(self, document: &Document, node: &Pointer, text: impl Into<String>) -> Self {
        let (source, span) = document.locate(node);
        self.at(source, span, text)
    }

    /// Adds a fact.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The place of the cause, if a text holds it.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        let label = self.labels.first()?;
        Some(label.source.place(label.span.start))
    }

    /// The picture: message, <file:line:column>, the line with the place marked, what to do.
    #[must_use]
    pub fn render(&self, style: Style) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Note => Level::NOTE,
        };
        let mut group = Group::with_title(level.primary_title(&self.message).id(self.code));
        for labels in self
            .labels
            .chunk_by(|a, b| Arc::ptr_eq(&a.source, &b.source))
        {
            let source = &labels[0].source;
            let (line, window) = window(source, labels);
            let mut snippet = Snippet::source(&source.text()[window.clone()])
                .line_start(line)
                .path(source.name().as_ref());
            for label in labels {
                let kind = if std::ptr::eq(label, &raw const self.labels[0]) {
                    AnnotationKind::Primary
                } else {
                    AnnotationKind::Context
                };
                let shown = shown(label);
                let shown = shown.start - window.start..shown.end - window.start;
                snippet = snippet.annotation(kind.span(shown).label(&label.text));
            }
            group = group.element(snippet);
        }
        for note in &self.notes {
            group = group.element(Level::NOTE.message(note));
        }
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(help));
        }
        let renderer = match style {
            Style::Plain => Renderer::plain(),
            Style::Colour => Renderer::styled(),
        };
        renderer.decor_style(DecorStyle::Ascii).render(&[group])
    }
}

/// The lines that labels stand in, with the number of the first: a picture is made of the text it is
/// given, and documents have megabytes.
fn window(source: &Source, labels: &[Label]) -> (usize, std::ops::Range<usize>) {
    let text = source.text();
    let places = labels.iter().map(shown);
    let (start, end) = places.fold((text.len(), 0), |(start, end), place| {
        (start.min(place.start), end.max(place.end))
    });
    let start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let end = end.max(start);
    let end = text[end..].find('\n').map_or(text.len(), |at| end + at);
    (source.place(start).line, start..end)
}

/// The label's place, cut to its first line: a mark under a whole block hides the text.
fn shown(label: &Label) -> std::ops::Range<usize> {
    let text = label.source.text();
    let start = label.span.start.min(text.len());
    let end = label.span.end.clamp(start, text.len());
    let width = text[start..end].find('\n').unwrap_or(end - start);
    start..start + width
}

/// All problems, one below the other, in the order of their places.
#[must_use]
pub fn render_all(diagnostics: &[Diagnostic], style: Style) -> String {
    let mut sorted: Vec<&Diagnostic> = diagnostics.iter().collect();
    sorted.sort_by_key(|d| d.place());
    let pictures: Vec<String> = sorted.iter().map(|d| d.render(style)).collect();
    pictures.join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_shows_its_line_and_what_to_do() {
        let source = Source::new("cases/a.yaml", "operation: x\nexpects: {}\n");
        let diagnostic = Diagnostic::error("unknown-key", "`expects` is not a key of a case")
            .at(&source, Span::new(13, 20), "not known here")
            .help("did you mean `expect`?");
        insta::assert_snapshot!(diagnostic.render(Style::Plain), @r"
        error[unknown-key]: `expects` is not a key of a case
         --> cases/a.yaml:2:1
          |
        2 | expects: {}
          | ^^^^^^^ not known here
          |
          = help: did you mean `expect`?
        ");
    }

    #[test]
    fn a_block_is_marked_on_its_first_line_only() {
        let source = Source::new("a.yaml", "a:\n  b: 1\n  c: 2\n");
        let diagnostic = Diagnostic::error("x", "y").at(&source, Span::new(5, 16), "");
        assert!(!diagnostic.render(Style::Plain).contains("c: 2"));
    }
}
