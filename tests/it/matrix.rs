//! Every seeded fault against every case: the fault's own clause is named, and beside it just what the
//! fault says it breaks as well. A false alarm of any case or check on any fault shows here.

use std::sync::Arc;

use super::support::Suite;
use crate::openapi::Level;
use crate::reference::{Fault, Server, faults};
use crate::target::{ServiceTarget, Target};

/// Faults that a case finds which may only advise: a server may ask for a length instead of chunks.
const ADVISED: [&str; 1] = ["chunked-refused"];

fn target(fault: &'static Fault) -> Arc<dyn Target> {
    let server = Server::with_faults(&[fault]);
    Arc::new(ServiceTarget::connecting(move |stream| {
        let server = server.clone();
        async move { server.connection(stream).await }
    }))
}

/// In what way the cases don't say of a fault what they should.
async fn wrong(suite: &Suite, fault: &'static Fault) -> Option<String> {
    let clause = fault.clause.parse().expect("a clause's id");
    let index = suite
        .clauses
        .find(&clause)
        .expect("a clause of the contract");
    let must = suite.clauses.get(index).level == Level::Must;
    let result = suite.run(target(fault), 8, &|_| {}).await.expect("it runs");
    let findings = || result.outcomes.iter().flat_map(|outcome| &outcome.findings);
    let fails = must && !ADVISED.contains(&fault.name);
    let named = findings().any(|f| f.clause == clause && (f.is_failure() || !fails));
    let mut said: Vec<String> = findings()
        .map(|finding| finding.clause.to_string())
        .filter(|said| said != fault.clause)
        .collect();
    said.sort();
    said.dedup();
    let mut also: Vec<&str> = fault.also.to_vec();
    also.sort_unstable();
    (!named || said != also)
        .then(|| format!("{}: named {named}, and {said:?}, not {also:?}", fault.name))
}

#[test]
fn every_fault_is_named_by_its_own_clause_and_no_other() {
    let suite = Suite::built_in();
    let all: Vec<&'static Fault> = faults().collect();
    let half = |start: usize| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let mut found = Vec::new();
        for fault in all.iter().skip(start).step_by(2) {
            found.extend(runtime.block_on(wrong(&suite, fault)));
        }
        found
    };
    let found = std::thread::scope(|scope| {
        let other = scope.spawn(|| half(1));
        let mut found = half(0);
        found.extend(other.join().expect("it ends"));
        found
    });
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn there_are_sixty_faults_that_fail_the_gate_and_more() {
    let suite = Suite::built_in();
    let failing = faults().filter(|fault| {
        let clause = fault.clause.parse().expect("a clause's id");
        let index = suite
            .clauses
            .find(&clause)
            .expect("a clause of the contract");
        suite.clauses.get(index).level == Level::Must
    });
    assert!(failing.count() >= 60);
}
