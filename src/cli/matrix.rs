//! `proofmark matrix`: the records of several implementations, judged by one contract.

use std::io::Write;
use std::path::PathBuf;

use super::args::MatrixArgs;
use super::exit::Exit;
use super::recorded::Recorded;
use super::spec;
use super::stop::Stop;
use crate::diag::Diagnostic;
use crate::outcome::{Implementation, Matrix};
use crate::report::{matrix_html, matrix_json, matrix_markdown};
use crate::run::Required;

pub(super) fn run(args: &MatrixArgs, out: &mut impl Write) -> Result<Exit, Stop> {
    let named = named(&args.records)?;
    let mut problems = Vec::new();
    let mut judged = Vec::new();
    for (name, path) in named {
        match Recorded::read(&args.contract, std::slice::from_ref(&path), None) {
            Ok(recorded) => {
                let verdicts = recorded.judged(None, Required::default())?;
                judged.push((name, recorded, verdicts));
            }
            Err(Stop::Input(found)) => problems.extend(found),
            Err(other) => return Err(other),
        }
    }
    if !problems.is_empty() {
        return Err(problems.into());
    }
    let implementations = judged
        .iter()
        .map(|(name, recorded, verdicts)| Implementation {
            name,
            account: recorded.account(verdicts),
        });
    let matrix = Matrix::of(implementations.collect());
    let extension = args
        .out
        .extension()
        .and_then(|extension| extension.to_str());
    let text = match extension {
        Some("md") => matrix_markdown(&matrix),
        Some("json") => matrix_json(&matrix),
        _ => matrix_html(&matrix),
    };
    spec::write(&args.out, &text)?;
    writeln!(out, "{}", args.out.display())?;
    Ok(Exit::Conforms)
}

/// The names and the records behind them.
fn named(texts: &[String]) -> Result<Vec<(&str, PathBuf)>, Vec<Diagnostic>> {
    let mut named: Vec<(&str, PathBuf)> = Vec::new();
    let mut problems = Vec::new();
    for text in texts {
        match text.split_once('=') {
            Some((name, path)) if !name.is_empty() && !path.is_empty() => {
                if named.iter().any(|(known, _)| *known == name) {
                    problems.push(
                        Diagnostic::error("matrix", format!("`{name}` is there twice"))
                            .help("give each implementation a name of its own"),
                    );
                }
                named.push((name, path.into()));
            }
            _ => problems.push(
                Diagnostic::error("matrix", format!("`{text}` is no implementation")).help(
                    "write NAME=RECORD: what it is called, and the folder that --record wrote",
                ),
            ),
        }
    }
    if problems.is_empty() && named.len() < 2 {
        problems.push(
            Diagnostic::error("matrix", "one implementation is compared with nothing")
                .help("give two or more: NAME=RECORD NAME=RECORD"),
        );
    }
    if problems.is_empty() {
        Ok(named)
    } else {
        Err(problems)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{Style, render_all};

    fn problems(texts: &[&str]) -> String {
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        let problems = named(&texts).expect_err("something is wrong");
        render_all(&problems, Style::Plain)
    }

    #[test]
    fn all_that_is_wrong_with_the_implementations_is_said() {
        let said = problems(&["a=x", "b", "=y", "c=", "a=z"]);
        for part in [
            "`b` is no",
            "`=y` is no",
            "`c=` is no",
            "`a` is there twice",
        ] {
            assert!(said.contains(part), "{said}");
        }
        assert!(problems(&["a=x"]).contains("compared with nothing"));
        let both = ["a=x".to_owned(), "b=y=z".to_owned()];
        let both = named(&both).expect("nothing is wrong");
        assert_eq!(both, [("a", "x".into()), ("b", "y=z".into())]);
    }
}
