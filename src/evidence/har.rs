//! HTTP Archive 1.2, as browsers, proxies and test tools write it.
//!
//! ```json
//! {"log":{"version":"1.2","entries":[{"startedDateTime":"…","time":12.5,
//!   "request":{"method":"GET","url":"https://…","headers":[{"name":"accept","value":"*/*"}]},
//!   "response":{"status":200,"headers":[],"content":{"size":2,"mimeType":"application/json","text":"{}"}}}]}}
//! ```

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::recording::{
    Entry, Recording, asked, from_base64, is_empty, number, origin_form, parts_of, uncoded,
};
use crate::diag::{Document, Pointer};
use crate::http::{Exchange, Headers, Request, Response};

pub(super) fn read(document: Arc<Document>) -> Recording {
    let entries = document.root()["log"]["entries"].as_array();
    let entries = entries.map_or(&[][..], Vec::as_slice);
    let began = entries
        .iter()
        .filter_map(|entry| entry["startedDateTime"].as_str()?.parse().ok())
        .min();
    let at = Pointer::root().child("log").child("entries");
    let entries = entries
        .iter()
        .enumerate()
        .map(|(number, value)| entry(at.child(number), value))
        .collect();
    Recording {
        document,
        entries,
        began,
    }
}

fn entry(at: Pointer, value: &Value) -> Entry {
    let request = &value["request"];
    let method = request["method"]
        .as_str()
        .unwrap_or("GET")
        .to_ascii_uppercase();
    let url = request["url"].as_str().unwrap_or_default();
    let (scheme, authority, target) = parts_of(url).unwrap_or_default();
    let mut entry = Entry {
        at,
        scheme: scheme.to_ascii_lowercase(),
        authority: authority.to_ascii_lowercase(),
        asked: asked(&method, url),
        exchange: Err("its URL is none of http or https".to_owned()),
        bodiless: None,
    };
    if authority.is_empty() {
        return entry;
    }
    let mut headers = fields(&request["headers"]);
    if !headers.contains("host") {
        headers.push("host", authority);
    }
    let posted = &request["postData"];
    let body = match (posted["text"].as_str(), posted["encoding"].as_str()) {
        (Some(text), Some("base64")) => from_base64(text).unwrap_or_default(),
        (Some(text), _) => text.as_bytes().to_vec(),
        (None, _) => Vec::new(),
    };
    let request = Request {
        method,
        target: origin_form(target),
        headers,
        body: body.into(),
        secrets: Vec::new(),
    };
    match response(&value["response"], &request.method) {
        Err(reason) => entry.exchange = Err(reason),
        Ok((response, bodiless)) => {
            entry.bodiless = bodiless;
            let time = value["time"].as_f64().unwrap_or_default() / 1000.0;
            entry.exchange = Ok(Exchange {
                request,
                response,
                elapsed: Duration::try_from_secs_f64(time).unwrap_or_default(),
            });
        }
    }
    entry
}

fn fields(value: &Value) -> Headers {
    let fields = value.as_array().into_iter().flatten();
    fields
        .filter_map(|field| {
            let name = field["name"].as_str()?;
            // HTTP/2 sends the request line as fields of this kind (RFC 9113, 8.3).
            (!name.starts_with(':')).then_some((name, field["value"].as_str()?))
        })
        .collect()
}

fn response(value: &Value, method: &str) -> Result<(Response, Option<String>), String> {
    let status = number(&value["status"]).and_then(|status| u16::try_from(status).ok());
    let Some(status) = status.filter(|status| (100..=999).contains(status)) else {
        return Err("no answer was recorded".to_owned());
    };
    let mut headers = fields(&value["headers"]);
    if headers.iter().next().is_none() {
        return Err("the answer's header fields were not kept".to_owned());
    }
    let content = &value["content"];
    let (body, bodiless) = match body(content, method, status, &mut headers) {
        Ok(body) => (body, None),
        Err(reason) => (Vec::new(), Some(reason)),
    };
    let response = Response {
        status,
        headers,
        body: body.into(),
        surplus: None,
        raw: None,
    };
    Ok((response, bodiless))
}

fn body(
    content: &Value,
    method: &str,
    status: u16,
    headers: &mut Headers,
) -> Result<Vec<u8>, String> {
    let size = number(&content["size"]);
    if content.get("_truncated").is_some_and(|t| *t != false) {
        return Err("its body was cut short by the recorder".to_owned());
    }
    let Some(text) = content["text"].as_str() else {
        return match size {
            Some(0) => Ok(Vec::new()),
            _ if is_empty(method, status, headers) => Ok(Vec::new()),
            _ => Err("its body was not kept".to_owned()),
        };
    };
    let body = match content["encoding"].as_str() {
        Some("base64") => from_base64(text).ok_or("its body is no base64")?,
        _ => text.as_bytes().to_vec(),
    };
    let body = uncoded(headers, body)?;
    // A byte order mark is not always kept; more that is missing is a body cut short.
    match size.and_then(|size| usize::try_from(size).ok()) {
        Some(size) if body.len() + 3 < size => Err(format!(
            "of its body {} of {size} bytes were kept",
            body.len()
        )),
        _ => Ok(body),
    }
}
