//! One request as sent and one response as received.

use std::fmt::Write as _;
use std::ops::Range;
use std::time::Duration;

use bytes::Bytes;

use super::headers::{FieldValue, Headers};
use super::secret::Secret;

/// A request, whole: what is here is what is sent, and nothing is added on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The method, in the case it is sent in.
    pub method: String,
    /// The request target in origin form (RFC 9112, 3.2.1), escaped.
    pub target: String,
    /// All header fields, `host` and the body's length among them.
    pub headers: Headers,
    /// The body's content.
    pub body: Bytes,
    /// The credentials that are part of the target, in its order.
    pub secrets: Vec<TargetSecret>,
}

/// A credential that is part of a request's target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetSecret {
    /// Where in the target it begins, in bytes.
    pub at: usize,
    /// The credential as it stands there, escaped.
    pub secret: Secret,
}

impl TargetSecret {
    fn range(&self) -> Range<usize> {
        self.at..self.at + self.secret.reveal().len()
    }
}

impl Request {
    /// The target for people and records: credentials masked by as many asterisks.
    #[must_use]
    pub fn shown_target(&self) -> String {
        let mut target = self.target.clone().into_bytes();
        for secret in &self.secrets {
            if let Some(bytes) = target.get_mut(secret.range()) {
                bytes.fill(b'*');
            }
        }
        for secret in self.secrets() {
            secret.mask(&mut target);
        }
        String::from_utf8_lossy(&target).into_owned()
    }

    /// The credentials it carries.
    pub fn secrets(&self) -> impl Iterator<Item = &Secret> {
        let targets = self.secrets.iter().map(|part| &part.secret);
        self.headers.secrets().chain(targets)
    }

    /// The URL as a word of a command line.
    fn url_word(&self, origin: &str) -> String {
        let mut word = String::new();
        let mut plain = origin.to_owned();
        let mut at = 0;
        for part in &self.secrets {
            let range = part.range();
            let Some(before) = self.target.get(at..range.start) else {
                continue;
            };
            plain.push_str(before);
            let _ = write!(word, "{}\"{}\"", quoted(&plain), part.secret.stand_in());
            plain.clear();
            at = range.end;
        }
        plain.push_str(self.target.get(at..).unwrap_or_default());
        if !plain.is_empty() || word.is_empty() {
            word.push_str(&quoted(&plain));
        }
        word
    }

    /// Whether the content is sent in chunks: the header fields say so.
    fn is_chunked(&self) -> bool {
        let coding = self.headers.text("transfer-encoding");
        coding.is_some_and(|coding| coding.trim().eq_ignore_ascii_case("chunked"))
    }

    /// The bytes for the wire (RFC 9112, 2.1). With the transfer coding `chunked` the content goes
    /// out in two chunks (RFC 9112, 7.1), or in none where there is no content.
    #[must_use]
    pub fn to_wire(&self) -> Vec<u8> {
        let mut wire = Vec::with_capacity(256 + self.body.len());
        wire.extend_from_slice(self.method.as_bytes());
        wire.push(b' ');
        wire.extend_from_slice(self.target.as_bytes());
        wire.extend_from_slice(b" HTTP/1.1\r\n");
        for (name, value) in self.headers.iter() {
            wire.extend_from_slice(name.as_bytes());
            wire.extend_from_slice(b": ");
            wire.extend_from_slice(value.reveal());
            wire.extend_from_slice(b"\r\n");
        }
        wire.extend_from_slice(b"\r\n");
        if !self.is_chunked() {
            wire.extend_from_slice(&self.body);
            return wire;
        }
        let (first, second) = self.body.split_at(self.body.len() / 2);
        for chunk in [first, second]
            .into_iter()
            .filter(|chunk| !chunk.is_empty())
        {
            wire.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
            wire.extend_from_slice(chunk);
            wire.extend_from_slice(b"\r\n");
        }
        wire.extend_from_slice(b"0\r\n\r\n");
        wire
    }

