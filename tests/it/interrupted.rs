//! Runs that somebody stops: what was done is reported, what wasn't is missing, and every report is whole.

use std::sync::{Arc, Mutex};

use super::support::{Folder, Reply, Suite, answer, told, url_target};
use crate::check::judge;
use crate::evidence::{Recorder, read_records};
use crate::outcome::{About, Answer, CaseOutcome, CaseVerdict, Event};
use crate::profile::Profile;
use crate::report::verdict_file;
use crate::run::{Options, RunError, Runner, plan};

/// Three operations that answer a number.
const DOCUMENT: &str = r#"{"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {
    "/a": {"get": {"operationId": "a", "responses": {"200": {"description": "a number"}}}},
    "/b": {"get": {"operationId": "b", "responses": {"200": {"description": "a number"}}}},
    "/c": {"get": {"operationId": "c", "responses": {"200": {"description": "a number"}}}}}}"#;

#[tokio::test]
async fn what_a_stopped_run_did_not_come_to_is_an_error_live_and_in_its_record() {
    let suite = Suite::generated(DOCUMENT);
    let (arrived, mut has_arrived) = tokio::sync::mpsc::unbounded_channel();
    let server = told(move |request| {
        if request.path == "/a" {
            return answer("200 OK", "1");
        }
        let _ = arrived.send(());
        Reply::Silence
    })
    .await;
    let profile = Profile::default();
    let planned = plan(&suite.contract, &suite.clauses, &suite.cases, &profile).expect("a plan");
    let options = Options {
        concurrency: 1,
        nonce: "0123456789".into(),
        ..Options::default()
    };
    let (contract, clauses) = (suite.contract.clone(), suite.clauses.clone());
    let runner = Runner::new(contract, clauses, url_target(&server.url), profile, options);
    let cancel = runner.canceller();
    tokio::spawn(async move {
        has_arrived.recv().await;
        cancel.send_replace(true);
    });
    let folder = Folder::new();
    let about = About {
        run: "0123456789".into(),
        ..About::default()
    };
    let recorder = Recorder::create(&folder.0, &about, "http://h", "").expect("a folder");
    let recorder = Mutex::new(recorder);
    let emit = |event: Event| {
        let mut recorder = recorder.lock().expect("nobody panicked");
        recorder.event(&event).expect("it is written");
    };
    let result = runner.run(&suite.cases, &planned, &emit).await;
    let result = result.expect("it begins");
    assert_eq!(result.summary.answer(), Answer::Interrupted);
    let outcomes: Vec<CaseOutcome> = result.outcomes.iter().map(|o| (**o).clone()).collect();
    let [first, second, third] = outcomes.as_slice() else {
        panic!("of {} cases there are outcomes", outcomes.len());
    };
    assert_eq!(first.verdict, CaseVerdict::Pass);
    assert_eq!(second.verdict, CaseVerdict::Error);
    assert!(!second.is_missing(), "it was under way");
    assert_eq!(third.verdict, CaseVerdict::Error);
    assert!(third.is_missing());

    let record = read_records(std::slice::from_ref(&folder.0)).expect("it is read");
    let judged = judge(&suite.contract, &suite.cases, &record.traces);
    let file = |outcomes: &[CaseOutcome]| verdict_file(&suite.contract, &suite.clauses, outcomes);
    assert_eq!(file(&judged), file(&outcomes));
}

/// A target that answers nothing at all keeps nobody waiting who stops the run.
#[tokio::test]
async fn a_run_is_stopped_before_its_first_case() {
    let suite = Suite::first_five();
    let planned = plan(
        &suite.contract,
        &suite.clauses,
        &suite.cases,
        &suite.profile(),
    );
    let (arrived, mut has_arrived) = tokio::sync::mpsc::unbounded_channel();
    let server = told(move |_| {
        let _ = arrived.send(());
        Reply::Silence
    })
    .await;
    let runner = suite.runner(url_target(&server.url), 1);
    let cancel = runner.canceller();
    tokio::spawn(async move {
        has_arrived.recv().await;
        cancel.send_replace(true);
    });
    let result = runner
        .run(&suite.cases, &planned.expect("a plan"), &|_| {})
        .await;
    assert_eq!(result.expect_err("it has not begun"), RunError::Interrupted);
    let seen: Arc<Mutex<Vec<_>>> = server.seen.clone();
    assert_eq!(seen.lock().expect("nobody panicked").len(), 1);
}

