//! `--require-clauses`: what a run must have put to the test.

use std::fmt::Write as _;

use crate::case::Case;
use crate::clause::{Clause, ClausePattern, Clauses};
use crate::diag::Diagnostic;
use crate::openapi::{Contract, Level};
use crate::outcome::{CaseOutcome, Ledger, Notice, NoticeKind, Share, Untested, untested};

/// How many clauses are named before the rest is only counted.
const NAMED: usize = 20;

/// What must have been put to the test: a share of what can be, and clauses of patterns.
#[derive(Clone, Debug, Default)]
pub struct Required {
    percent: Option<f64>,
    patterns: Vec<ClausePattern>,
}

impl Required {
    /// Reads percentages and patterns. What is neither is said among the problems.
    #[must_use]
    pub fn read(texts: &[String], problems: &mut Vec<Diagnostic>) -> Self {
        let mut required = Self::default();
        for text in texts {
            let problem = |message: String| {
                Diagnostic::error("require-clauses", message)
                    .help("write a share such as 90%, or a pattern such as getUser/200/**")
            };
            if let Some(number) = text.strip_suffix('%') {
                match number.trim().parse::<f64>() {
                    Ok(percent) if (0.0..=100.0).contains(&percent) => {
                        required.percent = Some(required.percent.unwrap_or(0.0).max(percent));
                    }
                    _ => problems.push(problem(format!("{text} is no share of a whole"))),
                }
            } else {
                match text.parse() {
                    Ok(pattern) => required.patterns.push(pattern),
                    Err(error) => problems.push(problem(error.to_string())),
                }
            }
        }
        required
    }

    /// Whether nothing is required.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.percent.is_none() && self.patterns.is_empty()
    }

    /// How much a run put to the test, where a share is required, and what it failed to: a notice for
    /// each thing that is required.
    #[must_use]
    pub fn judged(
        &self,
        (contract, clauses): (&Contract, &Clauses),
        cases: &[Case],
        ledger: &Ledger,
        outcomes: &[&CaseOutcome],
    ) -> (Option<Share>, Vec<Notice>) {
        if self.is_empty() {
            return (None, Vec::new());
        }
        let missing = untested(contract, clauses, cases, ledger, outcomes);
        let share = self
            .percent
            .map(|percent| (share(clauses, &missing), percent));
        let of_share = share.as_ref().and_then(|(share, percent)| {
            let text = share.to_string();
            let message = format!("{text}, and {percent}% are required");
            let must = missing.iter().filter(|(clause, _)| is_must(clause));
            let askable: Vec<_> = must.filter(|(_, reason)| reason.is_askable()).collect();
            (share.percent() < *percent)
                .then(|| notice(format!("{percent}%"), message, list(&askable)))
        });
        let of_patterns = self.patterns.iter();
        let of_patterns = of_patterns.filter_map(|pattern| of_pattern(pattern, clauses, &missing));
        let notices = of_share.into_iter().chain(of_patterns).collect();
        (share.map(|(share, _)| share), notices)
    }
}

fn is_must(clause: &Clause) -> bool {
    clause.level == Level::Must
}

fn share(clauses: &Clauses, missing: &[(&Clause, Untested)]) -> Share {
    let mut share = Share::default();
    let all = clauses.iter().filter(|clause| is_must(clause)).count();
    let mut left = 0;
    for (_, reason) in missing.iter().filter(|(clause, _)| is_must(clause)) {
        match reason {
            Untested::NotAskable(_) => share.of_own_accord += 1,
            Untested::NotBreakable => share.not_breakable += 1,
            _ => left += 1,
        }
    }
    share.askable = all - share.of_own_accord - share.not_breakable;
    share.tested = share.askable - left;
    share
}

