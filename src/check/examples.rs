//! Examples of the contract, held against what an implementation answered.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::codec::read_json;
use crate::diag::{Diagnostic, Document, Pointer};
use crate::http::MediaType;
use crate::openapi::{Contract, MediaTypeObject};
use crate::outcome::Trace;

/// The examples of answers that no longer look like what was answered: to the same operation, with the
/// same status and a JSON body. Values differ from answer to answer, so that only members and types are
/// compared: an example has no type that no answer has at its place, and it has all members that the schema names
/// and every answer has.
#[must_use]
pub fn stale_examples(contract: &Contract, traces: &[Trace]) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for operation in &contract.operations {
        for response in &operation.responses {
            for media in &response.content {
                let json = media.range.media_type().is_some_and(MediaType::is_json);
                if !json || media.examples.is_empty() {
                    continue;
                }
                let named = Named::of(&contract.document, media);
                let steps = traces.iter().flat_map(|trace| &trace.steps);
                let answers: Vec<BTreeSet<String>> = steps
                    .filter(|step| step.operation == operation.name)
                    .filter_map(|step| step.result.as_ref().ok())
                    .filter(|exchange| {
                        exchange.request.method == operation.method
                            && operation
                                .response(exchange.response.status)
                                .is_some_and(|known| known.status == response.status)
                    })
                    .filter_map(|exchange| read_json(&exchange.response.body).ok())
                    .map(|body| named.outline(&body))
                    .collect();
                for example in &media.examples {
                    let own = named.outline(&example.value);
                    let Some(difference) = difference(&own, &answers) else {
                        continue;
                    };
                    let status = response.status;
                    problems.push(
                        Diagnostic::error(
                            "stale-example",
                            format!(
                                "the example `{}` of a {status} to {} is not what is answered: {difference}",
                                example.name, operation.name
                            ),
                        )
                        .at_node(&contract.document, &example.at, "")
                        .help("mend the example, or have the implementation mended"),
                    );
                }
            }
        }
    }
    problems
}

/// In what way an example differs from every answer; none without an answer.
fn difference(example: &BTreeSet<String>, answers: &[BTreeSet<String>]) -> Option<String> {
    let (first, rest) = answers.split_first()?;
    let all = rest.iter().fold(first.clone(), |all, other| &all & other);
    let any = rest.iter().fold(first.clone(), |any, other| &any | other);
    let list = |parts: Vec<&String>| {
        let parts: Vec<String> = parts.into_iter().map(|part| format!("`{part}`")).collect();
        parts.join(", ")
    };
    // A member that no answer has may belong to a case that was not met; one of another type may not.
    let place = |part: &str| part.split(": ").next().map(str::to_owned);
    let places: BTreeSet<Option<String>> = any.iter().map(|part| place(part)).collect();
    let more = example
        .difference(&any)
        .filter(|part| places.contains(&place(part)));
    let more: Vec<&String> = more.collect();
    // A member that the schema leaves open may be there or not.
    let less = all.difference(example).filter(|part| !part.contains("/*"));
    let less: Vec<&String> = less.collect();
    match (more.is_empty(), less.is_empty()) {
        (true, true) => None,
        (false, true) => Some(format!("no answer has {}", list(more))),
        (true, false) => Some(format!("every answer has {}, and it has not", list(less))),
        (false, false) => Some(format!(
            "no answer has {}, and every answer has {}",
            list(more),
            list(less)
        )),
    }
}

/// The names of members that a schema speaks of. A member of another name is one of many that are alike.
struct Named(BTreeSet<String>);

impl Named {
    fn of(document: &Document, media: &MediaTypeObject) -> Self {
        let mut named = Self(BTreeSet::new());
        let mut seen: BTreeSet<Pointer> = BTreeSet::new();
        let mut waiting: Vec<Pointer> = media.schema.iter().cloned().collect();
        while let Some(at) = waiting.pop() {
            if let Some(schema) = document.get(&at).filter(|_| seen.insert(at.clone())) {
                named.take(schema, &mut waiting);
            }
        }
        named
    }

