//! Judging: one pure function, in plan order, whatever order the answers came in.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::answer::{Answer, AnswerBody, TraceView, default_statuses, expanded};
use super::case_expectation::unmet;
use super::event_data::unread_document;
use super::scopes::Relations;
use super::verdicts::Verdicts;
use super::{CHECKS, Check};
use crate::case::{Case, CaseId, Role, Step};
use crate::clause::Clauses;
use crate::codec::answered_value;
use crate::diag::{Diagnostic, Pointer};
use crate::http::{Exchange, MediaType};
use crate::openapi::{Contract, Operation, RelationDecl};
use crate::outcome::{
    CaseOutcome, CaseVerdict, Finding, Standing, StepRecord, Trace, Trouble, Unjudged,
};
use crate::relation::{Relation, RelationError};

/// Whether a step was answered with a status it waits for.
#[must_use]
pub fn status_met(step: &Step, status: u16) -> bool {
    let expected = &step.expect.status;
    if expected.is_empty() {
        return default_statuses(step.role)
            .is_none_or(|statuses| statuses.iter().any(|s| s.covers(status)));
    }
    expected.iter().any(|pattern| pattern.covers(status))
}

/// Whether a step was answered as it expects in everything: status, body and header fields.
#[must_use]
pub fn answer_met(
    contract: &Contract,
    step: &Step,
    bindings: &Map<String, Value>,
    exchange: &Exchange,
) -> bool {
    let response = &exchange.response;
    let operation = contract.operations.get(step.operation);
    let value = || answered_value(contract, operation?, response);
    status_met(step, response.status)
        && unmet(&expanded(&step.expect, bindings), exchange, value).is_none()
}

/// So few traces are judged before another thread would have begun.
const FEW: usize = 64;

/// A contract made ready to judge by: its clauses numbered, its relations compiled.
pub struct Judge<'c> {
    contract: &'c Contract,
    clauses: &'c Clauses,
    /// By operation's name.
    relations: HashMap<&'c str, Relations>,
    /// Those that can't be compiled, each once.
    unusable: Vec<(&'c RelationDecl, RelationError)>,
    /// Checks beside those every contract is judged by.
    further: &'c [Arc<dyn Check>],
}