/// What is missing of a pattern's clauses, all of which are required that can be asked for.
fn of_pattern(
    pattern: &ClausePattern,
    clauses: &Clauses,
    missing: &[(&Clause, Untested)],
) -> Option<Notice> {
    let subject = pattern.to_string();
    let all = clauses.iter().filter(|clause| pattern.matches(&clause.id));
    let all = all.count();
    if all == 0 {
        let message = format!("no clause fits {pattern}, which is required");
        let help = "`proofmark list clauses` names them all".to_owned();
        return Some(notice(subject, message, help));
    }
    let missing = missing.iter();
    let (askable, not): (Vec<_>, Vec<_>) = missing
        .filter(|(clause, _)| pattern.matches(&clause.id))
        .partition(|(_, reason)| reason.is_askable());
    if not.len() == all {
        let message =
            format!("none of the clauses {pattern}, which are required, can be asked for");
        return Some(notice(subject, message, list(&not)));
    }
    let message = format!(
        "{} of the clauses {pattern} were not put to the test, and all are required that can be asked for",
        askable.len()
    );
    (!askable.is_empty()).then(|| notice(subject, message, list(&askable)))
}

fn notice(subject: String, message: String, help: String) -> Notice {
    Notice {
        kind: NoticeKind::ClauseRequired,
        subject,
        message,
        help,
        place: None,
    }
}

