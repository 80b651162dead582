//! One case, sent: every step in order, then everything it made taken away again.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::join_all;
use serde_json::{Map, Value};
use tokio::sync::{mpsc, watch};

use super::alternative::hides_certificate;
use super::request::{Parts, build};
use super::scheduler::Shared;
use super::teardown;
use crate::case::{
    Capture, Case, CaseId, Repeat, Role, Step, Unbound, expand, unique_names, with_index,
};
use crate::check::{answer_met, status_met};
use crate::codec::{answered_value, read_json};
use crate::diag::Pointer;
use crate::http::{Exchange, FieldValue, Request};
use crate::outcome::{NoAnswer, StepRecord, Trace, Trouble};
use crate::relation::count;
use crate::schema::Schemas;
use crate::target::{TransportError, Way};

/// A case's trace, and what of it could not be removed from the target.
pub(super) struct Sent {
    pub(super) trace: Trace,
    pub(super) left_behind: Vec<String>,
}

pub(super) async fn case(
    shared: &Shared,
    case: &Case,
    told: &Told,
    mut cancelled: watch::Receiver<bool>,
) -> Sent {
    let mut trace = Trace::new(
        case.id.clone(),
        &shared.target.origin(),
        shared.target.prefix(),
    );
    trace.bindings = bindings(shared, case);
    // Of a step that was interrupted nobody knows whether it arrived.
    let mut begun = Vec::new();
    for (number, step) in case.steps.iter().enumerate() {
        if step.role == Role::Then && !step.when.is_empty() {
            let status = trace.main_status();
            if !status.is_some_and(|status| step.when.iter().any(|pattern| pattern.covers(status)))
            {
                continue;
            }
        }
        let sent = match repetitions(step, &trace.bindings) {
            Ok(indexes) => {
                begun.extend(indexes.iter().map(|index| (number, *index)));
                let done = Mutex::new(Vec::new());
                let interrupted = tokio::select! {
                    () = all(shared, case, number, &indexes, &trace.bindings, told, &done) => false,
                    _ = cancelled.wait_for(|cancelled| *cancelled) => true,
                };
                let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
                done.sort_by_key(|(index, _)| *index);
                if interrupted {
                    done.push((None, Err("the run was interrupted".to_owned())));
                }
                done
            }
            Err(reason) => vec![(None, Err(reason))],
        };
        let mut goes_on = true;
        for (index, sent) in sent {
            match sent {
                Ok(record) => {
                    goes_on &= take(
                        shared,
                        case,
                        &mut trace,
                        (step, index),
                        record.result.as_ref().ok(),
                    );
                    trace.steps.push(record);
                }
                Err(reason) => {
                    trace.troubles.push(Trouble {
                        during: format!("step {} at {}", number + 1, case.place(Some(step))),
                        reason,
                    });
                    goes_on = false;
                }
            }
        }
        if !goes_on {
            break;
        }
    }
    let before = trace.steps.len();
    let left_behind = teardown::case(shared, case, &begun, &mut trace).await;
    for record in &trace.steps[before..] {
        told.tell(case, record);
    }
    Sent { trace, left_behind }
}

/// The indexes of a step's repetitions; one none for a step that is sent once.
fn repetitions(step: &Step, bindings: &Map<String, Value>) -> Result<Vec<Option<usize>>, String> {
    let times = match &step.repeat {
        Repeat::Once => return Ok(vec![None]),
        Repeat::Times(times) => *times,
        Repeat::Expression(text) => {
            count(text, bindings).map_err(|error| format!("`repeat: {text}`: {error}"))?
        }
    };
    Ok((0..times).map(Some).collect())
}

/// How many repetitions of a step may be under way at once.
const SIDE_BY_SIDE: usize = 64;

/// A repetition's index, and what came of it.
type Repetition = (Option<usize>, Result<StepRecord, String>);

/// Where exchanges are told of as they happen.
#[derive(Clone)]
pub(super) struct Told(pub(super) mpsc::UnboundedSender<(CaseId, Arc<StepRecord>)>);

