//! OpenAPI 3.1: its schemas are JSON Schema 2020-12 (OpenAPI 3.1.1, 4.8.24), but for habits of 3.0 that
//! its authors brought along.

use serde_json::Value;

use super::kinds::Kind;
use super::v3_0;
use super::walk::Rewrite;
use crate::diag::{Diagnostic, Document, Pointer};

/// Schemas, and nothing else.
pub(super) const REWRITE: Rewrite = Rewrite {
    wants: |kind, node| kind == Kind::Schema && v3_0::wants(node, "nullable"),
    apply: rewrite,
    names_dialect: true,
};

fn rewrite(_: Kind, document: &mut Document, at: &Pointer, problems: &mut Vec<Diagnostic>) {
    earlier(document, at, problems);
    v3_0::schema(document, at, "nullable", problems);
}

/// What 3.0 had and 3.1 hasn't says nothing, and its author means something by it.
fn earlier(document: &Document, at: &Pointer, problems: &mut Vec<Diagnostic>) {
    let Some(Value::Object(schema)) = document.get(at) else {
        return;
    };
    let of_earlier = |(keyword, operand): &(&String, &Value)| match keyword.as_str() {
        "nullable" => **operand == Value::Bool(true),
        "exclusiveMinimum" | "exclusiveMaximum" => operand.is_boolean(),
        _ => false,
    };
    for (keyword, _) in schema.iter().filter(of_earlier) {
        problems.push(
            Diagnostic::warning(
                "earlier-keyword",
                format!(
                    "`{keyword}` as it is written here is OpenAPI 3.0's and says nothing in 3.1"
                ),
            )
            .at_key(document, &at.child(keyword), "read as it is meant")
            .help("write `type: [string, \"null\"]` for nullable, and numbers as exclusive bounds"),
        );
    }
}
