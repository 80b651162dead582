//! One request to a provider, over the same client as the target's: nothing is followed, no proxy is
//! asked, time and size are limited.

use serde_json::Value;
use url::Url;

use super::Providers;
use crate::codec::read_json;
use crate::http::{BaseUrl, Headers, Request, Response, Secret};
use crate::target::{Target as _, UrlTarget, Way};

/// What is asked of a provider.
pub(super) struct Asked<'a> {
    pub(super) method: &'static str,
    pub(super) url: &'a Url,
    pub(super) authorization: Option<Secret>,
    /// Media type and content.
    pub(super) content: Option<(&'static str, String)>,
}

impl Asked<'_> {
    /// What was asked, for people. A query may hold anything.
    pub(super) fn shown(&self) -> String {
        let mut url = self.url.clone();
        url.set_query(None);
        format!("{} {url}", self.method)
    }
}

/// A URL of a provider, which may be relative to the target's.
pub(super) fn url(providers: &Providers, text: &str) -> Result<Url, String> {
    let url = Url::parse(text).or_else(|error| match error {
        url::ParseError::RelativeUrlWithoutBase => {
            Url::parse(&format!("{}/", providers.base)).and_then(|base| base.join(text))
        }
        error => Err(error),
    });
    // The text may hold anything where a URL has its query or its user.
    let url = url.map_err(|error| format!("there is no URL to ask: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") {
        let scheme = url.scheme();
        return Err(format!(
            "a URL of the scheme {scheme} can't be asked; give one of http or https"
        ));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("its URL holds credentials; give them by their own keys".to_owned());
    }
    Ok(url)
}

/// The answer, whatever it is.
pub(super) async fn ask(providers: &Providers, asked: Asked<'_>) -> Result<Response, String> {
    let shown = asked.shown();
    let failed = |reason: String| format!("{shown} got no answer: {reason}");
    let base: BaseUrl = asked
        .url
        .origin()
        .ascii_serialization()
        .parse()
        .map_err(|error: crate::http::BaseUrlError| failed(error.to_string()))?;
    let target = UrlTarget::new(base, providers.limits.clone(), &providers.tls)
        .map_err(|error| failed(error.to_string()))?;
    let mut headers = Headers::new();
    headers.push("host", target.authority().as_str());
    headers.push("accept", "application/json");
    headers.push("accept-encoding", "identity");
    if let Some(secret) = asked.authorization {
        headers.push("authorization", secret);
    }
    let mut body = bytes::Bytes::new();
    if let Some((media, content)) = asked.content {
        headers.push("content-type", media);
        headers.push("content-length", content.len().to_string().as_str());
        body = content.into();
    }
    let query = asked.url.query().map(|query| format!("?{query}"));
    let request = Request {
        method: asked.method.to_owned(),
        target: format!("{}{}", asked.url.path(), query.unwrap_or_default()),
        headers,
        body,
        secrets: Vec::new(),
    };
    let exchange = target.send(&request, Way::Client).await;
    exchange
        .map(|exchange| exchange.response)
        .map_err(|error| failed(error.to_string()))
}

/// The answer's body as a JSON value.
pub(super) fn json(shown: &str, response: &Response) -> Result<Value, String> {
    // What is wrong with it isn't said in its own words: they may hold a token.
    read_json(&response.body)
        .map_err(|_| format!("{shown} was answered {} without JSON", response.status))
}
