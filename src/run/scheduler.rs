//! Order, concurrency, serial cases, interruption.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::acceptance::Acceptance;
use super::credentials::Credentials;
use super::lock::{Locks, lanes};
use super::patience::Patience;
use super::plan::Plan;
use super::preflight;
use super::provider::Providers;
use super::send::{self, Sent, Told};
use crate::case::{Case, CaseId};
use crate::check::{Check, Judge};
use crate::clause::Clauses;
use crate::openapi::Contract;
use crate::outcome::{
    CaseOutcome, CaseVerdict, Event, Ledger, NOT_REACHED, Notice, Summary, Trace, Trouble,
};
use crate::profile::Profile;
use crate::target::{Limits, Target, TlsOptions};

/// How a run goes.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// How many cases are under way at once.
    pub concurrency: usize,
    /// What makes this run's names differ from every other run's: letters and digits.
    pub nonce: String,
    /// Where processes that share a target find their lock; none where no other process can.
    pub locks: Option<PathBuf>,
    /// When the run is over before its last case, and what comes first.
    pub pace: Pace,
}

/// When a run is over before its last case, and what comes first.
#[derive(Clone, Debug, Default)]
pub struct Pace {
    /// No further case is begun once one failed or could not be judged.
    pub fail_fast: bool,
    /// No further case is begun after this long.
    pub budget: Option<Duration>,
    /// How often a case that did not pass is sent again.
    pub retries: usize,
    /// The cases that are sent first, in this order, before those that are not named.
    pub first: Vec<CaseId>,
}

/// Why a run could not begin. Nothing was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    /// Nobody answers.
    #[error(
        "{target} can't be reached: {reason}\nnothing was tested; check the URL and that the server runs"
    )]
    Unreachable {
        /// The target.
        target: String,
        /// What happened.
        reason: String,
    },
    /// What the cases need isn't there.
    #[error("the target isn't ready to be tested, and nothing was written to it:\n  {}", .0.join("\n  "))]
    Fixtures(Vec<String>),
    /// A credential can't be had.
    #[error("{0}\nnothing was tested")]
    Credential(String),
    /// Somebody stopped it before its first case.
    #[error("the run was interrupted before its first case; nothing was tested")]
    Interrupted,
}

/// All that the cases of a run share.
pub(super) struct Shared {
    pub(super) contract: Arc<Contract>,
    pub(super) target: Arc<dyn Target>,
    pub(super) profile: Profile,
    pub(super) options: Options,
    pub(super) credentials: Credentials,
    pub(super) locks: Locks,
    pub(super) patience: Patience,
}

/// What a run leaves.
#[derive(Debug)]
pub struct RunResult {
    /// The traces, in plan order.
    pub traces: Vec<Trace>,
    /// The cases, judged, in plan order.
    pub outcomes: Vec<Arc<CaseOutcome>>,
    /// The verdict of every clause.
    pub ledger: Ledger,
    /// What fails the gate without being an exchange's fault.
    pub notices: Vec<Notice>,
    /// The run in numbers.
    pub summary: Arc<Summary>,
}

/// Runs cases against one target.
pub struct Runner {
    shared: Arc<Shared>,
    clauses: Arc<Clauses>,
    checks: Vec<Arc<dyn Check>>,
    acceptance: Acceptance,
    cancelled: watch::Sender<bool>,
}

impl Runner {
    /// Makes a runner. The profile is filled up with what the contract gives away as examples.
    #[must_use]
    pub fn new(
        contract: Arc<Contract>,
        clauses: Arc<Clauses>,
        target: Arc<dyn Target>,
        profile: Profile,
        options: Options,
    ) -> Self {
        let providers = Providers {
            base: format!("{}{}", target.origin(), target.prefix()),
            limits: Limits::default(),
            tls: TlsOptions::default(),
        };
        let credentials = Credentials::new(contract.clone(), providers);
        let locks = Locks::new(options.locks.clone(), target.describe());
        Self {
            shared: Arc::new(Shared {
                contract,
                target,
                profile,
                options,
                credentials,
                locks,
                patience: Patience::default(),
            }),
            clauses,
            checks: Vec::new(),
            acceptance: Acceptance::default(),
            cancelled: watch::channel(false).0,
        }
    }

    /// The same with checks of one's own beside those every contract is judged by.
    #[must_use]
    pub fn with_checks(mut self, checks: Vec<Arc<dyn Check>>) -> Self {
        self.checks = checks;
        self
    }

