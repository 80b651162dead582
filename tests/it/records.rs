//! Records: what is kept of a run, whatever becomes of the run, and what can be made of it.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use proptest::prelude::*;

use super::binaries::{binary, ends, serve};
use super::support::{Folder, Suite};
use crate::case::{CaseId, Role};
use crate::check::judge;
use crate::diag::{Style, render_all};
use crate::evidence::{ReadError, Record, Recorder, read_records};
use crate::http::{Exchange, Headers, Request, Response};
use crate::outcome::{
    About, CaseOutcome, CaseVerdict, Ending, Event, NoAnswer, StepRecord, Summary, Trouble,
};
use crate::reference::Server;
use crate::target::{ServiceTarget, Target};

fn reference() -> Arc<dyn Target> {
    Arc::new(ServiceTarget::new(Server::new().router()))
}

fn file_of(folder: &Path) -> PathBuf {
    folder.join("0123456789.ndjson")
}

fn read(folder: &Folder) -> Record {
    read_records(std::slice::from_ref(&folder.0)).expect("it is read")
}

fn shown(error: &ReadError) -> String {
    match error {
        ReadError::Damaged(problems) => render_all(problems, Style::Plain),
        other => other.to_string(),
    }
}

#[tokio::test]
async fn a_run_that_died_anywhere_leaves_all_but_its_last_line() {
    let suite = Suite::first_five();
    let folder = Folder::new();
    let result = suite.recorded(reference(), &folder.0).await;
    let whole = std::fs::read(file_of(&folder.0)).expect("the record");
    let exchanges: usize = result.traces.iter().map(|trace| trace.steps.len()).sum();
    assert!(exchanges > 10);
    let mut ends: BTreeSet<usize> = whole
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte == b'\n')
        .flat_map(|(at, _)| [at, at + 1])
        .collect();
    // Anywhere within lines as well, the same places in each run.
    ends.extend((0..whole.len()).step_by(613));
    for end in ends {
        std::fs::write(file_of(&folder.0), &whole[..end]).expect("it is cut");
        let record = read(&folder);
        // Of a last line without its end nothing is known.
        let kept = whole[..end].iter().rposition(|byte| *byte == b'\n');
        let kept = kept.map_or(&[][..], |at| &whole[..at]);
        let lines = |word: &str| {
            let begins = format!("{{\"{word}\":");
            let lines = kept.split(|byte| *byte == b'\n');
            lines
                .filter(|line| line.starts_with(begins.as_bytes()))
                .count()
        };
        let steps: usize = record.traces.iter().map(|trace| trace.steps.len()).sum();
        assert_eq!(steps, lines("exchange"), "{end}");
        assert_eq!(record.notes.is_empty(), end == whole.len(), "{end}");
        let outcomes = judge(&suite.contract, &suite.cases, &record.traces);
        let passed = |outcome: &&CaseOutcome| outcome.verdict == CaseVerdict::Pass;
        assert_eq!(
            outcomes.iter().filter(passed).count(),
            lines("closed"),
            "{end}"
        );
        for outcome in outcomes.iter().filter(|outcome| !passed(outcome)) {
            assert_eq!(outcome.verdict, CaseVerdict::Error, "{end}");
            let said = &outcome.troubles[0];
            let was_begun = outcome.exchanges > 0;
            let expected = if was_begun {
                Trouble::cut_off()
            } else {
                Trouble::lost()
            };
            assert_eq!(*said, expected, "{end}");
        }
        // Once the run has told of its cases, each of them is there.
        let of_all = if lines("started") == 1 {
            suite.cases.len()
        } else {
            0
        };
        assert_eq!(outcomes.len(), of_all, "{end}");
        let unknown = usize::from(of_all == 0);
        let unfinished = of_all + unknown - lines("closed");
        assert_eq!(record.unfinished.len(), unfinished, "{end}");
        assert_eq!(record.traces.len(), of_all + unknown, "{end}");
    }
}

