//! What the JSON formats say, and the JSON Schema of it, from the same types.

use std::collections::{BTreeMap, HashMap};

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::Value;

use super::tally::Tally;
use crate::case::CaseId;
use crate::openapi::Level;
use crate::outcome::{self, Account, CaseOutcome, CaseVerdict, Trace};

/// The number of the format. A higher one means that readers have to be changed.
const FORMAT: u32 = 1;

/// The JSON Schema of the `json` format, and in `$defs/Line` that of a line of the `events` format.
#[must_use]
pub fn report_schema() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let mut generator = settings.into_generator();
    let _ = generator.subschema_for::<Line<'_>>();
    generator.into_root_schema_for::<Report<'_>>().to_value()
}

/// What a run found out. Members may be added to it without a new format number.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "proofmark report")]
pub(super) struct Report<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    /// The findings, one entry for each clause that is broken: those that fail the gate first.
    causes: Vec<Cause<'a>>,
    /// What fails the gate without being an exchange's fault.
    notices: Vec<Notice<'a>>,
    /// The cases in plan order.
    cases: Vec<Case<'a>>,
    /// All clauses of the contract, in its order.
    clauses: Vec<Clause<'a>>,
}

/// What was run, and what came of it in a word and in numbers.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Head<'a> {
    /// The number of this format.
    format: u32,
    about: About<'a>,
    /// What the run answers.
    #[schemars(extend("enum" = ["conforms", "does-not-conform", "could-not-tell", "nothing-tested", "interrupted"]))]
    answer: &'static str,
    summary: Summary,
    clause_counts: Tally,
}

/// What was run: of what, against what, when.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct About<'a> {
    /// The contract's title and version.
    contract: &'a str,
    /// The SHA-256 of the contract's text, in hexadecimal digits.
    #[serde(skip_serializing_if = "str::is_empty")]
    contract_hash: &'a str,
    /// The SHA-256 of the cases' texts, in hexadecimal digits.
    #[serde(skip_serializing_if = "str::is_empty")]
    cases_hash: &'a str,
    /// The target, for people.
    target: &'a str,
    /// The profile, if one was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<&'a str>,
    /// The SHA-256 of what the profile says of the target, credentials left out.
    #[serde(skip_serializing_if = "str::is_empty")]
    profile_hash: &'a str,
    /// The run's own name: what its names on the target begin with.
    #[serde(skip_serializing_if = "str::is_empty")]
    run: &'a str,
    /// When it began.
    #[schemars(extend("format" = "date-time"))]
    began: String,
    /// The version of proofmark.
    version: &'a str,
}

/// The run in numbers.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Summary {
    /// Cases in which nothing that must hold was broken.
    passed: usize,
    /// Cases in which something that must hold was broken.
    failed: usize,
    /// Cases in which all that was broken of what must hold is waived.
    waived: usize,
    /// Cases that did not pass, and passed when they were sent again.
    flaky: usize,
    /// Cases that could not be judged.
    errors: usize,
    /// Cases that were not run.
    skipped: usize,
    /// Findings that fail nothing.
    advisories: usize,
    /// Exchanges judged.
    exchanges: usize,
    /// How many bodies were not looked into, each by its media type and the reason.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    unjudged: BTreeMap<String, usize>,
    /// How much of the contract was put to the test, where a share of it was required.
    #[serde(skip_serializing_if = "Option::is_none")]
    share: Option<Share>,
    /// Whether the run was cut short.
    interrupted: bool,
}

/// How many of the clauses that must hold were put to the test, of those that can be.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Share {
    /// Those that were.
    tested: usize,
    /// Those that could have been.
    askable: usize,
    /// Those of answers whose status nobody can ask for; not among the askable ones.
    of_own_accord: usize,
    /// Those that every request keeps; not among the askable ones.
    not_breakable: usize,
}

/// A place in a file.
#[derive(Serialize, JsonSchema)]
struct Place<'a> {
    /// The file as it was named; in parentheses what is no file.
    file: &'a str,
    /// From 1.
    line: usize,
    /// In characters, from 1.
    column: usize,
}