    /// The same, held to more than the contract, or to less of it.
    #[must_use]
    pub fn with_acceptance(mut self, acceptance: Acceptance) -> Self {
        self.acceptance = acceptance;
        self
    }

    /// The runner, asking those who give it tokens in this way. Without it they are asked with the
    /// usual limits, and only those are believed whom the system believes.
    ///
    /// The client's certificate is not shown to them: it is for the target.
    #[must_use]
    pub fn asking_providers(mut self, limits: Limits, tls: TlsOptions) -> Self {
        if let Some(shared) = Arc::get_mut(&mut self.shared) {
            let providers = &mut shared.credentials.providers;
            providers.limits = limits;
            providers.tls = TlsOptions {
                identity: None,
                ..tls
            };
        }
        self
    }

    /// A handle that ends the run early when `true` is sent: what is under way is taken back, and
    /// what was done is reported.
    #[must_use]
    pub fn canceller(&self) -> watch::Sender<bool> {
        self.cancelled.clone()
    }

    /// Runs the planned cases and tells of it in events.
    ///
    /// # Errors
    /// When the target can't be tested at all; then nothing was written to it.
    pub async fn run(
        &self,
        cases: &[Case],
        plan: &Plan,
        emit: &(dyn Fn(Event) + Sync),
    ) -> Result<RunResult, RunError> {
        let selected: Vec<&Case> = plan
            .cases
            .iter()
            .filter(|planned| planned.skip.is_none())
            .map(|planned| &cases[planned.case])
            .collect();
        let mut stopped = self.cancelled.subscribe();
        tokio::select! {
            ready = preflight::check(&self.shared, &selected) => ready?,
            // Who stops a run doesn't want to wait for a target that is not answering.
            _ = stopped.wait_for(|cancelled| *cancelled) => return Err(RunError::Interrupted),
        }
        emit(Event::Started {
            target: self.shared.target.describe(),
            cases: plan
                .cases
                .iter()
                .map(|planned| cases[planned.case].id.clone())
                .collect(),
        });
        let judge = Judge::new(&self.shared.contract, &self.clauses).with_checks(&self.checks);
        let mut done: Vec<Option<(Trace, Arc<CaseOutcome>)>> = Vec::new();
        done.resize_with(plan.cases.len(), || None);
        let mut tried: HashMap<usize, Sent> = HashMap::new();
        let retries = self.shared.options.pace.retries;
        let mut finish = |number: usize, sent: Sent| {
            let case = &cases[plan.cases[number].case];
            // Each attempt has an end of its own.
            emit(Event::CaseSent {
                case: case.id.clone(),
                ending: Arc::new(sent.trace.ending()),
            });
            let sent = match tried.remove(&number) {
                None => sent,
                Some(mut first) => {
                    first.trace.retries.push(sent.trace);
                    first.left_behind.extend(sent.left_behind);
                    first
                }
            };
            let mut outcome = judge.case(case, &sent.trace);
            self.acceptance.apply(&self.clauses, &mut outcome);
            let has_passed = !matches!(outcome.verdict, CaseVerdict::Fail | CaseVerdict::Error);
            let may_retry = sent.trace.retries.len() < retries && !*self.cancelled.borrow();
            if !has_passed && may_retry {
                tried.insert(number, sent);
                return After::Again;
            }
            let outcome = Arc::new(outcome);
            for what in sent.left_behind {
                emit(Event::LeftBehind {
                    case: case.id.clone(),
                    what,
                });
            }
            emit(Event::CaseFinished(outcome.clone()));
            done[number] = Some((sent.trace, outcome));
            if has_passed {
                After::Passed
            } else {
                After::Failed
            }
        };
        for (number, planned) in plan.cases.iter().enumerate() {
            if let Some(reason) = &planned.skip {
                finish(number, self.skipped(&cases[planned.case], reason));
            }
        }
        let order = order(cases, plan, &self.shared.options.pace.first);
        self.side_by_side(cases, plan, &order, emit, &mut finish)
            .await;
        let (traces, outcomes): (Vec<Trace>, Vec<Arc<CaseOutcome>>) =
            done.into_iter().flatten().unzip();
        let interrupted = *self.cancelled.borrow();
        let (contract, clauses) = (&self.shared.contract, &self.clauses);
        let concluded = self
            .acceptance
            .conclude(contract, clauses, cases, &outcomes, interrupted);
        for notice in &concluded.notices {
            emit(Event::Notice(notice.clone()));
        }
        let summary = Arc::new(concluded.summary);
        emit(Event::Finished(summary.clone()));
        Ok(RunResult {
            traces,
            outcomes,
            ledger: concluded.ledger,
            notices: concluded.notices,
            summary,
        })
    }

