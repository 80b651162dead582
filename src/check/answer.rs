//! A trace as checks see it.

use std::cell::OnceCell;

use serde_json::{Map, Value};

use super::judge::Judge;
use super::scopes::Scopes;
use crate::case::{Auth, Case, Expect, Grounds, Origin, Role, Step, expand, with_index};
use crate::clause::{ClauseIndex, OperationClauses};
use crate::codec::{BodyRead, Decoded, JsonProblem, read_body, read_json};
use crate::http::{Exchange, MediaType, StatusPattern};
use crate::openapi::{Contract, MediaTypeObject, Operation, ResponseObject};
use crate::outcome::{StepRecord, Trace};
use crate::schema::LazySchema;

/// An answer's body, read by its media type.
#[derive(Clone, Debug, PartialEq)]
pub enum AnswerBody<'a> {
    /// This value. A sequence is the array of its items.
    Value(&'a Value),
    /// No body of its media type at all, and why.
    Malformed(String),
    /// It isn't looked into, and why. What the answer holds isn't in it.
    Unread(&'a str),
}

/// One answered step of a trace.
pub struct Answer<'a> {
    /// Its exchange's number in the trace.
    pub number: usize,
    /// The step as it went.
    pub record: &'a StepRecord,
    /// The step as the case has it; none for teardown and for what was sent without a case.
    pub step: Option<&'a Step>,
    /// Its exchange.
    pub exchange: &'a Exchange,
    /// What the request's values rest on, where it was generated; none for any other.
    pub grounds: Option<Grounds>,
    /// Whether the request's method is the operation's, or one that goes with it: HEAD with GET.
    pub is_its_own: bool,
    /// Its operation.
    pub operation: &'a Operation,
    /// The operation's clauses.
    pub clauses: &'a OperationClauses,
    /// What the contract says of answers of its status, and its number among the responses.
    pub response: Option<(usize, &'a ResponseObject)>,
    /// The answer's media type; none where it names none or none that can be read.
    pub media: Option<MediaType>,
    /// What the contract says of answers of its media type, and its number in the content.
    pub content: Option<(usize, &'a MediaTypeObject)>,
    /// What the case expects, expressions filled in; none where nothing is to be expected, because
    /// the case has no such step or its main request already went wrong.
    pub expect: Option<Expect>,
    json: OnceCell<Result<Value, JsonProblem>>,
    other: OnceCell<BodyRead>,
    decoded: OnceCell<Option<Decoded>>,
    pub(super) scopes: Scopes,
    pub(super) violations: OnceCell<Vec<ClauseIndex>>,
    /// Whether nobody kept its body, of which nothing can be said.
    is_bodiless: bool,
    contract: &'a Contract,
    prefix: &'a str,
}

impl Answer<'_> {
    /// The status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.exchange.response.status
    }

    /// Whether the answer can have a body at all (RFC 9110, 6.4.1), and one that is known here.
    #[must_use]
    pub fn may_have_body(&self) -> bool {
        !self.is_bodiless
            && self.exchange.request.method != "HEAD"
            && !matches!(self.status(), 100..=199 | 204 | 304)
    }

    /// The body read as strict JSON.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn json(&self) -> Result<&Value, &JsonProblem> {
        self.json
            .get_or_init(|| read_json(&self.exchange.response.body))
            .as_ref()
    }

    /// Whether the answer has a body though what the contract says of its status names no content.
    pub(super) fn is_beyond_the_contract(&self) -> bool {
        self.may_have_body()
            && !self.exchange.response.body.is_empty()
            && (self.response).is_some_and(|(_, response)| response.content.is_empty())
    }

    /// The body, read by its media type; none where nothing is to be read: the contract has no such body,
    /// the answer can have none, it is coded, or a false length cut it short, where what is wrong with it is
    /// the length.
    #[must_use]
    pub fn body(&self) -> Option<AnswerBody<'_>> {
        let (_, content) = self.content?;
        let media = self.media.as_ref()?;
        let surplus = &self.exchange.response.surplus;
        let is_whole = surplus.as_ref().is_none_or(bytes::Bytes::is_empty);
        if !self.may_have_body() || !is_whole || self.coding().is_some() {
            return None;
        }
        if media.is_json() {
            return Some(match self.json() {
                Ok(value) => AnswerBody::Value(value),
                Err(problem) => AnswerBody::Malformed(problem.to_string()),
            });
        }
        let body = &self.exchange.response.body;
        let root = self.contract.document.root();
        let read = self
            .other
            .get_or_init(|| read_body(root, content, media, body));
        Some(match read {
            BodyRead::Value(value) => AnswerBody::Value(value),
            BodyRead::Malformed(problem) => AnswerBody::Malformed(problem.to_string()),
            BodyRead::Unread(reason) => AnswerBody::Unread(reason),
        })
    }

    /// The body's value, if it has one.
    #[must_use]
    pub fn value(&self) -> Option<&Value> {
        match self.body()? {
            AnswerBody::Value(value) => Some(value),
            AnswerBody::Malformed(_) | AnswerBody::Unread(_) => None,
        }
    }

    /// Whether the body breaks the schema the contract has for it, or an item of it the one for items.
    #[must_use]
    pub(super) fn breaks_schema(&self) -> bool {
        let (Some((_, media)), Some(value)) = (self.content, self.value()) else {
            return false;
        };
        let breaks = |schema: &LazySchema, value| {
            let schema = schema.get();
            schema.is_some_and(|schema| !schema.is_valid(value))
        };
        let mut items = value.as_array().into_iter().flatten();
        breaks(&media.compiled, value) || items.any(|item| breaks(&media.item_compiled, item))
    }

    /// The request taken apart again by the contract.
    pub fn decoded(&self) -> Option<&Decoded> {
        self.decoded
            .get_or_init(|| {
                Decoded::of(
                    self.contract,
                    self.operation,
                    self.prefix,
                    &self.exchange.request,
                )
            })
            .as_ref()
    }

    /// The content coding the body has (RFC 9110, 8.4), which no request asked for: it isn't read.
    #[must_use]
    pub fn coding(&self) -> Option<&str> {
        let coding = self.exchange.response.headers.text("content-encoding")?;
        (!coding.trim().eq_ignore_ascii_case("identity")).then_some(coding)
    }

    /// Whether a rate limit or an overload answered in the API's place, which says nothing of it.
    #[must_use]
    pub fn is_throttled(&self) -> bool {
        let asked = self
            .expect
            .as_ref()
            .is_some_and(|e| e.status.iter().any(|s| s.covers(self.status())));
        let later = self.exchange.response.headers.contains("retry-after");
        match self.status() {
            429 => !asked,
            503 => later && !asked,
            // With this field it is a limit of the rate, also to a case that asks for another one.
            413 => later,
            _ => false,
        }
    }

    /// Why the answer says nothing of how the API takes the request: a limit or an overload answered in
    /// its place, and of what a generated request was answered a gateway that documents nothing of the
    /// kind, or a refusal of the credential.
    #[must_use]
    pub fn untellable(&self) -> Option<&'static str> {
        if self.is_throttled() {
            return Some(
                "a limit or an overload, which says nothing of the API; run again more slowly",
            );
        }
        self.grounds?;
        match self.status() {
            502..=504 if !self.is_named() => Some(
                "a gateway or an overload in the API's place, which says nothing of it; run again when it is up",
            ),
            401 if self.sends_credential() => Some(
                "the target refuses the credential, and nothing is known of how it takes the request; give one it knows with --token",
            ),
            _ => None,
        }
    }

    /// Whether the contract speaks of answers of this status by more than `default`.
    #[must_use]
    pub fn is_named(&self) -> bool {
        self.response
            .is_some_and(|(_, response)| response.status != StatusPattern::Default)
    }

    /// Whether the request carries a credential because the operation needs one.
    #[must_use]
    pub fn sends_credential(&self) -> bool {
        let needed = self.operation.security.first();
        needed.is_some_and(|requirement| !requirement.schemes.is_empty())
            && self
                .step
                .is_some_and(|step| !matches!(step.auth, Auth::None))
    }

    /// The statuses the step waits for: those its case names, or else success for what is no look
    /// at a result. A generated request waits for none in particular.
    #[must_use]
    pub fn expected_statuses(&self) -> Option<Vec<StatusPattern>> {
        let expect = self.expect.as_ref()?;
        if self.grounds.is_some() {
            return None;
        }
        if expect.status.is_empty() {
            return self.step.and_then(|step| default_statuses(step.role));
        }
        Some(expect.status.clone())
    }

    /// Whether the step sent the credential it should.
    #[must_use]
    pub fn is_authenticated(&self) -> bool {
        self.step.is_none_or(|step| match &step.auth {
            Auth::Schemes(schemes) => !schemes.keys().any(|name| step.auth.withholds(name)),
            auth => matches!(auth, Auth::Default | Auth::Identity(_)),
        })
    }
}

