//! Overlays: changes to a document that stand in a file of their own (Overlay Specification 1.0.0).

use std::sync::Arc;

use serde_json::Value;
use serde_json_path::JsonPath;

use crate::diag::{Diagnostic, Document, Pointer, Source, Syntax};

/// Applies an overlay to a document, its actions in order. What changes nothing is a warning.
pub(super) fn apply(
    document: &mut Document,
    source: &Arc<Source>,
) -> Result<Vec<Diagnostic>, Vec<Diagnostic>> {
    let syntax = Syntax::of(source.name(), source.text());
    let overlay = Document::parse(source.clone(), syntax)?;
    let root = Pointer::root();
    let version = overlay.root().get("overlay").and_then(Value::as_str);
    if !version.is_some_and(|version| version.starts_with("1.")) {
        return Err(vec![
            Diagnostic::error("overlay", "this is no overlay of version 1")
                .at_key(&overlay, &root.child("overlay"), "")
                .help("an overlay begins with `overlay: 1.0.0`"),
        ]);
    }
    let actions = root.child("actions");
    let count = overlay
        .get(&actions)
        .and_then(Value::as_array)
        .map_or(0, Vec::len);
    let mut problems = Vec::new();
    let mut warnings = Vec::new();
    for index in 0..count {
        match action(document, &overlay, &actions.child(index)) {
            Ok(warning) => warnings.extend(warning),
            Err(problem) => problems.push(problem),
        }
    }
    if count == 0 {
        warnings.push(
            Diagnostic::warning("overlay", "the overlay has no action")
                .at_key(&overlay, &actions, "")
                .help("list what it changes under `actions`"),
        );
    }
    if problems.is_empty() {
        Ok(warnings)
    } else {
        Err(problems)
    }
}

fn action(
    document: &mut Document,
    overlay: &Document,
    at: &Pointer,
) -> Result<Option<Diagnostic>, Diagnostic> {
    let target = at.child("target");
    let problem = |message: String, help: &str| {
        Diagnostic::error("overlay", message)
            .at_node(overlay, &target, "")
            .help(help)
    };
    let Some(text) = overlay.get(&target).and_then(Value::as_str) else {
        return Err(problem(
            "the action has no target".to_owned(),
            "say what it changes in JSONPath, such as $.paths['/pets'].get",
        ));
    };
    let path = JsonPath::parse(text).map_err(|error| {
        problem(
            format!("{text:?} is no JSONPath: {error}"),
            "write it as RFC 9535 has it, such as $.paths['/pets'].get",
        )
    })?;
    let found = path.query_located(document.root());
    let places: Vec<Pointer> = found
        .locations()
        .map(|location| Pointer::from_text(location.to_json_pointer()))
        .collect();
    if places.is_empty() {
        return Ok(Some(
            Diagnostic::warning("overlay", format!("{text} names nothing in the document"))
                .at_node(overlay, &target, "this changes nothing")
                .help("see whether the document was changed since the overlay was written"),
        ));
    }
    let removes = overlay.get(&at.child("remove")) == Some(&Value::Bool(true));
    if removes {
        // From behind, so that what comes earlier keeps its place.
        for place in places.iter().rev() {
            if let Some(name) = place.last() {
                document.remove(&place.parent(), &name);
            }
        }
        return Ok(None);
    }
    let Some(update) = overlay.get(&at.child("update")) else {
        return Err(problem(
            "the action says neither `update` nor `remove: true`".to_owned(),
            "say what is put there, or that it is taken away",
        ));
    };
    for place in places {
        document.edit(&place, |node| match node {
            Value::Array(elements) => elements.push(update.clone()),
            node => merge(node, update),
        });
    }
    Ok(None)
}

/// Objects are merged, lists joined, anything else is exchanged (Overlay 1.0.0, 4.4.3.1).
fn merge(node: &mut Value, update: &Value) {
    match (node, update) {
        (Value::Object(members), Value::Object(update)) => {
            for (name, value) in update {
                match members.get_mut(name) {
                    Some(known) => merge(known, value),
                    None => {
                        members.insert(name.clone(), value.clone());
                    }
                }
            }
        }
        (Value::Array(elements), Value::Array(update)) => elements.extend(update.iter().cloned()),
        (node, update) => node.clone_from(update),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{Style, render_all};
    use serde_json::json;

    fn document() -> Document {
        let text = "paths:\n  /a:\n    get: {tags: [x], summary: old}\n    delete: {deprecated: true}\n  /b:\n    get: {tags: [x, y]}\n";
        Document::parse(Source::new("api.yaml", text), Syntax::Yaml).expect("well-formed")
    }

    fn applied(actions: &str) -> Result<(Value, Vec<Diagnostic>), Vec<Diagnostic>> {
        let mut document = document();
        let text = format!("overlay: 1.0.0\ninfo: {{title: t, version: '1'}}\nactions:\n{actions}");
        let warnings = apply(&mut document, &Source::new("overlay.yaml", text))?;
        Ok((document.root().clone(), warnings))
    }

    #[test]
    fn actions_update_and_remove_what_they_name() {
        let (value, warnings) = applied(
            "- target: $.paths['/a'].get\n  update: {summary: new, tags: [z], operationId: a}\n- target: $.paths.*.get.tags[?@ == 'x']\n  remove: true\n- target: $..[?@.deprecated == true]\n  remove: true\n- target: $.paths['/b'].get.tags\n  update: last\n- target: $.nothing\n  remove: true\n",
        )
        .expect("the overlay is applied");
        assert_eq!(
            value,
            json!({"paths": {
                "/a": {"get": {"tags": ["z"], "summary": "new", "operationId": "a"}},
                "/b": {"get": {"tags": ["y", "last"]}}
            }})
        );
        assert_eq!(warnings.len(), 1);
    }

    #[test]
    fn what_is_wrong_with_an_overlay_is_said_at_its_place() {
        let problems = applied("- target: $[\n  remove: true\n- update: {}\n- target: $.paths\n")
            .expect_err("three mistakes");
        let shown = render_all(&problems, Style::Plain);
        assert_eq!(problems.len(), 3, "{shown}");
        assert!(shown.contains("overlay.yaml:4:11"), "{shown}");
        let mut document = document();
        let none = apply(&mut document, &Source::new("x.yaml", "a: 1"));
        assert_eq!(none.expect_err("no overlay").len(), 1);
    }
}