impl<'c> Judge<'c> {
    /// Makes a contract ready.
    #[must_use]
    pub fn new(contract: &'c Contract, clauses: &'c Clauses) -> Self {
        // Operations inherit relations: each is compiled where it is declared.
        let mut known: HashMap<&Pointer, Option<Arc<Relation>>> = HashMap::new();
        let mut unusable = Vec::new();
        let mut compiled = |declared: &'c RelationDecl| {
            let relation = known.entry(&declared.at).or_insert_with(|| {
                Relation::compile(declared)
                    .map(Arc::new)
                    .map_err(|error| unusable.push((declared, error)))
                    .ok()
            });
            relation.clone()
        };
        let relations = contract.operations.iter().map(|operation| {
            let relations = Relations::of(operation, &mut compiled);
            (operation.name.as_str(), relations)
        });
        Self {
            contract,
            clauses,
            relations: relations.collect(),
            unusable,
            further: &[],
        }
    }

    /// The same with checks of one's own beside [`CHECKS`].
    #[must_use]
    pub fn with_checks(mut self, further: &'c [Arc<dyn Check>]) -> Self {
        self.further = further;
        self
    }

    /// The relations that can't be compiled, each once.
    #[must_use]
    pub fn problems(&self) -> Vec<Diagnostic> {
        let document = &self.contract.document;
        let problem = |(declared, error): &(&RelationDecl, RelationError)| {
            Diagnostic::error("relation", error.to_string())
                .at_node(document, &declared.at.child(error.part), "")
                .help("relations are written in CEL, over request, response and previous")
        };
        self.unusable.iter().map(problem).collect()
    }

    /// The contract.
    #[must_use]
    pub fn contract(&self) -> &'c Contract {
        self.contract
    }

    /// Its clauses.
    #[must_use]
    pub fn clauses(&self) -> &'c Clauses {
        self.clauses
    }

    /// Whether the contract has no operation of a method on an operation's path. HEAD goes with GET
    /// (RFC 9110, 9.3.2), and OPTIONS asks about a path and not for a resource.
    pub(super) fn is_undocumented_method(&self, operation: &Operation, method: &str) -> bool {
        let mut operations = self.contract.operations.iter();
        let known = operation.method == method
            || operations.any(|other| {
                other.path == operation.path
                    && (other.method == method || (method == "HEAD" && other.method == "GET"))
            });
        !known && method != "OPTIONS"
    }

    pub(super) fn relations(&self, operation: &Operation) -> Option<&Relations> {
        self.relations.get(operation.name.as_str())
    }

    /// Judges a single exchange that no case asked for: nothing is expected of it but the contract. Its
    /// target begins with the base path. None where the contract has no operation for it.
    #[must_use]
    pub fn exchange(&self, exchange: Exchange, base_path: &str) -> Option<CaseOutcome> {
        let prefix = base_path.trim_end_matches('/');
        let below = exchange.request.target.strip_prefix(prefix)?;
        let path = below.split('?').next().unwrap_or_default();
        let operation = self.contract.route(&exchange.request.method, path)?;
        let id = CaseId::new(&format!("{}/exchange", operation.name));
        let case = Case::recording(id.clone(), self.contract.document.clone());
        let host = exchange.request.headers.text("host").unwrap_or("host");
        let mut trace = Trace::new(id, &format!("http://{host}"), prefix);
        trace.steps.push(StepRecord {
            step: None,
            index: None,
            role: Role::Main,
            operation: operation.name.clone(),
            result: Ok(exchange),
        });
        Some(self.case(&case, &trace))
    }

    /// Judges traces, each by its case, on all cores.
    #[must_use]
    pub fn all(&self, traces: &[(&Case, &Trace)]) -> Vec<CaseOutcome> {
        let one = |(case, trace): &(&Case, &Trace)| self.case(case, trace);
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        if cores == 1 || traces.len() < FEW {
            return traces.iter().map(one).collect();
        }
        let part = traces.len().div_ceil(cores);
        std::thread::scope(|scope| {
            let threads: Vec<_> = traces
                .chunks(part)
                .map(|part| scope.spawn(move || part.iter().map(one).collect::<Vec<_>>()))
                .collect();
            let judged = threads.into_iter().flat_map(|thread| {
                thread
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            });
            judged.collect()
        })
    }

    /// Judges one case's trace. What was found when it was first sent is what is said of it, also where
    /// it passed when it was sent again.
    #[must_use]
    pub fn case(&self, case: &Case, trace: &Trace) -> CaseOutcome {
        let mut outcome = self.attempt(case, trace);
        for (number, retry) in trace.retries.iter().enumerate() {
            let again = self.attempt(case, retry);
            outcome.exchanges += again.exchanges;
            let unsettled = matches!(outcome.verdict, CaseVerdict::Fail | CaseVerdict::Error);
            if unsettled && again.verdict == CaseVerdict::Pass {
                outcome.verdict = CaseVerdict::Flaky(number + 2);
            }
        }
        outcome
    }

    fn attempt(&self, case: &Case, trace: &Trace) -> CaseOutcome {
        let view = TraceView::new(self, case, trace);
        let mut verdicts = Verdicts {
            trace: &view,
            check: CHECKS[0].rule(),
            findings: Vec::new(),
            standings: Vec::new(),
        };
        let further = self.further.iter().map(AsRef::as_ref);
        for check in CHECKS.iter().copied().chain(further) {
            verdicts.check = check.rule();
            check.judge(&view, &mut verdicts);
        }
        let (findings, standings) = (verdicts.findings, verdicts.standings);
        let findings = one_per_clause(trace, findings);
        let mut troubles = troubles(&view);
        if troubles.is_empty() && trace.skipped.is_none() {
            troubles.extend(not_sent(case, trace));
        }
        let verdict = if let Some(reason) = &trace.skipped {
            CaseVerdict::Skipped(reason.clone())
        } else if findings.iter().any(Finding::is_failure) {
            CaseVerdict::Fail
        } else if !troubles.is_empty() {
            CaseVerdict::Error
        } else {
            CaseVerdict::Pass
        };
        CaseOutcome {
            case: case.id.clone(),
            verdict,
            findings,
            troubles,
            standings: strongest(standings),
            unjudged: unjudged(&view),
            exchanges: view.answers.len(),
        }
    }
}

/// Judges traces by a contract, in the order of the cases. A case without a trace was not run and
/// has no outcome.
#[must_use]
pub fn judge(contract: &Contract, cases: &[Case], traces: &[Trace]) -> Vec<CaseOutcome> {
    let clauses = Clauses::of(contract);
    let judge = Judge::new(contract, &clauses);
    let by_case: HashMap<&CaseId, &Trace> =
        traces.iter().map(|trace| (&trace.case, trace)).collect();
    let pairs: Vec<(&Case, &Trace)> = cases
        .iter()
        .filter_map(|case| Some((case, *by_case.get(&case.id)?)))
        .collect();
    judge.all(&pairs)
}

/// One cause is one finding: of several of one clause the main request's stays, or else the first.
fn one_per_clause(trace: &Trace, findings: Vec<Finding>) -> Vec<Finding> {
    let is_main = |finding: &Finding| trace.steps[finding.exchange].role == Role::Main;
    let mut kept: Vec<Finding> = Vec::new();
    for finding in findings {
        match kept.iter_mut().find(|known| same_cause(known, &finding)) {
            Some(known) if is_main(&finding) && !is_main(known) => *known = finding,
            Some(_) => {}
            None => kept.push(finding),
        }
    }
    kept
}

