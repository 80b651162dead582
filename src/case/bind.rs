//! Binds a step's keys to the contract.

use std::time::Duration;

use base64::Engine as _;
use serde_json::{Map, Value};

use super::body_file::Place;
use super::file::{AuthKey, ExpectKeys, RepeatKey, StatusKey, StepKeys};
use super::model::{
    Auth, Capture, Case, Expect, INDEX, Padding, Payload, Repeat, Role, Step, is_unique,
};
use crate::diag::{Diagnostic, Document, Pointer, Span, closest};
use crate::http::StatusPattern;
use crate::openapi::{Contract, SecurityKind};
use crate::schema::Schemas;

struct Binder<'a> {
    contract: &'a Contract,
    document: &'a Document,
    files: Place<'a>,
    /// Where the step's keys are.
    holder: Pointer,
    problems: Vec<Diagnostic>,
}

/// A step, and what is wrong with it.
pub(super) struct Bound {
    pub(super) step: Step,
    /// Whether its operation is one of the contract's.
    pub(super) is_known: bool,
    pub(super) problems: Vec<Diagnostic>,
}

pub(super) fn step(
    contract: &Contract,
    document: &Document,
    files: Place<'_>,
    role: Role,
    at: Pointer,
    keys: StepKeys,
) -> Bound {
    let mut binder = Binder {
        contract,
        document,
        files,
        holder: if role == Role::Main {
            Pointer::root()
        } else {
            at.clone()
        },
        problems: Vec::new(),
    };
    let operation = binder.operation(&keys.operation);
    binder.parameters(operation, "path", &keys.path);
    binder.parameters(operation, "pathRaw", &keys.path_raw);
    if keys.when.is_some() && role != Role::Then {
        let help = "what depends on the main request's answer stands under `then`";
        binder.problem(
            "when",
            "only a look at the result can wait for a status",
            help,
        );
    }
    let repeat = binder.repeat(keys.repeat, keys.parallel, !keys.capture.is_empty());
    let step = Step {
        role,
        operation: operation.unwrap_or_default(),
        method: keys.method,
        target: keys.target,
        path: keys.path,
        path_raw: keys.path_raw,
        query: keys.query,
        headers: keys.headers,
        cookies: keys.cookies,
        auth: keys.auth.map_or(Auth::Default, |AuthKey(value)| {
            binder.auth(operation, &value)
        }),
        payload: binder.payload([
            ("body", keys.body),
            ("bodyRaw", keys.body_raw.map(Value::from)),
            ("bodyBase64", keys.body_base64.map(Value::from)),
            ("bodyFile", keys.body_file.map(Value::from)),
        ]),
        padding: keys
            .body_length
            .and_then(|length| match (length.over, length.exactly) {
                (Some(over), None) => Some(Padding::Over(over)),
                (None, Some(exactly)) => Some(Padding::Exactly(exactly)),
                _ => {
                    binder.problem(
                        "bodyLength",
                        "`bodyLength` holds one of `over` and `exactly`",
                        "keep one of them",
                    );
                    None
                }
            }),
        wire: keys.wire,
        repeat,
        parallel: keys.parallel,
        when: keys
            .when
            .map(|when| binder.statuses(&["when", "status"], &when.status))
            .unwrap_or_default(),
        expect: binder.expect(keys.expect),
        clause: keys.clause,
        capture: keys
            .capture
            .into_iter()
            .filter_map(|(name, from)| Some((name.clone(), binder.capture(&name, &from)?)))
            .collect(),
        at,
    };
    Bound {
        step,
        is_known: operation.is_some(),
        problems: binder.problems,
    }
}

