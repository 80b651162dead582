//! SARIF 2.1.0, for code-scanning views: a rule for each clause that is broken, a result for each case
//! it is broken in, on the line that asked.
//!
//! ```json
//! {
//!   "version": "2.1.0",
//!   "runs": [{
//!     "tool": { "driver": { "name": "proofmark", "rules": [{ "id": "setItem/200#content-type", … }] } },
//!     "results": [{ "ruleId": "setItem/200#content-type", "level": "error", "locations": [ … ] }]
//!   }]
//! }
//! ```

use std::io::{self, Write as _};

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Value, json};

use super::printable::{one_line, printable};
use super::troubles::by_reason;
use super::{Format, Out, Reporter, place};
use crate::case::CaseId;
use crate::check::CHECKS;
use crate::diag::Place;
use crate::openapi::Level;
use crate::outcome::{Account, Answer, Cause, Finding, Notice, NoticeKind};

pub(super) const FORMAT: Format = Format {
    name: "sarif",
    about: "SARIF 2.1.0, for code-scanning views",
    new: |out| Box::new(Sarif { out }),
};

/// Where the format's JSON Schema is published.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// What relative names are relative to.
const ROOT: &str = "%SRCROOT%";

struct Sarif<'a> {
    out: Out<'a>,
}

impl Reporter for Sarif<'_> {
    fn finish(&mut self, account: &Account<'_>) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut self.out, &log(account))?;
        writeln!(self.out)?;
        self.out.flush()
    }
}

fn log(account: &Account<'_>) -> Value {
    let causes = account.causes();
    let mut rules: Vec<Value> = causes.iter().map(rule).collect();
    let mut results: Vec<Value> = Vec::new();
    for (index, cause) in causes.iter().enumerate() {
        results.extend(
            by_case(cause)
                .into_iter()
                .map(|(case, findings)| result(index, case, &findings)),
        );
    }
    let mut kinds: Vec<NoticeKind> = account.notices.iter().map(|notice| notice.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    for kind in kinds {
        let of_kind = account.notices.iter().filter(|notice| notice.kind == kind);
        results.extend(of_kind.map(|notice| notice_result(rules.len(), notice)));
        rules.push(notice_rule(kind));
    }
    let answer = account.answer();
    let known = matches!(answer, Answer::Conforms | Answer::DoesNotConform);
    let reasons = by_reason(account);
    let troubles = reasons.iter().map(|reason| {
        let case = reason.cases[0];
        let place = account.case(case).map(|case| case.place(None));
        json!({
            "level": "error",
            "message": { "text": text(&format!("{case}{}: {}", reason.more(), reason.text)) },
            "locations": [location(place.as_ref(), None, case.as_str())],
        })
    });
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "proofmark",
                "version": account.about.version,
                "rules": rules,
            }},
            "invocations": [{
                "executionSuccessful": known,
                "exitCodeDescription": answer.sentence(),
                "startTimeUtc": account.about.began.to_string(),
                "toolExecutionNotifications": troubles.collect::<Vec<Value>>(),
            }],
            "originalUriBaseIds": { ROOT: {
                "description": { "text": "The folder proofmark was run in: the root of the repository." },
            }},
            // Columns are counted in characters.
            "columnKind": "unicodeCodePoints",
            "properties": { "contract": account.about.contract, "target": account.about.target },
            "results": results,
        }],
    })
}

/// The findings of a clause by case, in their order.
fn by_case<'a>(cause: &Cause<'a>) -> Vec<(&'a CaseId, Vec<&'a Finding>)> {
    let mut cases: Vec<(&CaseId, Vec<&Finding>)> = Vec::new();
    for (case, finding) in &cause.findings {
        // What is waived and what isn't are two results.
        let same = |(known, findings): &&mut (&CaseId, Vec<&Finding>)| {
            known == case && findings[0].waived.is_some() == finding.waived.is_some()
        };
        match cases.iter_mut().find(same) {
            Some((_, findings)) => findings.push(finding),
            None => cases.push((case, vec![finding])),
        }
    }
    cases
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Must => "error",
        Level::Should => "warning",
        Level::May => "note",
    }
}