/// What a step waits for if its case names no status.
pub(super) fn default_statuses(role: Role) -> Option<Vec<StatusPattern>> {
    match role {
        Role::Given | Role::Control | Role::Main => Some(vec![StatusPattern::Class(2)]),
        Role::Then | Role::Teardown => None,
    }
}

/// A trace as checks see it: the answered steps, each with what the contract says of it.
pub struct TraceView<'a> {
    /// The judge, which knows contract and clauses.
    pub judge: &'a Judge<'a>,
    /// The case.
    pub case: &'a Case,
    /// The trace.
    pub trace: &'a Trace,
    /// The answered steps in order.
    pub answers: Vec<Answer<'a>>,
}

impl<'a> TraceView<'a> {
    pub(super) fn new(judge: &'a Judge<'a>, case: &'a Case, trace: &'a Trace) -> Self {
        let mut answers = Vec::new();
        // Once a write among the looks at the result went wrong itself, the state is not the one
        // that later looks are for.
        let mut derailed = false;
        for (number, record) in trace.steps.iter().enumerate() {
            let Ok(exchange) = &record.result else {
                continue;
            };
            let operations = &judge.contract().operations;
            let Some(index) = operations.iter().position(|o| o.name == record.operation) else {
                continue;
            };
            let operation = &operations[index];
            let status = exchange.response.status;
            // What another method is answered is no answer of this operation; only the refusal is
            // its business, where it documents one.
            let is_its_own = !judge.is_undocumented_method(operation, &exchange.request.method);
            let response = operation
                .response(status)
                .filter(|_| is_its_own || status == 405);
            let response = response.and_then(|found| {
                let number = operation
                    .responses
                    .iter()
                    .position(|r| std::ptr::eq(r, found))?;
                Some((number, found))
            });
            let media: Option<MediaType> = exchange
                .response
                .headers
                .text("content-type")
                .and_then(|text| text.parse().ok());
            let content = response
                .zip(media.as_ref())
                .and_then(|((_, response), media)| {
                    let found = response.media(media)?;
                    let number = response
                        .content
                        .iter()
                        .position(|m| std::ptr::eq(m, found))?;
                    Some((number, found))
                });
            let step = record.step.and_then(|number| case.steps.get(number));
            let follows = |step: &&Step| {
                step.role != Role::Then
                    || (!derailed && (!step.when.is_empty() || main_met(case, trace, record.index)))
            };
            let expect = step
                .filter(follows)
                .map(|step| expanded(&step.expect, &with_index(&trace.bindings, record.index)));
            derailed |= record.role == Role::Then
                && !operation.is_safe()
                && step.is_some_and(|step| !super::judge::status_met(step, status));
            answers.push(Answer {
                number,
                record,
                step,
                exchange,
                grounds: match case.origin {
                    Origin::Generated(grounds) if record.role == Role::Main => Some(grounds),
                    _ => None,
                },
                is_its_own,
                operation,
                clauses: judge.clauses().operation(index),
                response,
                media,
                content,
                expect,
                json: OnceCell::new(),
                other: OnceCell::new(),
                decoded: OnceCell::new(),
                scopes: Scopes::default(),
                violations: OnceCell::new(),
                is_bodiless: trace.bodiless.contains(&number),
                contract: judge.contract(),
                prefix: &trace.prefix,
            });
        }
        Self {
            judge,
            case,
            trace,
            answers,
        }
    }