    /// A case that isn't sent.
    fn skipped(&self, case: &Case, reason: &str) -> Sent {
        let mut sent = self.unsent(case);
        sent.trace.skipped = Some(reason.to_owned());
        sent
    }

    /// A case that should have been sent.
    fn not_begun(&self, case: &Case) -> Sent {
        let mut sent = self.unsent(case);
        sent.trace.troubles.push(Trouble::not_begun());
        sent
    }

    fn unsent(&self, case: &Case) -> Sent {
        let target = &self.shared.target;
        Sent {
            trace: Trace::new(case.id.clone(), &target.origin(), target.prefix()),
            left_behind: Vec::new(),
        }
    }

    async fn side_by_side(
        &self,
        cases: &[Case],
        plan: &Plan,
        numbers: &[usize],
        emit: &(dyn Fn(Event) + Sync),
        finish: &mut dyn FnMut(usize, Sent) -> After,
    ) {
        let variables = &self.shared.profile.variables;
        let contract = &self.shared.contract;
        let case = |number: usize| &cases[plan.cases[number].case];
        let mut waiting: Vec<(usize, BTreeSet<String>)> = numbers
            .iter()
            .map(|number| (*number, lanes(contract, case(*number), variables)))
            .collect();
        let pace = &self.shared.options.pace;
        let deadline = pace.budget.map(|budget| (Instant::now() + budget, budget));
        // Why nothing more is begun.
        let mut ended: Option<String> = None;
        let mut under_way: JoinSet<(usize, Sent)> = JoinSet::new();
        let mut busy: Vec<(usize, BTreeSet<String>)> = Vec::new();
        let (told, mut heard) = mpsc::unbounded_channel();
        let told = Told(told);
        let exchanged = |(case, record)| emit(Event::Exchanged { case, record });
        loop {
            if let Some((deadline, budget)) = deadline
                && ended.is_none()
                && Instant::now() >= deadline
            {
                ended = Some(format!("{NOT_REACHED} of {budget:?}"));
            }
            while under_way.len() < self.shared.options.concurrency.max(1)
                && !*self.cancelled.borrow()
                && ended.is_none()
            {
                let serial = |number: usize| case(number).serial;
                let Some(next) = next(&waiting, &busy, serial) else {
                    break;
                };
                let (number, lanes) = waiting.remove(next);
                emit(Event::CaseStarted(case(number).id.clone()));
                self.begin(&mut under_way, number, case(number), &lanes, &told);
                busy.push((number, lanes));
            }
            let joined = tokio::select! {
                biased;
                Some(record) = heard.recv() => {
                    exchanged(record);
                    continue;
                }
                joined = under_way.join_next() => joined,
            };
            // A case's exchanges are told of before its end.
            while let Ok(record) = heard.try_recv() {
                exchanged(record);
            }
            let (number, sent) = match joined {
                None => break,
                Some(Ok(done)) => done,
                // A bug of ours must not pass for a verdict.
                Some(Err(error)) => std::panic::resume_unwind(error.into_panic()),
            };
            match finish(number, sent) {
                After::Again => {
                    let lanes = busy.iter().find(|(running, _)| *running == number);
                    let lanes = lanes.map(|(_, lanes)| lanes.clone()).unwrap_or_default();
                    self.begin(&mut under_way, number, case(number), &lanes, &told);
                    continue;
                }
                After::Failed if pace.fail_fast && ended.is_none() => {
                    ended = Some(format!(
                        "the run ended with {} (--fail-fast)",
                        case(number).id
                    ));
                }
                After::Failed | After::Passed => {}
            }
            busy.retain(|(running, _)| *running != number);
        }
        for (number, _) in waiting {
            let case = case(number);
            let sent = match &ended {
                Some(reason) => self.skipped(case, reason),
                // Somebody stopped the run: of what it didn't come to nothing is known.
                None => self.not_begun(case),
            };
            finish(number, sent);
        }
    }

