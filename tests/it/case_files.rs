//! Case files as their authors meet them: every problem at once, bodies in files, times.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::binaries::{binary, ends};
use super::support::Suite;
use crate::case::{CaseFiles, bind_cases, load_cases};
use crate::clause::Clauses;
use crate::diag::{Source, Style, render_all};
use crate::http::{Exchange, Headers, Request, Response};
use crate::openapi::{Contract, load};
use crate::outcome::CaseVerdict;
use crate::profile::Profile;
use crate::target::{Sending, Target, Way};

const API: &str = r#"
openapi: 3.1.1
info: { title: Pets, version: "1" }
paths:
  /pets/{pet}:
    parameters: [{ name: pet, in: path, required: true, schema: { type: string } }]
    put:
      operationId: writePet
      requestBody: { content: { application/octet-stream: {} } }
      responses: { 2XX: { description: d } }
"#;

fn contract() -> Contract {
    load(Source::new("api.yaml", API)).expect("the contract loads")
}

fn problems_of(text: &str) -> String {
    let source = Source::new("cases/writePet/case.yaml", text);
    let problems = load_cases(&[source], "cases", &contract()).expect_err("it is no case");
    render_all(&problems, Style::Plain)
}

#[test]
fn every_problem_of_a_file_is_said_at_once_and_once() {
    let text = r#"description: Seven mistakes.
requirement: r
operation: writePets
path: { pet: "${unique}" }
serial: maybe
expects: { status: 200 }
expect: { status: [two hundred, 700], time: soon }
then:
  - { operation: writePet, path: { pte: x, pet: "${uniqe}" }, capture: { it: id } }
control: { body: x }
"#;
    insta::assert_snapshot!(problems_of(text), @r#"
    error[case-value]: the contract has no operation `writePets`
     --> cases/writePet/case.yaml:3:12
      |
    3 | operation: writePets
      |            ^^^^^^^^^
      |
      = help: did you mean `writePet`?

    error[wrong-value]: `serial` must be a boolean, and is "maybe"
     --> cases/writePet/case.yaml:5:9
      |
    5 | serial: maybe
      |         ^^^^^
      |
      = help: `serial`: Whether the case must run alone, because it looks at a whole shared resource or fills its limit.

    error[unknown-key]: `expects` is not a key that is known here
     --> cases/writePet/case.yaml:6:1
      |
    6 | expects: { status: 200 }
      | ^^^^^^^
      |
      = help: did you mean `expect`?

    error[case-value]: "two hundred" is not a status
     --> cases/writePet/case.yaml:7:20
      |
    7 | expect: { status: [two hundred, 700], time: soon }
      |                    ^^^^^^^^^^^
      |
      = help: use a code such as 200 or a class such as 2XX

    error[case-value]: 700 is not a status
     --> cases/writePet/case.yaml:7:33
      |
    7 | expect: { status: [two hundred, 700], time: soon }
      |                                 ^^^
      |
      = help: use a code such as 200 or a class such as 2XX

    error[case-value]: `soon` is no time
     --> cases/writePet/case.yaml:7:45
      |
    7 | expect: { status: [two hundred, 700], time: soon }
      |                                             ^^^^
      |
      = help: write it as 500ms or 2s

    error[case-value]: `writePet` has no path parameter `pte`
     --> cases/writePet/case.yaml:9:36
      |
    9 |   - { operation: writePet, path: { pte: x, pet: "${uniqe}" }, capture: { it: id } }
      |                                    ^^^
      |
      = help: did you mean `pet`?

    error[unknown-variable]: nothing gives `${uniqe}` a value
     --> cases/writePet/case.yaml:9:50
      |
    9 |   - { operation: writePet, path: { pte: x, pet: "${uniqe}" }, capture: { it: id } }
      |                                                  ^^^^^^^^
      |
      = help: did you mean `${unique}`?

    error[case-value]: `id` is neither a JSON pointer nor a header
     --> cases/writePet/case.yaml:9:78
      |
    9 |   - { operation: writePet, path: { pte: x, pet: "${uniqe}" }, capture: { it: id } }
      |                                                                              ^^
      |
      = help: use a JSON pointer such as /meta/label, or `header NAME`

    error[missing-key]: `control` has no `expect`
      --> cases/writePet/case.yaml:10:1
       |
    10 | control: { body: x }
       | ^^^^^^^
       |
       = help: expect: What is expected of its answer.
    "#);
}

#[test]
fn what_follows_from_another_mistake_is_not_said() {
    // The names are given, by keys that can't be read.
    let text = r#"description: d
requirement: r
needs: mine
given:
  - { operation: writePet, path: { pet: x }, captures: { made: /id } }
  - { path: { pet: x }, capture: { other: /id } }
  - 7
operation: writePet
path: { pet: "${mine}${made}${other}" }
table: [row]
"#;
    let said = problems_of(text);
    let titles: Vec<&str> = said
        .lines()
        .filter(|line| line.starts_with("error"))
        .collect();
    insta::assert_snapshot!(titles.join("\n"), @r#"
    error[wrong-value]: `needs` must be an array, and is "mine"
    error[unknown-key]: `captures` is not a key that is known here
    error[missing-key]: an element of `given` has no `operation`
    error[wrong-value]: an element of `given` must be an object, and is 7
    error[wrong-value]: `table` must be an object, and is ["row"]
    "#);
}

#[test]
fn clauses_and_counts_are_said_with_the_rest() {
    let folder = folder("clauses", &[(
        "writePet/case.yaml",
        b"description: d\nrequirement: r\noperation: writePet\npath: { pet: x }\nexpects: 1\nclause: law#no\nrepeat: '1 +'\ntable: { a: {}, b: {} }\n",
    ), ("api.yaml", API.as_bytes())]);
    let mut command = binary();
    command
        .current_dir(&folder)
        .args(["list", "--spec", "api.yaml", "--cases", "writePet"]);
    let (_, err) = ends(&mut command, 2);
    let titles: Vec<&str> = err
        .lines()
        .filter(|line| line.starts_with("error"))
        .collect();
    insta::assert_snapshot!(titles.join("\n"), @r#"
    error[unknown-key]: `expects` is not a key that is known here
    error[unknown-clause]: `writePet` has no clause `law#no`
    error[repeat]: this is no CEL expression: ERROR: <input>:1:4: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}
    "#);
}

/// A folder of this test's own.
fn folder(name: &str, files: &[(&str, &[u8])]) -> PathBuf {
    let own = format!("proofmark-case-files-{}", std::process::id());
    let folder = std::env::temp_dir().join(own).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    for (file, text) in files {
        let path = folder.join(file);
        std::fs::create_dir_all(path.parent().expect("it has one")).expect("it is made");
        std::fs::write(path, text).expect("it is written");
    }
    folder
}

/// Answers everything after a fixed time, and keeps the bodies it was sent.
struct Slow(Duration, Arc<Mutex<Vec<Vec<u8>>>>);

impl Target for Slow {
    fn describe(&self) -> String {
        "slow".to_owned()
    }

    fn origin(&self) -> String {
        "http://h".to_owned()
    }

    fn authority(&self) -> String {
        "h".to_owned()
    }

    fn prefix(&self) -> &'static str {
        ""
    }

    fn send<'a>(&'a self, request: &'a Request, _way: Way) -> Sending<'a> {
        let mut bodies = self.1.lock().expect("nobody panicked");
        bodies.push(request.body.to_vec());
        let exchange = Exchange {
            request: request.clone(),
            response: Response {
                status: 200,
                headers: Headers::new(),
                body: bytes::Bytes::new(),
                surplus: None,
                raw: None,
            },
            elapsed: self.0,
        };
        Box::pin(async move { Ok(exchange) })
    }
}

const CASE: &str = "description: d\nrequirement: r\noperation: writePet\npath: { pet: x }\n";

#[tokio::test]
async fn a_body_is_sent_from_a_file_beside_its_case() {
    let case = format!("{CASE}bodyFile: ../shared/pet.bin\n");
    let folder = folder(
        "sent",
        &[
            ("writePet/case.yaml", case.as_bytes()),
            ("shared/pet.bin", b"\xff\0${unique} $${x}"),
        ],
    );
    let files = CaseFiles::of_folder(&folder, "cases").expect("the files are read");
    let contract = contract();
    let cases = bind_cases(files, &contract)
        .unwrap_or_else(|problems| panic!("{}", render_all(&problems, Style::Plain)));
    let suite = Suite {
        clauses: Arc::new(Clauses::of(&contract)),
        contract: Arc::new(contract),
        cases,
    };
    let bodies = Arc::default();
    let target = Arc::new(Slow(Duration::ZERO, Arc::clone(&bodies)));
    suite.run_with(target, Profile::default()).await;
    let sent = bodies.lock().expect("nobody panicked").clone();
    assert_eq!(sent, [b"\xff\0pm-0123456789-writePet-case ${x}".to_vec()]);
}

#[test]
fn a_file_that_may_hold_a_secret_or_is_none_is_refused() {
    let outside = folder("outside", &[("secret.bin", b"s")]);
    let absolute = outside.join("secret.bin");
    for (path, expected) in [
        (
            "../../outside/secret.bin",
            "lies outside the folder of the cases",
        ),
        (absolute.to_str().expect("a text"), "is an absolute path"),
        ("../.env", "is hidden, and such files are not read"),
        ("../.git/config", "is hidden, and such files are not read"),
        ("..", "is no file"),
        ("there.bin", "can't be read"),
    ] {
        let case = format!("{CASE}bodyFile: {path}\n");
        let folder = folder(
            "refused",
            &[
                ("writePet/case.yaml", case.as_bytes()),
                (".env", b"TOKEN=1"),
                (".git/config", b"x"),
            ],
        );
        let files = CaseFiles::of_folder(&folder, "cases").expect("the files are read");
        let problems = bind_cases(files, &contract()).expect_err("it is refused");
        assert_eq!(problems.len(), 1, "{path}");
        assert!(
            problems[0].message.contains(expected),
            "{}",
            problems[0].message
        );
        assert_eq!(problems[0].place().map(|place| place.line), Some(5));
    }
    #[cfg(unix)]
    {
        let case = format!("{CASE}bodyFile: link.bin\n");
        let folder = folder("linked", &[("writePet/case.yaml", case.as_bytes())]);
        std::os::unix::fs::symlink(&absolute, folder.join("writePet/link.bin")).expect("a link");
        let files = CaseFiles::of_folder(&folder, "cases").expect("the files are read");
        let problems = bind_cases(files, &contract()).expect_err("it is refused");
        assert!(problems[0].message.contains("lies outside"));
    }
}

#[test]
fn a_body_is_one_and_from_a_folder() {
    let said = problems_of(&format!("{CASE}body: 1\nbodyFile: x.bin\n"));
    assert!(
        said.contains("a step has one body, and this one has `body` and `bodyFile`"),
        "{said}"
    );
    let said = problems_of(&format!("{CASE}bodyFile: x.bin\n"));
    assert!(
        said.contains("there is no folder of cases to read a file from"),
        "{said}"
    );
}

#[tokio::test]
async fn an_answer_that_takes_longer_than_its_case_allows_is_a_finding_of_the_cases_level() {
    let took = Duration::from_millis(500);
    for (time, level, expected) in [
        ("500ms", "must", CaseVerdict::Pass),
        ("0.5s", "must", CaseVerdict::Pass),
        ("499 ms", "must", CaseVerdict::Fail),
        ("499ms", "should", CaseVerdict::Pass),
    ] {
        let text = format!("{CASE}level: {level}\nexpect: {{ status: 200, time: {time} }}\n");
        let source = Source::new("cases/writePet/case.yaml", text);
        let contract = contract();
        let suite = Suite {
            cases: load_cases(&[source], "cases", &contract).expect("it is a case"),
            clauses: Arc::new(Clauses::of(&contract)),
            contract: Arc::new(contract),
        };
        let target = Arc::new(Slow(took, Arc::default()));
        let outcomes = suite.run_with(target, Profile::default()).await;
        assert_eq!(outcomes[0].verdict, expected, "{time} {level}");
        let said: Vec<String> = outcomes[0]
            .findings
            .iter()
            .map(|found| {
                format!(
                    "{}: {} / {} / {}",
                    found.clause, found.title, found.expected, found.actual
                )
            })
            .collect();
        let late = "writePet/case/case#time: the answer took longer than the case allows / at most 499ms / 500.0ms";
        let late = time.starts_with("499").then(|| late.to_owned());
        assert_eq!(said, Vec::from_iter(late), "{time}");
    }
    for time in ["2", "0s", "-1s", "1h", "NaNs", "fast"] {
        let said = problems_of(&format!("{CASE}expect: {{ time: '{time}' }}\n"));
        assert!(said.contains("is no time"), "{time}: {said}");
    }
}
