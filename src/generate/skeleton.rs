//! The files that a person goes on from: a profile of the target, and a case file for each operation
//! and documented status.
//!
//! ```yaml
//! # getPet: GET /pets/{petId} (shop.yaml:23:5)
//! description: getPet is answered 200.
//! requirement: A pet
//! # fill in: petId, of something that is on the target, in proofmark.toml or by --var petId=…
//! needs: [petId]
//! operation: getPet
//! expect: { status: 200 }
//! ```
//!
//! A case says what is known: the request that keeps the contract, and the status it is named after.
//! What isn't known is marked, and the case needs a variable that nobody has until then, so that it is
//! skipped and says so.

use std::fmt::Write as _;

use serde_json::Value;

use super::names::names;
use super::operation::{Request, request};
use super::target_file::profile;
use super::yaml::{below, line, text};
use crate::case::Payload;
use crate::http::StatusPattern;
use crate::openapi::{Contract, Location, Operation, ResponseObject};
use crate::profile::Profile;

/// The variable that cases need which aren't filled in yet.
pub const FILL_IN: &str = "fill_in";

/// A file to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its path below the folder, with `/`.
    pub path: String,
    /// What is in it.
    pub text: String,
}

/// The files that a person goes on from.
#[derive(Clone, Debug, Default)]
pub struct Skeleton {
    /// The profile first, then the cases in the contract's order.
    pub files: Vec<File>,
    /// How many of the cases wait for something that is marked in them.
    pub waiting: usize,
}

/// The files that a person goes on from.
#[must_use]
pub fn skeleton(contract: &Contract) -> Skeleton {
    let mut skeleton = Skeleton::default();
    skeleton.files.push(File {
        path: "proofmark.toml".to_owned(),
        text: profile(contract),
    });
    for (number, name) in names(contract).into_iter().enumerate() {
        let operation = &contract.operations[number];
        let made = request(contract, number, &Profile::default(), &mut Vec::new());
        let success = operation
            .responses
            .iter()
            .map(|r| r.status)
            .find(|s| is_success(*s));
        for response in &operation.responses {
            let draft = Draft {
                contract,
                operation,
                made: made.as_ref(),
                response,
                is_success: success.is_none_or(|success| success == response.status)
                    && (is_success(response.status) || response.status == StatusPattern::Default),
            };
            let (text, waits) = draft.text();
            skeleton.waiting += usize::from(waits);
            skeleton.files.push(File {
                path: format!("cases/{name}/{}.yaml", response.status),
                text,
            });
        }
    }
    skeleton
}

fn is_success(status: StatusPattern) -> bool {
    match status {
        StatusPattern::Exact(code) => (200..300).contains(&code),
        StatusPattern::Class(class) => class == 2,
        StatusPattern::Default => false,
    }
}

/// One case file.
struct Draft<'a> {
    contract: &'a Contract,
    operation: &'a Operation,
    made: Result<&'a Request, &'a (String, String)>,
    response: &'a ResponseObject,
    /// Whether the request as it stands should be answered so.
    is_success: bool,
}

