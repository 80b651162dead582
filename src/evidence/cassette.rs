//! YAML cassettes, as VCR (Ruby), vcrpy (Python) and Schemathesis write them.
//!
//! ```yaml
//! http_interactions:          # vcrpy: interactions
//! - request:
//!     method: get
//!     uri: https://api.example.com/pets
//!     headers: { Accept: ["*/*"] }
//!     body: { encoding: UTF-8, string: "" }
//!   response:
//!     status: { code: 200, message: OK }
//!     headers: { Content-Type: [application/json] }
//!     body: { encoding: UTF-8, string: "{}" }
//! ```

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::recording::{
    Entry, Recording, asked, from_base64, is_empty, number, origin_form, parts_of, uncoded,
};
use crate::diag::{Document, Pointer};
use crate::http::{Exchange, Headers, Request, Response};

/// The name of a cassette's list of interactions, if it is one.
pub(super) fn interactions(root: &Value) -> Option<&'static str> {
    ["http_interactions", "interactions"]
        .into_iter()
        .find(|name| root.get(name).is_some_and(Value::is_array))
}

pub(super) fn read(document: Arc<Document>) -> Recording {
    let name = interactions(document.root()).unwrap_or_default();
    let list = document.root()[name].as_array();
    let list = list.map_or(&[][..], Vec::as_slice);
    let began = list
        .iter()
        .filter_map(|one| one["recorded_at"].as_str()?.parse().ok())
        .min();
    let entries = list
        .iter()
        .enumerate()
        .map(|(number, value)| {
            let at = Pointer::root().child(name).child(number);
            entry(&document, at, value)
        })
        .collect();
    Recording {
        document,
        entries,
        began,
    }
}

fn entry(document: &Document, at: Pointer, value: &Value) -> Entry {
    let request = &value["request"];
    let method = request["method"]
        .as_str()
        .unwrap_or("GET")
        .to_ascii_uppercase();
    let url = request["uri"].as_str().or(request["url"].as_str());
    let (scheme, authority, target) = url.and_then(parts_of).unwrap_or_default();
    let mut entry = Entry {
        scheme: scheme.to_ascii_lowercase(),
        authority: authority.to_ascii_lowercase(),
        asked: asked(&method, url.unwrap_or_default()),
        exchange: Err("its URL is none of http or https".to_owned()),
        bodiless: None,
        at,
    };
    if authority.is_empty() {
        return entry;
    }
    let mut headers = fields(&request["headers"]);
    if !headers.contains("host") {
        headers.push("host", authority);
    }
    let body = body(
        document,
        &entry.at.child("request"),
        &request["body"],
        "body",
    );
    let body = body.ok().flatten().unwrap_or_default();
    let request = Request {
        method,
        target: origin_form(target),
        headers,
        body: body.into(),
        secrets: Vec::new(),
    };
    let at = entry.at.child("response");
    match response(document, &at, &value["response"], &request.method) {
        Err(reason) => entry.exchange = Err(reason),
        Ok((response, bodiless)) => {
            entry.bodiless = bodiless;
            let time = value["response"]["elapsed"].as_f64();
            let time = time.or(value["elapsed"].as_f64()).unwrap_or_default();
            entry.exchange = Ok(Exchange {
                request,
                response,
                elapsed: Duration::try_from_secs_f64(time).unwrap_or_default(),
            });
        }
    }
    entry
}

/// Header fields by name, each with one value or a list of them.
fn fields(value: &Value) -> Headers {
    let mut headers = Headers::new();
    for (name, values) in value.as_object().into_iter().flatten() {
        let values = values
            .as_array()
            .map_or(std::slice::from_ref(values), Vec::as_slice);
        for value in values.iter().filter(|_| !name.starts_with(':')) {
            match value {
                Value::String(text) => headers.push(name, text.as_str()),
                Value::Null => {}
                other => headers.push(name, other.to_string().as_str()),
            }
        }
    }
    headers
}

fn response(
    document: &Document,
    at: &Pointer,
    value: &Value,
    method: &str,
) -> Result<(Response, Option<String>), String> {
    let code = value["status"].get("code").or(value.get("status_code"));
    let status = number(code.unwrap_or(&value["status"]));
    let status = status.and_then(|status| u16::try_from(status).ok());
    let Some(status) = status.filter(|status| (100..=999).contains(status)) else {
        return Err("no answer was recorded".to_owned());
    };
    let mut headers = fields(&value["headers"]);
    if headers.iter().next().is_none() {
        return Err("the answer's header fields were not kept".to_owned());
    }
    let name = if value.get("content").is_some() {
        "content"
    } else {
        "body"
    };
    let read = body(document, at, &value[name], name).and_then(|body| match body {
        Some(body) => uncoded(&mut headers, body),
        None if is_empty(method, status, &headers) => Ok(Vec::new()),
        None => Err("its body was not kept".to_owned()),
    });
    let (body, bodiless) = match read {
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

/// A body: a text, bytes in base64, or an object that holds either; none where nothing was kept.
fn body(
    document: &Document,
    holder: &Pointer,
    value: &Value,
    name: &str,
) -> Result<Option<Vec<u8>>, String> {
    let at = holder.child(name);
    let coded = |text: &str| from_base64(text).ok_or_else(|| "its body is no base64".to_owned());
    match value {
        Value::Null => Ok(None),
        Value::String(text) if is_binary(document, &at) => coded(text).map(Some),
        Value::String(text) => Ok(Some(text.clone().into_bytes())),
        Value::Object(members) => {
            if let Some(text) = members.get("base64_string").and_then(Value::as_str) {
                return coded(text).map(Some);
            }
            body(
                document,
                &at,
                members.get("string").unwrap_or(&Value::Null),
                "string",
            )
        }
        other => Ok(Some(other.to_string().into_bytes())),
    }
}

/// Whether a scalar has the tag `!!binary` (YAML 1.1's type repository), in front of it in the text.
fn is_binary(document: &Document, at: &Pointer) -> bool {
    let span = document.span(at);
    let text = document.source().text();
    let (before, own) = (text.get(..span.start), text.get(span.start..));
    let is_tag = |text: &str| {
        let text = text.trim_end_matches(|c: char| c.is_whitespace() || "|>-+".contains(c));
        text.ends_with("!!binary") || text.ends_with("tag:yaml.org,2002:binary>")
    };
    before.is_some_and(is_tag) || own.is_some_and(|own| own.starts_with("!!binary"))
}