#[tokio::test]
async fn what_is_lost_is_said() {
    let suite = Suite::first_five();
    let folder = Folder::new();
    suite.recorded(reference(), &folder.0).await;
    let file = file_of(&folder.0);
    let whole = std::fs::read_to_string(&file).expect("the record");
    let notes = |text: &str| {
        std::fs::write(&file, text).expect("it is written");
        let notes = render_all(&read(&folder).notes, Style::Plain);
        notes.replace(&folder.0.display().to_string(), "RECORD")
    };
    let at = whole.find("{\"closed\"").expect("a case ends") + 20;
    insta::assert_snapshot!(notes(&whole[..at]), @r#"
    warning[record]: the last line of RECORD/0123456789.ndjson is torn, and passed over: the run ended while it was written

    warning[record]: the run of RECORD/0123456789.ndjson was cut off: of 5 cases 0 are over, and 1 under way
    "#);
    insta::assert_snapshot!(notes(&whole[..30]), @r#"warning[record]: RECORD/0123456789.ndjson ends within its first line, and nothing is known of its run"#);
    let interrupted = whole.replace("\"interrupted\":false", "\"interrupted\":true");
    insta::assert_snapshot!(notes(&interrupted), @r#"warning[record]: the run of RECORD/0123456789.ndjson was interrupted"#);
}

#[tokio::test]
async fn damage_is_said_with_its_line() {
    let suite = Suite::first_five();
    let folder = Folder::new();
    suite.recorded(reference(), &folder.0).await;
    let file = file_of(&folder.0);
    let whole = std::fs::read_to_string(&file).expect("the record");
    let problems = |text: &str| {
        std::fs::write(&file, text).expect("it is written");
        let error = read_records(std::slice::from_ref(&folder.0)).expect_err("it is damaged");
        let short = |line: &str| line.chars().take(100).collect::<String>();
        let shown = shown(&error).replace(&folder.0.display().to_string(), "RECORD");
        shown.lines().map(short).collect::<Vec<_>>().join("\n")
    };
    let other = whole.replacen("\"proofmark\":2", "\"proofmark\":1", 1);
    insta::assert_snapshot!(problems(&other), @r#"
    error[record]: version 1 of the record is not read, only 2
     --> RECORD/0123456789.ndjson:1:1
      |
    1 | {"proofmark":1,"about":{"contract":"Set image metadata item 1.0.0","contract_hash":"","cases_has
      | ^
      |
      = help: judge it with the proofmark that made it, or run again
    "#);
    let broken = whole.replacen("{\"exchange\":{\"case\"", "{\"exchange\":{\"kase\"", 2);
    let text = problems(&broken);
    for place in ["RECORD/0123456789.ndjson:3:", "RECORD/0123456789.ndjson:4:"] {
        assert!(text.contains(place), "{text}");
    }
    assert_eq!(text.matches("missing field `case`").count(), 2, "{text}");
    let lines: Vec<&str> = whole.lines().collect();
    let closed = lines.iter().find(|line| line.starts_with("{\"closed\""));
    let twice = format!("{whole}{}\n", closed.expect("a case ends"));
    let text = problems(&twice);
    assert!(text.contains("was recorded twice"), "{text}");
}

/// A record of one case with these steps, read back.
fn kept(folder: &Folder, steps: &[StepRecord], ending: &Ending) -> Record {
    let about = About {
        run: "0123456789".into(),
        ..About::default()
    };
    let mut recorder =
        Recorder::create(&folder.0, &about, "http://h", "/v1").expect("the folder can be written");
    let case = CaseId::new("a/b");
    let started = Event::Started {
        target: "t".into(),
        cases: vec![case.clone()],
    };
    let exchanged = steps.iter().map(|record| Event::Exchanged {
        case: case.clone(),
        record: Arc::new(record.clone()),
    });
    let outcome = CaseOutcome {
        unjudged: Vec::new(),
        case: case.clone(),
        verdict: CaseVerdict::Pass,
        findings: Vec::new(),
        troubles: Vec::new(),
        standings: Vec::new(),
        exchanges: steps.len(),
    };
    let last = [
        Event::CaseSent {
            case: case.clone(),
            ending: Arc::new(ending.clone()),
        },
        Event::CaseFinished(Arc::new(outcome)),
        Event::Finished(Arc::new(Summary::default())),
    ];
    for event in std::iter::once(started).chain(exchanged).chain(last) {
        recorder.event(&event).expect("it is written");
    }
    read(folder)
}

fn exchange(body: Vec<u8>, answer: Vec<u8>, raw: Option<Vec<u8>>) -> Exchange {
    let headers: Headers = [("a", "b"), ("content-type", "x")].into_iter().collect();
    Exchange {
        request: Request {
            method: "PUT".into(),
            target: "/v1/x?y=z".into(),
            headers: headers.clone(),
            body: body.into(),
            secrets: Vec::new(),
        },
        response: Response {
            status: 200,
            headers,
            body: answer.into(),
            surplus: raw.as_ref().map(|_| Bytes::new()),
            raw: raw.map(Into::into),
        },
        elapsed: Duration::from_micros(1234),
    }
}

/// Bodies that are empty, small, large, text, bytes; the same ones again and again.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let text = (0usize..4).prop_map(|n| "é{\"sha256\":\"x\"} ".repeat(n * n * 80).into_bytes());
    let bytes = (0usize..3).prop_map(|n| vec![0xff; n * n * 1500]);
    prop_oneof![text, bytes, proptest::collection::vec(any::<u8>(), 0..40)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_was_recorded_is_read_back(
        bodies in proptest::collection::vec((body(), body(), proptest::option::of(body())), 0..6),
        names in proptest::collection::btree_map("[a-z]{1,3}", ".{0,9}", 0..3),
    ) {
        let folder = Folder::new();
        let mut steps: Vec<StepRecord> = bodies
            .into_iter()
            .enumerate()
            .map(|(number, (body, answer, raw))| StepRecord {
                step: Some(number),
                index: (number % 2 == 0).then_some(number),
                role: Role::Given,
                operation: "o".into(),
                result: Ok(exchange(body, answer, raw)),
            })
            .collect();
        steps.push(StepRecord {
            step: None,
            index: None,
            role: Role::Teardown,
            operation: "o".into(),
            result: Err(NoAnswer { reason: "\n\"".into(), unreachable: true, timed_out: false }),
        });
        let bindings = names.into_iter().map(|(name, value)| (name, value.into())).collect();
        let ending = Ending { bindings, ..Ending::default() };
        let record = kept(&folder, &steps, &ending);
        prop_assert!(record.notes.is_empty());
        let trace = &record.traces[0];
        prop_assert_eq!(trace.ending(), ending);
        prop_assert_eq!((trace.origin.as_str(), trace.prefix.as_str()), ("http://h", "/v1"));
        prop_assert_eq!(trace.steps.len(), steps.len());
        for (read, written) in trace.steps.iter().zip(&steps) {
            prop_assert_eq!(&read.result, &written.result);
            prop_assert_eq!((read.step, read.index, read.role), (written.step, written.index, written.role));
        }
    }
}

#[test]
fn a_large_body_is_kept_once_and_missed_when_it_is_gone_or_another() {
    let folder = Folder::new();
    let large = "large ".repeat(2000).into_bytes();
    let step = |number| StepRecord {
        step: Some(number),
        index: None,
        role: Role::Main,
        operation: "o".into(),
        result: Ok(exchange(large.clone(), large.clone(), None)),
    };
    let record = kept(&folder, &[step(0), step(1)], &Ending::default());
    assert_eq!(record.traces[0].steps.len(), 2);
    let bodies = || {
        std::fs::read_dir(folder.0.join("bodies"))
            .expect("the bodies")
            .flatten()
    };
    assert_eq!(bodies().count(), 1);
    let file = bodies().next().expect("a body").path();
    let length = |path: &Path| std::fs::metadata(path).expect("it is there").len();
    assert!(length(&file_of(&folder.0)) < 2500 && length(&file) < 1000);

    let error = || {
        let error = read_records(std::slice::from_ref(&folder.0)).expect_err("a body lacks");
        shown(&error)
    };
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(b"another").expect("it is packed");
    let other = packer.finish().expect("it is packed");
    std::fs::write(&file, other).expect("it is exchanged");
    assert!(error().contains("is not what it was"), "{}", error());
    std::fs::write(&file, b"no gzip").expect("it is damaged");
    assert!(error().contains("can't be read"), "{}", error());
    std::fs::remove_file(&file).expect("it goes");
    assert!(error().contains("can't be read"), "{}", error());
}

#[test]
fn requests_side_by_side_stand_in_the_order_of_the_case() {
    let folder = Folder::new();
    let step = |step: Option<usize>, index: Option<usize>| StepRecord {
        step,
        index,
        role: Role::Main,
        operation: "o".into(),
        result: Ok(exchange(Vec::new(), Vec::new(), None)),
    };
    let told = [
        step(Some(0), None),
        step(Some(1), Some(2)),
        step(Some(1), Some(0)),
        step(Some(1), Some(1)),
        step(None, None),
    ];
    let record = kept(&folder, &told, &Ending::default());
    let order: Vec<_> = record.traces[0]
        .steps
        .iter()
        .map(|step| (step.step, step.index))
        .collect();
    let expected = [
        (Some(0), None),
        (Some(1), Some(0)),
        (Some(1), Some(1)),
        (Some(1), Some(2)),
        (None, None),
    ];
    assert_eq!(order, expected);
}

fn verdicts(path: &str) -> String {
    std::fs::read_to_string(path).expect("verdicts")
}

#[test]
fn shards_are_put_together_to_what_one_run_would_have_said() {
    let folder = Folder::new();
    let path = |name: &str| folder.path(name);
    let run = |arguments: &[&str]| ends(binary().arg("run").args(arguments), 0);
    run(&[
        "--verdicts",
        &path("whole.json"),
        "--record",
        &path("whole"),
    ]);
    run(&["--shard", "1/2", "--record", &path("1")]);
    run(&["--shard", "2/2", "--record", &path("2")]);
    let merge = |parts: [&str; 2], code| {
        let mut command = binary();
        command.arg("merge").args(parts.map(path));
        ends(command.args(["--into", &path("all")]), code)
    };
    let (out, _) = merge(["1", "2"], 0);
    assert!(out.contains("148 cases of 2 processes"), "{out}");
    let (_, err) = merge(["1", "2"], 2);
    assert!(err.contains("holds a record already"), "{err}");
    for name in ["all", "whole"] {
        let again = path("again.json");
        let mut command = binary();
        let (_, err) = ends(
            command.args(["judge", &path(name), "--verdicts", &again]),
            0,
        );
        assert_eq!(err, "");
        assert_eq!(verdicts(&again), verdicts(&path("whole.json")), "{name}");
    }
    let (_, err) = merge(["1", "whole"], 2);
    assert!(err.contains("was recorded twice"), "{err}");

    // The same cases of a contract that says something else.
    let contract = std::fs::read_to_string("spec/openapi.yaml").expect("the contract");
    std::fs::write(path("other.yaml"), contract.replacen("1.0.0", "1.0.1", 1)).expect("written");
    let other = ["--spec", &path("other.yaml"), "--cases", "cases"];
    let reference = serve(&[]);
    let mut command = binary();
    command.arg("run").args(other).args(["--shard", "2/2"]);
    command.args(["--target-url", &reference.1, "--record", &path("3")]);
    ends(&mut command, 0);
    std::fs::remove_dir_all(path("all")).expect("it goes");
    let (_, err) = merge(["1", "3"], 2);
    assert!(
        err.contains("these records are of different contracts")
            && !err.contains("different cases"),
        "{err}"
    );
}

#[test]
fn a_record_is_held_against_another_contract() {
    let folder = Folder::new();
    let record = folder.path("record");
    ends(binary().args(["run", "--record", &record]), 0);
    let run = std::fs::read_dir(&record).expect("the record").flatten();
    let run = run.filter_map(|entry| Some(entry.path().file_stem()?.to_str()?.to_owned()));
    let run = run.min().expect("a file");
    let contract = std::fs::read_to_string("spec/openapi.yaml").expect("the contract");
    let judged = |text: &str, further: &[&str], code| {
        let spec = folder.path("new.yaml");
        std::fs::write(&spec, text).expect("it is written");
        let mut command = binary();
        command
            .args(["judge", &record, "--spec", &spec])
            .args(further);
        let (out, err) = ends(&mut command, code);
        (out, err.replace(&run, "RUN"))
    };
    let last = |out: &str| {
        out.trim_end()
            .lines()
            .next_back()
            .unwrap_or_default()
            .to_owned()
    };
    // No case is there: each exchange is judged for its shape.
    let (out, err) = judged(&contract, &[], 0);
    insta::assert_snapshot!(err, @r#"
    warning[record]: 148 cases of the record can't be found or bound: each of their exchanges is judged for its shape, by the operation that method and path lead to
     |
     = note: the first is `deleteImageMetadataItem/delete-then-read`

    warning[not-judged]: 3 of these 773 exchanges are for no operation of the contract, and not judged
     |
     = note: PATCH /images/70a599e0-31e7-49b7-b260-868f441e862b/metadata
     = note: PATCH /images/70a599e0-31e7-49b7-b260-868f441e862b/metadata/pm-RUN-setImageMetadataItem-wrong-method-patch
     = note: POST /images/70a599e0-31e7-49b7-b260-868f441e862b/metadata/pm-RUN-setImageMetadataItem-wrong-method-post
    "#);
    let conforms = "CONFORMS in everything that was put to the test";
    assert_eq!(last(&out), conforms);
    assert!(out.contains("770 passed"), "{out}");
    // An operation is called otherwise: its cases don't bind, and their exchanges are judged still.
    let renamed = contract.replace(
        "operationId: deleteImageMetadataItem",
        "operationId: removeItem",
    );
    let (out, err) = judged(&renamed, &["--cases", "cases"], 0);
    assert_eq!(last(&out), conforms);
    assert!(
        err.contains("no operation `deleteImageMetadataItem`")
            && err.contains("9 cases of the record"),
        "{err}"
    );
    // The contract demands more than was kept.
    let stricter = contract.replace("pattern: ^req-", "pattern: ^request-");
    assert_ne!(stricter, contract);
    let (out, _) = judged(&stricter, &["--cases", "cases"], 1);
    assert!(
        out.contains("200/header/x-compute-request-id#pattern"),
        "{out}"
    );
    assert_eq!(last(&out), "DOES NOT CONFORM");
    // A path is another one: its exchanges lead nowhere.
    let path = contract.replace("/images/{image_id}/metadata:", "/images/{image_id}/meta:");
    let (out, err) = judged(&path, &[], 0);
    assert_eq!(last(&out), conforms);
    assert!(
        err.contains("21 of these 773 exchanges") && err.contains("metadata (12 times)"),
        "{err}"
    );
}

#[test]
fn waivers_are_judged_by_the_day_of_the_run() {
    let folder = Folder::new();
    let path = |name: &str| folder.path(name);
    let waivers = "waivers:\n- clause: \"**/header/x-compute-request-id#pattern\"\n  \
                   reason: known\n  owner: us\n  expires: 2999-12-31\n";
    std::fs::write(path("waivers.yaml"), waivers).expect("it is written");
    let server = serve(&["request-id-malformed"]);
    let mut command = binary();
    command.args(["run", "--target-url", &server.1, "missing-token"]);
    command.args(["--waivers", &path("waivers.yaml")]);
    command.args([
        "--record",
        &path("record"),
        "--verdicts",
        &path("live.json"),
    ]);
    ends(&mut command, 0);
    let judge = |code| {
        let mut command = binary();
        command.args(["judge", &path("record"), "--waivers", &path("waivers.yaml")]);
        ends(command.args(["--verdicts", &path("again.json")]), code).0
    };
    judge(0);
    assert!(verdicts(&path("live.json")).contains("\"waived\": \"known\""));
    assert_eq!(verdicts(&path("live.json")), verdicts(&path("again.json")));

    // A run of another day: the waiver was over by then.
    let file = std::fs::read_dir(path("record"))
        .expect("the record")
        .flatten();
    let file = file.map(|entry| entry.path()).min().expect("a file");
    let record = std::fs::read_to_string(&file).expect("the record");
    let (before, behind) = record.split_once("\"began\":\"").expect("it has begun");
    let later = format!("{before}\"began\":\"3000-01-01{}", &behind[10..]);
    std::fs::write(&file, later).expect("it is written");
    let out = judge(1);
    assert!(out.contains("expired on 2999-12-31"), "{out}");
}
