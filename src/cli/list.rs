//! `proofmark list`.

use std::io::Write;

use super::args::{ListArgs, Listed};
use super::exit::Exit;
use super::stop::{Stop, warn};
use super::{generated, inputs, settings};
use crate::check::CHECKS;
use crate::clause::ClausePattern;
use crate::diag::Diagnostic;
use crate::report::{FORMATS, not_called_text};
use crate::run::Plan;

pub(super) fn run(args: &ListArgs, out: &mut impl Write) -> Result<Exit, Stop> {
    match args.what {
        Listed::Checks => {
            for check in CHECKS {
                let rule = check.rule();
                writeln!(
                    out,
                    "{:<20} {:<7} {:<10} {}",
                    rule.id,
                    rule.level.as_str(),
                    rule.area.as_str(),
                    rule.requirement
                )?;
            }
        }
        Listed::Cases => {
            let mut read = inputs::read(&args.contract)?;
            warn(&read.contract.warnings);
            let profile = settings::variables(&args.variables)?;
            let generation = generated::add(&mut read, &args.contract, &args.generated, &profile);
            warn(&generation.notes);
            for case in &read.cases {
                writeln!(
                    out,
                    "{:<66} {:<7} {}",
                    case.id,
                    case.level.as_str(),
                    case.description
                )?;
            }
            let none =
                generated::not_called(&generation, &read.contract, &[], &Plan::default(), &[]);
            if !none.is_empty() {
                write!(out, "\n{}", not_called_text(&none))?;
            }
        }
        Listed::Clauses => {
            let read = inputs::read(&args.contract)?;
            warn(&read.contract.warnings);
            let pattern = args
                .clause
                .as_deref()
                .map(str::parse::<ClausePattern>)
                .transpose();
            let pattern =
                pattern.map_err(|error| Diagnostic::error("clause", error.to_string()))?;
            for clause in read.clauses.iter() {
                let of = |wanted: &Option<String>, word: &str| {
                    wanted.as_ref().is_none_or(|wanted| wanted == word)
                };
                let is_meant = pattern
                    .as_ref()
                    .is_none_or(|pattern| pattern.matches(&clause.id));
                if is_meant
                    && of(&args.level, clause.level.as_str())
                    && of(&args.side, clause.side.as_str())
                {
                    writeln!(
                        out,
                        "{:<72} {:<7} {}",
                        clause.id.to_string(),
                        clause.level.as_str(),
                        clause.requirement
                    )?;
                }
            }
        }
        Listed::Reports => {
            for format in FORMATS {
                writeln!(out, "{:<12} {}", format.name, format.about)?;
            }
        }
        #[cfg(feature = "reference")]
        Listed::Faults => super::serve::list_faults(out)?,
    }
    Ok(Exit::Conforms)
}
