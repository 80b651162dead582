//! The matrix in its three formats.

use super::{Run, between, get, ids, trace};
use crate::outcome::{Difference, Implementation, Matrix};
use crate::report::{matrix_html, matrix_json, matrix_markdown};

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
"#;

const CASE: &str = "description: d\nrequirement: r\noperation: getThings\n";

fn run(body: &str) -> Run {
    let id = "getThings/one";
    let traces = vec![trace(id, "getThings", vec![get("/things", 200, body)])];
    Run::of(CONTRACT, &[(id, CASE)], traces, "")
}

/// Three of them: one names nothing, one more than is documented, and one a number.
fn with_matrix<T>(tell: impl FnOnce(&Matrix<'_>) -> T) -> T {
    let runs = [
        run(r#"{"name":"<i>"}"#),
        run(r#"{"name":"a","more":1}"#),
        run(r#"{"name":1}"#),
    ];
    let names = ["ours|", "theirs <b>", "another's"];
    let implementations = names.iter().zip(&runs).map(|(name, run)| Implementation {
        name,
        account: run.account(),
    });
    tell(&Matrix::of(implementations.collect()))
}

#[test]
fn rows_are_told_apart_by_what_differs() {
    with_matrix(|matrix| {
        let kept: Vec<String> = matrix
            .differing(Difference::Kept)
            .map(|row| row.clause.id.to_string())
            .collect();
        assert_eq!(kept, ["getThings/200/application~1json/name#type"]);
        let all: usize = [Difference::Kept, Difference::Tested, Difference::None]
            .into_iter()
            .map(|difference| matrix.differing(difference).count())
            .sum();
        assert_eq!(all, matrix.rows.len());
    });
}

#[test]
fn the_page_is_sound_whatever_names_and_answers_hold() {
    let page = with_matrix(matrix_html);
    let ids = ids(&page);
    let anchors = ids.iter().filter(|id| id.starts_with("clause-"));
    assert_eq!(anchors.count(), with_matrix(|matrix| matrix.rows.len()));
    assert!(!page.contains("<i>") && !page.contains("theirs <b>"));
    let row = between(
        &page,
        "<tr role=\"row\" id=\"clause-getThings/200/application~1json/name",
        "</tr>",
    );
    insta::assert_snapshot!(row, @r##"<tr role="row" id="clause-getThings/200/application~1json/name:type"><th scope="row" role="rowheader"><code>getThings/200/application~1json/name#type</code><br>`name` of the body of a 200 is of type string</th><td role="cell" data-label="ours|"><b class="verdict held">✓ held</b></td><td role="cell" data-label="theirs &lt;b&gt;"><b class="verdict held">✓ held</b></td><td role="cell" data-label="another&#39;s"><a href="#finding-another!27s/getThings/200/application~1json/name:type"><b class="verdict broken">✗ broken</b></a></td>"##);
}

#[test]
fn the_matrix_in_markdown() {
    insta::assert_snapshot!(with_matrix(matrix_markdown), @r#"
    # Implementations by one contract

    - **ours\|**: conforms; 7 held, 2 vacuous, 7 untested
    - **theirs \<b\>**: conforms; 7 held, 2 vacuous, 7 untested
    - **another's**: does-not-conform; 6 held, 1 broken, 2 vacuous, 7 untested

    ## Holes in the contract

    One request, different answers, and the contract lets all of them.

    - `getThings`
      - ours\|: 200 application/json, members name
      - theirs \<b\>: 200 application/json, members more, name
      - another's: no answer, or one that breaks a clause
      - in `getThings/one`

    ## Some keep it, others break it

    | clause | ours\| | theirs \<b\> | another's |
    | --- | --- | --- | --- |
    | `getThings/200/application~1json/name#type` | ✓ held | ✓ held | ✗ broken |

    ## Put to the test with some alone

    None.

    15 clauses have the same verdict with all.
    "#);
}

#[test]
fn the_matrix_in_json() {
    let json: serde_json::Value =
        serde_json::from_str(&with_matrix(matrix_json)).expect("it is JSON");
    assert_eq!(json["implementations"][2]["answer"], "does-not-conform");
    assert_eq!(
        json["clauses"].as_array().map(Vec::len),
        with_matrix(|m| Some(m.rows.len()))
    );
    let differing = json["clauses"].as_array().into_iter().flatten();
    let differing: Vec<_> = differing.filter(|row| row["differ"] == true).collect();
    assert_eq!(differing.len(), 1, "{differing:?}");
    assert_eq!(differing[0]["verdicts"]["another's"], "broken");
    assert_eq!(json["holes"][0]["cases"][0], "getThings/one");
}
