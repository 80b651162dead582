//! Changes a file of waivers and keeps what people wrote: comments, order, and whatever else stands there.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use jiff::civil::Date;

use super::file::{Waiver, Waivers};
use crate::clause::ClauseId;

/// A waiver to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addition {
    /// The clause that is broken.
    pub clause: ClauseId,
    /// The case in which it is, or a pattern of cases.
    pub case: String,
    /// What was found, for whoever reads the file.
    pub found: String,
    /// Why it is accepted.
    pub reason: String,
    /// Who accepts it.
    pub owner: String,
    /// Where it is to be mended.
    pub ticket: Option<String>,
    /// The last day.
    pub expires: Date,
}

/// Why a file can't be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// Its list is written in brackets, or at another place than at the text's end.
    #[error(
        "its waivers are no block list at the end of the file, each entry beginning with `- `; write them so, and they can be changed"
    )]
    NoBlockList,
}

/// The text with waivers added at its end.
///
/// # Errors
/// When the file is written in a way that can't be added to.
pub fn added(text: &str, additions: &[Addition]) -> Result<String, EditError> {
    let mut whole = text.to_owned();
    if !whole.is_empty() && !whole.ends_with('\n') {
        whole.push('\n');
    }
    let list = list(text)?;
    if list.indent.is_none() {
        // A list that is there and empty is begun anew.
        if let Some(key) = list.key {
            whole.replace_range(key, "");
        }
        whole.push_str("waivers:\n");
    }
    let indent = " ".repeat(list.indent.unwrap_or(2));
    for addition in additions {
        whole.push_str(&entry(&indent, addition));
    }
    Ok(whole)
}

fn entry(indent: &str, addition: &Addition) -> String {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let mut text = String::new();
    for line in addition.found.lines() {
        let _ = writeln!(text, "{indent}# {line}");
    }
    let _ = writeln!(
        text,
        "{indent}- clause: {}",
        quoted(&addition.clause.to_string())
    );
    let mut key = |name: &str, value: &str| {
        let _ = writeln!(text, "{indent}  {name}: {value}");
    };
    key("case", &quoted(&addition.case));
    key("reason", &quoted(&addition.reason));
    key("owner", &quoted(&addition.owner));
    if let Some(ticket) = &addition.ticket {
        key("ticket", &quoted(ticket));
    }
    key("expires", &addition.expires.to_string());
    text
}

/// The text without some of its waivers, and without the comments right above them.
///
/// # Errors
/// When the file is written in a way that can't be changed line by line.
pub fn pruned(waivers: &Waivers, unneeded: &[&Waiver]) -> Result<String, EditError> {
    let text = waivers.document.source().text();
    if unneeded.is_empty() {
        return Ok(text.to_owned());
    }
    let list = list(text)?;
    let indent = list.indent.ok_or(EditError::NoBlockList)?;
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let dash = format!("{}-", " ".repeat(indent));
    let begins = |line: &str| line.starts_with(&dash);
    let mut gone: BTreeSet<usize> = BTreeSet::new();
    for waiver in unneeded {
        let line = waivers.document.place(&waiver.at).line - 1;
        let start = (0..=line).rev().find(|n| begins(lines[*n]));
        let start = start.ok_or(EditError::NoBlockList)?;
        let mut end = start + 1;
        while end < lines.len() && belongs(lines[end], indent) {
            end += 1;
        }
        gone.extend(start..end);
        // What is said right above an entry is said of it.
        let mut above = start;
        while above > 0 && is_comment(lines[above - 1], indent) {
            above -= 1;
            gone.insert(above);
        }
    }
    let kept = waivers.all.len() > unneeded.len();
    let mut rest = String::new();
    for (number, line) in lines.iter().enumerate() {
        if gone.contains(&number) {
            continue;
        }
        if !kept && line.trim_end() == "waivers:" {
            rest.push_str("waivers: []\n");
        } else {
            rest.push_str(line);
        }
    }
    Ok(rest)
}

/// Whether a line goes on with the entry before it: it stands deeper than the entry's dash.
fn belongs(line: &str, indent: usize) -> bool {
    let depth = line.len() - line.trim_start().len();
    !line.trim().is_empty() && depth > indent
}