impl Binder<'_> {
    fn problem(&mut self, key: &str, message: impl Into<String>, help: impl Into<String>) {
        let at = key
            .split('/')
            .fold(self.holder.clone(), |at, token| at.child(token));
        self.problem_at(&at, message.into(), help.into());
    }

    fn problem_at(&mut self, at: &Pointer, message: String, help: String) {
        self.problem_in(self.document.span(at), message, help);
    }

    /// A problem with a key and not with its value.
    fn problem_of_key(&mut self, at: &Pointer, message: String, help: String) {
        self.problem_in(self.document.key_span(at), message, help);
    }

    fn problem_in(&mut self, span: Span, message: String, help: String) {
        let problem = Diagnostic::error("case-value", message)
            .at(self.document.source(), span, "")
            .help(help);
        self.problems.push(problem);
    }

    fn operation(&mut self, name: &str) -> Option<usize> {
        let operations = &self.contract.operations;
        let found = operations
            .iter()
            .position(|operation| operation.name == name);
        if found.is_none() {
            let names = operations.iter().map(|operation| operation.name.as_str());
            let help = match closest(name, names.clone()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!(
                    "the contract's operations are {}",
                    names.collect::<Vec<_>>().join(", ")
                ),
            };
            self.problem(
                "operation",
                format!("the contract has no operation `{name}`"),
                help,
            );
        }
        found
    }

    fn parameters(&mut self, operation: Option<usize>, key: &str, values: &Map<String, Value>) {
        let Some(operation) = operation.map(|number| &self.contract.operations[number]) else {
            return;
        };
        let known: Vec<&str> = operation.path.parameters().collect();
        for name in values.keys().filter(|name| !known.contains(&name.as_str())) {
            let help = match closest(name, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the path is {}", operation.path),
            };
            let at = self.holder.child(key).child(name);
            let message = format!("`{}` has no path parameter `{name}`", operation.name);
            self.problem_of_key(&at, message, help);
        }
    }

    fn auth(&mut self, operation: Option<usize>, value: &Value) -> Auth {
        let members = match value {
            Value::Object(members) if members.len() > 1 || !members.contains_key("value") => {
                members
            }
            one => return credential(one),
        };
        let auths = members
            .iter()
            .map(|(scheme, value)| (scheme.clone(), credential(value)));
        let auth = Auth::Schemes(auths.collect());
        let Some(operation) = operation.map(|number| &self.contract.operations[number]) else {
            return auth;
        };
        let asked = || {
            operation
                .security
                .iter()
                .flat_map(|requirement| &requirement.schemes)
        };
        let mut is_known = true;
        for scheme in auth.schemes() {
            let at = &self.holder.child("auth").child(scheme);
            let mut asked_for = asked();
            if !asked_for.any(|known| known == scheme) {
                is_known = false;
                let names = asked().map(String::as_str);
                let help = match closest(scheme, names.clone()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None if asked().next().is_none() => "it asks for none at all".to_owned(),
                    None => format!("it asks for {}", names.collect::<Vec<_>>().join(", ")),
                };
                let message = format!(
                    "`{}` asks for no security scheme `{scheme}`",
                    operation.name
                );
                self.problem_of_key(at, message, help);
            }
            let known = self.contract.security_scheme(scheme);
            if known.is_some_and(|known| known.kind == SecurityKind::MutualTls)
                && *auth.of(scheme) != Auth::None
            {
                let message = format!("`{scheme}` is a certificate, of which there is one or none");
                self.problem_at(at, message, "leave it out with `none`".to_owned());
            }
        }
        let mut alternatives = operation.security.iter();
        let together = alternatives.any(|requirement| {
            let mut named = auth.schemes();
            named.all(|scheme| requirement.schemes.iter().any(|known| known == scheme))
        });
        if is_known && !together {
            let help = "name schemes that one alternative of its security has together";
            let message = format!(
                "`{}` asks for these schemes in different alternatives",
                operation.name
            );
            self.problem("auth", message, help);
        }
        auth
    }

    fn repeat(&mut self, key: Option<RepeatKey>, parallel: bool, captures: bool) -> Repeat {
        let Some(RepeatKey(value)) = key else {
            if parallel {
                let help = "say how many requests there are with `repeat`";
                self.problem("parallel", "one request is parallel to nothing", help);
            }
            return Repeat::Once;
        };
        if captures {
            let help = "capture in a step of its own";
            self.problem("capture", "a step that is repeated captures nothing", help);
        }
        match value {
            Value::String(text) => Repeat::Expression(text),
            value => Repeat::Times(
                value
                    .as_u64()
                    .and_then(|times| usize::try_from(times).ok())
                    .unwrap_or_default(),
            ),
        }
    }

    /// The one body of those that may be given under these keys.
    fn payload(&mut self, bodies: [(&str, Option<Value>); 4]) -> Payload {
        let mut given = bodies
            .into_iter()
            .filter_map(|(key, body)| Some((key, body?)));
        let Some((key, body)) = given.next() else {
            return Payload::None;
        };
        if let Some((second, _)) = given.next() {
            let message = format!("a step has one body, and this one has `{key}` and `{second}`");
            let at = self.holder.child(second);
            self.problem_of_key(&at, message, "keep one of them".to_owned());
            return Payload::None;
        }
        let text = match body {
            value if key == "body" => return Payload::Value(value),
            Value::String(text) => text,
            other => other.to_string(),
        };
        match key {
            "bodyBase64" => match base64::engine::general_purpose::STANDARD.decode(text) {
                Ok(bytes) => Payload::Bytes(bytes.into()),
                Err(error) => {
                    let message = format!("this is no base64: {error}");
                    self.problem(key, message, "encode the bytes again");
                    Payload::None
                }
            },
            "bodyFile" => match self.files.read(&text) {
                Ok(bytes) => Payload::Bytes(bytes),
                Err((message, help)) => {
                    self.problem(key, message, help);
                    Payload::None
                }
            },
            _ => Payload::Raw(text),
        }
    }

    fn statuses(&mut self, at: &[&str], key: &StatusKey) -> Vec<StatusPattern> {
        let at = at
            .iter()
            .fold(self.holder.clone(), |at, token| at.child(token));
        let list = match &key.0 {
            Value::Array(list) => {
                let elements = list.iter().enumerate();
                elements
                    .map(|(number, one)| (at.child(number), one))
                    .collect()
            }
            one => vec![(at, one)],
        };
        let mut patterns = Vec::new();
        for (at, status) in list {
            let text = status
                .as_str()
                .map_or_else(|| status.to_string(), str::to_owned);
            match text.parse() {
                // RFC 9110, 15: codes beyond 599 are none.
                Ok(StatusPattern::Default | StatusPattern::Exact(600..)) | Err(()) => {
                    let help = "use a code such as 200 or a class such as 2XX".to_owned();
                    self.problem_at(&at, format!("{status} is not a status"), help);
                }
                Ok(pattern) => patterns.push(pattern),
            }
        }
        patterns
    }

    fn expect(&mut self, keys: ExpectKeys) -> Expect {
        if let Some(schema) = &keys.schema {
            let compiled = Schemas::new(std::sync::Arc::new(schema.clone())).get(&Pointer::root());
            if let Err(error) = compiled {
                let help = "it is read as JSON Schema 2020-12";
                self.problem("expect/schema", format!("this is no schema: {error}"), help);
            }
        }
        Expect {
            status: keys
                .status
                .map(|status| self.statuses(&["expect", "status"], &status))
                .unwrap_or_default(),
            body: keys.body,
            body_exactly: keys.body_exactly,
            schema: keys.schema,
            headers: keys.headers,
            time: keys.time.and_then(|text| {
                let time = duration(&text);
                if time.is_none() {
                    let message = format!("`{text}` is no time");
                    self.problem("expect/time", message, "write it as 500ms or 2s");
                }
                time
            }),
        }
    }

    fn capture(&mut self, name: &str, from: &str) -> Option<Capture> {
        if let Some(header) = from.strip_prefix("header ") {
            return Some(Capture::Header(header.trim().to_ascii_lowercase()));
        }
        if from.is_empty() || from.starts_with('/') {
            return Some(Capture::Body(Pointer::from_text(from)));
        }
        let help = "use a JSON pointer such as /meta/label, or `header NAME`";
        self.problem(
            &format!("capture/{name}"),
            format!("`{from}` is neither a JSON pointer nor a header"),
            help,
        );
        None
    }
}