    fn begin(
        &self,
        under_way: &mut JoinSet<(usize, Sent)>,
        number: usize,
        case: &Case,
        lanes: &BTreeSet<String>,
        told: &Told,
    ) {
        let (case, lanes, told) = (case.clone(), lanes.clone(), told.clone());
        let (shared, cancelled) = (self.shared.clone(), self.cancelled.subscribe());
        under_way.spawn(async move {
            let sent = one(&shared, &case, &lanes, &told, cancelled).await;
            (number, sent)
        });
    }
}

/// What comes after a case was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum After {
    /// It is sent again.
    Again,
    /// It neither failed nor stayed without an answer.
    Passed,
    /// It failed, or could not be judged.
    Failed,
}

/// The numbers of the planned cases that are run, in the order in which they are begun. Serial cases
/// come last, so that they make nobody wait who could have run; but what is to come first comes first.
fn order(cases: &[Case], plan: &Plan, first: &[CaseId]) -> Vec<usize> {
    let rank: HashMap<&CaseId, usize> = first.iter().enumerate().map(|(n, id)| (id, n)).collect();
    let run = (0..plan.cases.len()).filter(|number| plan.cases[*number].skip.is_none());
    let mut order: Vec<usize> = run.collect();
    order.sort_by_key(|number| {
        let case = &cases[plan.cases[*number].case];
        let rank = rank.get(&case.id).copied().unwrap_or(first.len());
        (rank, case.serial)
    });
    order
}

/// The first waiting case that may run now: beside what is under way, and before what waits in
/// front of it, so that cases which write to the same fixture keep their order.
fn next(
    waiting: &[(usize, BTreeSet<String>)],
    busy: &[(usize, BTreeSet<String>)],
    serial: impl Fn(usize) -> bool,
) -> Option<usize> {
    if busy.iter().any(|(number, _)| serial(*number)) {
        return None;
    }
    let mut taken: BTreeSet<&str> = busy
        .iter()
        .flat_map(|(_, lanes)| lanes)
        .map(String::as_str)
        .collect();
    for (position, (number, lanes)) in waiting.iter().enumerate() {
        if serial(*number) {
            return (busy.is_empty() && position == 0).then_some(position);
        }
        if !lanes.iter().any(|lane| taken.contains(lane.as_str())) {
            return Some(position);
        }
        taken.extend(lanes.iter().map(String::as_str));
    }
    None
}

/// Sends one case when nothing runs that it may not run beside.
async fn one(
    shared: &Shared,
    case: &Case,
    lanes: &BTreeSet<String>,
    told: &Told,
    mut cancelled: watch::Receiver<bool>,
) -> Sent {
    let held = tokio::select! {
        held = shared.locks.acquire(case.serial, lanes) => held.map_err(|error| format!("its lock can't be had: {error}")),
        _ = cancelled.wait_for(|cancelled| *cancelled) => Err("the run was interrupted".to_owned()),
    };
    match held {
        Ok(_held) => send::case(shared, case, told, cancelled).await,
        Err(reason) => {
            let mut trace = Trace::new(
                case.id.clone(),
                &shared.target.origin(),
                shared.target.prefix(),
            );
            trace.troubles.push(Trouble {
                during: "waiting for its turn".to_owned(),
                reason,
            });
            Sent {
                trace,
                left_behind: Vec::new(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(cases: &[(usize, &str)]) -> Vec<(usize, BTreeSet<String>)> {
        let lanes = |text: &str| text.split_whitespace().map(str::to_owned).collect();
        cases
            .iter()
            .map(|(number, text)| (*number, lanes(text)))
            .collect()
    }

    #[test]
    fn writers_to_one_fixture_keep_their_order_and_others_pass_by() {
        let waiting = queue(&[(1, "a"), (2, "a b"), (3, "b"), (4, "c")]);
        let none = |_| false;
        assert_eq!(next(&waiting, &queue(&[(0, "a")]), none), Some(3));
        assert_eq!(next(&waiting, &queue(&[(0, "d")]), none), Some(0));
        assert_eq!(next(&waiting[..3], &queue(&[(0, "a")]), none), None);
    }

    #[test]
    fn a_serial_case_runs_beside_nothing() {
        let waiting = queue(&[(1, ""), (2, "")]);
        assert_eq!(
            next(&waiting, &queue(&[(0, "x")]), |number| number == 1),
            None
        );
        assert_eq!(next(&waiting, &[], |number| number == 1), Some(0));
        assert_eq!(
            next(&waiting, &queue(&[(0, "")]), |number| number == 0),
            None
        );
    }
}
