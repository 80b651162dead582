//! Markdown of the document: shown in HTML, or made part of other Markdown.
//!
//! Raw HTML in it is text, links that could run code aren't links, images aren't fetched, and its
//! headings stand below the heading they are under.

use std::ops::Range;

use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::escape;

const OPTIONS: Options = Options::ENABLE_TABLES.union(Options::ENABLE_STRIKETHROUGH);

/// The Markdown as HTML, below a heading of level `above`.
pub(super) fn html(markdown: &str, above: usize) -> String {
    let mut outline = Outline::below(above);
    let mut in_head = false;
    let mut links = Vec::new();
    let events = Parser::new_ext(markdown, OPTIONS).filter_map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Some(Event::Text(text)),
        Event::Start(Tag::HtmlBlock) => Some(Event::Start(Tag::Paragraph)),
        Event::End(TagEnd::HtmlBlock) => Some(Event::End(TagEnd::Paragraph)),
        // Only the text that stands for an image is shown: the page fetches nothing.
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => None,
        Event::Start(Tag::Link { ref dest_url, .. }) => {
            let safe = escape::is_safe_link(dest_url);
            links.push(safe);
            safe.then_some(event)
        }
        Event::End(TagEnd::Link) => links.pop().unwrap_or(true).then_some(event),
        Event::Start(Tag::Heading { level, .. }) => Some(Event::Start(Tag::Heading {
            level: outline.enter(level),
            id: None,
            classes: Vec::new(),
            attrs: Vec::new(),
        })),
        Event::End(TagEnd::Heading(_)) => Some(Event::End(TagEnd::Heading(outline.current()))),
        Event::Start(Tag::TableHead) | Event::End(TagEnd::TableHead) => {
            in_head = !in_head;
            Some(event)
        }
        Event::Start(Tag::TableCell) if in_head => {
            Some(Event::InlineHtml(CowStr::Borrowed("<th scope=\"col\">")))
        }
        other => Some(other),
    });
    let mut shown = String::new();
    pulldown_cmark::html::push_html(&mut shown, events);
    shown
}

/// The Markdown as part of other Markdown, below a heading of level `above`.
pub(super) fn markdown(markdown: &str, above: usize) -> String {
    let text = harmless(markdown.trim());
    let mut outline = Outline::below(above);
    let mut edits = Vec::new();
    for (event, range) in Parser::new_ext(&text, OPTIONS).into_offset_iter() {
        if let Event::Start(Tag::Heading { level, .. }) = event {
            let hashes = "#".repeat(outline.enter(level) as usize);
            let written = text[range.clone()].trim_end();
            let inner = if written.starts_with('#') {
                written.trim_matches('#').trim().to_owned()
            } else {
                let above_the_line = written
                    .rsplit_once('\n')
                    .map_or(written, |(above, _)| above);
                escape::one_line(above_the_line)
            };
            let end = range.start + written.len();
            edits.push((range.start..end, format!("{hashes} {inner}")));
        }
    }
    edited(&text, edits)
}

/// The Markdown in a cell of a table: on one line, with breaks between paragraphs and list items.
pub(super) fn cell(markdown: &str) -> String {
    let mut paragraphs = vec![String::new()];
    for line in markdown.lines().map(str::trim) {
        let item = line.starts_with("- ") || line.starts_with("* ") || line.starts_with("+ ");
        if line.is_empty() || item {
            paragraphs.push(String::new());
        }
        if let Some(paragraph) = paragraphs.last_mut() {
            if !paragraph.is_empty() {
                paragraph.push(' ');
            }
            paragraph.push_str(line);
        }
    }
    // A cell holds no blocks. Behind a word nothing is taken for one here either.
    let shown = paragraphs
        .iter()
        .filter(|paragraph| !paragraph.is_empty())
        .map(|paragraph| {
            let text = harmless(&format!("x {paragraph}"));
            escape::pipes(text.strip_prefix("x ").unwrap_or(&text))
        });
    shown.collect::<Vec<_>>().join("<br>")
}

