//! Holes in a contract: where implementations answer differently and the contract lets all of them.
//!
//! Answers are compared by what a client has to be ready for: status, media type, and the members of
//! the body. What they hold is the target's own. An answer that breaks a clause counts for nothing, nor
//! does any of a case in which a clause that must hold is broken: a later answer may show that an earlier
//! one wasn't true. A difference is no hole where the case itself names all the statuses, where the
//! request was sent beside others, or where it follows from an earlier one of the same case.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt;

use serde_json::Value;

use super::matrix::Implementation;
use super::trace::Trace;
use super::verdict::{CaseOutcome, CaseVerdict};
use crate::case::{Case, CaseId, Grounds, Origin, Role, Step};
use crate::clause::Clauses;
use crate::http::{Exchange, MediaType};
use crate::openapi::{Contract, Level};

/// What an answer looks like, whatever it holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AnswerShape {
    /// The status.
    pub status: u16,
    /// The media type, without parameters.
    pub media_type: Option<String>,
    /// The body.
    pub body: BodyShape,
}

/// What a body looks like, whatever it holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BodyShape {
    /// There is none.
    None,
    /// A JSON object with these members; `{additional}` stands for those that the contract doesn't name
    /// one by one.
    Members(BTreeSet<String>),
    /// Another JSON value, by its type.
    Value(&'static str),
    /// Something else.
    Other,
}

impl fmt::Display for AnswerShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)?;
        if let Some(media_type) = &self.media_type {
            write!(f, " {media_type}")?;
        }
        match &self.body {
            BodyShape::None => f.write_str(", no body"),
            BodyShape::Members(members) if members.is_empty() => f.write_str(", {}"),
            BodyShape::Members(members) => {
                let members: Vec<&str> = members.iter().map(String::as_str).collect();
                write!(f, ", members {}", members.join(", "))
            }
            BodyShape::Value(kind) => write!(f, ", a JSON {kind}"),
            BodyShape::Other => f.write_str(", a body"),
        }
    }
}

/// A request that implementations answer differently and that the contract lets all of them answer so.
#[derive(Clone, Debug)]
pub struct Hole<'a> {
    /// The operation that was asked.
    pub operation: String,
    /// The shapes of the answers, parallel to the implementations; none where there is no answer, or one
    /// that breaks a clause.
    pub answers: Vec<Option<AnswerShape>>,
    /// The cases in which it shows.
    pub cases: Vec<&'a CaseId>,
    /// The exchanges of the first of them, parallel to the implementations.
    pub first: Vec<Option<&'a Exchange>>,
}

/// A case of one implementation, where it can be judged.
type Judged<'a> = (&'a Trace, &'a CaseOutcome);

pub(super) fn holes<'a>(implementations: &[Implementation<'a>]) -> Vec<Hole<'a>> {
    let Some(first) = implementations.first() else {
        return Vec::new();
    };
    let contract = first.account.contract;
    let named = named_members(first.account.clauses);
    let judged: Vec<HashMap<&CaseId, Judged<'a>>> = implementations.iter().map(judged).collect();
    let mut found = Found::default();
    for case in cases(implementations) {
        let runs: Vec<Option<Judged<'a>>> = judged
            .iter()
            .map(|cases| cases.get(&case.id).copied())
            .collect();
        for (number, exchanges) in steps(&runs) {
            let Some(step) = case.steps.get(number) else {
                continue;
            };
            let answers: Vec<Option<AnswerShape>> = exchanges
                .iter()
                .zip(&runs)
                .map(|(exchange, run)| {
                    let ((number, exchange), (trace, outcome)) =
                        (exchange.as_ref()?, run.as_ref()?);
                    let mut findings = outcome.findings.iter();
                    let keeps = findings
                        .all(|finding| finding.exchange != *number && finding.level != Level::Must);
                    keeps.then(|| shape(contract, &named, step, trace, exchange))
                })
                .collect();
            let distinct: BTreeSet<&AnswerShape> = answers.iter().flatten().collect();
            let all = exchanges.iter().flatten();
            let classes: BTreeSet<u16> = all.map(|(_, e)| e.response.status / 100).collect();
            // That one target has what a made-up request names, and another hasn't, is no matter of the contract.
            let by_chance = classes.len() > 1
                && matches!(case.origin, Origin::Generated(grounds) if grounds != Grounds::Target);
            if distinct.len() > 1 && !by_chance && !permitted(step, &distinct) {
                let operation = &contract.operations[step.operation].name;
                found.add(operation, answers, &case.id, &exchanges);
            }
            // Whatever comes after a success here and a refusal there follows from it.
            if classes.len() > 1 {
                break;
            }
        }
    }
    found.holes
}

/// The holes that were found, those of the same answers as one.
#[derive(Default)]
struct Found<'a> {
    holes: Vec<Hole<'a>>,
    known: HashMap<(String, Vec<Option<AnswerShape>>), usize>,
}

impl<'a> Found<'a> {
    fn add(
        &mut self,
        operation: &str,
        answers: Vec<Option<AnswerShape>>,
        case: &'a CaseId,
        exchanges: &[Option<Numbered<'a>>],
    ) {
        let key = (operation.to_owned(), answers.clone());
        let place = *self.known.entry(key).or_insert_with(|| {
            self.holes.push(Hole {
                operation: operation.to_owned(),
                answers,
                cases: Vec::new(),
                first: exchanges
                    .iter()
                    .map(|numbered| numbered.map(|(_, exchange)| exchange))
                    .collect(),
            });
            self.holes.len() - 1
        });
        let cases = &mut self.holes[place].cases;
        if cases.last() != Some(&case) {
            cases.push(case);
        }
    }
}

/// The cases of all implementations, each once.
fn cases<'a>(implementations: &[Implementation<'a>]) -> Vec<&'a Case> {
    let mut seen = HashSet::new();
    let all = implementations.iter().flat_map(|one| one.account.cases);
    all.filter(|case| seen.insert(&case.id)).collect()
}