    /// The request as a command line that sends it again, credentials as environment variables.
    #[must_use]
    pub fn curl(&self, origin: &str) -> String {
        let url = self.url_word(origin);
        let mut line = format!("curl -i -X {} {url}", self.method);
        if self.method == "HEAD" {
            line = format!("curl -I {url}");
        }
        for (name, value) in self.headers.iter() {
            // curl makes these itself from the URL and the data.
            if name == "host" || name == "content-length" {
                continue;
            }
            match value {
                FieldValue::Plain(_) => {
                    let _ = write!(
                        line,
                        " -H {}",
                        quoted(&format!("{name}: {}", value.shown()))
                    );
                }
                FieldValue::Secret(secret) => {
                    let _ = write!(line, " -H \"{name}: {}\"", secret.stand_in());
                }
            }
        }
        if !self.body.is_empty() {
            match std::str::from_utf8(&self.body) {
                Ok(text) if text.len() <= 2048 => {
                    let _ = write!(line, " --data-binary {}", quoted(text));
                }
                Ok(text) => {
                    let kept = text.trim_end_matches(' ');
                    if kept.len() <= 2048 {
                        let _ = write!(
                            line,
                            " --data-binary \"$(printf '%s%{}s' {} '')\"",
                            text.len() - kept.len(),
                            quoted(kept)
                        );
                    } else {
                        let _ = write!(line, " --data-binary @body  # {} bytes", text.len());
                    }
                }
                Err(_) => {
                    let _ = write!(line, " --data-binary @body  # {} bytes", self.body.len());
                }
            }
        }
        line
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A response as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The header fields.
    pub headers: Headers,
    /// The content, transfer coding taken off.
    pub body: Bytes,
    /// Bytes behind the message on a connection that shows them: none where a client library
    /// stands between.
    pub surplus: Option<Bytes>,
    /// All bytes as they came, head, framing and surplus among them, on a connection that shows
    /// them; at most the first 64 KiB.
    pub raw: Option<Bytes>,
}

/// One request as sent and one response as received, with the time between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// What was sent.
    pub request: Request,
    /// What came back.
    pub response: Response,
    /// From the first byte sent to the last byte received.
    pub elapsed: Duration,
}

impl Exchange {
    /// The credentials that were sent.
    pub fn secrets(&self) -> impl Iterator<Item = &Secret> {
        self.request.secrets()
    }

    /// The text without any credential that was sent.
    #[must_use]
    pub fn masked(&self, text: &str) -> String {
        let mut bytes = text.as_bytes().to_vec();
        for secret in self.secrets() {
            secret.mask(&mut bytes);
        }
        String::from_utf8(bytes).unwrap_or_default()
    }
}

mod stored {
    //! An exchange in a record: header fields as pairs, bodies as text where they are text,
    //! credentials masked wherever they stand.

    use std::time::Duration;

    use bytes::Bytes;
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use serde_json::Value;

