//! A small run that holds one of everything, with hostile text, for the tests of formats.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::Format;
use crate::case::{Case, CaseId, Role, load_cases};
use crate::clause::{ClauseId, Clauses};
use crate::diag::{Place, Source};
use crate::http::{Exchange, Headers, Request, Response};
use crate::openapi::{Contract, Level, load};
use crate::outcome::{
    About, Account, CaseOutcome, CaseVerdict, Event, Finding, FindingRequest, Ledger, Notice,
    NoticeKind, Standing, StepRecord, Summary, Trace, Trouble, Waived,
};

/// What a target might say to take over whoever reads it.
pub(super) const HOSTILE: &str =
    "<b>&\"'`|]]> # %0A\u{1b}[31m\u{0}\u{202e}@all [x](http://y)\r\n::error::oops ä";

const CONTRACT: &str = "\
openapi: 3.1.0
info: { title: Items, version: '1.0' }
paths:
  /items/{key}:
    get:
      operationId: getItem
      parameters: [{ name: key, in: path, required: true, schema: { type: string } }]
      responses:
        '200':
          description: it is there
          headers: { Date: { required: true, schema: { type: string } } }
          content: { application/json: { schema: { type: object, required: [key] } } }
";

/// A run, owned.
pub(super) struct Story {
    about: About,
    contract: Contract,
    clauses: Clauses,
    cases: Vec<Case>,
    traces: Vec<Trace>,
    outcomes: Vec<Arc<CaseOutcome>>,
    notices: Vec<Notice>,
    is_interrupted: bool,
}

impl Story {
    /// A case of each verdict, an advisory, and a notice.
    pub(super) fn new() -> Self {
        let contract = load(Source::new("api.yaml", CONTRACT)).expect("the contract loads");
        let clauses = Clauses::of(&contract);
        let about = About {
            contract: contract.title(),
            target: "http://127.0.0.1:8080".into(),
            run: "a1b2c3".into(),
            began: "2026-03-01T12:00:00Z".parse().expect("a moment"),
            version: "0.0.0".into(),
            ..About::default()
        };
        let mut story = Self {
            about,
            contract,
            clauses,
            cases: Vec::new(),
            traces: Vec::new(),
            outcomes: Vec::new(),
            notices: vec![Notice {
                kind: NoticeKind::WaiverExpired,
                subject: "getItem/200/**".into(),
                message: "the waiver of getItem/200/** expired on 2026-02-01".into(),
                help: "have the deviation mended".into(),
                place: Some(at("waivers.yaml", 3)),
            }],
            is_interrupted: false,
        };
        story.add("pass", CaseVerdict::Pass, Vec::new(), Standing::Held);
        story.fail("fail", HOSTILE);
        let mut advisory = finding("Date", Level::Should, "none");
        advisory.demanded = None;
        story.add("advised", CaseVerdict::Pass, vec![advisory], Standing::Held);
        let mut waived = finding("content-type", Level::Must, "text/plain");
        waived.clause = ClauseId::new("getItem", &["200"], "content-type");
        waived.waived = Some(Waived {
            reason: "old clients | need it".into(),
            owner: "me".into(),
            ticket: Some("API-7".into()),
            expires: "2026-12-31".parse().expect("a day"),
            place: at("waivers.yaml", 7),
        });
        story.add(
            "waived",
            CaseVerdict::Waived,
            vec![waived],
            Standing::Waived,
        );
        let reason = "needs the variable item_limit # and more".into();
        story.add(
            "skipped",
            CaseVerdict::Skipped(reason),
            Vec::new(),
            Standing::Vacuous,
        );
        story.add("error", CaseVerdict::Error, Vec::new(), Standing::Vacuous);
        story
    }

    /// A case that fails, with what was there.
    pub(super) fn fail(&mut self, name: &str, actual: &str) {
        let mut finding = finding("Date", Level::Must, actual);
        if name != "fail" {
            finding.clause = ClauseId::new("getItem", &["200", "header", name], "required");
        }
        self.add(name, CaseVerdict::Fail, vec![finding], Standing::Broken);
    }

    /// The run is stopped before another case is begun.
    pub(super) fn interrupt(&mut self) {
        self.add("late", CaseVerdict::Error, Vec::new(), Standing::Vacuous);
        let late = self.outcomes.last().expect("it was added");
        let late = CaseOutcome::unknown(late.case.clone(), vec![Trouble::not_begun()]);
        self.outcomes.pop();
        self.outcomes.push(Arc::new(late));
        self.is_interrupted = true;
    }

