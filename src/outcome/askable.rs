//! What can be asked of a server from outside, and what can't.

use crate::case::{Role, Step};
use crate::clause::{Clause, Side};
use crate::codec::{every_body_keeps, every_parameter_keeps};
use crate::http::StatusPattern;
use crate::openapi::Contract;

/// Whether nobody can ask for a status: interim answers, a 203, which a proxy makes of a 200 that it
/// changed (RFC 9110, 15.3.4), and errors of the server.
pub(super) fn is_of_own_accord(status: StatusPattern) -> bool {
    matches!(
        status,
        StatusPattern::Exact(100..=199 | 203 | 500..=599) | StatusPattern::Class(1 | 5)
    )
}

/// Whether a step asks for such a status all the same, as one does that has a way of its own to bring it
/// about: it takes nothing else. Where another answer does as well, it is only put up with.
pub(super) fn asks_for(step: &Step, status: StatusPattern) -> bool {
    let expected = &step.expect.status;
    step.role != Role::Teardown
        && expected.iter().any(|one| overlap(*one, status))
        && expected.iter().all(|one| is_of_own_accord(*one))
}

/// Whether an answer can have a status of both.
pub(super) fn overlap(one: StatusPattern, other: StatusPattern) -> bool {
    match (one, other) {
        (StatusPattern::Exact(status), pattern) | (pattern, StatusPattern::Exact(status)) => {
            pattern.covers(status)
        }
        (StatusPattern::Class(one), StatusPattern::Class(other)) => one == other,
        (StatusPattern::Default, _) | (_, StatusPattern::Default) => true,
    }
}

/// Whether no request breaks a clause, however it is written: of such a clause it can't be seen that
/// requests which break it are refused.
pub(super) fn is_kept_by_every_request(contract: &Contract, clause: &Clause) -> bool {
    if clause.side != Side::Request {
        return false;
    }
    // Demands that share a name have what tells them apart behind a tilde.
    let demand = clause.id.demand.split('~').next();
    let Some(keyword) = clause
        .at
        .last()
        .filter(|last| Some(last.as_str()) == demand)
    else {
        return false;
    };
    let Some(operand) = contract.document.get(&clause.at) else {
        return false;
    };
    let mut operations = contract.operations.iter();
    let Some(operation) = operations.find(|operation| operation.name == clause.id.subject) else {
        return false;
    };
    let keyword = (keyword.as_str(), operand);
    match clause.id.place.as_slice() {
        [request, place, rest @ ..] if request == "request" => {
            let content = operation.request_body.iter().flat_map(|body| &body.content);
            let mut media = content.filter(|media| media.name == *place);
            let mut parameters = operation.parameters.iter().filter(|parameter| {
                parameter.location.as_str() == place && rest.first() == Some(&parameter.name)
            });
            media.any(|media| every_body_keeps(media, rest, keyword))
                || parameters.any(|one| every_parameter_keeps(one, &rest[1..], keyword))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clause::Clauses;
    use crate::diag::Source;
    use crate::openapi::load;

    const DOCUMENT: &str = r#"
openapi: 3.1.0
info: {title: t, version: "1"}
paths:
  /a/{id}/{size}/{label}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: string, minLength: 1, maxLength: 9, format: password}}
      - {name: size, in: path, required: true, schema: {type: integer, format: int32, minimum: 1}}
      - {name: label, in: path, required: true, style: label, schema: {type: string, minLength: 1}}
    put:
      operationId: put
      parameters:
        - {name: q, in: query, required: true, schema: {type: [string, "null"], minLength: 1, format: uuid}}
        - {name: all, in: query, schema: {type: array, minItems: 0, uniqueItems: false, items: {type: string}}}
        - {name: deep, in: query, style: deepObject, schema: {type: object, properties: {a: {type: string}}}}
        - {name: json, in: query, content: {application/json: {schema: {type: string}}}}
        - {name: X-Two, in: header, schema: {type: string, allOf: [{pattern: a}, {pattern: b}]}}
      requestBody:
        required: true
        content:
          application/json: {schema: {type: string, minLength: 0, contentEncoding: base64}}
          application/x-www-form-urlencoded:
            schema: {type: object, properties: {text: {type: string}, number: {type: integer}}, required: [text]}
          text/plain: {schema: {type: string, maxLength: 5}}
      responses: {"204": {description: d}}
"#;

    #[test]
    fn a_clause_that_every_request_keeps_is_told_from_one_that_can_be_broken() {
        let contract = load(Source::new("api.yaml", DOCUMENT)).expect("a document");
        let clauses = Clauses::of(&contract);
        let requests = clauses.iter().filter(|clause| clause.side == Side::Request);
        let (kept, can_break): (Vec<&Clause>, Vec<&Clause>) =
            requests.partition(|clause| is_kept_by_every_request(&contract, clause));
        let shown = |clauses: &[&Clause]| {
            let ids = clauses.iter().map(|clause| clause.id.within_operation());
            ids.collect::<Vec<_>>().join("\n")
        };
        insta::assert_snapshot!(shown(&kept), @r#"
        request/query/q#type
        request/query/all/{items}#type
        request/header/X-Two#type
        request/path/id#type
        request/path/id#minLength
        request/path/label#type
        request/application~1x-www-form-urlencoded#type
        request/application~1x-www-form-urlencoded/text#type
        request/text~1plain#type
        "#);
        insta::assert_snapshot!(shown(&can_break), @r#"
        methods#not-allowed
        request/query/q#required
        request/query/q#format
        request/query/q#minLength
        request/query/all#type
        request/query/deep#type
        request/query/deep/a#type
        request/query/json#type
        request/header/X-Two#pattern~061a1cfea
        request/header/X-Two#pattern~0d3a93f25
        request/path/id#maxLength
        request/path/size#type
        request/path/size#format
        request/path/size#minimum
        request/path/label#minLength
        request/body#required
        request#content-type
        request/application~1json#well-formed
        request/application~1json#type
        request/application~1x-www-form-urlencoded/text#required
        request/application~1x-www-form-urlencoded/number#type
        request/text~1plain#maxLength
        "#);
    }

    #[test]
    fn a_status_is_asked_for_where_nothing_else_is_taken() {
        let step = |statuses: &[&str]| {
            let mut step = Step::plain(Role::Main, 0, serde_json::Map::new());
            let read = statuses.iter().map(|text| text.parse().expect("a status"));
            step.expect.status = read.collect();
            step
        };
        let asks = |statuses: &[&str]| asks_for(&step(statuses), StatusPattern::Exact(503));
        assert!(asks(&["503"]) && asks(&["5XX"]) && asks(&["500", "503"]));
        assert!(!asks(&["500"]) && !asks(&["200", "503"]) && !asks(&["default"]) && !asks(&[]));
        for (text, expected) in [("100", true), ("203", true), ("5XX", true), ("2XX", false)] {
            let status = text.parse().expect("a status");
            assert_eq!(is_of_own_accord(status), expected, "{text}");
        }
    }
}
