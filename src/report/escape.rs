//! Texts of the contract and of the target made harmless in HTML and in Markdown.

use std::borrow::Cow;
use std::fmt::Write as _;

/// A text in HTML, as content or in a quoted attribute.
pub(super) fn html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // HTML has no way to write the other control characters.
            c if c.is_control() && !matches!(c, '\n' | '\t') => escaped.push('\u{fffd}'),
            other => escaped.push(other),
        }
    }
    escaped
}

/// A text in HTML, as [`html`] writes it, in which what can't be seen is shown: control characters as
/// their pictures, what turns or hides the text beside it as its number.
pub(super) fn visible(text: &str) -> String {
    html(&pictures(text))
}

fn pictures(text: &str) -> Cow<'_, str> {
    let is_plain = |c: char| matches!(c, '\n' | '\t') || !(c.is_control() || is_unseen(c));
    if text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            c if is_plain(c) => shown.push(c),
            // The block of control pictures is in the order of the control characters.
            '\0'..='\u{1f}' => shown.extend(char::from_u32(0x2400 + u32::from(c))),
            '\u{7f}' => shown.push('\u{2421}'),
            c => {
                let _ = write!(shown, "\u{27e8}U+{:04X}\u{27e9}", u32::from(c));
            }
        }
    }
    Cow::Owned(shown)
}

/// What has no width of its own and changes how the text beside it reads: marks of direction, joiners,
/// line and paragraph separators, the byte order mark, tags.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// An anchor of this kind for a text: the same for the same text, another for another, and fit for a
/// link as it stands. `#` becomes `:`; what a fragment can't hold becomes `!` and its bytes.
pub(super) fn anchor(kind: &str, text: &str) -> String {
    let mut anchor = format!("{kind}-");
    for byte in text.bytes() {
        match byte {
            b'#' => anchor.push(':'),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                anchor.push(char::from(byte));
            }
            other => {
                let _ = write!(anchor, "!{other:02X}");
            }
        }
    }
    anchor
}

/// The fragment of a link to an anchor.
pub(super) fn fragment(anchor: &str) -> String {
    percent_encoding::utf8_percent_encode(anchor, FRAGMENT).to_string()
}

const FRAGMENT: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b'/')
    .remove(b':');

/// A text on one line of Markdown that means nothing but itself, also in a table.
pub(super) fn markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for (n, c) in one_line(text).char_indices() {
        let at_start = n == 0 && matches!(c, '#' | '-' | '+' | '=');
        if at_start
            || matches!(
                c,
                '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '&'
            )
        {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    // `1. ` begins a list, `1.0` doesn't.
    let after = escaped.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = escaped.len() - after.len();
    if digits > 0 && [". ", ") "].iter().any(|mark| after.starts_with(mark)) {
        escaped.insert(digits, '\\');
    }
    escaped
}

/// A text as code on one line of Markdown, fit for a table once its pipes are escaped.
pub(super) fn markdown_code(text: &str) -> String {
    let plain = !text.contains(['`', '\n', '\r'])
        && !text.contains("\\|")
        && text.trim() == text
        && !text.is_empty();
    if plain {
        return format!("`{text}`");
    }
    // A code span can't hold a backslash before a pipe in a table; references can hold anything.
    let mut escaped = String::from("<code>");
    for c in text.chars() {
        if c.is_ascii_punctuation() || c.is_ascii_control() {
            let shown = if c.is_ascii_control() { ' ' } else { c };
            let _ = write!(escaped, "&#{};", u32::from(shown));
        } else {
            escaped.push(c);
        }
    }
    escaped.push_str("</code>");
    escaped
}

/// A block of code in Markdown, whose fence is longer than any in it.
pub(super) fn markdown_fence(text: &str, language: &str) -> String {
    let mut longest = 0;
    let mut run = 0;
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest.max(2) + 1);
    format!(
        "{fence}{language}\n{}\n{fence}\n",
        text.trim_end_matches('\n')
    )
}

