//! Documents of every version, of one file and of many, right and wrong.

mod dialects;
mod mistakes;
mod references;
mod schemas;
mod suite;
mod versions;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::{Value, json};

use super::{Contract, Files, NoFiles, load_with};
use crate::diag::{Source, Style, render_all};

/// Files in memory, whose locations are their names.
struct Shelf(BTreeMap<&'static str, &'static str>);

impl Files for Shelf {
    fn resolve(&self, base: &str, reference: &str) -> Result<String, String> {
        let folder = base.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
        for part in reference.split('/') {
            match part {
                "." => {}
                ".." => drop(parts.pop()),
                part => parts.push(part),
            }
        }
        Ok(parts.join("/"))
    }

    fn read(&self, location: &str) -> Result<Arc<Source>, String> {
        let text = self.0.get(location).ok_or("there is no such file")?;
        Ok(Source::new(location, *text))
    }
}

fn loaded(text: &str, files: &dyn Files) -> Contract {
    load_with(Source::new("main.yaml", text), files)
        .unwrap_or_else(|problems| panic!("{}", render_all(&problems, Style::Plain)))
}

fn alone(text: &str) -> Contract {
    let contract = loaded(text, &NoFiles);
    let warnings = render_all(&contract.warnings, Style::Plain);
    assert!(contract.warnings.is_empty(), "{warnings}");
    contract
}

/// What an operation asks for and answers, in a few lines.
fn outline(contract: &Contract) -> String {
    let mut text = String::new();
    for operation in &contract.operations {
        let _ = writeln!(
            text,
            "{} {} {}",
            operation.name, operation.method, operation.path
        );
        for p in &operation.parameters {
            let _ = writeln!(
                text,
                "  {} {} required={} style={} explode={}",
                p.location.as_str(),
                p.name,
                p.required,
                p.style,
                p.explode
            );
        }
        if let Some(body) = &operation.request_body {
            let types: Vec<&str> = body
                .content
                .iter()
                .map(|media| media.name.as_str())
                .collect();
            let _ = writeln!(text, "  body required={} {types:?}", body.required);
        }
        for response in &operation.responses {
            let types: Vec<&str> = response.content.iter().map(|m| m.name.as_str()).collect();
            let headers: Vec<&str> = response.headers.iter().map(|h| h.title.as_str()).collect();
            let _ = writeln!(text, "  {} {types:?} {headers:?}", response.status);
        }
        for requirement in &operation.security {
            let _ = writeln!(text, "  security {:?}", requirement.schemes);
        }
    }
    for scheme in &contract.security_schemes {
        let _ = writeln!(text, "{} {:?}", scheme.name, scheme.kind);
    }
    for server in &contract.servers {
        let _ = writeln!(text, "server {}", server.expanded());
    }
    text
}

/// Whether the first operation's first answer may have each of these bodies.
fn accepts(contract: &Contract, bodies: &[Value]) -> Vec<bool> {
    let media = &contract.operations[0].responses[0].content[0];
    let schema = media.compiled.get().expect("the schema is usable");
    bodies.iter().map(|body| schema.is_valid(body)).collect()
}

/// A document with this schema for its one answer.
fn with_schema(version: &str, schema: &Value) -> Contract {
    let document = json!({
        "openapi": version,
        "info": {"title": "t", "version": "1"},
        "paths": {"/a": {"get": {"responses": {"200": {
            "description": "d", "content": {"application/json": {"schema": schema}}
        }}}}},
        "components": {"schemas": {
            "Text": {"type": "string"},
            "Object": {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}}
        }}
    });
    loaded(&document.to_string(), &NoFiles)
}