    use super::super::body_text::{decode_stored, encode_stored};
    use super::super::headers::{FieldValue, Headers};
    use super::super::secret::Secret;
    use super::{Exchange, Request, Response, TargetSecret};

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct StoredSecret {
        at: usize,
        length: usize,
        secret: String,
    }

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct StoredRequest {
        method: String,
        target: String,
        /// Where credentials are part of the target.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        secrets: Vec<StoredSecret>,
        headers: Vec<(String, Value)>,
        #[serde(default, skip_serializing_if = "Value::is_null")]
        body: Value,
        /// Where the body was too long to keep as it was: blanks at its end, counted.
        #[serde(default, skip_serializing_if = "is_zero")]
        padding: usize,
    }

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct StoredResponse {
        status: u16,
        headers: Vec<(String, Value)>,
        #[serde(default, skip_serializing_if = "Value::is_null")]
        body: Value,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        surplus: Option<Value>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        raw: Option<Value>,
    }

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct StoredExchange {
        request: StoredRequest,
        response: StoredResponse,
        /// Microseconds.
        #[serde(default)]
        elapsed: u64,
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
    fn is_zero(number: &usize) -> bool {
        *number == 0
    }

    fn store(bytes: &[u8], secrets: &[&Secret]) -> Value {
        if bytes.is_empty() {
            return Value::Null;
        }
        let mut bytes = bytes.to_vec();
        for secret in secrets {
            secret.mask(&mut bytes);
        }
        encode_stored(&bytes)
    }

    fn store_headers(headers: &Headers, secrets: &[&Secret]) -> Vec<(String, Value)> {
        let value = |value: &FieldValue| match value {
            FieldValue::Secret(secret) => serde_json::json!({ "secret": secret.stored() }),
            FieldValue::Plain(bytes) if bytes.is_empty() => Value::from(""),
            FieldValue::Plain(bytes) => store(bytes, secrets),
        };
        headers
            .iter()
            .map(|(n, v)| (n.to_owned(), value(v)))
            .collect()
    }

    fn load_headers<E: serde::de::Error>(stored: Vec<(String, Value)>) -> Result<Headers, E> {
        let mut headers = Headers::new();
        for (name, value) in stored {
            if let Some(variable) = value.get("secret").and_then(Value::as_str) {
                headers.push(&name, Secret::recorded(variable));
            } else {
                let bytes = decode_stored(&value).ok_or_else(|| {
                    E::custom(format!(
                        "the value of the header `{name}` is neither text nor base64"
                    ))
                })?;
                headers.push(&name, FieldValue::Plain(bytes.into()));
            }
        }
        Ok(headers)
    }

    fn load<E: serde::de::Error>(stored: &Value) -> Result<Bytes, E> {
        decode_stored(stored)
            .map(Bytes::from)
            .ok_or_else(|| E::custom("a body is neither text nor base64"))
    }

    impl Serialize for Exchange {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let secrets: Vec<&Secret> = self.secrets().collect();
            let body = &self.request.body;
            let kept = body.iter().rposition(|b| *b != b' ').map_or(0, |at| at + 1);
            let padding = if body.len() - kept > 64 {
                body.len() - kept
            } else {
                0
            };
            // No bytes at all are another thing than bytes nobody saw.
            let there = |bytes: &[u8]| match bytes {
                [] => Value::from(""),
                _ => store(bytes, &secrets),
            };
            let stored = |part: &TargetSecret| StoredSecret {
                at: part.at,
                length: part.secret.reveal().len(),
                secret: part.secret.stored().to_owned(),
            };
            StoredExchange {
                request: StoredRequest {
                    method: self.request.method.clone(),
                    target: self.request.shown_target(),
                    secrets: self.request.secrets.iter().map(stored).collect(),
                    headers: store_headers(&self.request.headers, &secrets),
                    body: store(&body[..body.len() - padding], &secrets),
                    padding,
                },
                response: StoredResponse {
                    status: self.response.status,
                    headers: store_headers(&self.response.headers, &secrets),
                    body: store(&self.response.body, &secrets),
                    surplus: self.response.surplus.as_deref().map(there),
                    raw: self.response.raw.as_deref().map(there),
                },
                elapsed: u64::try_from(self.elapsed.as_micros()).unwrap_or(u64::MAX),
            }
            .serialize(serializer)
        }
    }