    /// Whether the main request was answered as the case expects.
    pub(super) fn main_met(&self) -> bool {
        main_met(self.case, self.trace, None)
    }

    /// The answer to the control, if the case has one and it was answered.
    #[must_use]
    pub fn control(&self) -> Option<&Answer<'a>> {
        self.answers
            .iter()
            .find(|answer| answer.record.role == Role::Control)
    }
}

/// Whether the main request was answered as the case expects, without which a look at its results
/// says nothing new. A repeated look follows the main request of its own index, if that is repeated.
fn main_met(case: &Case, trace: &Trace, index: Option<usize>) -> bool {
    let Some(main) = case.steps.iter().find(|step| step.role == Role::Main) else {
        return false;
    };
    let answers = || {
        trace
            .steps
            .iter()
            .filter(|record| record.role == Role::Main)
    };
    let followed = index.filter(|index| answers().any(|record| record.index == Some(*index)));
    trace.main_status().is_some()
        && answers()
            .filter(|record| followed.is_none() || record.index == followed)
            .all(|record| {
                let answered = record.result.as_ref();
                answered
                    .is_ok_and(|exchange| super::judge::status_met(main, exchange.response.status))
            })
}

/// A step's expectations with its expressions filled in. One that can't be filled in was reported
/// when the step was to be sent.
pub(super) fn expanded(expect: &Expect, bindings: &Map<String, Value>) -> Expect {
    let value = |value: &Option<Value>| {
        value
            .as_ref()
            .and_then(|value| expand(value, bindings).ok())
    };
    Expect {
        status: expect.status.clone(),
        body: value(&expect.body),
        body_exactly: value(&expect.body_exactly),
        schema: value(&expect.schema),
        headers: expand(&Value::Object(expect.headers.clone()), bindings)
            .ok()
            .and_then(|headers| headers.as_object().cloned())
            .unwrap_or_default(),
        time: expect.time,
    }
}
