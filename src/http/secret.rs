//! Values that reach the socket and nothing else.

use std::fmt;
use std::sync::Arc;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What needs an escape in a URL (RFC 3986, 2.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A credential. It prints, and is stored, as `***`; only [`Secret::reveal`] gives it away.
///
/// Where a person reads a `curl` line, its stand-in is there: the environment variable that holds
/// it, with whatever the message has around it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    value: Arc<str>,
    variable: Arc<str>,
    /// As it stands between a shell's double quotes.
    stand_in: Arc<str>,
    /// Everything that must be masked where a text holds it, the longest first.
    hidden: Arc<[String]>,
}

impl Secret {
    /// A value, and the environment variable a reader of a `curl` line would put it into.
    #[must_use]
    pub fn new(value: impl Into<Arc<str>>, variable: impl Into<Arc<str>>) -> Self {
        let (value, variable) = (value.into(), variable.into());
        let stand_in = format!("${variable}").into();
        let hidden = ordered(forms(&value));
        Self {
            value,
            variable,
            stand_in,
            hidden,
        }
    }

    /// A part of the value that is a credential by itself, such as the password behind a user's name.
    #[must_use]
    pub fn with_part(mut self, part: &str) -> Self {
        let forms = self.hidden.iter().cloned().chain(forms(part));
        self.hidden = ordered(forms.collect());
        self
    }

    /// The same credential written otherwise, and the command substitution that writes it so. Every
    /// form it had is masked as before.
    #[must_use]
    pub(crate) fn written(self, value: String, stand_in: String) -> Self {
        let mut secret = self.with_part(&value);
        secret.value = value.into();
        secret.stand_in = stand_in.into();
        secret
    }

    /// The credential with text around it that is none, such as its scheme in front of it.
    #[must_use]
    pub(crate) fn within(mut self, before: &str, after: &str) -> Self {
        self.value = format!("{before}{}{after}", self.value).into();
        self.stand_in =
            format!("{}{}{}", in_quotes(before), self.stand_in, in_quotes(after)).into();
        self
    }

    /// Two credentials of one message as one, with text between them.
    #[must_use]
    pub(crate) fn joined(self, between: &str, other: &Self) -> Self {
        let hidden = self.hidden.iter().chain(other.hidden.iter()).cloned();
        Self {
            value: format!("{}{between}{}", self.value, other.value).into(),
            variable: self.variable,
            stand_in: format!("{}{}{}", self.stand_in, in_quotes(between), other.stand_in).into(),
            hidden: ordered(hidden.collect()),
        }
    }

    /// What a record says of a credential, as a credential: nothing is known of it but its place.
    pub(crate) fn recorded(stored: &str) -> Self {
        let stand_in = if stored.contains('$') {
            stored.to_owned()
        } else {
            format!("${stored}")
        };
        let variable = stored
            .split('$')
            .next_back()
            .unwrap_or_default()
            .split(|c: char| !is_variable(c))
            .next()
            .unwrap_or_default();
        Self {
            value: without_variables(&stand_in).into(),
            variable: variable.into(),
            stand_in: stand_in.into(),
            hidden: Arc::new([]),
        }
    }

    /// The same, where the record kept the length as well: `value` is asterisks.
    pub(crate) fn recorded_as(value: &str, stored: &str) -> Self {
        Self {
            value: value.into(),
            ..Self::recorded(stored)
        }
    }

    /// What a record says of it: the variable, and what is around it where there is something.
    pub(crate) fn stored(&self) -> &str {
        match self.stand_in.strip_prefix('$') {
            Some(variable) if variable == &*self.variable => variable,
            _ => &self.stand_in,
        }
    }

    /// The value, with three asterisks for what nobody may read of it: the same live and from a record.
    pub(crate) fn open(&self) -> String {
        without_variables(&self.stand_in)
    }

    /// The value, for the socket.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.value
    }

    /// The environment variable that holds it where a person reads.
    #[must_use]
    pub fn variable(&self) -> &str {
        &self.variable
    }

    /// What stands for it between the double quotes of a command line.
    #[must_use]
    pub fn stand_in(&self) -> &str {
        &self.stand_in
    }

    /// The text with every occurrence of the credential, in any of its forms, masked by as many
    /// asterisks, so that lengths stay true. Values of fewer than four bytes are too common to be told
    /// from other text.
    pub(crate) fn mask(&self, text: &mut [u8]) {
        for needle in self.hidden.iter() {
            mask(needle.as_bytes(), text);
        }
    }
}