    fn add(
        &mut self,
        name: &str,
        verdict: CaseVerdict,
        findings: Vec<Finding>,
        standing: Standing,
    ) {
        let id = CaseId::new(&format!("getItem/{name}"));
        let text = format!(
            "description: {name}\nrequirement: it is there\noperation: getItem\npath: {{ key: k }}\n"
        );
        let source = Source::new(format!("cases/getItem/{name}.yaml"), text);
        let cases = load_cases(&[source], "cases", &self.contract).unwrap_or_default();
        assert_eq!(cases.len(), 1, "{name} is a case");
        let was_run = !matches!(verdict, CaseVerdict::Skipped(_));
        let mut trace = Trace::new(id.clone(), "http://127.0.0.1:8080", "");
        if was_run {
            trace.steps.push(StepRecord {
                step: Some(0),
                index: None,
                role: Role::Main,
                operation: "getItem".into(),
                result: Ok(exchange()),
            });
        }
        let clause = match findings.first() {
            Some(finding) => finding.clause.clone(),
            None => ClauseId::new("getItem", &["responses"], "documented"),
        };
        let standings = match self.clauses.find(&clause) {
            Some(index) if was_run => vec![(index, standing, 0)],
            _ => Vec::new(),
        };
        let troubles = match verdict {
            CaseVerdict::Error => vec![Trouble {
                during: "the main request".into(),
                reason: format!("no answer: {HOSTILE}"),
            }],
            _ => Vec::new(),
        };
        self.cases.extend(cases);
        self.traces.push(trace);
        self.outcomes.push(Arc::new(CaseOutcome {
            case: id,
            verdict,
            findings,
            troubles,
            standings,
            unjudged: Vec::new(),
            exchanges: usize::from(was_run),
        }));
    }

    /// The whole of a report in a format.
    pub(super) fn told(&self, format: &Format) -> String {
        let mut summary = Summary {
            notices: self.notices.len(),
            interrupted: self.is_interrupted,
            ..Summary::default()
        };
        let mut ledger = Ledger::default();
        for outcome in &self.outcomes {
            summary.add(outcome);
            ledger.add(outcome);
        }
        let mut events = vec![Event::Started {
            target: self.about.target.clone(),
            cases: self.cases.iter().map(|case| case.id.clone()).collect(),
        }];
        for outcome in &self.outcomes {
            events.push(Event::CaseStarted(outcome.case.clone()));
            events.push(Event::CaseFinished(outcome.clone()));
        }
        events.extend(self.notices.iter().cloned().map(Event::Notice));
        events.push(Event::LeftBehind {
            case: self.outcomes[0].case.clone(),
            what: HOSTILE.into(),
        });
        events.push(Event::Finished(Arc::new(summary.clone())));
        let account = Account {
            about: &self.about,
            contract: &self.contract,
            clauses: &self.clauses,
            cases: &self.cases,
            traces: &self.traces,
            outcomes: &self.outcomes,
            ledger: &ledger,
            notices: &self.notices,
            summary: &summary,
        };
        let mut out = Vec::new();
        let mut reporter = (format.new)(Box::new(&mut out));
        for event in &events {
            reporter.event(event).expect("it is written");
        }
        reporter.finish(&account).expect("it is written");
        drop(reporter);
        String::from_utf8(out).expect("it is text")
    }
}

fn at(file: &str, line: usize) -> Place {
    Place {
        file: file.into(),
        line,
        column: 5,
    }
}

fn finding(header: &str, level: Level, actual: &str) -> Finding {
    Finding {
        clause: ClauseId::new(
            "getItem",
            &["200", "header", &header.to_lowercase()],
            "required",
        ),
        requirement: format!("the header {header} of a 200 is there"),
        level,
        check: "header-present".into(),
        title: format!("the header {header} is missing"),
        expected: format!("a header {header}"),
        actual: actual.into(),
        instance: String::new(),
        exchange: 0,
        asked: at("cases/getItem/fail.yaml", 3),
        demanded: Some(at("api.yaml", 11)),
        request: FindingRequest {
            line: "GET /items/k".into(),
            status: 200,
            elapsed: Duration::from_millis(3),
            curl: "curl -i -X GET 'http://127.0.0.1:8080/items/k'".into(),
        },
        waived: None,
    }
}

fn exchange() -> Exchange {
    Exchange {
        request: Request {
            method: "GET".into(),
            target: "/items/k".into(),
            headers: Headers::new(),
            body: Bytes::new(),
            secrets: Vec::new(),
        },
        response: Response {
            status: 200,
            headers: Headers::new(),
            body: Bytes::new(),
            surplus: None,
            raw: None,
        },
        elapsed: Duration::from_millis(3),
    }
}
