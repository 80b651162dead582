//! The documentation as one HTML page.

use std::fmt::Write as _;

use super::content;
use super::escape::{self, fragment};
use super::frame::{self, Frame};
use super::page::{Block, Group, Inline, Line, Page, Section, Table};
use super::prose;
use crate::openapi::Contract;
use crate::outcome::Account;

const STYLE: &str = include_str!("style.css");

/// The documentation of a contract as an HTML page that needs no other file.
/// Of a run it shows what an implementation does, and which clauses it doesn't keep.
#[must_use]
pub fn html(contract: &Contract, account: Option<&Account<'_>>) -> String {
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
    fn put(&mut self, markup: &str) {
        self.out.push_str(markup);
    }

    fn page(&mut self, page: &Page) {
        let title = escape::html(&page.title);
        let frame = Frame {
            title: &page.title,
            style: STYLE,
            script: None,
        };
        frame::open(&mut self.out, &frame);
        let _ = write!(self.out, "<header>\n<h1>{title}</h1>\n");
        let (facts, lead): (Vec<_>, Vec<_>) = page
            .lead
            .iter()
            .partition(|block| matches!(block, Block::Facts(_)));
        for block in facts {
            self.block(block, 1);
        }
        self.put("</header>\n<div class=\"page\">\n");
        self.navigation(&page.navigation);
        self.put("<main id=\"main\" tabindex=\"-1\">\n");
        for block in lead {
            self.block(block, 1);
        }
        page.sections
            .iter()
            .for_each(|section| self.section(section, 2));
        self.put("</main>\n</div>\n");
        frame::close(&mut self.out, &frame);
    }

    fn navigation(&mut self, groups: &[Group]) {
        self.put("<nav id=\"navigation\" aria-label=\"Operations\">\n<ul>\n");
        for group in groups {
            let _ = write!(
                self.out,
                "<li><a class=\"group\" href=\"#{}\">{}</a>",
                fragment(&group.anchor),
                escape::html(&group.title)
            );
            if !group.entries.is_empty() {
                self.put("\n<ul>\n");
                for entry in &group.entries {
                    let _ = write!(self.out, "<li><a href=\"#{}\">", fragment(&entry.anchor));
                    if let Some(method) = &entry.method {
                        self.method(method);
                        self.put(" ");
                    }
                    let _ = writeln!(
                        self.out,
                        "<span>{}</span></a></li>",
                        escape::html(&entry.text)
                    );
                }
                self.put("</ul>\n");
            }
            self.put("</li>\n");
        }
        self.put("</ul>\n</nav>\n");
    }

    fn section(&mut self, section: &Section, level: usize) {
        match &section.anchor {
            Some(anchor) => {
                let anchor = escape::html(anchor);
                let _ = writeln!(
                    self.out,
                    "<section id=\"{anchor}\" class=\"level-{level}\">"
                );
            }
            None => {
                let _ = writeln!(self.out, "<section class=\"level-{level}\">");
            }
        }
        let tag = level.min(6);
        let _ = write!(self.out, "<h{tag}>");
        self.line(&section.heading);
        if let Some(anchor) = &section.anchor {
            let _ = write!(
                self.out,
                " <a class=\"here\" href=\"#{}\" aria-label=\"Link to this part\">#</a>",
                fragment(anchor)
            );
        }
        let _ = writeln!(self.out, "</h{tag}>");
        section
            .blocks
            .iter()
            .for_each(|block| self.block(block, level));
        section
            .sections
            .iter()
            .for_each(|section| self.section(section, level + 1));
        self.put("</section>\n");
    }

    fn block(&mut self, block: &Block, level: usize) {
        match block {
            Block::Prose(markdown) => {
                let _ = writeln!(
                    self.out,
                    "<div class=\"prose\">\n{}</div>",
                    prose::html(markdown, level)
                );
            }
            Block::Line(line) => {
                self.put("<p>");
                self.line(line);
                self.put("</p>\n");
            }
            Block::Facts(facts) => {
                self.put("<dl>\n");
                for (name, line) in facts {
                    let _ = write!(self.out, "<div><dt>{name}</dt><dd>");
                    self.line(line);
                    self.put("</dd></div>\n");
                }
                self.put("</dl>\n");
            }
            Block::Table(table) => self.table(table),
            Block::Code { caption, text } => {
                self.put("<figure>\n<figcaption>");
                self.line(caption);
                // A wide example is scrolled, which must work without a mouse too.
                let _ = write!(
                    self.out,
                    "</figcaption>\n<pre tabindex=\"0\"><code>{}</code></pre>\n</figure>\n",
                    escape::html(text)
                );
            }
        }
    }

    /// On a narrow screen each row is shown as a block, and a table that isn't displayed as one
    /// loses its meaning for screen readers in some browsers: so the roles are named.
    fn table(&mut self, table: &Table) {
        self.put("<table role=\"table\">\n");
        if !table.caption.0.is_empty() {
            self.put("<caption>");
            self.line(&table.caption);
            self.put("</caption>\n");
        }
        self.put("<thead role=\"rowgroup\"><tr role=\"row\">");
        for name in &table.head {
            let _ = write!(
                self.out,
                "<th scope=\"col\" role=\"columnheader\">{name}</th>"
            );
        }
        self.put("</tr></thead>\n<tbody role=\"rowgroup\">\n");
        for row in &table.rows {
            self.put("<tr role=\"row\">");
            for (n, (cell, name)) in row.cells.iter().zip(&table.head).enumerate() {
                if n == 0 {
                    let depth = row.depth.min(6);
                    let _ = write!(
                        self.out,
                        "<th scope=\"row\" role=\"rowheader\" class=\"depth-{depth}\">"
                    );
                    self.line(cell);
                    self.put("</th>");
                } else {
                    let empty = if cell.0.is_empty() {
                        " class=\"empty\""
                    } else {
                        ""
                    };
                    let _ = write!(
                        self.out,
                        "<td role=\"cell\" data-label=\"{name}\"{empty}><div>"
                    );
                    self.line(cell);
                    self.put("</div></td>");
                }
            }
            self.put("</tr>\n");
        }
        self.put("</tbody>\n</table>\n");
    }

    fn line(&mut self, line: &Line) {
        for inline in &line.0 {
            match inline {
                Inline::Text(text) => self.put(&escape::html(text)),
                Inline::Code(text) => {
                    let _ = write!(self.out, "<code>{}</code>", escape::html(text));
                }
                Inline::Level(level) => {
                    let _ = write!(
                        self.out,
                        "<strong class=\"level {0}\">{0}</strong>",
                        level.as_str()
                    );
                }
                Inline::Method(method) => self.method(method),
                Inline::Place(anchor, name) => {
                    let _ = write!(
                        self.out,
                        "<a href=\"#{}\"><code>{}</code></a>",
                        fragment(anchor),
                        escape::html(name)
                    );
                }
                Inline::Link(target) if escape::is_safe_link(target) => {
                    let target = escape::html(target);
                    let _ = write!(
                        self.out,
                        "<a href=\"{target}\" rel=\"noreferrer\">{target}</a>"
                    );
                }
                Inline::Link(target) => self.put(&escape::html(target)),
                Inline::Prose(markdown) => self.prose(markdown),
                Inline::Break => self.put("<br>"),
            }
        }
    }

    /// A single paragraph needs no paragraph's margins in a cell.
    fn prose(&mut self, markdown: &str) {
        let shown = prose::html(markdown, 6);
        let shown = shown.trim_end();
        let alone = shown
            .strip_prefix("<p>")
            .and_then(|rest| rest.strip_suffix("</p>"));
        self.put(alone.filter(|text| !text.contains("<p>")).unwrap_or(shown));
    }

    fn method(&mut self, method: &str) {
        let kind = match method {
            "GET" | "HEAD" | "OPTIONS" | "TRACE" | "QUERY" => "safe",
            "DELETE" => "delete",
            _ => "write",
        };
        let _ = write!(
            self.out,
            "<span class=\"method {kind}\">{}</span>",
            escape::html(method)
        );
    }
}
