//! Text from a target, made fit to be shown: nothing in it moves a cursor, turns the direction of what
//! is read, can't be written in XML or YAML, or is a command to a CI server.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The text with what can't be seen written as an escape; line breaks and tabs stay.
pub(super) fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unseen) && !text.lines().any(is_command) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for line in text.split_inclusive('\n') {
        let mut rest = line;
        if is_command(line) {
            let at = line.len() - line.trim_start().len();
            shown.push_str(&line[..at]);
            push_escape(
                &mut shown,
                if line[at..].starts_with(':') {
                    ':'
                } else {
                    '#'
                },
            );
            rest = &line[at + 1..];
        }
        for c in rest.chars() {
            match c {
                '\r' => shown.push_str("\\r"),
                c if is_unseen(c) => push_escape(&mut shown, c),
                c => shown.push(c),
            }
        }
    }
    Cow::Owned(shown)
}

fn push_escape(shown: &mut String, c: char) {
    let _ = write!(shown, "\\u{{{:x}}}", u32::from(c));
}

/// Whether a line of a log is a command to GitHub Actions, which looks behind white space too.
fn is_command(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("::") || line.starts_with("##[")
}

/// The text in one line: what is written in a heading, a title, a cell of a table.
pub(super) fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    printable(&words.join(" ")).into_owned()
}

/// The text in one line of at most so many characters.
pub(super) fn clipped(text: &str, most: usize) -> String {
    let mut line = one_line(text);
    if let Some((at, _)) = line.char_indices().nth(most) {
        line.truncate(at);
        line.push('…');
    }
    line
}

/// What a terminal acts on, what turns the direction of a line (UAX #9, 2), what breaks lines for some
/// readers only, and what XML 1.0 can't hold (2.2).
fn is_unseen(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{61c}'
        | '\u{2028}'
        | '\u{2029}'
        | '\u{feff}'
        | '\u{fffe}'
        | '\u{ffff}' => true,
        c => c.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_can_not_be_seen_is_written_out() {
        assert_eq!(printable("a\u{1b}[2J\r\n\tb"), "a\\u{1b}[2J\\r\n\tb");
        assert_eq!(
            printable("ä\u{202e}\u{9b}\u{ffff}"),
            "ä\\u{202e}\\u{9b}\\u{ffff}"
        );
        assert_eq!(
            printable("a ::b\n  ::set-env::c\n##[error]d\n: :"),
            "a ::b\n  \\u{3a}:set-env::c\n\\u{23}#[error]d\n: :"
        );
        assert_eq!(one_line("a\n  b\u{0}\n"), "a b\\u{0}");
        assert_eq!(clipped("äöü", 2), "äö…");
        assert_eq!(clipped("äö", 2), "äö");
    }

    proptest! {
        #[test]
        fn nothing_unseen_is_left_and_nothing_seen_is_changed(text in any::<String>()) {
            let shown = printable(&text);
            prop_assert!(!shown.contains(is_unseen) && !shown.lines().any(is_command));
            let seen: String = text.chars().filter(|c| !is_unseen(*c)).collect();
            if !seen.lines().any(is_command) {
                prop_assert_eq!(printable(&seen), seen.as_str());
            }
            prop_assert_eq!(printable(&shown), shown.as_ref());
        }
    }
}