impl<'a> Place<'a> {
    fn of(place: &'a crate::diag::Place) -> Self {
        Self {
            file: &place.file,
            line: place.line,
            column: place.column,
        }
    }
}

/// A case, judged.
#[derive(Serialize, JsonSchema)]
pub(super) struct Case<'a> {
    /// Its name.
    #[serde(rename = "case")]
    id: &'a str,
    #[schemars(extend("enum" = ["pass", "fail", "waived", "flaky", "skipped", "error"]))]
    verdict: &'static str,
    /// Why it was skipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    /// What it shows; not in a line of events.
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    /// How many exchanges there were.
    exchanges: usize,
    /// How long its exchanges took together; not in a line of events.
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds: Option<f64>,
    /// Every broken clause, advisories among them, in the order of the exchanges.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    findings: Vec<Finding<'a>>,
    /// What kept us from knowing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    troubles: Vec<Trouble<'a>>,
}

impl<'a> Case<'a> {
    pub(super) fn of(outcome: &'a CaseOutcome) -> Self {
        let reason = match &outcome.verdict {
            CaseVerdict::Skipped(reason) => Some(reason.as_str()),
            _ => None,
        };
        let troubles = outcome.troubles.iter().map(|trouble| Trouble {
            during: &trouble.during,
            reason: &trouble.reason,
        });
        Self {
            id: outcome.case.as_str(),
            verdict: outcome.verdict.as_str(),
            reason,
            description: None,
            exchanges: outcome.exchanges,
            seconds: None,
            findings: outcome.findings.iter().map(Finding::of).collect(),
            troubles: troubles.collect(),
        }
    }
}

/// What kept us from knowing.
#[derive(Serialize, JsonSchema)]
struct Trouble<'a> {
    /// What was being done.
    during: &'a str,
    /// What happened.
    reason: &'a str,
}

/// One broken clause in one exchange.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Finding<'a> {
    /// The clause's id.
    clause: String,
    /// Its demand in words.
    requirement: &'a str,
    level: Level,
    /// How it counts: only what fails fails the gate.
    #[schemars(extend("enum" = ["fails", "waived", "advises"]))]
    counts: &'static str,
    /// The check that found it.
    check: &'a str,
    /// What is wrong, in a line.
    title: &'a str,
    /// What was expected.
    expected: &'a str,
    /// What was there.
    actual: &'a str,
    /// Where in the answer's body, as a JSON pointer.
    #[serde(skip_serializing_if = "str::is_empty")]
    instance: &'a str,
    /// The exchange's number among those of the case, from 0.
    exchange: usize,
    /// Where the case asked for the exchange.
    asked: Place<'a>,
    /// Where the contract makes the demand; not there for what the case alone expects.
    #[serde(skip_serializing_if = "Option::is_none")]
    demanded: Option<Place<'a>>,
    request: Request<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waived: Option<Waived<'a>>,
}

impl<'a> Finding<'a> {
    fn of(finding: &'a outcome::Finding) -> Self {
        Self {
            clause: finding.clause.to_string(),
            requirement: &finding.requirement,
            level: finding.level,
            counts: match finding {
                finding if finding.is_failure() => "fails",
                finding if finding.waived.is_some() => "waived",
                _ => "advises",
            },
            check: &finding.check,
            title: &finding.title,
            expected: &finding.expected,
            actual: &finding.actual,
            instance: &finding.instance,
            exchange: finding.exchange,
            asked: Place::of(&finding.asked),
            demanded: finding.demanded.as_ref().map(Place::of),
            request: Request {
                line: &finding.request.line,
                status: finding.request.status,
                seconds: finding.request.elapsed.as_secs_f64(),
                curl: &finding.request.curl,
            },
            waived: finding.waived.as_ref().map(|waived| Waived {
                reason: &waived.reason,
                owner: &waived.owner,
                ticket: waived.ticket.as_deref(),
                expires: waived.expires.to_string(),
                place: Place::of(&waived.place),
            }),
        }
    }
}

