//! `proofmark explain`.

use std::io::{self, Write};
use std::path::Path;

use serde_json::{Map, Value};

use super::args::ExplainArgs;
use super::exit::Exit;
use super::inputs::{self, Inputs};
use super::stop::{Stop, warn};
use super::{generated, settings};
use crate::case::{Case, CaseId, Origin, Payload, Repeat, Role, expand, expand_text};
use crate::check::{CHECKS, Judge};
use crate::clause::{Clause, ClauseId, ClauseIndex, Side};
use crate::codec::{encode_cookies, encode_header, encode_path, encode_query};
use crate::diag::{Diagnostic, closest};
use crate::evidence::read_records;
use crate::generate::{FirstRequest, Source};
use crate::http::StatusPattern;
use crate::outcome::{CaseOutcome, ClauseVerdict, Ledger, reason};

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
        explain_clause(index, &read, args.record.as_deref(), out)?;
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

fn explain_clause(
    index: ClauseIndex,
    read: &Inputs,
    record: Option<&Path>,
    out: &mut impl Write,
) -> Result<(), Stop> {
    let clause = read.clauses.get(index);
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
    let of_main = |case: &&Case| {
        let main = case.steps.iter().find(|step| step.role == Role::Main);
        main.is_some_and(|main| read.contract.operations[main.operation].name == clause.id.subject)
    };
    let speaks = |case: &&Case| {
        let mut steps = case.steps.iter();
        of_main(case) && steps.any(|step| step.clause.as_deref() == Some(&name))
    };
    let may_reach = |case: &&Case| !speaks(case) && may_reach(case, clause, read);
    list_cases(
        out,
        "cases that speak for it:",
        read.cases.iter().filter(speaks),
    )?;
    if clause.side == Side::Response {
        let cases = read.cases.iter().filter(may_reach);
        list_cases(out, "cases whose answers may put it to the test:", cases)?;
    }
    let Some(record) = record else { return Ok(()) };
    explain_record(index, read, record, out)
}

fn list_cases<'c>(
    out: &mut impl Write,
    title: &str,
    cases: impl Iterator<Item = &'c Case>,
) -> io::Result<()> {
    let mut cases = cases.peekable();
    if cases.peek().is_some() {
        writeln!(out, "\n{title}")?;
    }
    for case in cases {
        writeln!(out, "  {}  {}", case.id, case.description)?;
    }
    Ok(())
}

/// Whether one of the case's steps asks the clause's operation for an answer that the clause speaks of.
fn may_reach(case: &Case, clause: &Clause, read: &Inputs) -> bool {
    let status = clause.id.place.first();
    let status = status.and_then(|status| status.parse::<StatusPattern>().ok());
    case.steps.iter().any(|step| {
        let operation = &read.contract.operations[step.operation];
        let is_its =
            operation.name == clause.id.subject || operation.path.to_string() == clause.id.subject;
        let expected = &step.expect.status;
        let fits = |status: StatusPattern| match status {
            StatusPattern::Exact(code) => expected.iter().any(|one| one.covers(code)),
            other => {
                expected.contains(&other)
                    || expected.iter().any(|one| match one {
                        StatusPattern::Exact(code) => other.covers(*code),
                        _ => false,
                    })
            }
        };
        is_its && (expected.is_empty() || status.is_none_or(fits))
    })
}

/// What became of a clause in a recorded run.
fn explain_record(
    index: ClauseIndex,
    read: &Inputs,
    record: &Path,
    out: &mut impl Write,
) -> Result<(), Stop> {
    let clause = read.clauses.get(index);
    let traces = read_records(&[record.to_owned()])?.traces;
    let judge = Judge::new(&read.contract, &read.clauses);
    let trace_of = |case: &CaseId| traces.iter().find(|trace| trace.case == *case);
    let judged = read.cases.iter();
    let judged = judged.filter_map(|case| Some(judge.case(case, trace_of(&case.id)?)));
    let outcomes: Vec<CaseOutcome> = judged.collect();
    let mut ledger = Ledger::default();
    for outcome in &outcomes {
        ledger.add(outcome);
    }
    let mut records = ledger.records(&read.clauses);
    let Some(found) = records.find(|found| found.clause.id == clause.id) else {
        return Ok(());
    };
    writeln!(out, "\nin {}: {}", record.display(), found.verdict.as_str())?;
    match &found.verdict {
        ClauseVerdict::Held(witness)
        | ClauseVerdict::Broken(witness)
        | ClauseVerdict::Waived(witness) => {
            let step = trace_of(&witness.case).and_then(|trace| trace.steps.get(witness.exchange));
            let exchange = step.and_then(|step| step.result.as_ref().ok());
            writeln!(out, "  {} (exchange {})", witness.case, witness.exchange)?;
            if let Some(exchange) = exchange {
                let line = format!(
                    "{} {} → {}",
                    exchange.request.method,
                    exchange.request.shown_target(),
                    exchange.response.status
                );
                writeln!(out, "  {}", exchange.masked(&line))?;
            }
        }
        ClauseVerdict::Vacuous | ClauseVerdict::Untested => {
            let is_vacuous = found.verdict == ClauseVerdict::Vacuous;
            let outcomes: Vec<&CaseOutcome> = outcomes.iter().collect();
            let why = reason(&read.contract, clause, is_vacuous, &read.cases, &outcomes);
            writeln!(out, "  {why}\n  {}", why.help())?;
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