/// A clause that is broken.
fn rule(cause: &Cause<'_>) -> Value {
    let first = cause.findings[0].1;
    let worst = cause.findings.iter().map(|(_, finding)| finding.level);
    let check = CHECKS
        .iter()
        .map(|check| check.rule())
        .find(|rule| rule.id == first.check);
    let demanded = match &first.demanded {
        Some(place) => format!("The contract demands it at {place}."),
        None => "The case demands it.".to_owned(),
    };
    let generally = check.map_or_else(String::new, |rule| {
        format!("In general: {}.", rule.requirement)
    });
    let id = cause.clause.to_string();
    let help = format!("{}. {demanded} {generally}", first.requirement);
    let markdown = format!(
        "{}\n\n{demanded}\n\n{generally}",
        inert(&format!("{}.", first.requirement)),
    );
    let mut rule = json!({
        "id": id,
        "name": first.check,
        "shortDescription": { "text": text(&one_line(&first.requirement)) },
        // GitHub's code scanning won't do without it.
        "fullDescription": { "text": text(help.trim_end()) },
        "help": { "text": text(help.trim_end()), "markdown": markdown.trim_end() },
        "defaultConfiguration": { "level": level(worst.min().unwrap_or(first.level)) },
        "properties": { "tags": ["conformance", first.check] },
    });
    if let Some(check) = check
        && check.reference.starts_with("https://")
    {
        rule["helpUri"] = check.reference.into();
    }
    rule
}

/// A clause that is broken in a case.
fn result(rule: usize, case: &CaseId, findings: &[&Finding]) -> Value {
    let first = findings[0];
    let request = &first.request;
    let message = format!(
        "{}\nexpected {}\nactual {}\n{} → {}",
        first.title, first.expected, first.actual, request.line, request.status
    );
    let suppressions = first.waived.as_ref().map(|waived| {
        let ticket = waived.ticket.as_deref();
        let ticket = ticket.map(|ticket| format!(", {ticket}")).unwrap_or_default();
        let why = format!(
            "{} (accepted by {} until {}{ticket})",
            waived.reason, waived.owner, waived.expires
        );
        json!({
            "kind": "external",
            "status": "accepted",
            "justification": printable(&why),
            "location": physical(&waived.place).map_or_else(|| json!({}), |place| json!({ "physicalLocation": place })),
        })
    });
    let mut result = json!({
        "ruleId": first.clause.to_string(),
        "ruleIndex": rule,
        "kind": "fail",
        "level": level(first.level),
        "message": { "text": text(&message) },
        "locations": [location(Some(&first.asked), first.demanded.as_ref(), case.as_str())],
        "occurrenceCount": findings.len(),
        // The same in every run that finds it, whatever else has moved.
        "partialFingerprints": { "clauseAndCase/v1": format!("{} {case}", first.clause) },
        // Empty and not left out: what isn't suppressed is known not to be.
        "suppressions": suppressions.into_iter().collect::<Vec<Value>>(),
        "properties": { "exchange": first.exchange, "curl": request.curl },
    });
    if let Some(demanded) = &first.demanded
        && let Some(place) = physical(demanded)
    {
        result["relatedLocations"] = json!([{
            "id": 1,
            "physicalLocation": place,
            "message": { "text": text(&format!("demanded here: {}", first.requirement)) },
        }]);
    }
    result
}

fn notice_rule(kind: NoticeKind) -> Value {
    let about = match kind {
        NoticeKind::WaiverExpired => "A waiver's last day is not over.",
        NoticeKind::WaiverUnused => {
            "A waiver matches something, if what it names was put to the test."
        }
        NoticeKind::WaiverDangling => "A waiver names a clause, case and operation that are there.",
        NoticeKind::CaseFlaky => "A case passes whenever it is sent.",
        NoticeKind::ClauseRequired => "A clause that has to be put to the test is.",
    };
    json!({
        "id": kind.as_str(),
        "shortDescription": { "text": about },
        "fullDescription": { "text": about },
        "help": { "text": about, "markdown": about },
        "defaultConfiguration": { "level": "error" },
    })
}

fn notice_result(rule: usize, notice: &Notice) -> Value {
    json!({
        "ruleId": notice.kind.as_str(),
        "ruleIndex": rule,
        "kind": "fail",
        "level": "error",
        "message": { "text": text(&format!("{}\n{}", notice.message, notice.help)) },
        "locations": [location(notice.place.as_ref(), None, &notice.subject)],
        "partialFingerprints": { "clauseAndCase/v1": format!("{} {}", notice.kind.as_str(), notice.subject) },
        "suppressions": [],
    })
}

