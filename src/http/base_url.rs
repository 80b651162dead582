//! The address of a target.

use std::fmt;
use std::str::FromStr;

use url::Url;

/// The URL everything of a target stands below: scheme, authority and path prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl {
    url: Url,
    prefix: String,
}

/// Why a text is no base URL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BaseUrlError {
    /// No URL at all.
    #[error("`{0}` is no URL: {1}; give one such as http://127.0.0.1:8080/v2")]
    Malformed(String, url::ParseError),
    /// Another scheme than HTTP's.
    #[error("`{0}` has the scheme `{1}`; only http and https can be fired at")]
    Scheme(String, String),
    /// Parts that a base has no use for.
    #[error("`{0}` holds {1}; give it without")]
    Part(String, &'static str),
}

impl BaseUrl {
    /// Host and, if it isn't the scheme's own, port: the `Host` field's value (RFC 9110, 7.2).
    #[must_use]
    pub fn authority(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        match self.url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }

    /// Host without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        let host = self.url.host_str().unwrap_or_default();
        host.trim_start_matches('[').trim_end_matches(']')
    }

    /// Port, the scheme's own where none is named.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.url.port_or_known_default().unwrap_or(80)
    }

    /// Whether connections are encrypted.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// The path every operation's path is joined to; empty or without a slash at its end.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Scheme and authority.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("{}://{}", self.url.scheme(), self.authority())
    }
}

impl FromStr for BaseUrl {
    type Err = BaseUrlError;

    fn from_str(text: &str) -> Result<Self, BaseUrlError> {
        let part = |part| Err(BaseUrlError::Part(text.to_owned(), part));
        let url =
            Url::parse(text).map_err(|error| BaseUrlError::Malformed(text.to_owned(), error))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(BaseUrlError::Scheme(
                text.to_owned(),
                url.scheme().to_owned(),
            ));
        }
        if !url.username().is_empty() || url.password().is_some() {
            // The text itself holds the credentials, so it isn't shown.
            return Err(BaseUrlError::Part(
                "the URL".to_owned(),
                "credentials (use --token or --header)",
            ));
        }
        if url.query().is_some() {
            return part("a query");
        }
        if url.fragment().is_some() {
            return part("a fragment");
        }
        let prefix = url.path().trim_end_matches('/').to_owned();
        Ok(Self { url, prefix })
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin(), self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_has_a_host_field_and_a_prefix() {
        let base: BaseUrl = "http://[::1]:8774/v2.1/".parse().expect("a base URL");
        assert_eq!(base.authority(), "[::1]:8774");
        assert_eq!(
            (base.host(), base.port(), base.prefix()),
            ("::1", 8774, "/v2.1")
        );
        let base: BaseUrl = "https://api.example.com:443".parse().expect("a base URL");
        assert_eq!(
            (base.authority().as_str(), base.prefix()),
            ("api.example.com", "")
        );
    }

    #[test]
    fn a_refusal_says_what_to_give_and_shows_no_credentials() {
        let refused = |text: &str| text.parse::<BaseUrl>().expect_err("refused").to_string();
        assert!(refused("localhost:80").contains("scheme `localhost`"));
        assert!(refused("127.0.0.1:80").contains("give one such as"));
        assert!(!refused("http://me:geheim@h/").contains("geheim"));
        assert!(refused("http://h/?a=b").contains("a query"));
    }
}