impl Told {
    fn tell(&self, case: &Case, record: &StepRecord) {
        // Nobody listens any more only where the run itself has gone.
        let _ = self.0.send((case.id.clone(), Arc::new(record.clone())));
    }
}

/// Sends a step's repetitions, at the same time or one after the other. Those that come one after the
/// other end with the first that got no answer. What is done is in `so_far` at once, so that of a step
/// that is interrupted all that happened is known.
async fn all(
    shared: &Shared,
    case: &Case,
    number: usize,
    indexes: &[Option<usize>],
    bindings: &Map<String, Value>,
    told: &Told,
    so_far: &Mutex<Vec<Repetition>>,
) {
    let step = &case.steps[number];
    let push = |repetition: Repetition| {
        so_far
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(repetition);
    };
    let one = |index: Option<usize>| async move {
        let bindings = with_index(bindings, index);
        let result = match one_step(shared, case, number, &bindings).await {
            Ok(result) => result,
            Err(reason) => {
                push((index, Err(reason)));
                return Fate::Nowhere;
            }
        };
        let fate = match &result {
            Ok(_) => Fate::Answered,
            Err(none) if none.timed_out => Fate::Late,
            Err(_) => Fate::Nowhere,
        };
        let record = StepRecord {
            step: Some(number),
            index,
            role: step.role,
            operation: shared.contract.operations[step.operation].name.clone(),
            result,
        };
        told.tell(case, &record);
        push((index, Ok(record)));
        fate
    };
    if step.parallel {
        if indexes.len() > SIDE_BY_SIDE {
            let reason = format!("at most {SIDE_BY_SIDE} requests are sent side by side");
            push((None, Err(reason)));
            return;
        }
        let sent = join_all(indexes.iter().map(|index| one(*index))).await;
        // However many ran out of time at once, the target was slow once.
        let late = |fate: &Fate| *fate == Fate::Late;
        shared
            .patience
            .note(step.operation, !sent.is_empty() && sent.iter().all(late));
        return;
    }
    for index in indexes {
        if one(*index).await != Fate::Answered {
            break;
        }
    }
}

/// What came of a request.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Answered,
    /// It was waited for as long as anything is waited for.
    Late,
    Nowhere,
}

fn bindings(shared: &Shared, case: &Case) -> Map<String, Value> {
    let mut bindings = Map::new();
    let used = case
        .variables()
        .into_iter()
        .chain(super::plan::parameters(&shared.contract, case))
        .chain(super::given::names(&shared.contract, case));
    for name in used {
        if let Some(value) = shared.profile.variables.get(&name) {
            bindings.insert(name, value.clone());
        }
    }
    bindings.extend(case.row.clone());
    bindings.extend(unique_names(
        case.id.as_str(),
        &shared.options.nonce,
        &case.uniques(),
    ));
    bindings
}

/// Takes the answer's captures in. False: the rest of the case would say nothing.
fn take(
    shared: &Shared,
    case: &Case,
    trace: &mut Trace,
    (step, index): (&Step, Option<usize>),
    exchange: Option<&Exchange>,
) -> bool {
    let Some(exchange) = exchange else {
        return false;
    };
    let contract = &shared.contract;
    let bindings = with_index(&trace.bindings, index).into_owned();
    if step.role == Role::Given && !answer_met(contract, step, &bindings, exchange) {
        return false;
    }
    // A case may take more than one answer; what only a success holds is captured of a success only.
    if step.role == Role::Main && !(200..300).contains(&exchange.response.status) {
        return true;
    }
    for (name, from) in &step.capture {
        let value = match from {
            Capture::Header(header) => exchange.response.headers.text(header).map(Value::from),
            Capture::Body(pointer) => read_json(&exchange.response.body)
                .ok()
                .or_else(|| {
                    let operation = &contract.operations[step.operation];
                    answered_value(contract, operation, &exchange.response)
                })
                .and_then(|body| pointer.of(&body).cloned()),
        };
        let Some(value) = value else {
            // An answer that isn't as the step expects is said by the judge, and so is a main request
            // after which there is nothing to capture.
            if !answer_met(contract, step, &bindings, exchange) || !main_met(case, trace) {
                return false;
            }
            trace.troubles.push(Trouble {
                during: format!("the capture of `{name}`"),
                reason: "the answer doesn't hold it".to_owned(),
            });
            return false;
        };
        trace.bindings.insert(name.clone(), value);
    }
    true
}