/// A location: the first of two places that is in a file, and always what it is about.
fn location(place: Option<&Place>, or: Option<&Place>, about: &str) -> Value {
    let mut location = json!({
        "logicalLocations": [{ "fullyQualifiedName": printable(about) }],
    });
    let mut places = place.into_iter().chain(or);
    if let Some(physical) = places.find_map(physical) {
        location["physicalLocation"] = physical;
    }
    location
}

fn physical(place: &Place) -> Option<Value> {
    let mut artifact = json!({ "uri": uri(place)? });
    if !artifact["uri"]
        .as_str()
        .is_some_and(|uri| uri.contains("://"))
    {
        artifact["uriBaseId"] = ROOT.into();
    }
    Some(json!({
        "artifactLocation": artifact,
        "region": { "startLine": place.line, "startColumn": place.column },
    }))
}

/// What a path may not hold as it is (RFC 3986, 3.3). A colon might end a scheme.
const ESCAPED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b':')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// A file's name as a URI reference; what was fetched has one already.
fn uri(place: &Place) -> Option<String> {
    if let Some(name) = place::file(place) {
        let bytes = name.as_bytes();
        let has_drive =
            matches!(bytes, [drive, b':', b'/' | b'\\', ..] if drive.is_ascii_alphabetic());
        let (drive, path) = if has_drive {
            name.split_at(2)
        } else {
            ("", name)
        };
        let path = path.replace('\\', "/");
        let path = utf8_percent_encode(&path, ESCAPED);
        return Some(match (drive, name.starts_with('/')) {
            ("", true) => format!("file://{path}"),
            ("", false) => path.to_string(),
            (drive, _) => format!("file:///{drive}{path}"),
        });
    }
    let fetched = url::Url::parse(&place.file).ok()?;
    matches!(fetched.scheme(), "http" | "https").then(|| fetched.to_string())
}

/// A message: `[…](…)` would be a link, unless its bracket is escaped (3.11.6).
fn text(text: &str) -> String {
    let shown = printable(text);
    if shown.contains("](") {
        shown
            .replace('\\', "\\\\")
            .replace('[', "\\[")
            .replace(']', "\\]")
    } else {
        shown.into_owned()
    }
}