/// One clause, or one demand that several operations inherit from one place of the document.
fn same_cause(a: &Finding, b: &Finding) -> bool {
    let inherited = a.demanded.is_some() && a.demanded == b.demanded;
    a.clause == b.clause
        || (inherited && a.clause.place == b.clause.place && a.clause.demand == b.clause.demand)
}

/// Of what one trace says of a clause the strongest, at its least exchange.
fn strongest(
    mut standings: Vec<(crate::clause::ClauseIndex, Standing, usize)>,
) -> Vec<(crate::clause::ClauseIndex, Standing, usize)> {
    standings.sort_unstable_by(|a, b| (a.0, b.1, a.2).cmp(&(b.0, a.1, b.2)));
    standings.dedup_by_key(|standing| standing.0);
    standings
}

/// A case whose own request was never sent has shown nothing of it, whatever else it found.
fn not_sent(case: &Case, trace: &Trace) -> Option<Trouble> {
    let main = case.steps.iter().find(|step| step.role == Role::Main)?;
    let sent = trace.steps.iter().any(|record| record.role == Role::Main);
    (!sent).then(|| Trouble {
        during: format!("the case's own request, {}", case.place(Some(main))),
        reason: "it was never sent: set-up was not answered as the case builds on it, or it is repeated no times".to_owned(),
    })
}

/// What kept us from knowing: what the run says, set-up that went wrong, and answers that a limit
/// or an overload gave in the API's place.
fn troubles(view: &TraceView<'_>) -> Vec<Trouble> {
    let mut troubles = view.trace.troubles.clone();
    for record in &view.trace.steps {
        if let Err(none) = &record.result {
            troubles.push(Trouble {
                during: format!("{} ({})", record.operation, role(record.role)),
                reason: none.reason.clone(),
            });
        }
    }
    for answer in &view.answers {
        let during = format!(
            "{} {} ({})",
            answer.exchange.request.method,
            answer.exchange.request.shown_target(),
            role(answer.record.role)
        );
        let status = answer.status();
        if let Some(reason) = answer.untellable() {
            troubles.push(Trouble {
                during,
                reason: format!("answered {status}: {reason}"),
            });
        } else if let Some(coding) = answer.coding().filter(|_| answer.may_have_body()) {
            troubles.push(Trouble {
                during,
                reason: format!("the answer's body is coded as {coding}, which the request said it doesn't take (accept-encoding: identity): it was not read"),
            });
        } else if let Some(reason) = unusable_schema(view, answer) {
            troubles.push(Trouble { during, reason });
        } else if let Some(reason) = set_up_wrong(answer) {
            troubles.push(Trouble {
                during,
                reason: answer.exchange.masked(&reason),
            });
        }
    }
    troubles
}

/// The bodies that were not looked into.
fn unjudged(view: &TraceView<'_>) -> Vec<Unjudged> {
    let unread = view.answers.iter().filter_map(|answer| {
        if answer.is_beyond_the_contract() {
            let media = answer.media.as_ref();
            return Some(Unjudged {
                exchange: answer.number,
                media: media.map_or_else(|| "no media type".to_owned(), MediaType::essence),
                reason: format!("the contract has no content for a {}", answer.status()),
            });
        }
        let (_, media) = answer.content?;
        let reason = match answer.body()? {
            AnswerBody::Unread(reason) => reason.to_owned(),
            _ => unread_document(answer)?,
        };
        Some(Unjudged {
            exchange: answer.number,
            media: media.name.clone(),
            reason,
        })
    });
    unread.collect()
}

/// Why an answer's body can't be judged by the contract's schema for it, if it is the schema's fault.
fn unusable_schema(view: &TraceView<'_>, answer: &Answer<'_>) -> Option<String> {
    let (_, media) = answer.content?;
    answer.value()?;
    let problem = media.compiled.problem();
    let problem = problem.or_else(|| media.item_compiled.problem())?;
    let place = view.judge.contract.place(&problem.at);
    Some(format!("the body was not judged: at {place} {problem}"))
}

/// In what way an answer to set-up isn't what the case builds on.
fn set_up_wrong(answer: &Answer<'_>) -> Option<String> {
    // A step that asks for a clause by name is no mere set-up: what it finds is a finding.
    let step = answer
        .step
        .filter(|step| step.role == Role::Given && step.clause.is_none())?;
    let response = &answer.exchange.response;
    if !status_met(step, response.status) {
        let excerpt = crate::http::excerpt(&response.body, 160);
        return Some(format!(
            "set-up was answered {}: {excerpt}",
            response.status
        ));
    }
    let (_, broken) = unmet(answer.expect.as_ref()?, answer.exchange, || {
        answer.value().cloned()
    })?;
    Some(format!(
        "set-up did not take: {}; expected {}, found {}",
        broken.title, broken.expected, broken.actual
    ))
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Given => "set-up",
        Role::Main => "the case's own request",
        Role::Then => "a look at the result",
        Role::Control => "the control",
        Role::Teardown => "teardown",
    }
}