/// The request of a finding's exchange.
#[derive(Serialize, JsonSchema)]
struct Request<'a> {
    /// Method and target, credentials masked.
    line: &'a str,
    /// The answer's status.
    status: u16,
    /// From the first byte sent to the last byte received.
    seconds: f64,
    /// A command line that sends it again, credentials as environment variables.
    curl: &'a str,
}

/// The waiver that accepts a finding.
#[derive(Serialize, JsonSchema)]
struct Waived<'a> {
    /// Why the deviation is accepted.
    reason: &'a str,
    /// Who accepted it.
    owner: &'a str,
    /// Where it is to be mended.
    #[serde(skip_serializing_if = "Option::is_none")]
    ticket: Option<&'a str>,
    /// The last day on which it is accepted.
    #[schemars(extend("format" = "date"))]
    expires: String,
    /// Where the waiver stands.
    place: Place<'a>,
}

/// What fails the gate without being an exchange's fault.
#[derive(Serialize, JsonSchema)]
pub(super) struct Notice<'a> {
    #[schemars(extend("enum" = ["waiver-expired", "waiver-unused", "waiver-dangling", "case-flaky", "clause-required"]))]
    kind: &'static str,
    /// What it is about: a clause, a pattern of clauses.
    subject: &'a str,
    /// What is wrong, in a line.
    message: &'a str,
    /// What to do about it.
    help: &'a str,
    /// Where it stands, if in a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<Place<'a>>,
}

impl<'a> Notice<'a> {
    pub(super) fn of(notice: &'a outcome::Notice) -> Self {
        Self {
            kind: notice.kind.as_str(),
            subject: &notice.subject,
            message: &notice.message,
            help: &notice.help,
            place: notice.place.as_ref().map(Place::of),
        }
    }
}

/// The findings of one broken clause.
#[derive(Serialize, JsonSchema)]
struct Cause<'a> {
    /// The clause's id.
    clause: String,
    /// How many of them fail the gate.
    fails: usize,
    /// How many are waived.
    waived: usize,
    /// How many advise.
    advises: usize,
    /// The smallest, as what it is found in its case.
    smallest: Finding<'a>,
    /// The cases it shows in, each once, the smallest finding's first.
    cases: Vec<&'a str>,
}

/// A clause and its verdict.
#[derive(Serialize, JsonSchema)]
struct Clause<'a> {
    /// Its id.
    #[serde(rename = "clause")]
    id: String,
    level: Level,
    /// Who has to keep it: those who send requests, those who answer, or both over several exchanges.
    #[schemars(extend("enum" = ["request", "response", "law"]))]
    side: &'static str,
    /// The demand in words.
    requirement: &'a str,
    /// Where the contract makes the demand.
    #[schemars(with = "Place<'_>")]
    place: crate::diag::Place,
    #[schemars(extend("enum" = ["held", "broken", "waived", "vacuous", "untested"]))]
    verdict: &'static str,
    /// The least exchange that shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    witness: Option<Witness>,
}

/// An exchange that shows a verdict.
#[derive(Serialize, JsonSchema)]
struct Witness {
    /// The case.
    case: String,
    /// The exchange's number among those of the case, from 0.
    exchange: usize,
    /// Method and target, credentials masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<String>,
    /// The answer's status.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
}

