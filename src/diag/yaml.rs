//! YAML 1.2 with places: parser events folded into a JSON value by the core schema.

use std::collections::HashMap;
use std::sync::Arc;

use granit_parser::{Event, Parser, ScalarStyle};
use serde_json::{Map, Number, Value};

use super::diagnostic::Diagnostic;
use super::document::{DEEPEST, Mark, Read};
use super::source::{Source, Span};

/// Nodes that aliases may add to a text, so that a few lines can't grow to gigabytes.
const ALIAS_BUDGET: usize = 250_000;

pub(super) fn read(source: &Arc<Source>) -> Result<Read, Vec<Diagnostic>> {
    let mut builder = Builder::new(source);
    if let Some(at) = source.text().find('\0') {
        let message = format!("not well-formed YAML: a NUL character at byte {at}");
        builder
            .problems
            .push(Diagnostic::error("syntax", message).at(source, Span::new(at, at), ""));
        return Err(builder.problems);
    }
    let mut parser = Parser::new_from_str(source.text());
    while let Some(event) = parser.next_event() {
        match event {
            Ok((event, span)) => {
                let start = offset(source, span.start);
                let end = offset(source, span.end).max(start);
                builder.event(event, Span::new(start, end));
                if builder.stack.len() > DEEPEST {
                    builder
                        .problems
                        .push(too_deep().at(source, Span::new(start, end), ""));
                    break;
                }
            }
            Err(error) => {
                let at = offset(source, *error.marker());
                // The parser has a limit of its own for brackets within brackets.
                let problem = if error.info().contains("recursion limit") {
                    too_deep()
                } else {
                    Diagnostic::error("syntax", format!("not well-formed YAML: {}", error.info()))
                };
                builder
                    .problems
                    .push(problem.at(source, Span::new(at, at + 1), ""));
                break;
            }
        }
    }
    if builder.problems.is_empty() {
        let (root, marks) = builder.root.unwrap_or_default();
        Ok(Read {
            root,
            marks,
            slips: builder.slips,
        })
    } else {
        builder.problems.extend(builder.slips);
        Err(builder.problems)
    }
}

fn too_deep() -> Diagnostic {
    let message = format!("this is nested more than {DEEPEST} levels deep");
    Diagnostic::error("too-deep", message)
}

fn offset(source: &Source, marker: granit_parser::Marker) -> usize {
    marker
        .byte_offset()
        .unwrap_or_else(|| source.byte(marker.line(), marker.col() + 1))
}

type Node = (Value, Mark);

enum Open {
    Sequence(Vec<Value>, Mark),
    Mapping {
        members: Map<String, Value>,
        mark: Mark,
        /// The key whose value comes next.
        key: Option<(String, Span)>,
    },
}

struct Builder<'a> {
    source: &'a Arc<Source>,
    stack: Vec<(Open, usize)>,
    anchors: HashMap<usize, Node>,
    aliased: usize,
    root: Option<Node>,
    documents: usize,
    /// What keeps the text from being read.
    problems: Vec<Diagnostic>,
    /// What readers differ in.
    slips: Vec<Diagnostic>,
}

impl<'a> Builder<'a> {
    fn new(source: &'a Arc<Source>) -> Self {
        Self {
            source,
            stack: Vec::new(),
            anchors: HashMap::new(),
            aliased: 0,
            root: None,
            documents: 0,
            problems: Vec::new(),
            slips: Vec::new(),
        }
    }

    fn event(&mut self, event: Event<'_>, span: Span) {
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents == 2 {
                    self.problem(
                        "second-document",
                        "a second YAML document starts here",
                        span,
                    );
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                if let Some(Open::Mapping {
                    key: key @ None, ..
                }) = self.stack.last_mut().map(|(open, _)| open)
                {
                    *key = Some((text.into_owned(), span));
                    return;
                }
                let as_text = tag.is_some_and(|tag| tag.to_string().ends_with("str"));
                let value = if style == ScalarStyle::Plain && !as_text {
                    resolve(&text)
                } else {
                    Value::String(text.into_owned())
                };
                let mark = Mark {
                    key: None,
                    span,
                    children: Vec::new(),
                };
                self.node((value, mark), anchor);
            }
            Event::SequenceStart(_, anchor, _) | Event::MappingStart(_, anchor, _) => {
                if let Some((Open::Mapping { key: None, .. }, _)) = self.stack.last() {
                    let slip = Diagnostic::error("key-not-text", "a key must be a plain text");
                    self.slips.push(slip.at(self.source, span, ""));
                    if let Some((Open::Mapping { key, .. }, _)) = self.stack.last_mut() {
                        *key = Some((String::new(), span));
                    }
                    // The collection is read as this key's value, so that reading goes on.
                }
                let mark = Mark {
                    key: None,
                    span,
                    children: Vec::new(),
                };
                let open = if matches!(event, Event::SequenceStart(..)) {
                    Open::Sequence(Vec::new(), mark)
                } else {
                    Open::Mapping {
                        members: Map::new(),
                        mark,
                        key: None,
                    }
                };
                self.stack.push((open, anchor));
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            Event::Alias(anchor) => self.alias(anchor, span),
            _ => {}
        }
    }

