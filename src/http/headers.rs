//! Header fields in the order they were sent.

use bytes::Bytes;

use super::secret::Secret;

/// The value of a header field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldValue {
    /// Anything anybody may read.
    Plain(Bytes),
    /// A credential.
    Secret(Secret),
}

impl FieldValue {
    /// The bytes for the socket.
    #[must_use]
    pub fn reveal(&self) -> &[u8] {
        match self {
            Self::Plain(bytes) => bytes,
            Self::Secret(secret) => secret.reveal().as_bytes(),
        }
    }

    /// The value for people: credentials masked, bytes that are no UTF-8 replaced.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Plain(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            Self::Secret(secret) => secret.to_string(),
        }
    }

    /// The value with nothing but credentials masked: what is around them may be read.
    pub(crate) fn open(&self) -> String {
        match self {
            Self::Plain(_) => self.shown(),
            Self::Secret(secret) => secret.open(),
        }
    }
}

impl From<&str> for FieldValue {
    fn from(text: &str) -> Self {
        Self::Plain(Bytes::copy_from_slice(text.as_bytes()))
    }
}

impl From<Secret> for FieldValue {
    fn from(secret: Secret) -> Self {
        Self::Secret(secret)
    }
}

/// Header fields, names in lower case, in the order of the message (RFC 9110, 5.3).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers(Vec<(String, FieldValue)>);

impl Headers {
    /// No field.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a field.
    pub fn push(&mut self, name: &str, value: impl Into<FieldValue>) {
        self.0.push((name.to_ascii_lowercase(), value.into()));
    }

    /// Puts one field in the place of all of this name.
    pub fn set(&mut self, name: &str, value: impl Into<FieldValue>) {
        self.remove(name);
        self.push(name, value);
    }

    /// Takes all fields of this name out.
    pub fn remove(&mut self, name: &str) {
        self.0
            .retain(|(known, _)| !known.eq_ignore_ascii_case(name));
    }

    /// All fields.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &FieldValue)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// The values of one name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a FieldValue> {
        self.0
            .iter()
            .filter(move |(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// The first value of one name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&FieldValue> {
        let mut fields = self.0.iter();
        fields
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// The first value of one name as text; none if it is no UTF-8.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        std::str::from_utf8(self.get(name)?.reveal()).ok()
    }

    /// Whether a field of this name is there.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The credentials among the fields.
    pub fn secrets(&self) -> impl Iterator<Item = &Secret> {
        self.0.iter().filter_map(|(_, value)| match value {
            FieldValue::Secret(secret) => Some(secret),
            FieldValue::Plain(_) => None,
        })
    }
}

impl<N: AsRef<str>, V: Into<FieldValue>> FromIterator<(N, V)> for Headers {
    fn from_iter<T: IntoIterator<Item = (N, V)>>(fields: T) -> Self {
        let mut headers = Self::new();
        for (name, value) in fields {
            headers.push(name.as_ref(), value);
        }
        headers
    }
}