/// The Markdown without raw HTML and without links that could run code. What is made text may make
/// other text mean something, so this looks again until nothing is left.
fn harmless(markdown: &str) -> String {
    let mut text = markdown.to_owned();
    for _ in 0..16 {
        let mut edits: Vec<(Range<usize>, String)> = Vec::new();
        for (event, range) in Parser::new_ext(&text, OPTIONS).into_offset_iter() {
            match event {
                Event::Html(_) | Event::InlineHtml(_) => {
                    edits.push((range.clone(), text[range].replace('<', "&lt;")));
                }
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. })
                    if !escape::is_safe_link(&dest_url) =>
                {
                    let written = &text[range.clone()];
                    let opening = written.find(['[', '<']).unwrap_or(0);
                    let at = range.start + opening;
                    let end = at + written[opening..].chars().next().map_or(0, char::len_utf8);
                    let replacement = if text[at..end] == *"<" { "&lt;" } else { "\\[" };
                    edits.push((at..end, replacement.to_owned()));
                }
                _ => {}
            }
        }
        if edits.is_empty() {
            return text;
        }
        text = edited(&text, edits);
    }
    escape::markdown(&text)
}

fn edited(text: &str, mut edits: Vec<(Range<usize>, String)>) -> String {
    edits.sort_by_key(|(range, _)| range.start);
    let mut result = String::with_capacity(text.len());
    let mut done = 0;
    for (range, replacement) in edits {
        // What stands inside an earlier edit is dealt with already.
        if range.start >= done {
            result.push_str(&text[done..range.start]);
            result.push_str(&replacement);
            done = range.end;
        }
    }
    result.push_str(&text[done..]);
    result
}

/// The levels of a text's headings, so changed that none is left out and all are below another.
struct Outline {
    above: usize,
    open: Vec<HeadingLevel>,
}

impl Outline {
    fn below(above: usize) -> Self {
        Self {
            above,
            open: Vec::new(),
        }
    }

    fn enter(&mut self, level: HeadingLevel) -> HeadingLevel {
        while self.open.last().is_some_and(|open| *open >= level) {
            self.open.pop();
        }
        self.open.push(level);
        self.current()
    }

    fn current(&self) -> HeadingLevel {
        HeadingLevel::try_from(self.above + self.open.len()).unwrap_or(HeadingLevel::H6)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_stand_below_the_one_they_are_under() {
        let text = "# A\n\ntext\n\n### B ##\n\nC\nc\n---\n";
        assert_eq!(
            html(text, 3),
            "<h4>A</h4>\n<p>text</p>\n<h5>B</h5>\n<h5>C\nc</h5>\n"
        );
        assert_eq!(markdown(text, 3), "#### A\n\ntext\n\n##### B\n\n##### C c");
        assert_eq!(html("# A", 6), "<h6>A</h6>\n");
    }

    #[test]
    fn markup_is_text() {
        let text = "<script>alert(1)</script>\n\na <b>bold</b> [x](javascript:alert(1)) ![y](https://e.org/y.png) <javascript:z>";
        let shown = html(text, 1);
        assert_eq!(
            shown,
            "<p>&lt;script&gt;alert(1)&lt;/script&gt;\n</p>\n<p>a &lt;b&gt;bold&lt;/b&gt; x y javascript:z</p>\n"
        );
        let shown = markdown(text, 1);
        assert!(
            !shown.contains("<script") && !shown.contains("<b>") && !shown.contains("<javascript"),
            "{shown}"
        );
        assert!(shown.contains("\\[x](javascript:alert(1))"), "{shown}");
        assert_eq!(html(&shown, 1).matches("<a ").count(), 0, "{shown}");
    }

    #[test]
    fn what_becomes_text_hides_nothing() {
        let text = "<div>\n[x](javascript:a)\n<div>\n";
        let shown = markdown(text, 1);
        assert_eq!(html(&shown, 1).matches("<a ").count(), 0, "{shown}");
    }

    #[test]
    fn a_cell_is_one_line() {
        let text = "One | two\nthree.\n\n- a\n- `b|c`\n\n    <script>\n~~~ <i>\n[x]: javascript:y";
        let shown = cell(text);
        assert_eq!(
            shown,
            "One \\| two three.<br>- a<br>- `b\\|c`<br>&lt;script> ~~~ &lt;i> [x]: javascript:y"
        );
    }

    #[test]
    fn columns_of_tables_are_named_as_such() {
        let shown = html("| a | b |\n| - | - |\n| 1 | 2 |\n", 2);
        assert!(
            shown.contains("<th scope=\"col\">a</th><th scope=\"col\">b</th>"),
            "{shown}"
        );
        assert!(shown.contains("<td>1</td>"), "{shown}");
    }
}