    fn close(&mut self, span: Span) {
        let Some((open, anchor)) = self.stack.pop() else {
            return;
        };
        let (value, mut mark) = match open {
            Open::Sequence(elements, mark) => (Value::Array(elements), mark),
            Open::Mapping { members, mark, .. } => merged(members, mark),
        };
        // A block's end is reported at the next token; its last child is where it really ends.
        let inner = mark.children.last().map_or(span.end, |last| last.span.end);
        mark.span.end = if span.end > span.start {
            span.end
        } else {
            inner
        };
        mark.span.end = mark.span.end.max(mark.span.start);
        self.node((value, mark), anchor);
    }

    fn alias(&mut self, anchor: usize, span: Span) {
        let Some((value, mark)) = self.anchors.get(&anchor).cloned() else {
            self.problem(
                "alias-in-itself",
                "this alias stands inside what it names",
                span,
            );
            return self.node((Value::Null, Mark::default()), 0);
        };
        if let Some((
            Open::Mapping {
                key: key @ None, ..
            },
            _,
        )) = self.stack.last_mut()
        {
            *key = Some((value.as_str().unwrap_or_default().to_owned(), span));
            return;
        }
        self.aliased += size(&mark);
        if self.aliased > ALIAS_BUDGET {
            if self.aliased - size(&mark) <= ALIAS_BUDGET {
                self.problem("alias-bomb", "aliases make this document too large", span);
            }
            return self.node((Value::Null, Mark::default()), 0);
        }
        self.node((value, mark), 0);
    }

    fn node(&mut self, node: Node, anchor: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let (value, mut mark) = node;
        match self.stack.last_mut().map(|(open, _)| open) {
            None => {
                self.root.get_or_insert((value, mark));
            }
            Some(Open::Sequence(elements, outer)) => {
                elements.push(value);
                outer.children.push(mark);
            }
            Some(Open::Mapping {
                members,
                mark: outer,
                key,
            }) => {
                let Some((name, at)) = key.take() else { return };
                mark.key = Some(at);
                if let Some(first) = members.keys().position(|known| *known == name) {
                    let before = outer.children[first].key.unwrap_or_default();
                    self.slips.push(
                        Diagnostic::error(
                            "duplicate-member",
                            format!("the key `{name}` is there twice"),
                        )
                        .at(self.source, at, "the second")
                        .at(self.source, before, "the first")
                        .help("keep one of the two"),
                    );
                    // As most readers have it, the last one counts.
                    members.insert(name, value);
                    outer.children[first] = mark;
                } else {
                    members.insert(name, value);
                    outer.children.push(mark);
                }
            }
        }
    }

    fn problem(&mut self, code: &'static str, message: &str, span: Span) {
        self.problems
            .push(Diagnostic::error(code, message).at(self.source, span, ""));
    }
}

/// A mapping with what `<<` names put in: YAML 1.1's merge key, which documents still use. What the
/// mapping has itself counts, and of several merged ones the first.
fn merged(mut members: Map<String, Value>, mut mark: Mark) -> Node {
    let is_mergeable = |value: &Value| match value {
        Value::Object(_) => true,
        Value::Array(all) => !all.is_empty() && all.iter().all(Value::is_object),
        _ => false,
    };
    if !members.get("<<").is_some_and(is_mergeable) {
        return (Value::Object(members), mark);
    }
    let index = members
        .keys()
        .position(|name| name == "<<")
        .unwrap_or_default();
    let merged = members.shift_remove("<<").unwrap_or_default();
    let marks = mark.children.remove(index);
    let all = match merged {
        Value::Array(all) => all.into_iter().zip(marks.children).collect(),
        one => vec![(one, marks)],
    };
    for (one, marks) in all {
        let Value::Object(one) = one else { continue };
        for ((name, value), inner) in one.into_iter().zip(marks.children) {
            if !members.contains_key(&name) {
                members.insert(name, value);
                mark.children.push(inner);
            }
        }
    }
    (Value::Object(members), mark)
}

fn size(mark: &Mark) -> usize {
    1 + mark.children.iter().map(size).sum::<usize>()
}

