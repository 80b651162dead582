//! Which clause a case's expectation speaks for.

use super::answer::{Answer, TraceView};
use crate::case::{Auth, Role};
use crate::clause::{ClauseId, ClauseIndex};
use crate::codec::{DecodedBody, JsonProblem, Judged};
use crate::openapi::{Operation, RelationSide, SecurityRequirement};

/// The clause that a step names itself, if the contract has it.
pub(super) fn named(trace: &TraceView<'_>, answer: &Answer<'_>) -> Option<ClauseIndex> {
    let name = answer.step?.clause.as_ref()?;
    let main = trace
        .case
        .steps
        .iter()
        .find(|step| step.role == Role::Main)?;
    let subject = &trace.judge.contract().operations[main.operation].name;
    find(trace, subject, name)
}

/// The clause of a name within an operation.
pub(super) fn find(trace: &TraceView<'_>, operation: &str, name: &str) -> Option<ClauseIndex> {
    let within: ClauseId = format!("x/{name}").parse().ok()?;
    let id = ClauseId {
        subject: operation.to_owned(),
        ..within
    };
    trace.judge.clauses().find(&id)
}

/// The request-side clauses that the request breaks as it was sent, under every reading the
/// contract admits.
pub(super) fn violations<'a>(trace: &TraceView<'_>, answer: &'a Answer<'_>) -> &'a [ClauseIndex] {
    answer
        .violations
        .get_or_init(|| find_violations(trace, answer))
}

/// Whether what is sent without some schemes' credentials may be enough for an alternative that doesn't
/// ask for them.
fn is_authenticated_otherwise(auth: &Auth, operation: &Operation) -> bool {
    let Auth::Schemes(_) = auth else {
        return false;
    };
    let alternatives = || operation.security.iter();
    let may_be_taken = |requirement: &&SecurityRequirement| {
        let mut named = auth.schemes();
        named.all(|scheme| requirement.schemes.iter().any(|known| known == scheme))
    };
    let taken = alternatives().filter(may_be_taken);
    let sent: Vec<&String> = taken
        .flat_map(|requirement| &requirement.schemes)
        .filter(|scheme| !auth.withholds(scheme))
        .collect();
    alternatives().any(|requirement| requirement.schemes.iter().all(|name| sent.contains(&name)))
}

fn find_violations(trace: &TraceView<'_>, answer: &Answer<'_>) -> Vec<ClauseIndex> {
    let mut broken = Vec::new();
    if let Some(step) = answer.step
        && !is_authenticated_otherwise(&step.auth, answer.operation)
    {
        let security = answer.clauses.security.iter();
        let withheld = security.filter(|(scheme, _)| step.auth.withholds(scheme));
        broken.extend(withheld.map(|(_, clause)| *clause));
    }
    let Some(decoded) = answer.decoded() else {
        if !answer.is_its_own {
            broken.push(answer.clauses.methods.not_allowed);
        }
        return broken;
    };
    for parameter in &decoded.parameters {
        let declared = &answer.operation.parameters[parameter.number];
        let clauses = &answer.clauses.parameters[parameter.number];
        if !parameter.is_there() {
            broken.extend(clauses.required);
            continue;
        }
        let Some(schema) = declared.compiled.get() else {
            continue;
        };
        if let Judged::Refused(value) = parameter.judged(schema) {
            let mismatches = schema.mismatches(&value);
            let demands = mismatches
                .iter()
                .filter_map(|mismatch| schema.demand_of(mismatch));
            broken.extend(demands.map(|demand| clauses.value.demands[demand]));
        }
    }
    match &decoded.body {
        DecodedBody::Absent => broken.extend(answer.clauses.body_required),
        DecodedBody::OtherType => broken.extend(answer.clauses.body_type),
        // A lenient reader takes one of two equal members: under that reading nothing is broken.
        DecodedBody::Json(_, Err(JsonProblem::Duplicate(_))) | DecodedBody::Opaque(_) => {}
        DecodedBody::Json(number, Err(_)) | DecodedBody::Malformed(number) => {
            broken.extend(answer.clauses.body[*number].well_formed);
        }
        DecodedBody::Json(number, Ok(value)) | DecodedBody::Read(number, value) => {
            let media = answer
                .operation
                .request_body
                .as_ref()
                .map(|body| &body.content[*number]);
            if let Some(schema) = media.and_then(|media| media.compiled.get()) {
                let mismatches = schema.mismatches(value);
                let demands = mismatches
                    .iter()
                    .filter_map(|mismatch| schema.demand_of(mismatch));
                broken.extend(
                    demands.map(|demand| answer.clauses.body[*number].value.demands[demand]),
                );
            }
        }
    }
    for (number, declared) in answer.operation.relations.iter().enumerate() {
        if declared.side != RelationSide::Request {
            continue;
        }
        if trace.holds(answer, number) == Some(false) {
            broken.push(answer.clauses.relations[number]);
        }
    }
    broken.sort_unstable();
    broken.dedup();
    broken
}