/// The cases of an implementation that could be judged.
fn judged<'a>(one: &Implementation<'a>) -> HashMap<&'a CaseId, Judged<'a>> {
    let traces = one.account.traces.iter();
    let traces: HashMap<&CaseId, &'a Trace> = traces.map(|trace| (&trace.case, trace)).collect();
    let outcomes = one.account.outcomes.iter();
    outcomes
        .filter(|outcome| {
            !matches!(
                outcome.verdict,
                CaseVerdict::Error | CaseVerdict::Skipped(_)
            ) && outcome.troubles.is_empty()
        })
        .filter_map(|outcome| Some((&outcome.case, (*traces.get(&outcome.case)?, &**outcome))))
        .collect()
}

/// An exchange with its number in its trace.
type Numbered<'a> = (usize, &'a Exchange);

/// The steps of a case in their order, each with its exchange by implementation. What was sent beside
/// others can be answered in any order, and what takes away is no part of the case.
fn steps<'a>(runs: &[Option<Judged<'a>>]) -> Vec<(usize, Vec<Option<Numbered<'a>>>)> {
    let mut steps: BTreeMap<(usize, Option<usize>), Vec<Option<Numbered<'a>>>> = BTreeMap::new();
    for (implementation, run) in runs.iter().enumerate() {
        let Some((trace, _)) = run else { continue };
        for (number, record) in trace.steps.iter().enumerate() {
            let (Some(step), Ok(exchange)) = (record.step, &record.result) else {
                continue;
            };
            if record.role != Role::Teardown {
                let exchanges = steps
                    .entry((step, record.index))
                    .or_insert_with(|| vec![None; runs.len()]);
                exchanges[implementation] = Some((number, exchange));
            }
        }
    }
    steps
        .into_iter()
        .map(|((step, _), exchanges)| (step, exchanges))
        .collect()
}

/// Whether the case leaves it open which of these statuses is answered.
fn permitted(step: &Step, shapes: &BTreeSet<&AnswerShape>) -> bool {
    let statuses: BTreeSet<u16> = shapes.iter().map(|shape| shape.status).collect();
    let expected = |status: &u16| step.expect.status.iter().any(|p| p.covers(*status));
    step.parallel || (statuses.len() > 1 && statuses.iter().all(expected))
}

/// The members that the contract names in a body: by operation, status and media type.
type Named<'a> = HashMap<(&'a str, String, &'a str), HashSet<&'a str>>;

const ADDITIONAL: &str = "{additional}";

fn named_members(clauses: &Clauses) -> Named<'_> {
    let mut named = Named::new();
    for clause in clauses.iter() {
        if let [status, media, member, ..] = clause.id.place.as_slice() {
            let body = (clause.id.subject.as_str(), status.clone(), media.as_str());
            named.entry(body).or_default().insert(member);
        }
    }
    named
}

fn shape(
    contract: &Contract,
    named: &Named<'_>,
    step: &Step,
    trace: &Trace,
    exchange: &Exchange,
) -> AnswerShape {
    let response = &exchange.response;
    let media: Option<MediaType> = response
        .headers
        .text("content-type")
        .and_then(|text| text.parse().ok());
    let is_json = media.as_ref().is_some_and(MediaType::is_json);
    let value = is_json
        .then(|| serde_json::from_slice::<Value>(&response.body).ok())
        .flatten();
    let operation = &contract.operations[step.operation];
    let members = operation.response(response.status).and_then(|object| {
        let content = object.media(media.as_ref()?)?;
        let status = object.status.to_string();
        named.get(&(operation.name.as_str(), status, content.name.as_str()))
    });
    let is_map = members.is_some_and(|members| members.contains(ADDITIONAL));
    let member = |name: &String| {
        if is_map && !members.is_some_and(|members| members.contains(name.as_str())) {
            ADDITIONAL.to_owned()
        } else {
            exchange.masked(&without_values(name, trace))
        }
    };
    AnswerShape {
        status: response.status,
        media_type: media.as_ref().map(MediaType::essence),
        body: match value {
            _ if response.body.is_empty() => BodyShape::None,
            Some(Value::Object(object)) => BodyShape::Members(object.keys().map(member).collect()),
            Some(Value::Array(_)) => BodyShape::Value("array"),
            Some(Value::String(_)) => BodyShape::Value("string"),
            Some(Value::Number(_)) => BodyShape::Value("number"),
            Some(Value::Bool(_)) => BodyShape::Value("boolean"),
            Some(Value::Null) => BodyShape::Value("null"),
            None => BodyShape::Other,
        },
    }
}

/// The text with the run's own values, longest first, in the form that the case has them in.
fn without_values(text: &str, trace: &Trace) -> String {
    let bindings = trace.bindings.iter();
    let mut values: Vec<(&str, &str)> = bindings
        .filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)))
        .filter(|(_, value)| value.len() >= 4)
        .collect();
    values.sort_by_key(|(_, value)| std::cmp::Reverse(value.len()));
    values.iter().fold(text.to_owned(), |text, (name, value)| {
        text.replace(value, &format!("${{{name}}}"))
    })
}
