//! What is a hole in the contract, and what looks like one and isn't.

use super::{Run, get, trace};
use crate::case::{Grounds, Origin};
use crate::http::Exchange;
use crate::outcome::{AnswerShape, Implementation, Matrix, Trace, Trouble};

const CONTRACT: &str = r#"
openapi: 3.1.0
info: {title: Things, version: "1"}
paths:
  /things:
    get:
      operationId: getThings
      responses:
        "200":
          description: All.
          content:
            application/json:
              schema: {type: object, properties: {name: {type: string}}}
        "202":
          description: Later.
        "404":
          description: None.
          content:
            application/json:
              schema: {type: object, additionalProperties: {type: string}}
"#;

/// Its first and third step leave the status open, its second states two, its fourth is sent often.
const CASE: &str = "
description: d
requirement: r
operation: getThings
then:
  - operation: getThings
    expect: {status: [200, 404]}
  - operation: getThings
  - operation: getThings
    repeat: 2
    parallel: true
";

const ID: &str = "getThings/one";

fn run(exchanges: Vec<Exchange>) -> Run {
    of(trace(ID, "getThings", exchanges))
}

fn of(trace: Trace) -> Run {
    Run::of(CONTRACT, &[(ID, CASE)], vec![trace], "")
}

/// The holes between runs, each as its answers.
fn holes(runs: &[&Run]) -> Vec<Vec<String>> {
    let implementations = runs.iter().map(|run| Implementation {
        name: "n",
        account: run.account(),
    });
    let matrix = Matrix::of(implementations.collect());
    let answers = |answers: &[Option<AnswerShape>]| -> Vec<String> {
        answers
            .iter()
            .map(|answer| match answer {
                Some(answer) => AnswerShape::to_string(answer),
                None => "none".to_owned(),
            })
            .collect()
    };
    matrix
        .holes
        .iter()
        .map(|hole| answers(&hole.answers))
        .collect()
}

fn one(status: u16, body: &str) -> Run {
    run(vec![get("/things", status, body)])
}

