//! Percent-encoding, and taking it off again.

use percent_encoding::{
    AsciiSet, CONTROLS, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode,
};

/// All but what RFC 3986, 2.3 never needs escaped.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// What a query can't hold as it stands (RFC 3986, 3.4), and what would end a pair or a value in it.
const UNFIT_FOR_QUERY: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'&')
    .add(b'+')
    .add(b'<')
    .add(b'>')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// How the text of a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Escape {
    /// Everything but unreserved characters (RFC 6570, 3.2.1).
    Reserved,
    /// Reserved characters and escapes stand as they are (RFC 6570, 3.2.3), but for those that a query
    /// can't hold or that have a meaning in one, which OpenAPI 3.1.1, 4.8.12.2.2 leaves to the application.
    AllowReserved,
    /// Nothing: header fields and cookies of the style `cookie` are not escaped.
    Nothing,
}

impl Escape {
    pub(super) fn apply(self, text: &str) -> String {
        match self {
            Self::Reserved => escape(text),
            Self::AllowReserved => allow_reserved(text),
            Self::Nothing => text.to_owned(),
        }
    }
}

/// A text with all but its unreserved characters escaped.
pub(super) fn escape(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

fn allow_reserved(text: &str) -> String {
    let mut written = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        let (before, from) = rest.split_at(at);
        written.extend(utf8_percent_encode(before, UNFIT_FOR_QUERY));
        let is_escape = from
            .as_bytes()
            .get(1..3)
            .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        let length = if is_escape { 3 } else { 1 };
        written.push_str(if is_escape { &from[..3] } else { "%25" });
        rest = &from[length..];
    }
    written.extend(utf8_percent_encode(rest, UNFIT_FOR_QUERY));
    written
}

/// A text with its percent-escapes taken off (RFC 3986, 2.1); bytes that are no UTF-8 are replaced.
#[must_use]
pub fn unescape(raw: &str) -> String {
    percent_decode_str(raw).decode_utf8_lossy().into_owned()
}

/// The same as a form's reader does it, to whom `+` is a space (RFC 1866, 8.2.1).
pub(super) fn unescape_form(raw: &str) -> String {
    unescape(&raw.replace('+', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_characters_are_escaped_unless_they_are_allowed() {
        let text = "a/b?c:d@e!$'()*,;=f g%&+#[]é~";
        assert_eq!(
            Escape::Reserved.apply(text),
            "a%2Fb%3Fc%3Ad%40e%21%24%27%28%29%2A%2C%3B%3Df%20g%25%26%2B%23%5B%5D%C3%A9~"
        );
        assert_eq!(
            Escape::AllowReserved.apply(text),
            "a/b?c:d@e!$'()*,;=f%20g%25%26%2B%23%5B%5D%C3%A9~"
        );
        assert_eq!(Escape::Nothing.apply(text), text);
    }

    #[test]
    fn with_reserved_characters_allowed_escapes_stand_as_they_are() {
        assert_eq!(Escape::AllowReserved.apply("%2F%zz%4"), "%2F%25zz%254");
        assert_eq!(Escape::AllowReserved.apply("%é"), "%25%C3%A9");
    }

    #[test]
    fn a_plus_is_a_space_to_a_form_only() {
        assert_eq!(unescape("a+b%2Bc"), "a+b+c");
        assert_eq!(unescape_form("a+b%2Bc"), "a b+c");
    }
}
