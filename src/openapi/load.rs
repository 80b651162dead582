//! From a text to a contract.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::files::{Files, NoFiles};
use super::lowering;
use super::model::Contract;
use super::references::as_warning;
use super::walk::{Rewrite, walk};
use super::{overlay, v2, v3_0, v3_1, v3_2};
use crate::diag::{Diagnostic, Document, Pointer, Source, Syntax};

/// Loads an OpenAPI document that stands alone.
///
/// # Errors
/// Every problem that keeps the document from being a contract. What is wrong but can be lived
/// with is in [`Contract::warnings`].
pub fn load(source: Arc<Source>) -> Result<Contract, Vec<Diagnostic>> {
    load_with(source, &NoFiles)
}

/// Loads an OpenAPI document and the files it refers to.
///
/// # Errors
/// As [`load`]. A file that can't be read is a warning: what refers to it demands nothing.
pub fn load_with(source: Arc<Source>, files: &dyn Files) -> Result<Contract, Vec<Diagnostic>> {
    load_overlaid(source, &[], files)
}

/// Loads an OpenAPI document with overlays (Overlay Specification 1.0.0) applied to it, in order.
///
/// # Errors
/// As [`load`]; also when a text is no overlay.
pub fn load_overlaid(
    source: Arc<Source>,
    overlays: &[Arc<Source>],
    files: &dyn Files,
) -> Result<Contract, Vec<Diagnostic>> {
    let syntax = Syntax::of(source.name(), source.text());
    let (mut document, slips) = Document::parse_leniently(source, syntax)?;
    let mut warnings: Vec<Diagnostic> = slips.into_iter().map(as_warning).collect();
    let mut unusable = Vec::new();
    for source in overlays {
        match overlay::apply(&mut document, source) {
            Ok(found) => {
                warnings.extend(found);
                document.read_from(source.clone());
            }
            Err(found) => unusable.extend(found),
        }
    }
    if !unusable.is_empty() {
        return Err(unusable);
    }
    let version = version(&document, &mut warnings).map_err(|problem| vec![problem])?;
    let rewrite: Rewrite = match version {
        Version::V2 => v2::REWRITE,
        Version::V3_0 => v3_0::REWRITE,
        Version::V3_1 => v3_1::REWRITE,
        Version::V3_2 => v3_2::REWRITE,
    };
    let walked = walk(&mut document, files, rewrite);
    warnings.extend(walked.problems);
    if version == Version::V2 {
        v2::complete(&mut document);
    }
    Ok(lowering::lower(document, &walked.schemas, warnings))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    V2,
    V3_0,
    V3_1,
    V3_2,
}

fn version(document: &Document, warnings: &mut Vec<Diagnostic>) -> Result<Version, Diagnostic> {
    let root = members(document)?;
    let at = |key: &str| Pointer::root().child(key);
    let (key, written) = match (root.get("openapi"), root.get("swagger")) {
        (Some(written), other) => {
            if other.is_some() {
                warnings.push(
                    Diagnostic::warning("two-versions", "the document names two versions")
                        .at_key(document, &at("swagger"), "this is not looked at")
                        .help("keep `openapi` alone"),
                );
            }
            ("openapi", written)
        }
        (None, Some(written)) => ("swagger", written),
        (None, None) => {
            return Err(Diagnostic::error(
                "not-openapi",
                "the document doesn't say which OpenAPI version it is",
            )
            .at_key(document, &Pointer::root(), "")
            .help("an OpenAPI document begins with `openapi: 3.1.0`, or `swagger: \"2.0\"`"));
        }
    };
    let text = match written {
        Value::String(text) => text.clone(),
        Value::Number(number) => {
            warnings.push(
                Diagnostic::warning("version", format!("`{key}` is a number"))
                    .at_node(document, &at(key), "read as the version it spells")
                    .help("write it in quotes"),
            );
            number.to_string()
        }
        other => {
            return Err(
                Diagnostic::error("version", format!("`{key}` is {other}, not a version"))
                    .at_key(document, &at(key), "")
                    .help("write it in quotes, such as \"3.1.0\""),
            );
        }
    };
    let of = |series: &str| {
        let rest = text.strip_prefix(series);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-']))
    };
    if of("2.0") || text == "2" {
        Ok(Version::V2)
    } else if of("3.0") || text == "3" {
        Ok(Version::V3_0)
    } else if of("3.1") {
        Ok(Version::V3_1)
    } else if of("3.2") {
        Ok(Version::V3_2)
    } else {
        Err(
            Diagnostic::error("version", format!("OpenAPI {text} is not read"))
                .at_key(document, &at(key), "")
                .help("OpenAPI 2.0, 3.0, 3.1 and 3.2 are"),
        )
    }
}

fn members(document: &Document) -> Result<&Map<String, Value>, Diagnostic> {
    if let Some(members) = document.root().as_object() {
        return Ok(members);
    }
    let message = if document.source().text().trim().is_empty() {
        "the document is empty"
    } else {
        "an OpenAPI document is an object, and this is none"
    };
    Err(Diagnostic::error("not-openapi", message)
        .at_key(document, &Pointer::root(), "")
        .help("check that this is the right file"))
}