/// A text in Markdown that means nothing but itself.
fn inert(text: &str) -> String {
    let mut inert = String::new();
    for c in one_line(text).chars() {
        if matches!(
            c,
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '&'
        ) {
            inert.push('\\');
        }
        inert.push(c);
    }
    inert
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing::Story;

    fn uri_of(file: &str) -> Option<String> {
        uri(&Place {
            file: file.into(),
            line: 1,
            column: 1,
        })
    }

    #[test]
    fn files_are_uri_references_and_what_is_none_has_none() {
        let of = |file: &str| uri_of(file).unwrap_or_default();
        assert_eq!(of("cases/a b/ä%.yaml"), "cases/a%20b/%C3%A4%25.yaml");
        assert_eq!(of("./api.yaml"), "api.yaml");
        assert_eq!(of("a:b.yaml"), "a%3Ab.yaml");
        assert_eq!(of("/tmp/api.yaml"), "file:///tmp/api.yaml");
        assert_eq!(of("C:\\x\\api.yaml"), "file:///C:/x/api.yaml");
        assert_eq!(of("https://h/a.yaml"), "https://h/a.yaml");
        for none in [
            "(standard input)",
            "(the suite's document)",
            "-",
            "",
            "x://\u{1}",
        ] {
            assert_eq!(uri_of(none), None, "{none}");
        }
    }

    #[test]
    fn no_message_holds_a_link() {
        assert_eq!(text("see [x](http://y) \\"), "see \\[x\\](http://y) \\\\");
        assert_eq!(text("[1, 2] \\d"), "[1, 2] \\d");
    }

    fn told() -> Value {
        serde_json::from_str(&Story::new().told(&FORMAT)).expect("it is JSON")
    }

    #[test]
    fn results_belong_to_rules_and_stand_in_files() {
        let log = told();
        assert_eq!(log["version"], "2.1.0");
        let run = &log["runs"][0];
        let rules = run["tool"]["driver"]["rules"].as_array().expect("a list");
        let results = run["results"].as_array().expect("a list");
        assert_eq!((rules.len(), results.len()), (3, 4));
        let mut prints = Vec::new();
        for result in results {
            let index = result["ruleIndex"]
                .as_u64()
                .and_then(|n| usize::try_from(n).ok());
            assert_eq!(rules[index.expect("a number")]["id"], result["ruleId"]);
            let location = &result["locations"][0]["physicalLocation"];
            let uri = location["artifactLocation"]["uri"]
                .as_str()
                .unwrap_or_default();
            assert!(uri.starts_with("cases/") || uri == "waivers.yaml", "{uri}");
            assert!(location["region"]["startLine"].as_u64() > Some(0));
            assert!(result["suppressions"].is_array());
            prints.push(result["partialFingerprints"].to_string());
        }
        let all = prints.len();
        prints.sort();
        prints.dedup();
        assert_eq!(prints.len(), all, "each has a fingerprint of its own");
        // What could not be told is no result: it is said of the invocation.
        let invocation = &run["invocations"][0];
        assert_eq!(invocation["executionSuccessful"], true);
        assert_eq!(
            invocation["toolExecutionNotifications"]
                .as_array()
                .map(Vec::len),
            Some(1)
        );
    }

    #[test]
    fn a_rule_says_what_is_demanded_and_a_result_what_was_there() {
        let run = &told()["runs"][0];
        let (rule, result) = (&run["tool"]["driver"]["rules"][0], &run["results"][0]);
        insta::assert_snapshot!(format!("{rule:#}\n{result:#}"), @r#"
        {
          "id": "getItem/200/header/date#required",
          "name": "header-present",
          "shortDescription": {
            "text": "the header Date of a 200 is there"
          },
          "fullDescription": {
            "text": "the header Date of a 200 is there. The contract demands it at api.yaml:11:5. In general: every header field that the response documents as required is there."
          },
          "help": {
            "text": "the header Date of a 200 is there. The contract demands it at api.yaml:11:5. In general: every header field that the response documents as required is there.",
            "markdown": "the header Date of a 200 is there.\n\nThe contract demands it at api.yaml:11:5.\n\nIn general: every header field that the response documents as required is there."
          },
          "defaultConfiguration": {
            "level": "error"
          },
          "properties": {
            "tags": [
              "conformance",
              "header-present"
            ]
          },
          "helpUri": "https://spec.openapis.org/oas/v3.1.1#header-object"
        }
        {
          "ruleId": "getItem/200/header/date#required",
          "ruleIndex": 0,
          "kind": "fail",
          "level": "error",
          "message": {
            "text": "the header Date is missing\nexpected a header Date\nactual <b>&\"'`|\\]\\]> # %0A\\\\u{1b}\\[31m\\\\u{0}\\\\u{202e}@all \\[x\\](http://y)\\\\r\n\\\\u{3a}:error::oops ä\nGET /items/k → 200"
          },
          "locations": [
            {
              "logicalLocations": [
                {
                  "fullyQualifiedName": "getItem/fail"
                }
              ],
              "physicalLocation": {
                "artifactLocation": {
                  "uri": "cases/getItem/fail.yaml",
                  "uriBaseId": "%SRCROOT%"
                },
                "region": {
                  "startLine": 3,
                  "startColumn": 5
                }
              }
            }
          ],
          "occurrenceCount": 1,
          "partialFingerprints": {
            "clauseAndCase/v1": "getItem/200/header/date#required getItem/fail"
          },
          "suppressions": [],
          "properties": {
            "exchange": 0,
            "curl": "curl -i -X GET 'http://127.0.0.1:8080/items/k'"
          },
          "relatedLocations": [
            {
              "id": 1,
              "physicalLocation": {
                "artifactLocation": {
                  "uri": "api.yaml",
                  "uriBaseId": "%SRCROOT%"
                },
                "region": {
                  "startLine": 11,
                  "startColumn": 5
                }
              },
              "message": {
                "text": "demanded here: the header Date of a 200 is there"
              }
            }
          ]
        }
        "#);
    }

    #[test]
    fn what_is_waived_is_suppressed_and_says_why() {
        let run = &told()["runs"][0];
        let results = run["results"].as_array().expect("a list");
        let rule = "getItem/200#content-type";
        let waived = results.iter().find(|result| result["ruleId"] == rule);
        let suppressions = &waived.expect("it is there")["suppressions"];
        insta::assert_snapshot!(format!("{suppressions:#}"), @r#"
        [
          {
            "kind": "external",
            "status": "accepted",
            "justification": "old clients | need it (accepted by me until 2026-12-31, API-7)",
            "location": {
              "physicalLocation": {
                "artifactLocation": {
                  "uri": "waivers.yaml",
                  "uriBaseId": "%SRCROOT%"
                },
                "region": {
                  "startLine": 7,
                  "startColumn": 5
                }
              }
            }
          }
        ]
        "#);
    }
}
