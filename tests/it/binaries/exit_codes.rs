//! Each exit code, and what it is for, through each door that can end so. 130 is in `interrupted.rs`.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{binary, ends, gate, serve};
use crate::it::support::Folder;

/// Two operations that answer a number.
const DOCUMENT: &str = r#"{"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {
    "/a": {"get": {"operationId": "a", "responses": {"200": {"description": "a number"}}}},
    "/b": {"get": {"operationId": "b", "responses": {"200": {"description": "a number"}}}}}}"#;

/// A server that answers each request with a status, by its head and how many came before it; without
/// one it closes the connection. It goes with the test's process.
fn server(status: impl Fn(&str, usize) -> Option<u16> + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let (status, count) = (Arc::new(status), Arc::new(AtomicUsize::new(0)));
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let (status, count) = (status.clone(), count.clone());
            std::thread::spawn(move || {
                let mut head = Vec::new();
                let mut byte = [0];
                while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n == 1) {
                    head.push(byte[0]);
                }
                let head = String::from_utf8_lossy(&head);
                let before = count.fetch_add(1, Ordering::SeqCst);
                if let Some(status) = status(&head, before) {
                    let text = format!(
                        "HTTP/1.1 {status} X\r\ncontent-length: 1\r\nconnection: close\r\n\r\n1"
                    );
                    let _ = stream.write_all(text.as_bytes());
                }
            });
        }
    });
    url
}

/// `proofmark run` of the document at such a server.
fn run_at(
    folder: &Folder,
    status: impl Fn(&str, usize) -> Option<u16> + Send + Sync + 'static,
) -> Command {
    std::fs::write(folder.path("api.json"), DOCUMENT).expect("it is written");
    let mut command = binary();
    let url = server(status);
    command.args([
        "run",
        "--spec",
        &folder.path("api.json"),
        "--target-url",
        &url,
    ]);
    command
}

fn run(arguments: &[&str], code: i32) -> (String, String) {
    ends(binary().arg("run").args(arguments), code)
}

fn of_gate(arguments: &[&str], code: i32) -> (String, String) {
    ends(gate().args(["--skip", "selftest"]).args(arguments), code)
}

/// A file of one waiver.
fn waiver(folder: &Folder, keys: &str, expires: &str) -> String {
    let path = folder.path("waivers.yaml");
    let text = format!("waivers:\n- {{ {keys}, reason: r, owner: o, expires: {expires} }}\n");
    std::fs::write(&path, text).expect("it is written");
    path
}

const REQUEST_ID: &str = "clause: '**/header/x-compute-request-id#pattern'";

#[test]
fn zero_is_for_what_conforms_and_for_what_only_shows() {
    run(&["valid-upsert"], 0);
    of_gate(&["valid-upsert"], 0);
    run(&["--dry-run"], 0);
    of_gate(&["--list"], 0);
    ends(binary().args(["list", "clauses"]), 0);
    ends(binary().args(["--help"]), 0);
    let folder = Folder::new();
    let record = folder.path("record");
    run(&["valid-upsert", "--record", &record], 0);
    ends(binary().args(["judge", &record]), 0);
}

#[test]
fn zero_is_for_what_is_waived() {
    let folder = Folder::new();
    let waivers = waiver(&folder, REQUEST_ID, "2999-12-31");
    let served = serve(&["request-id-malformed"]);
    let url = served.1.as_str();
    let aimed = ["valid-upsert", "--target-url", url, "--waivers", &waivers];
    let (out, _) = run(&aimed, 0);
    assert!(out.contains("WAIVED") && out.contains("CONFORMS"), "{out}");
    of_gate(&aimed, 0);
    run(&aimed[..3], 1);
}

#[test]
fn one_is_for_findings_also_beside_errors() {
    let folder = Folder::new();
    let mut command = run_at(&folder, |head, _| {
        if head.starts_with("GET /a ") {
            Some(299)
        } else {
            None
        }
    });
    let record = folder.path("record");
    let (out, _) = ends(command.args(["--record", &record]), 1);
    assert!(out.contains("1 failed, 1 errors"), "{out}");
    let mut judge = binary();
    ends(
        judge.args(["judge", &record, "--spec", &folder.path("api.json")]),
        1,
    );
    let mut command = run_at(&folder, |_, _| Some(299));
    let (out, _) = ends(command.args(["--fail-fast", "--concurrency", "1"]), 1);
    assert!(out.contains("1 failed, 0 errors, 1 skipped"), "{out}");
}

#[test]
fn one_is_for_waivers_that_are_no_longer_true() {
    let folder = Folder::new();
    for (keys, expires, kind) in [
        (REQUEST_ID, "2999-12-31", "waiver-unused"),
        (REQUEST_ID, "2020-12-31", "waiver-expired"),
        (
            "clause: 'setImageMetadataItem/299/**'",
            "2999-12-31",
            "waiver-dangling",
        ),
    ] {
        let waivers = waiver(&folder, keys, expires);
        let (out, _) = run(&["--waivers", &waivers], 1);
        assert!(out.contains(&format!("FAIL {kind}")), "{out}");
        assert!(out.contains("148 passed, 0 failed, 0 errors"), "{out}");
        let (out, _) = of_gate(&["--waivers", &waivers], 101);
        assert!(out.contains(&format!("FAIL {kind}")), "{out}");
        assert!(out.contains("148 passed; 1 failed"), "{out}");
    }
}