/// White space of any kind and length as one space.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A piece of Markdown with the pipes that aren't escaped yet escaped, for a table.
pub(super) fn pipes(markdown: &str) -> String {
    let mut escaped = String::with_capacity(markdown.len());
    let mut backslashes = 0;
    for c in markdown.chars() {
        if c == '|' && backslashes % 2 == 0 {
            escaped.push('\\');
        }
        backslashes = if c == '\\' { backslashes + 1 } else { 0 };
        escaped.push(c);
    }
    escaped
}

/// Whether a link may lead there: the web, a mail address, or somewhere relative to the page.
/// Anything else with a scheme may run code.
pub(super) fn is_safe_link(target: &str) -> bool {
    match target.find([':', '/', '?', '#']) {
        Some(n) if target.as_bytes()[n] == b':' => ["http", "https", "mailto"]
            .iter()
            .any(|scheme| target[..n].eq_ignore_ascii_case(scheme)),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_links_to_the_web_and_to_mail_are_safe() {
        for safe in [
            "https://example.org/a:b",
            "HTTP://x",
            "mailto:a@b.c",
            "#here",
            "a/b:c",
            "?q=:",
            "",
        ] {
            assert!(is_safe_link(safe), "{safe}");
        }
        for unsafe_link in [
            "javascript:alert(1)",
            "JavaScript:x",
            " javascript:x",
            "java\tscript:x",
            "data:text/html,x",
            "vbscript:x",
        ] {
            assert!(!is_safe_link(unsafe_link), "{unsafe_link}");
        }
    }

    #[test]
    fn text_means_nothing_but_itself_in_markdown() {
        assert_eq!(markdown("a|b *c* <d>\n& 1."), r"a\|b \*c\* \<d\> \& 1.");
        assert_eq!(markdown("# x"), r"\# x");
        assert_eq!(markdown("12. x"), r"12\. x");
        assert_eq!(markdown("1.0.0"), "1.0.0");
        assert_eq!(markdown_code("a_b"), "`a_b`");
        assert_eq!(pipes(&markdown_code("a|b")), r"`a\|b`");
        assert_eq!(markdown_code(r"a\|b"), "<code>a&#92;&#124;b</code>");
        assert_eq!(pipes(r"a | b \| c \\| d"), r"a \| b \| c \\\| d");
        assert_eq!(
            markdown_fence("a ```` b", "json"),
            "`````json\na ```` b\n`````\n"
        );
    }

    #[test]
    fn what_can_not_be_seen_is_shown() {
        assert_eq!(
            visible("a\r\n\t\u{1b}[31m\u{7f}\u{85}\u{202e}<\u{feff}ü"),
            "a\u{240d}\n\t\u{241b}[31m\u{2421}\u{27e8}U+0085\u{27e9}\u{27e8}U+202E\u{27e9}&lt;\u{27e8}U+FEFF\u{27e9}ü"
        );
    }

    #[test]
    fn an_anchor_holds_what_a_fragment_may_and_is_told_apart() {
        assert_eq!(
            anchor("clause", "PUT ~1a/200/{additional}#type"),
            "clause-PUT!20~1a/200/!7Badditional!7D:type"
        );
        let texts = ["a:b", "a#b", "a!3Ab", "a b", "ä", "a", "a!", "A"];
        let anchors: std::collections::BTreeSet<String> =
            texts.iter().map(|text| anchor("x", text)).collect();
        assert_eq!(anchors.len(), texts.len());
    }

    #[test]
    fn text_means_nothing_but_itself_in_html() {
        assert_eq!(
            html("<a b='\"'>&\u{0}"),
            "&lt;a b=&#39;&quot;&#39;&gt;&amp;\u{fffd}"
        );
        assert_eq!(fragment("GET /a/{b}"), "GET%20/a/%7Bb%7D");
    }
}
