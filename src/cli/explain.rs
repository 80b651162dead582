//! `proofmark explain`.

use std::io::Write;

use super::args::ExplainArgs;
use super::exit::Exit;
use super::inputs::{self, Inputs};
use super::stop::{Stop, warn};
use crate::case::{Case, Repeat, Role, expand_text};
use crate::check::CHECKS;
use crate::clause::{Clause, ClauseId};
use crate::diag::{Diagnostic, closest};

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
    let read = inputs::read(&args.contract)?;
    warn(&read.contract.warnings);
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