impl Draft<'_> {
    /// The file's text, and whether it waits for a person.
    fn text(&self) -> (String, bool) {
        let operation = self.operation;
        let mut marks: Vec<String> = Vec::new();
        // What isn't there has no variable: its id is filled in here.
        let absent = matches!(self.status_code(), Some(404 | 410)) && !self.is_success;
        // What is deleted is the case's own, or the others that need it would miss it.
        let is_spent = operation.method == "DELETE" && self.is_success;
        let own = operation.path.parameters().last();
        let absent = own.filter(|_| absent || is_spent);
        let names = operation.path.parameters();
        let mut needs: Vec<String> = names
            .filter(|name| !self.is_fixture(name) && Some(*name) != absent)
            .map(str::to_owned)
            .collect();
        for name in &needs {
            marks.push(format!(
                "{name}, of something that is on the target, in proofmark.toml or by --var {name}=…"
            ));
        }
        let anonymous = self.status_code() == Some(401) && self.needs_credential();
        if let Some(mark) = self.unknown(anonymous) {
            marks.push(format!("{mark}; then take `{FILL_IN}` out of `needs`"));
            needs.push(FILL_IN.to_owned());
        }
        let waits = !needs.is_empty();
        let place = self.contract.place(&operation.at);
        let request = format!("{} {}", operation.method, operation.path);
        let title = match operation.name.as_str() {
            name if name == request => String::new(),
            name => format!("{}: ", line(name)),
        };
        let mut file = format!("# {title}{request} ({place})\n");
        let said = format!("{} is answered {}.", operation.name, self.response.status);
        let _ = writeln!(file, "description: {}", text(&line(&said)));
        let _ = writeln!(file, "requirement: {}", text(&self.requirement()));
        for mark in marks {
            let _ = writeln!(file, "# fill in: {}", line(&mark));
        }
        if waits {
            let needs: Vec<String> = needs.iter().map(|name| text(name)).collect();
            let _ = writeln!(file, "needs: [{}]", needs.join(", "));
        }
        let _ = writeln!(file, "operation: {}", text(&operation.name));
        self.request(&mut file);
        if anonymous {
            file.push_str("auth: none\n");
            if operation.is_safe() {
                file.push_str("control: { auth: default, expect: { status: 2XX } }\n");
            }
        }
        let status = match self.response.status {
            StatusPattern::Default if self.is_success => "2XX".to_owned(),
            StatusPattern::Default => "4XX".to_owned(),
            status => status.to_string(),
        };
        let _ = writeln!(file, "expect: {{ status: {status} }}");
        (file, waits)
    }

    /// Whether the contract's own examples give a path parameter's value to every target.
    fn is_fixture(&self, name: &str) -> bool {
        let mut parameters = self.operation.parameters.iter();
        let parameter = parameters.find(|p| p.location == Location::Path && p.name == name);
        parameter.is_some_and(|parameter| {
            let mut examples = parameter.examples.iter();
            examples.any(|example| example.name == "example" || example.name == name)
        })
    }

    fn requirement(&self) -> String {
        let said = self.response.description.lines().map(str::trim);
        let said = said.into_iter().find(|line| !line.is_empty()).map(line);
        said.unwrap_or_else(|| format!("the contract documents {}", self.response.status))
    }

    fn status_code(&self) -> Option<u16> {
        match self.response.status {
            StatusPattern::Exact(code) => Some(code),
            _ => None,
        }
    }

    fn needs_credential(&self) -> bool {
        let first = self.operation.security.first();
        first.is_some_and(|requirement| !requirement.schemes.is_empty())
    }

    /// What nobody can know who has but the contract, if the case holds any of it.
    fn unknown(&self, anonymous: bool) -> Option<String> {
        let request = match &self.made {
            Ok(request) => request,
            Err((reason, help)) => return Some(format!("the request ({reason}; {help})")),
        };
        if anonymous {
            return None;
        }
        let own = self.operation.path.parameters().last();
        if self.is_success
            && self.operation.method == "DELETE"
            && let Some(name) = own
        {
            return Some(format!(
                "what is deleted, made under `given`, and its {name} under `path`, since other cases need what is on the target"
            ));
        }
        if self.is_success {
            let invented = request
                .values
                .iter()
                .filter(|chosen| chosen.is_invented && !chosen.name.starts_with("path "));
            let names: Vec<&str> = invented.map(|chosen| chosen.name.as_str()).collect();
            return (!names.is_empty()).then(|| {
                format!(
                    "values your server takes; made up to fit their schemas: {}",
                    names.join(", ")
                )
            });
        }
        Some(match self.status_code() {
            Some(400 | 422) => "what is wrong with the request".to_owned(),
            Some(401) => "a credential that is no good, as `auth: { value: … }`".to_owned(),
            Some(403) => {
                "an identity that may not, as `auth: NAME`, with its token in proofmark.toml"
                    .to_owned()
            }
            Some(404 | 410) => "the id of something that isn't there, under `path`".to_owned(),
            Some(409 | 412 | 428) => {
                "the state that is conflicted with, set up under `given`".to_owned()
            }
            Some(415) => "another media type, as `headers: { content-type: … }`".to_owned(),
            Some(500..=599) => {
                "how it is brought about; if it can't be asked for, delete this file".to_owned()
            }
            _ => "the request that is answered so".to_owned(),
        })
    }

    fn request(&self, file: &mut String) {
        let Ok(request) = &self.made else {
            return;
        };
        for (key, map) in [
            ("query", &request.step.query),
            ("headers", &request.step.headers),
            ("cookies", &request.step.cookies),
        ] {
            if !map.is_empty() {
                let _ = write!(file, "{key}:{}", below(&Value::Object(map.clone()), 0));
            }
        }
        match &request.step.payload {
            Payload::Value(value) => {
                let _ = write!(file, "body:{}", below(value, 0));
            }
            Payload::Raw(raw) => {
                let _ = write!(file, "bodyRaw:{}", below(&Value::from(raw.as_str()), 0));
            }
            Payload::None | Payload::Bytes(_) => {}
        }
    }
}