    impl<'de> Deserialize<'de> for Exchange {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let stored = StoredExchange::deserialize(deserializer)?;
            let mut body = load::<D::Error>(&stored.request.body)?.to_vec();
            // A record can come from anybody: its padding is bounded like any body.
            if stored.request.padding > 64 << 20 {
                return Err(D::Error::custom("a body's padding is over 64 MiB"));
            }
            body.resize(body.len() + stored.request.padding, b' ');
            let target = &stored.request.target;
            let mut secrets = Vec::new();
            for part in &stored.request.secrets {
                let range = part.at..part.at.saturating_add(part.length);
                let value = target
                    .get(range)
                    .ok_or_else(|| D::Error::custom("a credential stands outside its target"))?;
                secrets.push(TargetSecret {
                    at: part.at,
                    secret: Secret::recorded_as(value, &part.secret),
                });
            }
            Ok(Self {
                request: Request {
                    method: stored.request.method,
                    target: stored.request.target,
                    headers: load_headers(stored.request.headers)?,
                    body: body.into(),
                    secrets,
                },
                response: Response {
                    status: stored.response.status,
                    headers: load_headers(stored.response.headers)?,
                    body: load(&stored.response.body)?,
                    surplus: stored
                        .response
                        .surplus
                        .as_ref()
                        .map(load::<D::Error>)
                        .transpose()?,
                    raw: stored
                        .response
                        .raw
                        .as_ref()
                        .map(load::<D::Error>)
                        .transpose()?,
                },
                elapsed: Duration::from_micros(stored.elapsed),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange() -> Exchange {
        let mut headers = Headers::new();
        headers.push("X-Auth-Token", Secret::new("f064c46a", "PROOFMARK_TOKEN"));
        headers.push("content-type", "application/json");
        Exchange {
            request: Request {
                method: "PUT".into(),
                target: "/images/1/metadata/it's".into(),
                headers: headers.clone(),
                body: Bytes::from_static(b"{\"meta\":{}}"),
                secrets: Vec::new(),
            },
            response: Response {
                status: 200,
                headers,
                body: Bytes::from_static(b"you said f064c46a, \xff"),
                surplus: Some(Bytes::new()),
                raw: None,
            },
            elapsed: Duration::from_micros(1500),
        }
    }

    #[test]
    fn a_curl_line_names_the_variable_and_not_the_credential() {
        insta::assert_snapshot!(exchange().request.curl("http://h"), @r#"curl -i -X PUT 'http://h/images/1/metadata/it'\''s' -H "x-auth-token: $PROOFMARK_TOKEN" -H 'content-type: application/json' --data-binary '{"meta":{}}'"#);
    }

    #[test]
    fn chunks_are_framed_on_the_wire_and_nowhere_else() {
        let mut request = exchange().request;
        request.headers.push("transfer-encoding", "chunked");
        let wire = request.to_wire();
        assert!(
            wire.ends_with(b"\r\n\r\n5\r\n{\"met\r\n6\r\na\":{}}\r\n0\r\n\r\n"),
            "{}",
            String::from_utf8_lossy(&wire)
        );
        assert!(
            request
                .curl("http://h")
                .ends_with("--data-binary '{\"meta\":{}}'")
        );
        request.body = Bytes::new();
        assert!(request.to_wire().ends_with(b"\r\n\r\n0\r\n\r\n"));
    }

    #[test]
    fn a_stored_exchange_comes_back_but_for_its_secrets() {
        let text = serde_json::to_string(&exchange()).expect("it serialises");
        assert!(!text.contains("f064c46a"), "{text}");
        let back: Exchange = serde_json::from_str(&text).expect("it is read back");
        assert_eq!(serde_json::to_string(&back).expect("it serialises"), text);
        assert_eq!(back.response.body.len(), exchange().response.body.len());
        assert_eq!(back.elapsed, exchange().elapsed);
    }

    #[test]
    fn a_credential_in_the_target_is_shown_nowhere() {
        let mut exchange = exchange();
        exchange.request.target = "/images?key=ab&limit=2".into();
        exchange.request.secrets = vec![TargetSecret {
            at: "/images?key=".len(),
            secret: Secret::new("ab", "KEY"),
        }];
        assert_eq!(exchange.request.shown_target(), "/images?key=**&limit=2");
        let line = r#"curl -i -X PUT 'http://h/images?key='"$KEY"'&limit=2' -H"#;
        assert!(exchange.request.curl("http://h").starts_with(line));
        let text = serde_json::to_string(&exchange).expect("it serialises");
        assert!(!text.contains("key=ab"), "{text}");
        let back: Exchange = serde_json::from_str(&text).expect("it is read back");
        assert_eq!(serde_json::to_string(&back).expect("it serialises"), text);
        assert!(back.request.curl("http://h").starts_with(line));
        let outside = text.replace(r#""length":2"#, r#""length":99"#);
        assert!(serde_json::from_str::<Exchange>(&outside).is_err());
    }

    #[test]
    fn padding_is_counted_and_not_kept() {
        let mut padded = exchange();
        let mut body = padded.request.body.to_vec();
        body.resize(70_000, b' ');
        padded.request.body = body.into();
        let text = serde_json::to_string(&padded).expect("it serialises");
        assert!(text.len() < 1_000);
        let back: Exchange = serde_json::from_str(&text).expect("it is read back");
        assert_eq!(back.request.body, padded.request.body);
        assert!(padded.request.curl("http://h").contains("%69989s"));
    }
}