#[test]
fn one_is_for_clauses_that_had_to_be_put_to_the_test() {
    let folder = Folder::new();
    let record = folder.path("record");
    let (out, _) = run(&["--require-clauses", "99.9%", "--record", &record], 1);
    assert!(out.contains("FAIL clause-required"), "{out}");
    assert!(out.contains("of statuses that nobody can ask for"), "{out}");
    run(&["--require-clauses", "setImageMetadataItem/200#*"], 0);
    let (out, _) = run(&["--require-clauses", "50%"], 0);
    assert!(out.contains("put to the test: "), "{out}");
    let judge = |required, code| {
        let mut command = binary();
        ends(
            command.args(["judge", &record, "--require-clauses", required]),
            code,
        )
    };
    judge("99.9%", 1);
    judge("50%", 0);
    judge("101%", 2);
    let (out, _) = of_gate(&["--require-clauses", "99.9%"], 101);
    assert!(out.contains("FAIL clause-required"), "{out}");
    of_gate(&["--require-clauses", "50%"], 0);
    // Who runs a part can't say.
    of_gate(&["--require-clauses", "99.9%", "valid-upsert"], 0);
    of_gate(&["--require-clauses", "99.9%", "required-clauses"], 4);
}

#[test]
fn one_is_for_cases_that_pass_only_now_and_then() {
    let folder = Folder::new();
    let flaky = |_: &str, before: usize| Some(if before == 0 { 299 } else { 200 });
    let (out, _) = ends(run_at(&folder, flaky).args(["--retries", "2"]), 1);
    assert!(out.contains("FAIL case-flaky"), "{out}");
    ends(
        run_at(&folder, flaky).args(["--retries", "2", "--allow-flaky"]),
        0,
    );
}

#[test]
fn two_is_for_what_was_given() {
    let folder = Folder::new();
    let missing = folder.path("missing");
    let broken = waiver(&folder, "clause: 7", "soon");
    for arguments in [
        ["--no-such-flag", "x"],
        ["--spec", &missing],
        ["--cases", &missing],
        ["--profile", "none-such"],
        ["--config", &missing],
        ["--waivers", &missing],
        ["--waivers", &broken],
        ["--require-clauses", "101%"],
        ["--report", "none-such"],
        ["--shard", "3/2"],
        ["--budget", "soon"],
        ["--select", "operation =="],
    ] {
        let (_, err) = run(&arguments, 2);
        assert!(!err.is_empty(), "{arguments:?}");
    }
    for arguments in [
        ["--no-such-flag", "x"],
        ["--profile", "none-such"],
        ["--waivers", &broken],
        ["--require-clauses", "101%"],
    ] {
        of_gate(&arguments, 2);
    }
    ends(&mut binary(), 2);
    ends(binary().args(["judge", &missing]), 2);
    ends(
        binary().args(["merge", &missing, "--into", &folder.path("all")]),
        2,
    );
    ends(binary().args(["explain", "none-such"]), 2);
}

#[test]
fn three_is_for_a_fixture_that_is_not_there() {
    let served = serve(&[]);
    let image = "image_id=00000000-0000-4000-8000-000000000000";
    let aimed = ["valid-upsert", "--target-url", &served.1, "--var", image];
    for err in [run(&aimed, 3).1, of_gate(&aimed, 3).1] {
        assert!(err.contains("is not there to be tested with"), "{err}");
    }
}

#[test]
fn three_is_for_errors_without_findings() {
    let folder = Folder::new();
    let mut command = run_at(&folder, |head, _| {
        head.starts_with("GET /a ").then_some(200)
    });
    let record = folder.path("record");
    let (out, _) = ends(command.args(["--record", &record]), 3);
    assert!(out.contains("1 passed, 0 failed, 1 errors"), "{out}");
    let mut judge = binary();
    ends(
        judge.args(["judge", &record, "--spec", &folder.path("api.json")]),
        3,
    );
    // The gate: what asks whether the fixtures are there is answered, and nothing else.
    let url = server(|head, _| head.contains("/preflight/").then_some(200));
    let (out, _) = of_gate(&["missing-token", "--target-url", &url], 3);
    assert!(out.contains("ERROR"), "{out}");
}

#[test]
fn four_is_for_nothing_tested() {
    let folder = Folder::new();
    let served = serve(&[]);
    let record = folder.path("record");
    let skipped = ["item-limit", "--target-url", &served.1, "--record", &record];
    let (out, _) = run(&skipped, 4);
    assert!(
        out.contains("1 skipped") && out.contains("NOTHING WAS TESTED"),
        "{out}"
    );
    ends(binary().args(["judge", &record]), 4);
    of_gate(&["no-such-case"], 4);
    // The time was over before the first case.
    let (out, _) = run(&["valid-upsert", "--budget", "0s"], 4);
    assert!(out.contains("not reached within the budget"), "{out}");
    of_gate(&["valid-upsert", "--budget", "0s"], 4);
}

/// Under nextest each test is a process of its own, and none of them sees the whole.
#[test]
fn what_only_the_whole_can_say_is_ignored_where_tests_run_alone() {
    let folder = Folder::new();
    let waivers = waiver(&folder, REQUEST_ID, "2020-12-31");
    let asked = ["--waivers", &waivers, "--require-clauses", "99.9%"];
    let alone = |arguments: &[&str], code| {
        let mut command = gate();
        command.env("NEXTEST_EXECUTION_MODE", "process-per-test");
        ends(command.args(asked).args(arguments), code).0
    };
    let names = ["waivers: test", "required-clauses: test"];
    let ignored = alone(&["--list", "--format", "terse", "--ignored"], 0);
    assert!(names.iter().all(|name| ignored.contains(name)), "{ignored}");
    let (whole, _) = of_gate(&[&asked[..], &["--list", "--ignored"]].concat(), 0);
    assert!(!names.iter().any(|name| whole.contains(name)), "{whole}");
    alone(&["--exact", "setImageMetadataItem/valid-upsert"], 0);
    alone(&["--exact", "waivers", "--include-ignored"], 4);
}