/// A plain scalar by the core schema (YAML 1.2.2, 10.3.2). What JSON has no number for stays text.
fn resolve(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    number(text).map_or_else(|| Value::String(text.to_owned()), Value::Number)
}

fn number(text: &str) -> Option<Number> {
    let radix = |digits: &str, radix| u64::from_str_radix(digits, radix).ok().map(Number::from);
    if let Some(digits) = text.strip_prefix("0o") {
        return radix(digits, 8);
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return radix(digits, 16);
    }
    let bare = text.strip_prefix(['+', '-']).unwrap_or(text);
    let first = bare.strip_prefix('.').unwrap_or(bare).bytes().next()?;
    if !first.is_ascii_digit()
        || !bare
            .bytes()
            .all(|b| b.is_ascii_digit() || b".eE+-".contains(&b))
    {
        return None;
    }
    let plain = text.strip_prefix('+').unwrap_or(text);
    if let Ok(whole) = plain.parse::<i64>() {
        return Some(whole.into());
    }
    if let Ok(whole) = plain.parse::<u64>() {
        return Some(whole.into());
    }
    Number::from_f64(plain.parse::<f64>().ok()?)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::super::diagnostic::{Style, render_all};
    use super::*;
    use serde_json::json;

    fn value(text: &str) -> Value {
        read(&Source::new("a.yaml", text))
            .expect("well-formed")
            .root
    }

    #[test]
    fn scalars_follow_the_core_schema_and_not_its_forerunner() {
        let text = "[no, Yes, on, y, 017, 1_000, 0o17, 0x1f, +3, 1e3, .5, ~, null, '1', !!str 1, 12:30, 2001-01-01, 1.2.3]";
        assert_eq!(
            value(text),
            json!([
                "no",
                "Yes",
                "on",
                "y",
                17,
                "1_000",
                15,
                31,
                3,
                1000.0,
                0.5,
                null,
                null,
                "1",
                "1",
                "12:30",
                "2001-01-01",
                "1.2.3"
            ])
        );
    }

    #[test]
    fn keys_are_texts_however_they_are_written() {
        assert_eq!(
            value("200: a\n'4XX': b\ntrue: c\n"),
            json!({"200": "a", "4XX": "b", "true": "c"})
        );
    }

    #[test]
    fn merge_keys_put_in_what_they_name() {
        let text = "b: &b {x: 1, y: 2}\nc: &c {y: 3, z: 4}\none: {<<: *b, y: 5}\ntwo: {<<: [*b, *c]}\nno: {<<: 1}\n";
        let value = value(text);
        assert_eq!(value["one"], json!({"y": 5, "x": 1}));
        assert_eq!(value["two"], json!({"x": 1, "y": 2, "z": 4}));
        assert_eq!(value["no"], json!({"<<": 1}));
    }

    #[test]
    fn what_is_too_deep_or_no_text_is_refused() {
        let code = |text: &str| {
            let problems = read(&Source::new("a.yaml", text)).expect_err("it is refused");
            problems[0].code
        };
        assert_eq!(code(&"[".repeat(20_000)), "too-deep");
        assert_eq!(code("a: 1\r\n\0"), "syntax");
    }

    #[test]
    fn aliases_repeat_and_bombs_do_not_go_off() {
        assert_eq!(value("a: &x [1]\nb: *x\n"), json!({"a": [1], "b": [1]}));
        let mut bomb = "a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n".to_owned();
        for n in 1..9 {
            let refs = vec![format!("*a{}", n - 1); 10].join(",");
            let _ = writeln!(bomb, "a{n}: &a{n} [{refs}]");
        }
        let problems = read(&Source::new("a.yaml", bomb.as_str())).expect_err("it is refused");
        assert_eq!(problems[0].code, "alias-bomb");
    }

    #[test]
    fn all_problems_come_at_once_with_their_lines() {
        let source = Source::new("a.yaml", "a: 1\nb: {c: 1, c: 2}\na: 3\n? [x]\n: 1\n");
        let problems = read(&source).expect("it can be read").slips;
        insta::assert_snapshot!(render_all(&problems, Style::Plain), @r"
        error[duplicate-member]: the key `c` is there twice
         --> a.yaml:2:11
          |
        2 | b: {c: 1, c: 2}
          |     -     ^ the second
          |     |
          |     the first
          |
          = help: keep one of the two

        error[duplicate-member]: the key `a` is there twice
         --> a.yaml:3:1
          |
        1 | a: 1
          | - the first
        2 | b: {c: 1, c: 2}
        3 | a: 3
          | ^ the second
          |
          = help: keep one of the two

        error[key-not-text]: a key must be a plain text
         --> a.yaml:4:3
          |
        4 | ? [x]
          |   ^
        ");
    }
}
