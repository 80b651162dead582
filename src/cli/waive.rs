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
use crate::run::Required;
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
    let judged = recorded.judged(is_there.then_some(path.as_path()), Required::default())?;
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
        writeln!(out, "waived   {}  in {}", addition.clause, addition.case)?;
    }
    let text = match additions.as_slice() {
        [] => text,
        additions => added(&text, additions).map_err(not_changed)?,
    };
    std::fs::write(path, text).map_err(|error| {
        Diagnostic::error("waivers", format!("{name} can't be written: {error}"))
    })?;
    let found = judged
        .outcomes
        .iter()
        .flat_map(|outcome| outcome.failures());
    let clauses: BTreeSet<&ClauseId> = found.map(|finding| &finding.clause).collect();
    let waived: BTreeSet<&ClauseId> = additions.iter().map(|added| &added.clause).collect();
    let left = clauses.difference(&waived).count();
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

/// One waiver for each clause that is broken and each case in which it is; the rows of a case's table are
/// one. A wider one would accept what nobody has looked at.
fn additions(
    judged: &Judged,
    accepted: &dyn Fn(&Finding) -> bool,
    addition: impl Fn(ClauseId, String, String) -> Addition,
) -> Vec<Addition> {
    let mut broken: BTreeMap<(&ClauseId, String), Vec<(&str, &Finding)>> = BTreeMap::new();
    for outcome in &judged.outcomes {
        let case = outcome.case.as_str();
        for finding in outcome.failures().filter(|finding| accepted(finding)) {
            let key = (&finding.clause, file_of(case));
            broken.entry(key).or_default().push((case, finding));
        }
    }
    let one = |((clause, file), found): ((&ClauseId, String), Vec<(&str, &Finding)>)| {
        let (case, first) = found[0];
        let case = match found.as_slice() {
            [_] => case.to_owned(),
            _ => format!("{file}/*"),
        };
        let said = format!(
            "{}: expected {}, found {}",
            first.title,
            line(&first.expected),
            line(&first.actual)
        );
        addition(clause.clone(), case, said)
    };
    broken.into_iter().map(one).collect()
}

/// The id of the case file that a case, or a row of its table, stands in.
fn file_of(case: &str) -> String {
    let segments: Vec<&str> = case.split('/').take(2).collect();
    segments.join("/")
}

/// A text in one short line.
fn line(text: &str) -> String {
    let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match joined.char_indices().nth(120) {
        None => joined,
        Some((at, _)) => format!("{}…", &joined[..at]),
    }
}