    fn take(&mut self, schema: &Value, waiting: &mut Vec<Pointer>) {
        match schema {
            Value::Object(members) => {
                for (key, value) in members {
                    match (key.as_str(), value) {
                        ("properties", Value::Object(properties)) => {
                            self.0.extend(properties.keys().cloned());
                        }
                        ("$ref", Value::String(target)) => {
                            waiting.extend(target.strip_prefix('#').map(Pointer::from_text));
                        }
                        _ => {}
                    }
                    self.take(value, waiting);
                }
            }
            Value::Array(elements) => {
                for element in elements {
                    self.take(element, waiting);
                }
            }
            _ => {}
        }
    }

    /// The parts of a value, each with its type: `/meta/*: string`.
    fn outline(&self, value: &Value) -> BTreeSet<String> {
        let mut parts = BTreeSet::new();
        self.draw(value, "", &mut parts);
        parts
    }

    fn draw(&self, value: &Value, path: &str, parts: &mut BTreeSet<String>) {
        let kind = match value {
            // What may be null is now one and now the other.
            Value::Null => return,
            Value::Bool(_) => "boolean",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        let name = if path.is_empty() { "/" } else { path };
        parts.insert(format!("{name}: {kind}"));
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    let name = if self.0.contains(name) { name } else { "*" };
                    self.draw(value, &format!("{path}/{name}"), parts);
                }
            }
            Value::Array(elements) => {
                for element in elements {
                    self.draw(element, &format!("{path}/[]"), parts);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::{CaseId, Role};
    use crate::diag::Source;
    use crate::http::Exchange;
    use crate::openapi::load;
    use crate::outcome::StepRecord;
    use serde_json::json;

    /// A contract with one example of an answer, and answers to its operation.
    fn judged(example: &Value, answers: &[Value]) -> Vec<String> {
        let document = json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {"/a": {"get": {
            "operationId": "get", "responses": {"200": {"description": "d", "content": {"application/json": {
                "schema": {"$ref": "#/components/schemas/Thing"}, "example": example}}}}}}},
            "components": {"schemas": {"Thing": {"type": "object", "properties": {
                "id": {"type": "integer"}, "note": {"type": ["string", "null"]},
                "tags": {"type": "array", "items": {"type": "string"}},
                "labels": {"type": "object", "additionalProperties": {"type": "string"}}}}}}});
        let contract = load(Source::new("c.json", document.to_string())).expect("it loads");
        let step = |body: &Value| {
            let exchange: Exchange = serde_json::from_value(json!({
                "request": {"method": "GET", "target": "/a", "headers": [], "body": ""},
                "response": {"status": 200, "headers": [["content-type", "application/json"]], "body": body.to_string()}
            }))
            .expect("an exchange");
            StepRecord {
                step: None,
                index: None,
                role: Role::Main,
                operation: "get".to_owned(),
                result: Ok(exchange),
            }
        };
        let mut trace = Trace::new(CaseId::new("get/one"), "http://h", "");
        trace.steps = answers.iter().map(step).collect();
        let problems = stale_examples(&contract, &[trace]);
        problems
            .into_iter()
            .map(|problem| problem.message)
            .collect()
    }

    #[test]
    fn values_and_names_that_the_schema_leaves_open_may_differ() {
        let answers = [
            json!({"id": 1, "labels": {"a": "x"}, "note": null, "tags": []}),
            json!({"id": 2, "labels": {}, "tags": ["t"]}),
        ];
        for example in [
            json!({"id": 9, "labels": {"z": "y"}, "tags": []}),
            json!({"id": 9, "labels": {}, "tags": ["u", "v"], "note": "n"}),
        ] {
            assert_eq!(
                judged(&example, &answers),
                Vec::<String>::new(),
                "{example}"
            );
        }
        assert_eq!(judged(&json!({"id": "x"}), &[]), Vec::<String>::new());
    }

    #[test]
    fn an_example_that_no_answer_looks_like_is_named() {
        let answers = [
            json!({"id": 1, "labels": {}}),
            json!({"id": 2, "labels": {}, "tags": []}),
        ];
        let said = [json!({"id": "1", "labels": {}}), json!({"id": 1})]
            .iter()
            .flat_map(|example| judged(example, &answers))
            .collect::<Vec<_>>();
        insta::assert_snapshot!(said.join("\n"), @r#"
        the example `example` of a 200 to get is not what is answered: no answer has `/id: string`, and every answer has `/id: number`
        the example `example` of a 200 to get is not what is answered: every answer has `/labels: object`, and it has not
        "#);
    }
}