fn list(missing: &[&(&Clause, Untested)]) -> String {
    let mut text = String::new();
    for (clause, reason) in missing.iter().take(NAMED) {
        let _ = writeln!(text, "{}: {reason}; {}", clause.id, reason.help());
    }
    if missing.len() > NAMED {
        let _ = writeln!(text, "and {} more", missing.len() - NAMED);
    }
    text.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::case::discover;
    use crate::case::load_cases;
    use crate::diag::Source;
    use crate::openapi::load;
    use crate::outcome::{CaseVerdict, Standing};

    struct Inputs {
        contract: Arc<Contract>,
        clauses: Arc<Clauses>,
        cases: Vec<Case>,
    }

    fn inputs() -> Inputs {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(root.join("spec/openapi.yaml")).expect("it is there");
        let contract = load(Source::new("spec/openapi.yaml", text)).expect("the contract loads");
        let files = discover(&root.join("cases"), "cases").expect("they are there");
        let cases = load_cases(&files, "cases", &contract);
        Inputs {
            clauses: Arc::new(Clauses::of(&contract)),
            cases: cases.expect("the cases load"),
            contract: Arc::new(contract),
        }
    }

    fn outcome(inputs: &Inputs, number: usize, verdict: CaseVerdict) -> CaseOutcome {
        CaseOutcome {
            case: inputs.cases[number].id.clone(),
            verdict,
            findings: Vec::new(),
            troubles: Vec::new(),
            standings: Vec::new(),
            unjudged: Vec::new(),
            exchanges: 1,
        }
    }

    fn required(texts: &[&str]) -> Required {
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        let mut problems = Vec::new();
        let required = Required::read(&texts, &mut problems);
        assert!(problems.is_empty(), "{problems:?}");
        required
    }

    #[test]
    fn what_was_not_put_to_the_test_is_named_with_its_reason() {
        let inputs = inputs();
        let (cases, mut ledger) = (&inputs.cases, Ledger::default());
        let mut outcomes: Vec<CaseOutcome> = (0..cases.len())
            .map(|number| outcome(&inputs, number, CaseVerdict::Pass))
            .collect();
        let unmet = |texts: &[&str], ledger: &Ledger, outcomes: &[CaseOutcome]| {
            let outcomes: Vec<&CaseOutcome> = outcomes.iter().collect();
            let of = (&*inputs.contract, &*inputs.clauses);
            let (_, notices) = required(texts).judged(of, cases, ledger, &outcomes);
            let notice = notices.first()?;
            Some(format!("{}\n{}", notice.message, notice.help))
        };
        assert_eq!(unmet(&[], &ledger, &outcomes), None);
        assert_eq!(unmet(&["0%"], &ledger, &outcomes), None);
        let text = unmet(&["1%"], &ledger, &outcomes).expect("nothing was tested");
        assert!(text.starts_with("0 of "), "{text}");
        let one = "setImageMetadataItem/200/**#content-type";
        let text = unmet(&[one], &ledger, &outcomes).expect("it was not tested");
        insta::assert_snapshot!(text, @r#"
        1 of the clauses setImageMetadataItem/200/**#content-type were not put to the test, and all are required that can be asked for
        setImageMetadataItem/200#content-type: cases wait for 200, and nothing was answered so; see why no case that expects 200 was answered so
        "#);
        let gone = unmet(&["nope/**"], &ledger, &outcomes).expect("there is none");
        assert!(
            gone.starts_with("no clause fits nope/**, which is required\n"),
            "{gone}"
        );
        // What nobody can ask for is asked for by no pattern, unless it is all there is.
        let text = unmet(&["setImageMetadataItem/503/**"], &ledger, &outcomes).expect("none is");
        assert!(
            text.starts_with("none of the clauses setImageMetadataItem/503/**, which are required"),
            "{text}"
        );
        let text = unmet(
            &["setImageMetadataItem/*#content-length"],
            &ledger,
            &outcomes,
        );
        let text = text.expect("none was tested");
        assert!(!text.contains("/503#") && text.contains("/400#"), "{text}");
        // A witness is enough, and a clause that is broken was tested as well.
        let pattern: ClausePattern = one.parse().expect("a pattern");
        for clause in inputs.clauses.iter().filter(|c| pattern.matches(&c.id)) {
            let index = inputs.clauses.find(&clause.id).expect("it is there");
            outcomes[0].standings.push((index, Standing::Held, 0));
        }
        ledger.add(&outcomes[0]);
        assert_eq!(unmet(&[one], &ledger, &outcomes), None);
    }

    #[test]
    fn each_reason_is_the_true_one() {
        let inputs = inputs();
        let why = |id: &str, is_vacuous: bool, verdict: Option<CaseVerdict>, cases: &[Case]| {
            let id = id.parse().expect("an id");
            let index = inputs.clauses.find(&id).expect("a clause");
            let outcomes: Vec<CaseOutcome> = (0..inputs.cases.len())
                .filter_map(|number| Some(outcome(&inputs, number, verdict.clone()?)))
                .collect();
            let outcomes: Vec<&CaseOutcome> = outcomes.iter().collect();
            let clause = inputs.clauses.get(index);
            let reason =
                crate::outcome::reason(&inputs.contract, clause, is_vacuous, cases, &outcomes);
            format!("{}: {reason}", reason.word())
        };
        let cases = &inputs.cases;
        let passed = Some(CaseVerdict::Pass);
        let skipped = Some(CaseVerdict::Skipped("no item_limit".to_owned()));
        let answer = "setImageMetadataItem/200#content-type";
        let lines = [
            why(answer, false, passed.clone(), &[]),
            why(answer, false, skipped, cases),
            why(answer, false, None, cases),
            why(answer, true, passed.clone(), cases),
            why(answer, false, passed.clone(), cases),
            why(
                "setImageMetadataItem/503#content-type",
                false,
                passed.clone(),
                cases,
            ),
            why(
                "setImageMetadataItem/request#content-type",
                false,
                passed.clone(),
                cases,
            ),
            why(
                "setImageMetadataItem/law#idempotent",
                false,
                passed.clone(),
                cases,
            ),
            why("setImageMetadataItem/http#date", false, passed, cases),
        ];
        insta::assert_snapshot!(lines.join("\n"), @r#"
        operation not called: no case calls setImageMetadataItem
        cases skipped: the cases for it were skipped: no item_limit
        cases not run: no case that calls its operation was run
        not in any answer: what it speaks of was in no answer
        status not answered: cases wait for 200, and nothing was answered so
        status not askable: a server answers 503 when it must, and not when it is asked to
        no request breaks it: no request breaks it beside a control that keeps it
        not reached: no answer it speaks of was seen
        not reached: no answer it speaks of was seen
        "#);
    }

    #[test]
    fn what_is_neither_a_share_nor_a_pattern_is_refused() {
        for text in ["101%", "x%", "a/~9/**"] {
            let mut problems = Vec::new();
            let _ = Required::read(&[text.to_owned()], &mut problems);
            assert_eq!(problems.len(), 1, "{text}");
        }
    }
}
