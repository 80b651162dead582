//! `proofmark explain`.

use std::io::Write;

use serde_json::{Map, Value};

use super::args::ExplainArgs;
use super::exit::Exit;
use super::inputs::{self, Inputs};
use super::stop::{Stop, warn};
use super::{generated, settings};
use crate::case::{Case, Origin, Payload, Repeat, Role, expand, expand_text};
use crate::check::CHECKS;
use crate::clause::{Clause, ClauseId};
use crate::codec::{encode_cookies, encode_header, encode_path, encode_query};
use crate::diag::{Diagnostic, closest};
use crate::generate::{FirstRequest, Source};

pub(super) fn run(args: &ExplainArgs, out: &mut impl Write) -> Result<Exit, Stop> {
    if let Some(check) = CHECKS.iter().find(|check| check.rule().id == args.id) {
        let rule = check.rule();
        writeln!(out, "check {}: {}\n", rule.id, rule.title)?;
        writeln!(
            out,
            "{} ({}, {})\n{}",
            rule.requirement,
            rule.level.as_str(),
            rule.area.as_str(),
            rule.reference
        )?;
        return Ok(Exit::Conforms);
    }
    let mut read = inputs::read(&args.contract)?;
    warn(&read.contract.warnings);
    let profile = settings::variables(&args.variables)?;
    let generation = generated::add(&mut read, &args.contract, &args.generated, &profile);
    let mut requests = generation.requests.iter();
    let is_generated = |case: &Case| matches!(case.origin, Origin::Generated(_));
    let generated = read
        .cases
        .iter()
        .any(|case| case.id.as_str() == args.id && is_generated(case));
    if let Some(request) = requests.find(|r| generated && r.case.id.as_str() == args.id) {
        explain_generated(request, &read, &profile.variables, out)?;
        return Ok(Exit::Conforms);
    }
    let mut uncallable = generation.uncallable.iter();
    if let Some(none) = uncallable.find(|none| none.operation == args.id) {
        writeln!(
            out,
            "{} can't be called: {}\n{}",
            none.operation, none.reason, none.help
        )?;
        return Ok(Exit::Conforms);
    }
    if let Some(case) = read.cases.iter().find(|case| case.id.as_str() == args.id) {
        explain_case(case, &read, out)?;
        return Ok(Exit::Conforms);
    }
    let index = args
        .id
        .parse::<ClauseId>()
        .ok()
        .and_then(|id| read.clauses.find(&id));
    if let Some(index) = index {
        explain_clause(read.clauses.get(index), &read, out)?;
        return Ok(Exit::Conforms);
    }
    let clauses: Vec<String> = read
        .clauses
        .iter()
        .map(|clause| clause.id.to_string())
        .collect();
    let known = CHECKS.iter().map(|check| check.rule().id);
    let known = known
        .chain(read.cases.iter().map(|case| case.id.as_str()))
        .chain(clauses.iter().map(String::as_str));
    let help = match closest(&args.id, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`proofmark list cases`, `list clauses` and `list checks` name them all".to_owned(),
    };
    Err(Diagnostic::error(
        "unknown-id",
        format!("`{}` is no clause, case or check", args.id),
    )
    .help(help)
    .into())
}

fn explain_clause(clause: &Clause, read: &Inputs, out: &mut impl Write) -> std::io::Result<()> {
    writeln!(out, "clause {}\n", clause.id)?;
    writeln!(
        out,
        "{} ({}, {} side)",
        clause.requirement,
        clause.level.as_str(),
        clause.side.as_str()
    )?;
    writeln!(out, "demanded by {}", read.contract.place(&clause.at))?;
    let name = clause.id.within_operation();
    let cases: Vec<&Case> = read
        .cases
        .iter()
        .filter(|case| {
            let main = case.steps.iter().find(|step| step.role == Role::Main);
            let same = main.is_some_and(|main| {
                read.contract.operations[main.operation].name == clause.id.subject
            });
            same && case
                .steps
                .iter()
                .any(|step| step.clause.as_deref() == Some(&name))
        })
        .collect();
    if !cases.is_empty() {
        writeln!(out, "\ncases that speak for it:")?;
        for case in cases {
            writeln!(out, "  {}  {}", case.id, case.description)?;
        }
    }
    Ok(())
}

