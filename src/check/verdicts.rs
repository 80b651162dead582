//! Where checks put what they say.

use super::answer::{Answer, TraceView};
use super::rule::Rule;
use crate::clause::{ClauseId, ClauseIndex};
use crate::openapi::Level;
use crate::outcome::{Finding, FindingRequest, Standing};

/// In what way a clause is broken.
#[derive(Clone, Debug, Default)]
pub struct Broken {
    /// What is wrong, in a line.
    pub title: String,
    /// What was expected.
    pub expected: String,
    /// What was there.
    pub actual: String,
    /// Where in the answer's body, as a JSON pointer.
    pub instance: String,
}

/// Where checks put what they say of a trace's clauses.
pub struct Verdicts<'a> {
    pub(super) trace: &'a TraceView<'a>,
    pub(super) check: &'static Rule,
    pub(super) findings: Vec<Finding>,
    pub(super) standings: Vec<(ClauseIndex, Standing, usize)>,
}

impl Verdicts<'_> {
    /// The exchange put the clause to the test, and it held.
    pub fn held(&mut self, answer: &Answer<'_>, clause: ClauseIndex) {
        self.standings.push((clause, Standing::Held, answer.number));
    }

    /// The exchange reached the clause's place, but nothing was there to test it.
    pub fn vacuous(&mut self, answer: &Answer<'_>, clause: ClauseIndex) {
        self.standings
            .push((clause, Standing::Vacuous, answer.number));
    }

    /// The exchange broke the clause.
    pub fn broken(&mut self, answer: &Answer<'_>, clause: ClauseIndex, broken: Broken) {
        self.broken_at_most(answer, clause, Level::Must, broken);
    }

    /// The exchange is not as the clause demands, and this much is made of it.
    pub fn broken_at_most(
        &mut self,
        answer: &Answer<'_>,
        clause: ClauseIndex,
        most: Level,
        broken: Broken,
    ) {
        let clauses = self.trace.judge.clauses();
        let index = clause;
        let clause = clauses.get(clause);
        // What a case only advises breaks no clause that demands more.
        let level = clause.level.max(most);
        if self.weakened(level) == clause.level {
            self.standings
                .push((index, Standing::Broken, answer.number));
        }
        let demanded = Some(self.trace.judge.contract().place(&clause.at));
        self.finding(
            answer,
            (
                clause.id.clone(),
                clause.requirement.clone(),
                level,
                demanded,
            ),
            broken,
        );
    }

    /// The exchange broke what the case alone expects: a clause of the case's own.
    pub fn broken_expectation(&mut self, answer: &Answer<'_>, demand: &str, broken: Broken) {
        let case = self.trace.case;
        let mut place = vec!["case"];
        place.extend(case.id.as_str().split('/').skip(1));
        let id = ClauseId::new(&answer.operation.name, &place, demand);
        self.finding(
            answer,
            (id, case.requirement.clone(), case.level, None),
            broken,
        );
    }

    /// The exchange broke what a check of one's own demands: a clause of that check's, called
    /// `OPERATION/check/CHECK#DEMAND`, at the level of its rule.
    pub fn found(&mut self, answer: &Answer<'_>, demand: &str, broken: Broken) {
        let rule = self.check;
        let id = ClauseId::new(&answer.operation.name, &["check", rule.id], demand);
        self.finding(
            answer,
            (id, rule.requirement.to_owned(), rule.level, None),
            broken,
        );
    }

    /// The level of what the present check finds: a case's own expectations demand no more than the
    /// case does.
    fn weakened(&self, level: Level) -> Level {
        match self.check.id {
            "status-expected" | "case-expectation" => level.max(self.trace.case.level),
            _ => level,
        }
    }

    fn finding(
        &mut self,
        answer: &Answer<'_>,
        (clause, requirement, level, demanded): (
            ClauseId,
            String,
            Level,
            Option<crate::diag::Place>,
        ),
        broken: Broken,
    ) {
        let level = self.weakened(level);
        let exchange = answer.exchange;
        let masked = |text: &str| exchange.masked(text);
        let Broken {
            title,
            expected,
            actual,
            instance,
        } = broken;
        self.findings.push(Finding {
            clause,
            requirement,
            level,
            check: self.check.id.to_owned(),
            title: masked(&title),
            expected: masked(&expected),
            actual: masked(&actual),
            instance: masked(&instance),
            exchange: answer.number,
            asked: self.trace.case.place(answer.step),
            demanded,
            request: FindingRequest {
                line: masked(&format!(
                    "{} {}",
                    exchange.request.method,
                    exchange.request.shown_target()
                )),
                status: answer.status(),
                elapsed: exchange.elapsed,
                curl: masked(&exchange.request.curl(&self.trace.trace.origin)),
            },
            waived: None,
        });
    }
}