/// Whether the main request was answered as the case expects, if it was sent by now.
fn main_met(case: &Case, trace: &Trace) -> bool {
    let main = case.steps.iter().find(|step| step.role == Role::Main);
    main.zip(trace.main_status())
        .is_none_or(|(main, status)| status_met(main, status))
}

async fn one_step(
    shared: &Shared,
    case: &Case,
    number: usize,
    bindings: &Map<String, Value>,
) -> Result<Result<Exchange, NoAnswer>, String> {
    let step = &case.steps[number];
    // What is expected may hold a name that was not captured, and must not be dropped for it.
    if let Some(name) = step
        .names()
        .into_iter()
        .find(|name| !bindings.contains_key(name))
    {
        return Err(Unbound(name).to_string());
    }
    // A schema whose expressions made it none would expect nothing.
    if let Some(schema) = &step.expect.schema {
        let schema = expand(schema, bindings).map_err(|unbound| unbound.to_string())?;
        Schemas::new(std::sync::Arc::new(schema))
            .get(&Pointer::root())
            .map_err(|error| format!("what is expected of the body is no schema: {error}"))?;
    }
    let mut held = shared
        .credentials
        .of(&shared.profile, step, bindings)
        .await?;
    let correlation = format!("{}/{}/{}", shared.options.nonce, case.id, number + 1);
    let way = if step.wire { Way::Wire } else { Way::Client };
    for attempt in 0..2 {
        let parts = Parts {
            contract: &shared.contract,
            authority: &shared.target.authority(),
            prefix: shared.target.prefix(),
            bindings,
            given: &held.given,
            headers: &shared.profile.headers,
            correlation: &correlation,
        };
        let request = build(step, &parts).map_err(|error| error.to_string())?;
        let result = send(shared, step, &request, way).await;
        if !step.parallel {
            let late = result.as_ref().is_err_and(|none| none.timed_out);
            shared.patience.note(step.operation, late);
        }
        let refused = result
            .as_ref()
            .is_ok_and(|exchange| exchange.response.status == 401);
        if refused && attempt == 0 && shared.credentials.renew(&mut held).await {
            continue;
        }
        return Ok(result);
    }
    Err("the credential was refused twice".to_owned())
}

/// Sends one request. A header field that no HTTP message can hold ends here, not in a panic.
pub(super) async fn send(
    shared: &Shared,
    step: &Step,
    request: &Request,
    way: Way,
) -> Result<Exchange, NoAnswer> {
    let broken = request.headers.iter().find(|(name, value)| {
        name.is_empty() || name.contains(['\r', '\n', ':', ' ']) || has_break(value)
    });
    if let Some((name, _)) = broken {
        return Err(NoAnswer {
            reason: format!(
                "the header field `{}` can't be sent: it would end the head",
                name.escape_debug()
            ),
            unreachable: false,
            timed_out: false,
        });
    }
    if let Some(reason) = shared.patience.exhausted(step.operation) {
        // It counts as one more, so that the operation stays given up.
        return Err(NoAnswer {
            reason,
            unreachable: false,
            timed_out: true,
        });
    }
    let operation = &shared.contract.operations[step.operation];
    let bare = shared
        .target
        .without_certificate()
        .filter(|_| hides_certificate(&shared.contract, operation, step));
    let target = bare.unwrap_or(shared.target.as_ref());
    let result = target.send(request, way).await;
    result.map_err(|error| no_answer(&error))
}

fn has_break(value: &FieldValue) -> bool {
    value
        .reveal()
        .iter()
        .any(|byte| matches!(byte, b'\r' | b'\n' | 0))
}

pub(super) fn no_answer(error: &TransportError) -> NoAnswer {
    NoAnswer {
        reason: error.to_string(),
        unreachable: error.is_connect(),
        timed_out: matches!(error, TransportError::TimedOut { .. }),
    }
}
