//! Which cases are run.

use serde_json::{Map, Value, json};

use super::args::SelectArgs;
use crate::case::{Case, Origin, Role, Step};
use crate::clause::{ClausePattern, Clauses};
use crate::diag::{Diagnostic, closest};
use crate::openapi::{Contract, Operation};
use crate::relation::Condition;

/// The cases that are selected, in the order they came in. What no case can match is said.
pub(super) fn selected(
    cases: Vec<Case>,
    contract: &Contract,
    clauses: &Clauses,
    args: &SelectArgs,
) -> Result<Vec<Case>, Vec<Diagnostic>> {
    let selection = Selection::new(contract, clauses, args)?;
    let slips = selection.slips(&cases);
    if !slips.is_empty() {
        return Err(slips);
    }
    let kept = cases.into_iter().filter(|case| selection.takes(case));
    let Some(shard) = selection.shard else {
        return Ok(kept.collect());
    };
    // Dealt out in turn: cases of one operation cost about the same, and stand side by side.
    let dealt = kept.enumerate();
    Ok(dealt
        .filter(|(number, _)| number % shard.of == shard.number - 1)
        .map(|(_, case)| case)
        .collect())
}

const CONDITION_HELP: &str =
    "write it in CEL, over `case`, `operation`, `method`, `path`, `tags`, `level`, `generated`";

#[derive(Clone, Copy)]
struct Shard {
    number: usize,
    of: usize,
}

struct Selection<'a> {
    contract: &'a Contract,
    args: &'a SelectArgs,
    /// The names of operations and paths that the clauses asked for are of.
    subjects: Option<Vec<String>>,
    conditions: Vec<Condition>,
    shard: Option<Shard>,
}

impl<'a> Selection<'a> {
    fn new(
        contract: &'a Contract,
        clauses: &Clauses,
        args: &'a SelectArgs,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut problems = unknown(contract, args);
        let mut patterns: Vec<ClausePattern> = Vec::new();
        for text in &args.clauses {
            match text.parse() {
                Ok(pattern) => patterns.push(pattern),
                Err(error) => problems.push(problem(
                    format!("--clause {text}: {error}"),
                    "`proofmark list clauses` lists them",
                )),
            }
        }
        let subjects = (!patterns.is_empty()).then(|| {
            let matching = clauses
                .iter()
                .filter(|clause| patterns.iter().any(|pattern| pattern.matches(&clause.id)));
            matching
                .map(|clause| clause.id.subject.clone())
                .collect::<Vec<_>>()
        });
        if subjects.as_ref().is_some_and(Vec::is_empty) && problems.is_empty() {
            problems.push(problem(
                format!("no clause fits {}", args.clauses.join(" or ")),
                "`proofmark list clauses` lists them",
            ));
        }
        let mut conditions = Vec::new();
        for text in &args.select {
            match Condition::compile(text) {
                Ok(condition) => conditions.push(condition),
                Err(error) => {
                    problems.push(problem(format!("--select {text}: {error}"), CONDITION_HELP));
                }
            }
        }
        let shard = match args.shard.as_deref().map(shard) {
            Some(Err(found)) => {
                problems.push(found);
                None
            }
            Some(Ok(shard)) => Some(shard),
            None => None,
        };
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Self {
            contract,
            args,
            subjects,
            conditions,
            shard,
        })
    }

    /// The expressions that can hold for no case, since they don't speak of cases at all.
    fn slips(&self, cases: &[Case]) -> Vec<Diagnostic> {
        let conditions = self.args.select.iter().zip(&self.conditions);
        let slip = |(text, condition): (&String, &Condition)| {
            let fault = cases.iter().find_map(|case| {
                let main = case.steps.iter().find(|step| step.role == Role::Main)?;
                condition.fault(&facts(case, &self.contract.operations[main.operation]))
            });
            fault.map(|fault| problem(format!("--select {text}: {fault}"), CONDITION_HELP))
        };
        conditions.filter_map(slip).collect()
    }

    fn takes(&self, case: &Case) -> bool {
        let args = self.args;
        let any = |wanted: &[String], holds: &dyn Fn(&str) -> bool| {
            wanted.is_empty() || wanted.iter().any(|text| holds(text))
        };
        let id = case.id.as_str();
        let Some(main) = case.steps.iter().find(|step| step.role == Role::Main) else {
            return false;
        };
        let operation = &self.contract.operations[main.operation];
        let path = operation.path.to_string();
        any(&args.filters, &|text| id.contains(text))
            && any(&args.operations, &|name| operation.name == name)
            && any(&args.tags, &|tag| {
                operation.tags.iter().any(|own| own == tag)
            })
            && any(&args.paths, &|wanted| path == wanted)
            && any(&args.methods, &|method| {
                operation.method.eq_ignore_ascii_case(method)
            })
            && self.may_test_clause(case)
            && (self.conditions.is_empty() || {
                let facts = facts(case, operation);
                self.conditions
                    .iter()
                    .all(|condition| condition.holds(&facts))
            })
    }

    /// Whether an answer to one of its requests may put a clause that is asked for to the test.
    fn may_test_clause(&self, case: &Case) -> bool {
        let Some(subjects) = &self.subjects else {
            return true;
        };
        let is_asked = |step: &Step| {
            let operation = &self.contract.operations[step.operation];
            let path = operation.path.to_string();
            subjects.iter().any(|s| *s == operation.name || *s == path)
        };
        case.steps.iter().any(is_asked)
    }
}

