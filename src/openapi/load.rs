//! From a text to a contract.

use std::sync::Arc;

use serde_json::Value;

use super::model::Contract;
use super::v3_1;
use crate::diag::{Diagnostic, Document, Pointer, Source, Syntax};

/// Loads an OpenAPI document.
///
/// # Errors
/// Every problem that keeps the document from being a contract. What is wrong but can be lived
/// with is in [`Contract::warnings`].
pub fn load(source: Arc<Source>) -> Result<Contract, Vec<Diagnostic>> {
    let syntax = Syntax::of(source.name(), source.text());
    let document = Arc::new(Document::parse(source, syntax)?);
    let whole = |code, message: String, at: &str| {
        let span = document.key_span(&Pointer::from_text(at));
        Diagnostic::error(code, message).at(document.source(), span, "")
    };
    let Some(root) = document.root().as_object() else {
        let message = "an OpenAPI document is an object, and this is none".to_owned();
        return Err(vec![
            whole("not-openapi", message, "").help("check that this is the right file"),
        ]);
    };
    match root.get("openapi") {
        Some(Value::String(version)) if version.starts_with("3.1.") => v3_1::lower(document),
        Some(Value::String(version)) => Err(vec![
            whole(
                "version",
                format!("OpenAPI {version} is not read"),
                "/openapi",
            )
            .help("OpenAPI 3.1 is"),
        ]),
        Some(other) => Err(vec![
            whole(
                "version",
                format!("`openapi` is {other}, not a version"),
                "/openapi",
            )
            .help("write it in quotes, such as \"3.1.0\""),
        ]),
        None if root.contains_key("swagger") => Err(vec![
            whole("version", "Swagger 2.0 is not read".to_owned(), "/swagger")
                .help("OpenAPI 3.1 is"),
        ]),
        None => Err(vec![
            whole(
                "not-openapi",
                "the document doesn't say which OpenAPI version it is".to_owned(),
                "",
            )
            .help("an OpenAPI document begins with `openapi: 3.1.0`"),
        ]),
    }
}