#[cfg(unix)]
mod signals {
    use std::io::{Read as _, Write as _};
    use std::net::{TcpListener, TcpStream};
    use std::process::{Child, Command, Stdio};

    use serde_json::Value;

    use super::DOCUMENT;
    use crate::it::binaries::{binary, ends, gate};
    use crate::it::support::Folder;
    use crate::report::FORMATS;

    /// Answers requests until one is for another path than `/a`; that one is left without an answer.
    fn served(listener: &TcpListener) -> TcpStream {
        loop {
            let (mut stream, _) = listener.accept().expect("a connection");
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                stream.read_exact(&mut byte).expect("a request");
                head.push(byte[0]);
            }
            if !head.starts_with(b"GET /a ") {
                return stream;
            }
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\nconnection: close\r\n\r\n1";
            stream.write_all(answer).expect("it is read");
        }
    }

    fn signal(child: &Child, name: &str) {
        let mut kill = Command::new("kill");
        let sent = kill
            .args([&format!("-{name}"), &child.id().to_string()])
            .status();
        assert!(sent.expect("there is a kill").success());
    }

    #[test]
    fn every_report_of_a_stopped_run_is_whole_and_says_so() {
        for name in ["INT", "TERM"] {
            let folder = Folder::new();
            std::fs::write(folder.path("api.json"), DOCUMENT).expect("it is written");
            let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
            let url = format!("http://{}", listener.local_addr().expect("an address"));
            let mut command = binary();
            command.args([
                "run",
                "--spec",
                &folder.path("api.json"),
                "--target-url",
                &url,
            ]);
            command.args(["--concurrency", "1", "--record", &folder.path("record")]);
            command.args(["--verdicts", &folder.path("live.json")]);
            for format in FORMATS {
                let path = folder.path(format.name);
                command.args(["--report", &format!("{}={path}", format.name)]);
            }
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
            let child = command.spawn().expect("it starts");
            let silent = served(&listener);
            signal(&child, name);
            let output = child.wait_with_output().expect("it ends");
            drop(silent);
            let (out, err) = (output.stdout, output.stderr);
            let (out, err) = (String::from_utf8_lossy(&out), String::from_utf8_lossy(&err));
            assert_eq!(output.status.code(), Some(130), "{out}\n{err}");
            assert!(out.contains("1 passed, 0 failed, 2 errors"), "{out}");
            assert!(out.contains("1 case is missing"), "{out}");
            assert!(out.contains("INTERRUPTED"), "{out}");
            assert!(err.contains("interrupt again"), "{err}");
            let file = |name: &str| std::fs::read_to_string(folder.path(name)).expect(name);
            for format in FORMATS {
                let text = file(format.name).to_lowercase();
                assert!(text.contains("interrupted"), "{}: {text}", format.name);
                assert!(text.ends_with('\n'), "{}", format.name);
            }
            for format in ["json", "sarif", "badge"] {
                serde_json::from_str::<Value>(&file(format)).expect(format);
            }
            for line in file("events").lines() {
                serde_json::from_str::<Value>(line).expect("a line is JSON");
            }
            let tap = file("tap");
            assert!(
                tap.ends_with("1..3\nBail out! INTERRUPTED: this is what was done until then\n"),
                "{tap}"
            );
            assert!(file("junit").ends_with("</testsuites>\n"));
            assert!(file("html").ends_with("</html>\n"));
            // Judged again, nothing was interrupted: part of it is not known.
            let mut judge = binary();
            judge.args([
                "judge",
                &folder.path("record"),
                "--spec",
                &folder.path("api.json"),
            ]);
            ends(judge.args(["--verdicts", &folder.path("again.json")]), 3);
            assert_eq!(file("again.json"), file("live.json"));
        }
    }

    #[test]
    fn the_gate_ends_as_interrupted_programs_do() {
        let folder = Folder::new();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let mut command = gate();
        command.args(["--target-url", &url]);
        command.args(["--report", &format!("tap={}", folder.path("tap"))]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().expect("it starts");
        let silent = served(&listener);
        signal(&child, "INT");
        let output = child.wait_with_output().expect("it ends");
        drop(silent);
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(130), "{err}");
        assert!(err.contains("interrupted before its first case"), "{err}");
        let tap = std::fs::read_to_string(folder.path("tap")).expect("it is written");
        assert!(tap.contains("\nBail out! "), "{tap}");
    }
}