/// What an expression speaks of.
fn facts(case: &Case, operation: &Operation) -> Map<String, Value> {
    let facts = json!({
        "case": case.id.as_str(),
        "operation": operation.name,
        "method": operation.method,
        "path": operation.path.to_string(),
        "tags": operation.tags,
        "level": case.level.as_str(),
        "generated": matches!(case.origin, Origin::Generated(_)),
    });
    facts.as_object().cloned().unwrap_or_default()
}

fn problem(message: String, help: &str) -> Diagnostic {
    Diagnostic::error("selection", message).help(help)
}

/// Names that the contract doesn't have: a slip of the pen must not pass as "nothing selected".
fn unknown(contract: &Contract, args: &SelectArgs) -> Vec<Diagnostic> {
    let operations = || contract.operations.iter();
    let mut problems = Vec::new();
    let mut check = |flag: &str, wanted: &[String], known: Vec<String>| {
        for name in wanted {
            if !known.iter().any(|own| own == name) {
                let near = closest(name, known.iter().map(String::as_str));
                problems.push(problem(
                    format!("--{flag} {name}: the contract has none such"),
                    &near.map_or_else(
                        || "`proofmark list cases` shows what there is".to_owned(),
                        |near| format!("did you mean `{near}`?"),
                    ),
                ));
            }
        }
    };
    check(
        "operation",
        &args.operations,
        operations()
            .map(|operation| operation.name.clone())
            .collect(),
    );
    check(
        "tag",
        &args.tags,
        operations()
            .flat_map(|operation| operation.tags.clone())
            .collect(),
    );
    check(
        "path",
        &args.paths,
        operations()
            .map(|operation| operation.path.to_string())
            .collect(),
    );
    check(
        "method",
        &args
            .methods
            .iter()
            .map(|method| method.to_ascii_uppercase())
            .collect::<Vec<_>>(),
        operations()
            .map(|operation| operation.method.clone())
            .collect(),
    );
    problems
}