#[test]
fn another_documented_status_is_one() {
    let (a, b) = (one(200, r#"{"name":"a"}"#), one(202, "{}"));
    assert_eq!(
        holes(&[&a, &b]),
        [[
            "200 application/json, members name",
            "202 application/json, {}"
        ]]
    );
    let c = one(202, "{}");
    assert_eq!(holes(&[&a, &b, &c]).len(), 1);
}

#[test]
fn another_member_and_another_media_type_are_ones() {
    let (a, b) = (
        one(200, r#"{"name":"a"}"#),
        one(200, r#"{"name":"a","more":1}"#),
    );
    assert_eq!(
        holes(&[&a, &b]),
        [[
            "200 application/json, members name",
            "200 application/json, members more, name"
        ]]
    );
    let mut other = get("/things", 202, "x");
    other
        .response
        .headers
        .set("content-type", "text/plain; charset=utf-8");
    let mut exchange = get("/things", 202, "x");
    exchange.response.headers.set("content-type", "text/html");
    let (a, b) = (run(vec![other]), run(vec![exchange]));
    assert_eq!(
        holes(&[&a, &b]),
        [["202 text/plain, a body", "202 text/html, a body"]]
    );
}

#[test]
fn the_same_answer_with_another_content_is_none() {
    let (a, b) = (one(200, r#"{"name":"a"}"#), one(200, r#"{"name":"b"}"#));
    assert_eq!(holes(&[&a, &b]).len(), 0);
}

#[test]
fn an_answer_that_breaks_a_clause_counts_for_nothing() {
    let (a, b) = (
        one(200, r#"{"name":"a"}"#),
        one(200, r#"{"name":1,"more":1}"#),
    );
    assert_eq!(holes(&[&a, &b]).len(), 0);
    let c = one(201, "{}");
    assert_eq!(holes(&[&a, &c]).len(), 0);
    let d = one(200, "{}");
    assert_eq!(
        holes(&[&a, &b, &d]),
        [[
            "200 application/json, members name",
            "none",
            "200 application/json, {}"
        ]]
    );
}

#[test]
fn what_a_later_answer_of_its_case_gives_the_lie_to_counts_for_nothing() {
    let two = |first: &str, later: u16| {
        run(vec![
            get("/things", 200, first),
            get("/things", later, "{}"),
        ])
    };
    let a = two(r#"{"name":"a"}"#, 200);
    let sound = two(r#"{"name":"a","more":1}"#, 200);
    assert_eq!(holes(&[&a, &sound]).len(), 1);
    let broken = two(r#"{"name":"a","more":1}"#, 201);
    assert_eq!(holes(&[&a, &broken]).len(), 0);
}

#[test]
fn statuses_that_the_case_names_are_none() {
    let first = || get("/things", 200, "{}");
    let (a, b) = (
        run(vec![first(), get("/things", 200, "{}")]),
        run(vec![first(), get("/things", 404, "{}")]),
    );
    assert_eq!(holes(&[&a, &b]).len(), 0);
}

#[test]
fn members_that_the_contract_does_not_name_are_data() {
    let refused = |body: &str| {
        let second = get("/things", 404, body);
        run(vec![get("/things", 200, "{}"), second])
    };
    let (a, b) = (refused(r#"{"a":"x"}"#), refused(r#"{"b":"x","c":"y"}"#));
    assert_eq!(holes(&[&a, &b]).len(), 0);
    assert_eq!(holes(&[&a, &refused("{}")]).len(), 1, "none and some");
    // Where it is silent on further members, the run's own names are no difference.
    let own = |name: &str| {
        let body = format!(r#"{{"{name}":"x"}}"#);
        let mut trace = trace(ID, "getThings", vec![get("/things", 200, &body)]);
        trace.bindings.insert("unique".into(), name.into());
        of(trace)
    };
    assert_eq!(holes(&[&own("pm-1-x"), &own("pm-2-x")]).len(), 0);
}

#[test]
fn what_was_sent_side_by_side_is_none() {
    let beside = |status| {
        let same = || get("/things", 200, "{}");
        let last = get("/things", status, "{}");
        let mut trace = trace(ID, "getThings", vec![same(), same(), same(), last]);
        trace.steps[3].index = Some(0);
        of(trace)
    };
    assert_eq!(holes(&[&beside(200), &beside(202)]).len(), 0);
}

#[test]
fn what_follows_from_another_answer_is_none() {
    let followed = |status, body: &str| {
        let first = get("/things", 200, "{}");
        let second = get("/things", status, "{}");
        run(vec![first, second, get("/things", 200, body)])
    };
    let a = followed(200, "{}");
    assert_eq!(holes(&[&a, &followed(404, r#"{"more":1}"#)]).len(), 0);
    assert_eq!(holes(&[&a, &followed(200, r#"{"more":1}"#)]).len(), 1);
}

#[test]
fn a_case_that_could_not_be_judged_counts_for_nothing() {
    let mut troubled = trace(ID, "getThings", vec![get("/things", 202, "{}")]);
    troubled.troubles.push(Trouble {
        during: "d".into(),
        reason: "r".into(),
    });
    let (a, b) = (one(200, "{}"), of(troubled));
    assert_eq!(holes(&[&a, &b]).len(), 0);
    let c = one(202, "{}");
    assert_eq!(
        holes(&[&a, &b, &c]),
        [[
            "200 application/json, {}",
            "none",
            "202 application/json, {}"
        ]]
    );
}

#[test]
fn that_a_made_up_value_is_known_to_one_of_them_is_none() {
    let generated = |status, grounds| {
        let trace = trace(ID, "getThings", vec![get("/things", status, "{}")]);
        let origin = Origin::Generated(grounds);
        Run::with_origin(CONTRACT, &[(ID, CASE)], vec![trace], "", origin)
    };
    for (grounds, count) in [
        (Grounds::Target, 1),
        (Grounds::Contract, 0),
        (Grounds::Invented, 0),
    ] {
        let (a, b) = (generated(200, grounds), generated(404, grounds));
        assert_eq!(holes(&[&a, &b]).len(), count, "{grounds:?}");
    }
}