fn mask(needle: &[u8], text: &mut [u8]) {
    if needle.len() < 4 || text.len() < needle.len() {
        return;
    }
    let mut at = 0;
    while at + needle.len() <= text.len() {
        if &text[at..at + needle.len()] == needle {
            text[at..at + needle.len()].fill(b'*');
            at += needle.len();
        } else {
            at += 1;
        }
    }
}

/// A value as it stands in messages: as it is, escaped in JSON, and escaped in a URL with the
/// characters that never need it left alone (RFC 3986, 2.3) or not.
fn forms(value: &str) -> Vec<String> {
    let json = serde_json::Value::from(value).to_string();
    vec![
        value.to_owned(),
        json[1..json.len() - 1].to_owned(),
        utf8_percent_encode(value, ESCAPED).to_string(),
        utf8_percent_encode(value, NON_ALPHANUMERIC).to_string(),
    ]
}

fn ordered(mut hidden: Vec<String>) -> Arc<[String]> {
    hidden.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    hidden.dedup();
    hidden.into()
}

/// A text as it is written between a shell's double quotes (POSIX.1, XCU 2.2.3).
pub(super) fn in_quotes(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '$' | '`' | '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted
}

fn is_variable(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// A stand-in as a text, with three asterisks for each variable and command.
fn without_variables(stand_in: &str) -> String {
    let mut text = String::new();
    let mut rest = stand_in.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\\' => text.extend(rest.next()),
            '$' if rest.peek() == Some(&'(') => {
                let _ = rest.by_ref().find(|c| *c == ')');
                text.push_str("***");
            }
            '$' => {
                while rest.next_if(|c| is_variable(*c)).is_some() {}
                text.push_str("***");
            }
            c => text.push(c),
        }
    }
    text
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(secret: &Secret, text: &str) -> String {
        let mut bytes = text.as_bytes().to_vec();
        secret.mask(&mut bytes);
        String::from_utf8(bytes).expect("it stays text")
    }

    #[test]
    fn a_secret_prints_as_asterisks_and_masks_itself_elsewhere() {
        let secret = Secret::new("f064c46a", "PROOFMARK_TOKEN");
        assert_eq!(format!("{secret} {secret:?}"), "*** ***");
        assert_eq!(
            masked(&secret, "token f064c46a is f064c46"),
            "token ******** is f064c46"
        );
    }

    #[test]
    fn a_secret_is_masked_in_every_form_it_takes() {
        let secret = Secret::new("me:p\"ss/w", "T").with_part("p\"ss/w");
        let secret = secret
            .written("bWU6cCJzcy93".to_owned(), "$(x)".to_owned())
            .within("Basic ", "");
        assert_eq!(secret.reveal(), "Basic bWU6cCJzcy93");
        for form in [
            "bWU6cCJzcy93",
            "me:p\"ss/w",
            "p\"ss/w",
            "p\\\"ss/w",
            "p%22ss%2Fw",
            "me%3Ap%22ss%2Fw",
        ] {
            let text = masked(&secret, &format!("<{form}>"));
            assert_eq!(text, format!("<{}>", "*".repeat(form.len())));
        }
        assert_eq!(masked(&secret, "Basic it is"), "Basic it is");
    }

    #[test]
    fn what_a_record_says_of_a_secret_is_read_back() {
        let cookies = Secret::new("abcd", "A")
            .within("theme=$; a=", "")
            .joined("; b=", &Secret::new("efgh", "B"));
        assert_eq!(cookies.reveal(), "theme=$; a=abcd; b=efgh");
        assert_eq!(cookies.stand_in(), r"theme=\$; a=$A; b=$B");
        let back = Secret::recorded(cookies.stored());
        assert_eq!(back.reveal(), "theme=$; a=***; b=***");
        assert_eq!(back.stored(), cookies.stored());
        let plain = Secret::recorded("PROOFMARK_TOKEN");
        assert_eq!(
            (plain.reveal(), plain.variable(), plain.stored()),
            ("***", "PROOFMARK_TOKEN", "PROOFMARK_TOKEN")
        );
        let basic = Secret::recorded("Basic $(printf %s \"$T\" | base64)");
        assert_eq!(basic.reveal(), "Basic ***");
    }
}