fn shard(text: &str) -> Result<Shard, Diagnostic> {
    let parts = text.split_once('/');
    let numbers = parts.and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
    match numbers {
        Some((number, of)) if (1..=of).contains(&number) => Ok(Shard { number, of }),
        _ => Err(problem(
            format!("--shard {text} is no part of a whole"),
            "write the part's number and how many there are: --shard 2/3",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::super::built_in;
    use super::*;
    use crate::case::load_cases;
    use crate::openapi::load;

    fn ids(args: &SelectArgs) -> Result<Vec<String>, Vec<String>> {
        let contract = load(built_in::contract()).expect("the contract loads");
        let clauses = Clauses::of(&contract);
        let cases = load_cases(&built_in::cases(), built_in::CASES_LABEL, &contract);
        let cases = cases.expect("the cases load");
        let selected = selected(cases, &contract, &clauses, args);
        let ids = selected.map(|cases| cases.iter().map(|case| case.id.to_string()).collect());
        ids.map_err(|problems| problems.into_iter().map(|p| p.message).collect())
    }

    fn count(args: &SelectArgs) -> usize {
        ids(args).map_or(0, |ids| ids.len())
    }

    #[test]
    fn kinds_narrow_and_names_of_one_kind_widen() {
        let all = count(&SelectArgs::default());
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let of = |operations: &[&str], filters: &[&str]| {
            count(&SelectArgs {
                operations: texts(operations),
                filters: texts(filters),
                ..SelectArgs::default()
            })
        };
        let (get, put) = (
            of(&["getImageMetadataItem"], &[]),
            of(&["setImageMetadataItem"], &[]),
        );
        assert!(get > 0 && put > 0 && get + put < all);
        assert_eq!(
            of(&["getImageMetadataItem", "setImageMetadataItem"], &[]),
            get + put
        );
        assert!(of(&["setImageMetadataItem"], &["valid-upsert"]) < put);
        let by_method = SelectArgs {
            methods: texts(&["put"]),
            ..SelectArgs::default()
        };
        assert_eq!(count(&by_method), put);
        let by_expression = SelectArgs {
            select: texts(&[
                "operation == 'setImageMetadataItem' && level == 'must'",
                "!generated",
            ]),
            ..SelectArgs::default()
        };
        let by_expression = count(&by_expression);
        assert!(by_expression > 0 && by_expression < put);
        let by_clause = SelectArgs {
            clauses: texts(&["setImageMetadataItem/200/**"]),
            ..SelectArgs::default()
        };
        assert!(count(&by_clause) >= put);
    }

    #[test]
    fn shards_are_the_whole_and_no_case_is_in_two() {
        let mut dealt: Vec<String> = Vec::new();
        for number in 1..=3 {
            let args = SelectArgs {
                shard: Some(format!("{number}/3")),
                ..SelectArgs::default()
            };
            dealt.extend(ids(&args).expect("a part"));
        }
        let mut all = ids(&SelectArgs::default()).expect("all of them");
        dealt.sort();
        all.sort();
        assert_eq!(dealt, all);
    }

    #[test]
    fn what_selects_nothing_by_a_slip_is_said() {
        let one = |text: &str| vec![text.to_owned()];
        let slips = SelectArgs {
            operations: one("setImage"),
            tags: one("none"),
            clauses: one("nope/**"),
            select: one("case =="),
            shard: Some("0/3".to_owned()),
            ..SelectArgs::default()
        };
        let said = ids(&slips).expect_err("five slips");
        assert_eq!(said.len(), 4, "{said:#?}");
        let clause = SelectArgs {
            clauses: one("nope/**"),
            ..SelectArgs::default()
        };
        assert_eq!(ids(&clause).expect_err("one slip").len(), 1);
        for (text, why) in [
            ("opration == 'x'", "there is no `opration`"),
            ("method", "it is neither true nor false"),
        ] {
            let args = SelectArgs {
                select: one(text),
                ..SelectArgs::default()
            };
            let said = ids(&args).expect_err(text);
            assert!(said[0].contains(why), "{said:#?}");
        }
        for right in ["tags.exists(t, t == 'none')", "method == 'TRACE'"] {
            let args = SelectArgs {
                select: one(right),
                ..SelectArgs::default()
            };
            assert_eq!(ids(&args).expect(right), Vec::<String>::new());
        }
    }
}