/// The request as it would be sent, but for what every request has, and where its values come from.
fn explain_generated(
    request: &FirstRequest,
    read: &Inputs,
    variables: &Map<String, Value>,
    out: &mut impl Write,
) -> std::io::Result<()> {
    let case = &request.case;
    let Some(step) = case.steps.first() else {
        return Ok(());
    };
    let operation = &read.contract.operations[step.operation];
    let filled = |map: &Map<String, Value>| {
        let value = expand(&Value::Object(map.clone()), variables).ok();
        value
            .and_then(|value| value.as_object().cloned())
            .unwrap_or_default()
    };
    let mut path = variables.clone();
    path.extend(filled(&step.path));
    let path = encode_path(operation, &path, &Map::new()).unwrap_or_else(|error| error.to_string());
    let query = encode_query(&read.contract, operation, &filled(&step.query))
        .unwrap_or_else(|error| error.to_string());
    writeln!(
        out,
        "case {} (generated from {})\n",
        case.id,
        case.place(Some(step))
    )?;
    writeln!(out, "{}\nexpects: {}\n", case.description, case.requirement)?;
    writeln!(out, "  {} {path}{query}", operation.method)?;
    for (name, value) in &filled(&step.headers) {
        writeln!(out, "  {name}: {}", encode_header(operation, name, value))?;
    }
    let cookies = encode_cookies(operation, &filled(&step.cookies)).unwrap_or_default();
    if !cookies.is_empty() {
        writeln!(out, "  cookie: {cookies}")?;
    }
    let body = match &step.payload {
        Payload::Value(value) => expand(value, variables)
            .ok()
            .and_then(|value| serde_json::to_string_pretty(&value).ok()),
        Payload::Raw(text) => expand_text(text, variables).ok(),
        Payload::None | Payload::Bytes(_) => None,
    };
    if let Some(body) = body {
        writeln!(out, "\n  {}", body.replace('\n', "\n  "))?;
    }
    if !request.values.is_empty() {
        writeln!(out, "\nwhere its values come from:")?;
    }
    for chosen in &request.values {
        let parts = if chosen.is_invented && !matches!(chosen.source, Source::Schema(_)) {
            " (parts of it made up)"
        } else {
            ""
        };
        writeln!(
            out,
            "  {:<28} {}{parts}",
            chosen.name,
            chosen.source.describe(&read.contract)
        )?;
    }
    Ok(())
}

fn explain_case(case: &Case, read: &Inputs, out: &mut impl Write) -> std::io::Result<()> {
    writeln!(out, "case {} ({})\n", case.id, case.level.as_str())?;
    writeln!(
        out,
        "{}\nrests on: {}\nfile: {}\n",
        case.description,
        case.requirement,
        case.document.source().name()
    )?;
    if !case.row.is_empty() {
        let values: Vec<String> = case
            .row
            .iter()
            .map(|(name, value)| format!("{name} = {value}"))
            .collect();
        writeln!(out, "  with     {}", values.join(", "))?;
    }
    for step in &case.steps {
        let operation = &read.contract.operations[step.operation];
        let role = match step.role {
            Role::Given => "given  ",
            Role::Main => "request",
            Role::Then => "then   ",
            Role::Control => "control",
            Role::Teardown => "teardown",
        };
        let expected: Vec<String> = step.expect.status.iter().map(ToString::to_string).collect();
        let expected = if expected.is_empty() {
            "as documented".to_owned()
        } else {
            expected.join(" or ")
        };
        let clause = step
            .clause
            .as_ref()
            .map(|clause| format!("  speaks for {clause}"))
            .unwrap_or_default();
        let method = match &step.method {
            Some(method) => expand_text(method, &case.row).unwrap_or_else(|_| method.clone()),
            None => operation.method.clone(),
        };
        let times = match &step.repeat {
            Repeat::Once => String::new(),
            Repeat::Times(times) => format!("  {times} times"),
            Repeat::Expression(text) => format!("  {text} times"),
        };
        let parallel = if step.parallel { ", side by side" } else { "" };
        writeln!(
            out,
            "  {role}  {method} {} → {expected}{times}{parallel}{clause}",
            operation.path
        )?;
    }
    Ok(())
}