fn is_comment(line: &str, indent: usize) -> bool {
    let depth = line.len() - line.trim_start().len();
    depth == indent && line.trim_start().starts_with('#')
}

struct List {
    /// How deep the dashes stand, where there are entries.
    indent: Option<usize>,
    /// The line of an empty list, to be written anew.
    key: Option<std::ops::Range<usize>>,
}

fn list(text: &str) -> Result<List, EditError> {
    let mut at = 0;
    let mut key = None;
    let mut indent = None;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end();
        let span = at..at + line.len();
        at += line.len();
        let content = bare.trim_start();
        if content.is_empty() || content.starts_with('#') || content == "---" {
            continue;
        }
        let depth = bare.len() - content.len();
        if depth == 0 && content.starts_with("waivers:") {
            let value = content["waivers:".len()..]
                .split(" #")
                .next()
                .unwrap_or_default();
            match value.trim() {
                "" | "[]" | "~" | "null" => key = Some(span),
                _ => return Err(EditError::NoBlockList),
            }
        } else if key.is_none() {
            return Err(EditError::NoBlockList);
        } else if indent.is_none() {
            if !content.starts_with("- ") {
                return Err(EditError::NoBlockList);
            }
            indent = Some(depth);
        }
    }
    if indent.is_some() {
        key = None;
    }
    Ok(List { indent, key })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Source;

    const FILE: &str = "\
# What Nova does otherwise.
waivers:
  # The limit is answered by a middleware.
  - clause: op/413/**
    reason: 'its own page'
    owner: us
    expires: 2027-01-01

  - clause: op/200#content-type   # a word on the line
    reason: x
    owner: us
    expires: 2027-01-01
  # At the end.
";

    fn addition() -> Addition {
        Addition {
            clause: ClauseId::new("op", &["200", "header", "date"], "pattern"),
            case: "op/one".into(),
            found: "the header Date does not match its pattern".into(),
            reason: "\"quoted\": and # more".into(),
            owner: "us".into(),
            ticket: None,
            expires: jiff::civil::date(2027, 5, 1),
        }
    }

    fn read(text: &str) -> Waivers {
        Waivers::read(&Source::new("w.yaml", text)).expect("it is read")
    }

    #[test]
    fn what_is_added_is_read_back_and_what_was_there_stays() {
        for text in [
            FILE,
            "",
            "# none\n",
            "waivers: []\n",
            "# a\nwaivers:\n# b\n",
            FILE.trim_end(),
        ] {
            let whole = added(text, &[addition()]).expect("it can be added to");
            let before = read(text).iter().count();
            let all = read(&whole);
            let last = all.iter().last().expect("it was added");
            assert_eq!(all.iter().count(), before + 1, "{whole}");
            assert_eq!(last.clause.to_string(), "op/200/header/date#pattern");
            assert_eq!(last.reason, addition().reason);
            for comment in text.lines().filter(|line| line.contains('#')) {
                assert!(whole.contains(comment), "{whole}");
            }
        }
    }

    #[test]
    fn what_is_pruned_goes_with_its_comment_and_nothing_else() {
        let waivers = read(FILE);
        let all: Vec<&Waiver> = waivers.iter().collect();
        let without = |gone: &[&Waiver]| pruned(&waivers, gone).expect("it can be changed");
        assert_eq!(without(&[]), FILE);
        insta::assert_snapshot!(without(&all[..1]), @r#"
        # What Nova does otherwise.
        waivers:

          - clause: op/200#content-type   # a word on the line
            reason: x
            owner: us
            expires: 2027-01-01
          # At the end.
        "#);
        insta::assert_snapshot!(without(&all[1..]), @r#"
        # What Nova does otherwise.
        waivers:
          # The limit is answered by a middleware.
          - clause: op/413/**
            reason: 'its own page'
            owner: us
            expires: 2027-01-01

          # At the end.
        "#);
        assert_eq!(read(&without(&all)).iter().count(), 0);
    }

    #[test]
    fn what_is_written_in_brackets_is_not_touched() {
        for text in [
            "{waivers: []}",
            "waivers: [{clause: a#b}]\n",
            "waivers:\n  a: b\n",
        ] {
            assert_eq!(
                added(text, &[addition()]),
                Err(EditError::NoBlockList),
                "{text}"
            );
        }
    }
}
