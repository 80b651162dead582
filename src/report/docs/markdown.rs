//! The documentation as GitHub-flavoured Markdown.

use std::fmt::Write as _;

use super::content;
use super::escape::{self, fragment};
use super::page::{Block, Inline, Line, Page, Section, Table};
use super::prose;
use crate::openapi::Contract;
use crate::outcome::Account;

/// The documentation of a contract as GitHub-flavoured Markdown.
/// Of a run it shows what an implementation does, and which clauses it doesn't keep.
#[must_use]
pub fn markdown(contract: &Contract, account: Option<&Account<'_>>) -> String {
    let page = content::page(contract, account);
    let mut writer = Writer::default();
    writer.page(&page);
    writer.out
}

#[derive(Default)]
struct Writer {
    out: String,
}

impl Writer {
    fn page(&mut self, page: &Page) {
        let _ = writeln!(self.out, "# {}", escape::markdown(&page.title));
        page.lead.iter().for_each(|block| self.block(block, 1));
        self.out.push('\n');
        for group in &page.navigation {
            let title = escape::markdown(&group.title);
            let _ = writeln!(self.out, "- [{title}](#{})", fragment(&group.anchor));
            for entry in &group.entries {
                let text = escape::markdown(&entry.text);
                let method = entry
                    .method
                    .as_deref()
                    .map(|method| format!("`{method}` "))
                    .unwrap_or_default();
                let _ = writeln!(
                    self.out,
                    "  - {method}[{text}](#{})",
                    fragment(&entry.anchor)
                );
            }
        }
        page.sections
            .iter()
            .for_each(|section| self.section(section, 2));
    }

    fn section(&mut self, section: &Section, level: usize) {
        if let Some(anchor) = &section.anchor {
            let _ = write!(self.out, "\n<a id=\"{}\"></a>\n", escape::html(anchor));
        }
        let _ = writeln!(
            self.out,
            "\n{} {}",
            "#".repeat(level.min(6)),
            line(&section.heading)
        );
        section
            .blocks
            .iter()
            .for_each(|block| self.block(block, level));
        section
            .sections
            .iter()
            .for_each(|section| self.section(section, level + 1));
    }

    fn block(&mut self, block: &Block, level: usize) {
        self.out.push('\n');
        match block {
            Block::Prose(markdown) => {
                let _ = writeln!(self.out, "{}", prose::markdown(markdown, level));
            }
            Block::Line(text) => {
                let _ = writeln!(self.out, "{}", line(text));
            }
            Block::Facts(facts) => {
                for (name, text) in facts {
                    let _ = writeln!(self.out, "- {name}: {}", line(text));
                }
            }
            Block::Table(table) => self.table(table),
            Block::Code { caption, text } => {
                let json = serde_json::from_str::<serde_json::Value>(text).is_ok();
                let fence = escape::markdown_fence(text, if json { "json" } else { "" });
                let _ = write!(self.out, "{}:\n\n{fence}", line(caption));
            }
        }
    }

    fn table(&mut self, table: &Table) {
        if !table.caption.0.is_empty() {
            let _ = writeln!(self.out, "{}:\n", line(&table.caption));
        }
        let _ = writeln!(self.out, "| {} |", table.head.join(" | "));
        let _ = writeln!(self.out, "|{}", " --- |".repeat(table.head.len()));
        for row in &table.rows {
            let cells: Vec<String> = row
                .cells
                .iter()
                .map(|cell| escape::pipes(&line(cell)))
                .collect();
            let _ = writeln!(self.out, "| {} |", cells.join(" | "));
        }
    }
}

/// A stretch of text on one line. What is more in a cell, a pipe, is the table's business.
fn line(line: &Line) -> String {
    let mut shown = String::new();
    for inline in &line.0 {
        match inline {
            Inline::Text(text) => {
                // Escaping makes one space of all there are, at the ends too, where they matter.
                let (before, after) = (text.starts_with(' '), text.ends_with(' '));
                let text = escape::markdown(text);
                shown.push_str(if before { " " } else { "" });
                shown.push_str(&text);
                shown.push_str(if after && !text.is_empty() { " " } else { "" });
            }
            Inline::Code(text) | Inline::Method(text) => {
                shown.push_str(&escape::markdown_code(text));
            }
            Inline::Level(level) => {
                let _ = write!(shown, "**{}**", level.as_str());
            }
            Inline::Place(anchor, name) => {
                let _ = write!(
                    shown,
                    "[{}](#{})",
                    escape::markdown_code(name),
                    fragment(anchor)
                );
            }
            Inline::Link(target) => {
                let plain = escape::is_safe_link(target)
                    && target.contains("://")
                    && !target.contains(|c: char| {
                        c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '|' | '\\')
                    });
                let written = if plain {
                    format!("<{target}>")
                } else {
                    escape::markdown_code(target)
                };
                shown.push_str(&written);
            }
            Inline::Prose(markdown) => shown.push_str(&prose::cell(markdown)),
            Inline::Break => shown.push_str("<br>"),
        }
    }
    shown
}
