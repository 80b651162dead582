//! The whole of a run as one JSON document. Its shape is published as `spec/report.schema.json`.
//!
//! ```json
//! {
//!   "format": 1,
//!   "about": { "contract": "Images 2.0", "target": "http://127.0.0.1:8080", … },
//!   "answer": "conforms",
//!   "summary": { "passed": 1, … },
//!   "clauseCounts": { "total": 12, "held": 9, … },
//!   "causes": [],
//!   "notices": [],
//!   "cases": [{ "case": "setItem/add", "verdict": "pass", … }],
//!   "clauses": [{ "clause": "setItem/200#content-type", "verdict": "held", "witness": { … }, … }]
//! }
//! ```

use std::io::{self, Write as _};

use super::document::Report;
use super::{Format, Out, Reporter};
use crate::outcome::Account;

pub(super) const FORMAT: Format = Format {
    name: "json",
    about: "the whole of a run for programs; `proofmark spec --format report-schema` is its JSON Schema",
    new: |out| Box::new(Json { out }),
};

struct Json<'a> {
    out: Out<'a>,
}

impl Reporter for Json<'_> {
    fn finish(&mut self, account: &Account<'_>) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut self.out, &Report::of(account))?;
        writeln!(self.out)?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::report::report_schema;
    use crate::report::testing::{HOSTILE, Story};

    fn told() -> Value {
        serde_json::from_str(&Story::new().told(&FORMAT)).expect("it is JSON")
    }

    #[test]
    fn a_report_keeps_the_published_schema() {
        let schema = report_schema();
        let validator = jsonschema::validator_for(&schema).expect("it is a schema");
        let mut report = told();
        let wrong: Vec<String> = validator
            .iter_errors(&report)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(wrong, Vec::<String>::new());
        report["cases"][0]["verdict"] = "fine".into();
        assert!(!validator.is_valid(&report));
        let mut report = told();
        report["clauses"][0]
            .as_object_mut()
            .expect("a clause is an object")
            .remove("verdict");
        assert!(!validator.is_valid(&report));
    }

    #[test]
    fn what_was_found_is_there_as_it_is() {
        let report = told();
        assert_eq!(report["answer"], "does-not-conform");
        assert_eq!(report["cases"][1]["findings"][0]["actual"], HOSTILE);
        let witness = json!({ "case": "getItem/pass", "exchange": 0, "request": "GET /items/k", "status": 200 });
        let clauses = report["clauses"].as_array().expect("a list");
        let held = clauses.iter().find(|clause| clause["verdict"] == "held");
        assert_eq!(held.expect("one is held")["witness"], witness);
        insta::assert_snapshot!(format!("{:#}", json!({
            "causes": report["causes"].as_array().map(|causes| causes.iter().map(|cause| json!({
                "clause": cause["clause"], "fails": cause["fails"], "waived": cause["waived"],
                "advises": cause["advises"], "cases": cause["cases"],
            })).collect::<Vec<_>>()),
            "summary": report["summary"],
            "waived": report["cases"][3], "notices": report["notices"],
        })), @r#"
        {
          "causes": [
            {
              "clause": "getItem/200/header/date#required",
              "fails": 1,
              "waived": 0,
              "advises": 1,
              "cases": [
                "getItem/fail",
                "getItem/advised"
              ]
            },
            {
              "clause": "getItem/200#content-type",
              "fails": 0,
              "waived": 1,
              "advises": 0,
              "cases": [
                "getItem/waived"
              ]
            }
          ],
          "summary": {
            "passed": 2,
            "failed": 1,
            "waived": 1,
            "flaky": 0,
            "errors": 1,
            "skipped": 1,
            "advisories": 1,
            "exchanges": 5,
            "interrupted": false
          },
          "waived": {
            "case": "getItem/waived",
            "verdict": "waived",
            "description": "waived",
            "exchanges": 1,
            "seconds": 0.003,
            "findings": [
              {
                "clause": "getItem/200#content-type",
                "requirement": "the header content-type of a 200 is there",
                "level": "must",
                "counts": "waived",
                "check": "header-present",
                "title": "the header content-type is missing",
                "expected": "a header content-type",
                "actual": "text/plain",
                "exchange": 0,
                "asked": {
                  "file": "cases/getItem/fail.yaml",
                  "line": 3,
                  "column": 5
                },
                "demanded": {
                  "file": "api.yaml",
                  "line": 11,
                  "column": 5
                },
                "request": {
                  "line": "GET /items/k",
                  "status": 200,
                  "seconds": 0.003,
                  "curl": "curl -i -X GET 'http://127.0.0.1:8080/items/k'"
                },
                "waived": {
                  "reason": "old clients | need it",
                  "owner": "me",
                  "ticket": "API-7",
                  "expires": "2026-12-31",
                  "place": {
                    "file": "waivers.yaml",
                    "line": 7,
                    "column": 5
                  }
                }
              }
            ]
          },
          "notices": [
            {
              "kind": "waiver-expired",
              "subject": "getItem/200/**",
              "message": "the waiver of getItem/200/** expired on 2026-02-01",
              "help": "have the deviation mended",
              "place": {
                "file": "waivers.yaml",
                "line": 3,
                "column": 5
              }
            }
          ]
        }
        "#);
    }
}