/// A line of the `events` format.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "event", rename_all = "camelCase")]
pub(super) enum Line<'a> {
    /// The run begins, or the judging of what was recorded of one: always the first line.
    Started {
        /// The target, for people.
        target: &'a str,
        /// How many cases were selected, or are in the record.
        cases: usize,
    },
    /// A case is being sent.
    CaseStarted {
        /// Its name.
        case: &'a str,
    },
    /// A case was judged.
    CaseFinished(Case<'a>),
    /// Something of a case could not be removed from the target.
    LeftBehind {
        /// The case's name.
        case: &'a str,
        /// What is still there, and why.
        what: &'a str,
    },
    /// Something of the run itself fails the gate.
    Notice(Notice<'a>),
    /// The run is over: always the last line.
    Finished(Box<Head<'a>>),
}

impl<'a> Head<'a> {
    pub(super) fn of(account: &Account<'a>) -> Self {
        let (about, summary) = (account.about, account.summary);
        Self {
            format: FORMAT,
            about: About {
                contract: &about.contract,
                contract_hash: &about.contract_hash,
                cases_hash: &about.cases_hash,
                target: &about.target,
                profile: about.profile.as_deref(),
                profile_hash: &about.profile_hash,
                run: &about.run,
                began: about.began.to_string(),
                version: &about.version,
            },
            answer: account.answer().as_str(),
            summary: Summary {
                passed: summary.passed,
                failed: summary.failed,
                waived: summary.waived,
                flaky: summary.flaky,
                errors: summary.errors,
                skipped: summary.skipped,
                advisories: summary.advisories,
                exchanges: summary.exchanges,
                unjudged: summary.unjudged.clone(),
                share: summary.share.map(|share| Share {
                    tested: share.tested,
                    askable: share.askable,
                    of_own_accord: share.of_own_accord,
                    not_breakable: share.not_breakable,
                }),
                interrupted: summary.interrupted,
            },
            clause_counts: Tally::of(account),
        }
    }
}

impl<'a> Report<'a> {
    pub(super) fn of(account: &Account<'a>) -> Self {
        let traces = account.traces.iter();
        let traces: HashMap<&CaseId, &Trace> = traces.map(|trace| (&trace.case, trace)).collect();
        let known = account.cases.iter();
        let known: HashMap<&CaseId, &str> = known
            .map(|case| (&case.id, case.description.as_str()))
            .collect();
        let cases = account.outcomes.iter().map(|outcome| {
            let mut case = Case::of(outcome);
            case.description = known.get(&outcome.case).copied();
            case.seconds = traces.get(&outcome.case).map(|trace| seconds(trace));
            case
        });
        Self {
            head: Head::of(account),
            causes: account.causes().iter().map(cause).collect(),
            notices: account.notices.iter().map(Notice::of).collect(),
            cases: cases.collect(),
            clauses: clauses(account, &traces),
        }
    }
}

fn seconds(trace: &Trace) -> f64 {
    let answered = trace
        .steps
        .iter()
        .filter_map(|step| step.result.as_ref().ok());
    answered
        .map(|exchange| exchange.elapsed.as_secs_f64())
        .sum()
}

fn cause<'a>(cause: &outcome::Cause<'a>) -> Cause<'a> {
    let findings = || cause.findings.iter().map(|(_, finding)| *finding);
    let mut cases: Vec<&str> = Vec::new();
    for (case, _) in &cause.findings {
        if !cases.contains(&case.as_str()) {
            cases.push(case.as_str());
        }
    }
    Cause {
        clause: cause.clause.to_string(),
        fails: findings().filter(|finding| finding.is_failure()).count(),
        waived: findings()
            .filter(|finding| finding.waived.is_some())
            .count(),
        advises: findings().filter(|finding| finding.is_advisory()).count(),
        smallest: Finding::of(cause.findings[0].1),
        cases,
    }
}

fn clauses<'a>(account: &Account<'a>, traces: &HashMap<&CaseId, &Trace>) -> Vec<Clause<'a>> {
    let records = account.ledger.records(account.clauses);
    let clause = |record: outcome::ClauseRecord<'a>| {
        let witness = record.verdict.witness().map(|witness| {
            let step = traces
                .get(&witness.case)
                .and_then(|trace| trace.steps.get(witness.exchange));
            let exchange = step.and_then(|step| step.result.as_ref().ok());
            Witness {
                case: witness.case.to_string(),
                exchange: witness.exchange,
                request: exchange.map(|exchange| {
                    let request = &exchange.request;
                    exchange.masked(&format!("{} {}", request.method, request.shown_target()))
                }),
                status: exchange.map(|exchange| exchange.response.status),
            }
        });
        Clause {
            id: record.clause.id.to_string(),
            level: record.clause.level,
            side: record.clause.side.as_str(),
            requirement: &record.clause.requirement,
            place: account.contract.place(&record.clause.at),
            verdict: record.verdict.as_str(),
            witness,
        }
    };
    records.map(clause).collect()
}
