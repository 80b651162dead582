//! No answer shows the server's inside.

use super::{Area, Broken, Check, Rule, TraceView, Verdicts};
use crate::http::excerpt;
use crate::openapi::Level;

pub(super) struct NoStackTrace;

static RULE: Rule = Rule {
    id: "no-stack-trace",
    title: "no stack trace",
    requirement: "no answer shows a stack trace of the server, which helps nobody but an attacker",
    level: Level::Should,
    area: Area::Body,
    reference: "https://cwe.mitre.org/data/definitions/209.html",
};

/// How far into a body is looked.
const LOOKED_AT: usize = 64 * 1024;

impl Check for NoStackTrace {
    fn rule(&self) -> &'static Rule {
        &RULE
    }

    fn judge(&self, trace: &TraceView<'_>, verdicts: &mut Verdicts<'_>) {
        for answer in trace.answers.iter().filter(|a| a.status() >= 400) {
            let clause = answer.clauses.http.no_stack_trace;
            let body = &answer.exchange.response.body;
            if body.is_empty() {
                verdicts.vacuous(answer, clause);
                continue;
            }
            let text = String::from_utf8_lossy(&body[..body.len().min(LOOKED_AT)]);
            // In a JSON text the line breaks are escaped.
            let text = text
                .replace("\\n", "\n")
                .replace("\\t", "\t")
                .replace("\\\"", "\"");
            match trace_in(&text) {
                None => verdicts.held(answer, clause),
                Some((language, line)) => verdicts.broken(
                    answer,
                    clause,
                    Broken {
                        title: format!("the answer shows a stack trace ({language})"),
                        expected: "a message for the caller".into(),
                        actual: excerpt(line.as_bytes(), 160),
                        ..Broken::default()
                    },
                ),
            }
        }
    }
}

/// The language of a stack trace and the line that gives it away.
fn trace_in(text: &str) -> Option<(&'static str, &str)> {
    text.lines()
        .map(str::trim)
        .find_map(|line| Some((language(line)?, line)))
}

fn language(line: &str) -> Option<&'static str> {
    if line.contains("Traceback (most recent call last)")
        || (line.contains("File \"") && line.contains("\", line ") && line.contains(", in "))
    {
        return Some("Python");
    }
    // `at com.example.Store.put(Store.java:12)`
    let frame = line.strip_prefix("at ");
    let place = frame.and_then(|frame| frame.rsplit_once('(')?.1.strip_suffix(')'));
    if let Some((file, number)) = place.and_then(|place| place.rsplit_once(':')) {
        let counted = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
        if counted
            && [".java", ".kt", ".scala", ".groovy"]
                .iter()
                .any(|e| file.ends_with(e))
        {
            return Some("JVM");
        }
        // `at put (/srv/app/store.js:12:5)`
        let script = file.rsplit_once(':').map_or(file, |(file, _)| file);
        if counted
            && [".js", ".ts", ".mjs", ".cjs"]
                .iter()
                .any(|e| script.ends_with(e))
        {
            return Some("JavaScript");
        }
    }
    // `at Store.Put(String key) in C:\srv\Store.cs:line 12`
    if frame.is_some_and(|frame| frame.contains(".cs:line ")) {
        return Some(".NET");
    }
    if line.starts_with("goroutine ") && line.ends_with("[running]:") {
        return Some("Go");
    }
    if line.starts_with("thread '") && line.contains("panicked at ") {
        return Some("Rust");
    }
    // `#0 /srv/app/store.php(12): put()`
    if line.starts_with('#') && line.contains(".php(") {
        return Some("PHP");
    }
    // `/srv/app/store.rb:12:in 'put'`
    if line.contains(".rb:") && (line.contains(":in `") || line.contains(":in '")) {
        return Some("Ruby");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traces_of_several_languages_are_known() {
        for (language, text) in [
            (
                "Python",
                "boom\nTraceback (most recent call last):\n  File \"a.py\"",
            ),
            ("Python", "  File \"/srv/a.py\", line 12, in put"),
            (
                "JVM",
                "java.lang.Error\n\tat com.example.Store.put(Store.java:12)",
            ),
            ("JavaScript", "    at put (/srv/app/store.js:12:5)"),
            (
                ".NET",
                "   at Store.Put(String key) in C:\\srv\\Store.cs:line 12",
            ),
            ("Go", "panic: boom\n\ngoroutine 1 [running]:\nmain.main()"),
            ("Rust", "thread 'main' panicked at src/main.rs:4:5:"),
            ("PHP", "#0 /srv/app/store.php(12): put()"),
            ("Ruby", "/srv/app/store.rb:12:in 'put'"),
        ] {
            assert_eq!(
                trace_in(text).map(|found| found.0),
                Some(language),
                "{text}"
            );
        }
    }

    #[test]
    fn messages_are_no_traces() {
        for text in [
            "The value at meta.label (row 3:12) is no text.",
            "Invalid input for field/attribute k. Value: 1. 1 is not of type 'string'",
            "See https://example.com/docs/errors.java or store.js:12 for more.",
            "File \"a.png\" is too large",
            "at most 255 characters (see limits.md:7)",
            "#1 in the list is no text",
        ] {
            assert_eq!(trace_in(text), None, "{text}");
        }
    }
}
