//! `proofmark waive`: accepts what a run found, and takes back what is no longer needed.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::args::WaiveArgs;
use super::exit::Exit;
use super::recorded::{Judged, Recorded};
use super::stop::Stop;
use crate::clause::{ClauseId, ClausePattern};
use crate::diag::{Diagnostic, Source};
use crate::outcome::{Finding, NoticeKind};
use crate::waiver::{Addition, EditError, Waiver, Waivers, added, pruned};

pub(super) fn run(args: &WaiveArgs, out: &mut impl Write) -> Result<Exit, Stop> {
    let patterns = patterns(&args.clauses)?;
    let path = &args.waivers;
    let name = path.display().to_string();
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => {
            let message = format!("{name} can't be read: {error}");
            return Err(Diagnostic::error("waivers", message).into());
        }
    };
    let is_there = !text.is_empty();
    let recorded = Recorded::read(&args.contract, &args.records, None)?;
    let judged = recorded.judged(is_there.then_some(path.as_path()))?;
    let not_changed = |error: EditError| {
        Diagnostic::error("waivers", format!("{name} was left as it is: {error}"))
    };
    let mut text = text;
    if args.prune {
        let source = Source::new(name.as_str(), text.as_str());
        let waivers = Waivers::read(&source)?;
        let unneeded = unneeded(&waivers, &judged);
        for waiver in &unneeded {
            writeln!(out, "removed  {}  ({})", waiver.clause, waiver.reason)?;
        }
        text = pruned(&waivers, &unneeded).map_err(not_changed)?;
    }
    let additions = match (&args.reason, &args.owner, args.expires) {
        (Some(reason), Some(owner), Some(expires)) => {
            let accepted = |finding: &Finding| {
                patterns.is_empty() || patterns.iter().any(|p| p.matches(&finding.clause))
            };
            additions(&judged, &accepted, |clause, case, found| Addition {
                clause,
                case,
                found,
                reason: reason.clone(),
                owner: owner.clone(),
                ticket: args.ticket.clone(),
                expires,
            })
        }
        // The arguments say so: none of them was given, for only what is unneeded is to go.
        _ => Vec::new(),
    };
    for addition in &additions {
        let case = addition.case.as_ref();
        let case = case.map(|case| format!("  in {case}")).unwrap_or_default();
        writeln!(out, "waived   {}{case}", addition.clause)?;
    }
    let text = match additions.as_slice() {
        [] => text,
        additions => added(&text, additions).map_err(not_changed)?,
    };
    std::fs::write(path, text).map_err(|error| {
        Diagnostic::error("waivers", format!("{name} can't be written: {error}"))
    })?;
    let left = judged
        .outcomes
        .iter()
        .flat_map(|outcome| outcome.failures());
    let left: BTreeSet<&ClauseId> = left.map(|finding| &finding.clause).collect();
    let left = left.len() - additions.len();
    writeln!(
        out,
        "{name}: {} added; {left} broken clauses are not waived",
        additions.len()
    )?;
    Ok(Exit::Conforms)
}

fn patterns(texts: &[String]) -> Result<Vec<ClausePattern>, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let mut patterns = Vec::new();
    for text in texts {
        match text.parse() {
            Ok(pattern) => patterns.push(pattern),
            Err(error) => problems.push(
                Diagnostic::error("clause", format!("--clause {text}: {error}"))
                    .help("`proofmark list clauses` lists them"),
            ),
        }
    }
    if problems.is_empty() {
        Ok(patterns)
    } else {
        Err(problems)
    }
}

/// What is no longer true: it names nothing that is there, or matched nothing though it was put to the
/// test, or its last day is over and nothing shows that it would match.
fn unneeded<'w>(waivers: &'w Waivers, judged: &Judged) -> Vec<&'w Waiver> {
    let notice = |waiver: &Waiver| {
        let place = waivers.place(waiver);
        let mut notices = judged.concluded.notices.iter();
        notices
            .find(|notice| notice.place.as_ref() == Some(&place))
            .map(|notice| notice.kind)
    };
    let matches = |waiver: &Waiver| {
        judged.outcomes.iter().any(|outcome| {
            let mut findings = outcome.findings.iter();
            findings.any(|finding| waiver.covers(&outcome.case, finding))
        })
    };
    waivers
        .iter()
        .filter(|waiver| match notice(waiver) {
            Some(NoticeKind::WaiverUnused | NoticeKind::WaiverDangling) => true,
            Some(NoticeKind::WaiverExpired) => !matches(waiver),
            _ => false,
        })
        .collect()
}

/// One waiver for each clause that is broken, limited to a case where it is broken in one only.
fn additions(
    judged: &Judged,
    accepted: &dyn Fn(&Finding) -> bool,
    addition: impl Fn(ClauseId, Option<String>, String) -> Addition,
) -> Vec<Addition> {
    let mut broken: BTreeMap<&ClauseId, Vec<(&str, &Finding)>> = BTreeMap::new();
    for outcome in &judged.outcomes {
        for finding in outcome.failures().filter(|finding| accepted(finding)) {
            let found = (outcome.case.as_str(), finding);
            broken.entry(&finding.clause).or_default().push(found);
        }
    }
    let one = |(clause, found): (&ClauseId, Vec<(&str, &Finding)>)| {
        let (case, first) = found[0];
        let only = found.iter().all(|(other, _)| *other == case);
        let cases = match found.len() {
            1 => String::new(),
            many => format!(" (and in {} more)", many - 1),
        };
        let said = format!(
            "{}: expected {}, found {}{cases}",
            first.title,
            line(&first.expected),
            line(&first.actual)
        );
        addition(clause.clone(), only.then(|| case.to_owned()), said)
    };
    broken.into_iter().map(one).collect()
}

/// A text in one short line.
fn line(text: &str) -> String {
    let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match joined.char_indices().nth(120) {
        None => joined,
        Some((at, _)) => format!("{}…", &joined[..at]),
    }
}