/// A number of seconds or milliseconds above zero.
fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = match text.strip_suffix("ms") {
        Some(number) => (number, 1000.0),
        None => (text.strip_suffix('s')?, 1.0),
    };
    let seconds = number.trim_end().parse::<f64>().ok()? / unit;
    Duration::try_from_secs_f64(seconds)
        .ok()
        .filter(|time| !time.is_zero())
}

/// One credential, as its key has it.
fn credential(value: &Value) -> Auth {
    match value.as_str() {
        Some("default") => Auth::Default,
        Some("none") => Auth::None,
        Some(name) => Auth::Identity(name.to_owned()),
        None => {
            let value = value.get("value").and_then(Value::as_str);
            Auth::Value(value.unwrap_or_default().to_owned())
        }
    }
}

/// Names in a case's expressions that nothing can give a value: not a fixture of the contract, not
/// declared under `needs`, not captured by an earlier step.
///
/// `unread` are texts in what could not be read of the case: a name among them may have been given there.
pub(super) fn names(contract: &Contract, case: &Case, unread: &[String]) -> Vec<Diagnostic> {
    let examples = contract
        .operations
        .iter()
        .flat_map(|o| &o.parameters)
        .flat_map(|p| &p.examples);
    let fixtures: Vec<&str> = examples.map(|example| example.name.as_str()).collect();
    let mut captured: Vec<&str> = Vec::new();
    let mut problems = Vec::new();
    for step in &case.steps {
        for name in step.names() {
            let known = is_unique(&name)
                || case.row.contains_key(&name)
                || captured.contains(&name.as_str())
                || case.needs.contains(&name)
                || fixtures.contains(&name.as_str())
                || unread.contains(&name);
            if !known {
                let help = match closest(&name, fixtures.iter().copied().chain(["unique"])) {
                    Some(near) => format!("did you mean `${{{near}}}`?"),
                    None => {
                        format!("a value of the target's own is declared so: `needs: [{name}]`")
                    }
                };
                problems.push(
                    Diagnostic::error(
                        "unknown-variable",
                        format!("nothing gives `${{{name}}}` a value"),
                    )
                    .at(case.document.source(), place_of(case, &name), "")
                    .help(help),
                );
            }
        }
        for name in step.capture.keys() {
            let mut operations = contract.operations.iter();
            let is_parameter =
                operations.any(|operation| operation.path.parameters().any(|known| known == name));
            let taken = is_unique(name)
                || name == INDEX
                || captured.contains(&name.as_str())
                || case.row.contains_key(name)
                || case.needs.contains(name)
                || fixtures.contains(&name.as_str())
                || is_parameter;
            if taken {
                let at = case.key_of(step, "capture").child(name);
                let what = if is_parameter {
                    format!(
                        "`{name}` is a path parameter, which has a value of the target's already"
                    )
                } else {
                    format!("`{name}` has a value already")
                };
                problems.push(
                    Diagnostic::error("capture", what)
                        .at(case.document.source(), case.document.key_span(&at), "")
                        .help("capture under a name of its own"),
                );
            }
            captured.push(name);
        }
    }
    problems
}

/// Where an expression first stands in the text, or where the file is named that it stands in.
fn place_of(case: &Case, name: &str) -> Span {
    let expression = format!("${{{name}}}");
    let text = case.document.source().text();
    let found = text
        .find(&expression)
        .map(|start| (start, expression.len()));
    let in_file = || Some((text.find("bodyFile")?, "bodyFile".len()));
    let (start, length) = found.or_else(in_file).unwrap_or_default();
    Span::new(start, start + length)
}
