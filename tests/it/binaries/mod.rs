//! The programs themselves: what they print and how they end.

mod exit_codes;

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// The folder cargo puts binaries into: this test's own, or the one above it.
fn folder() -> PathBuf {
    let own = std::env::current_exe().expect("a test is a program");
    own.parent().expect("it is in a folder").to_owned()
}

pub(super) fn binary() -> Command {
    let path = folder()
        .with_file_name("")
        .join(format!("proofmark{}", std::env::consts::EXE_SUFFIX));
    assert!(
        path.is_file(),
        "{} is missing: run `cargo test --all-targets`",
        path.display()
    );
    quiet(Command::new(path))
}

/// The newest gate beside this test.
pub(super) fn gate() -> Command {
    let entries = std::fs::read_dir(folder())
        .expect("the folder can be read")
        .flatten();
    let gates = entries.map(|entry| entry.path()).filter(|path| {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        name.starts_with("conformance-")
            && path.extension().is_none_or(|extension| extension == "exe")
            && !is_an_examples(path)
    });
    let newest = gates.max_by_key(|path| path.metadata().and_then(|meta| meta.modified()).ok());
    quiet(Command::new(
        newest.expect("the gate is built: run `cargo test --all-targets`"),
    ))
}

/// Whether a test binary is one of the examples', which have tests of the same name: cargo writes beside
/// it what it is made of.
fn is_an_examples(path: &Path) -> bool {
    let sources = std::fs::read_to_string(path.with_extension("d"));
    sources.is_ok_and(|sources| sources.contains("todo-api"))
}

/// As on a machine where nobody set anything.
fn quiet(mut command: Command) -> Command {
    for (name, _) in std::env::vars_os() {
        let name_of = |prefix| name.to_string_lossy().starts_with(prefix);
        if name_of("PROOFMARK") || name_of("NEXTEST") {
            command.env_remove(name);
        }
    }
    command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("NO_COLOR", "1")
        .stdin(Stdio::null());
    command
}

pub(super) fn ends(command: &mut Command, code: i32) -> (String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().expect("it runs");
    let (out, err) = (
        String::from_utf8_lossy(&stdout).into_owned(),
        String::from_utf8_lossy(&stderr).into_owned(),
    );
    assert_eq!(status.code(), Some(code), "{out}\n{err}");
    (out, err)
}

/// `proofmark serve`, ended with the test.
pub(super) struct Serving(Child, pub(super) String);

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub(super) fn serve(faults: &[&str]) -> Serving {
    let mut command = binary();
    command
        .arg("serve")
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    for fault in faults {
        command.args(["--fault", fault]);
    }
    let mut child = command.spawn().expect("it starts");
    let mut lines = BufReader::new(child.stdout.take().expect("it has an output")).lines();
    let mut text = String::new();
    while !text.ends_with("\n}\n") {
        text.push_str(
            &lines
                .next()
                .expect("it prints its fixtures")
                .expect("as text"),
        );
        text.push('\n');
    }
    let ready: serde_json::Value = serde_json::from_str(&text).expect("it prints JSON");
    let url = ready["url"].as_str().expect("it names its URL").to_owned();
    Serving(child, url)
}

fn dead_url() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    format!("http://{}", listener.local_addr().expect("an address"))
}

#[test]
fn the_reference_conforms_through_both_doors() {
    let (out, err) = ends(binary().arg("run"), 0);
    assert!(
        out.contains(" passed, 0 failed, 0 errors, 0 skipped; 0 advisories"),
        "{out}"
    );
    assert!(err.contains("embedded reference"), "{err}");
    let served = serve(&[]);
    let aimed = ["--target-url", &served.1, "--var", "body_limit=65536"];
    let (out, _) = ends(binary().arg("run").args(aimed), 0);
    assert!(
        out.contains("SKIP setImageMetadataItem/item-limit  needs the variable item_limit"),
        "{out}"
    );
    ends(gate().args(aimed), 0);
}

#[test]
fn a_broken_server_fails_the_process_and_names_the_clause() {
    let served = serve(&["request-id-malformed"]);
    let aimed = [
        "setImageMetadataItem/add-new-key",
        "--target-url",
        &served.1,
    ];
    let clause = "FAIL setImageMetadataItem/add-new-key  200/header/x-compute-request-id#pattern";
    let (out, _) = ends(binary().arg("run").args(aimed), 1);
    assert!(out.contains(clause), "{out}");
    assert!(out.contains("DOES NOT CONFORM"), "{out}");
    let (out, _) = ends(gate().args(aimed), 101);
    assert!(out.contains(clause), "{out}");
}

#[test]
fn what_cannot_be_aimed_says_what_to_do() {
    for mut door in [gate(), {
        let mut b = binary();
        b.arg("run");
        b
    }] {
        let (_, err) = ends(door.arg("--target-url"), 2);
        assert!(err.contains("--target-url <URL>"), "{err}");
    }
    for url in ["", "localhost:80", "ftp://x"] {
        ends(binary().args(["run", "--target-url", url]), 2);
    }
    let url = dead_url();
    let (_, err) = ends(gate().args(["--target-url", &url]), 3);
    assert!(
        err.contains(&url) && err.contains("nothing was tested"),
        "{err}"
    );
    let (_, err) = ends(binary().args(["run", "--target-url", &url]), 3);
    assert!(err.contains(&url), "{err}");
}

#[test]
fn what_would_count_for_nothing_is_said() {
    for (flags, said) in [
        (["--config", "proofmark.toml"], "name one with --profile"),
        (["--header", "X Name: 1"], "`X Name` can't be"),
        (["--select", "opration == 'x'"], "there is no `opration`"),
    ] {
        let (out, err) = ends(binary().arg("run").args(flags), 2);
        assert!(out.is_empty() && err.contains(said), "{out}\n{err}");
    }
    let mut command = binary();
    command.env("PROOFMARK_CONFIG", "proofmark.toml");
    ends(command.args(["run", "--dry-run"]), 0);
}

#[test]
fn verdicts_that_can_not_be_kept_are_not_a_run_that_was_not_made() {
    let folder = std::env::temp_dir().join(format!("proofmark-{}", uuid::Uuid::new_v4()));
    std::fs::write(&folder, "a file").expect("it can be written");
    let file = folder.join("verdicts.json");
    let mut command = binary();
    command
        .args(["run", "unknown-key", "--verdicts"])
        .arg(&file);
    let (out, err) = ends(&mut command, 2);
    assert!(out.contains("CONFORMS"), "{out}");
    assert!(
        err.contains("with --verdicts") && !err.contains("nothing was run"),
        "{err}"
    );
    std::fs::remove_file(folder).expect("it is there");
}

#[test]
fn a_run_that_can_not_begin_leaves_whole_reports() {
    let url = dead_url();
    let folder = std::env::temp_dir().join(format!("proofmark-{}", uuid::Uuid::new_v4()));
    for (number, mut door) in [gate(), binary()].into_iter().enumerate() {
        if number == 1 {
            door.arg("run");
        }
        let file = folder.join(format!("{number}.json"));
        let report = format!("json={}", file.display());
        ends(door.args(["--target-url", &url, "--report", &report]), 3);
        let text = std::fs::read_to_string(file).expect("it was written");
        let report: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
        assert_eq!(report["answer"], "could-not-tell");
        let reason = &report["cases"][0]["troubles"][0]["reason"];
        assert!(
            reason.as_str().is_some_and(|why| why.contains(&url)),
            "{reason}"
        );
    }
    std::fs::remove_dir_all(folder).expect("it is there");
}

#[test]
fn selecting_nothing_is_no_success() {
    ends(binary().args(["run", "no-such-case"]), 4);
    ends(gate().arg("no-such-case"), 4);
    let served = serve(&[]);
    // Without its variable the one case that is selected is skipped.
    ends(gate().args(["--target-url", &served.1, "oversize-body"]), 4);
}

#[test]
fn libtest_s_own_flags_work() {
    let (out, _) = ends(gate().arg("--list"), 0);
    assert!(
        out.contains("setImageMetadataItem/valid-upsert: test\n"),
        "{out}"
    );
    assert!(out.contains("selftest::silence: test\n"), "{out}");
    let (out, _) = ends(
        gate().args(["--exact", "setImageMetadataItem/valid-upsert"]),
        0,
    );
    assert!(out.contains("1 passed; 0 failed"), "{out}");
    let (out, _) = ends(gate().args(["--skip", "selftest", "wrong-method"]), 0);
    assert!(out.contains("3 passed; 0 failed"), "{out}");
    let (out, _) = ends(
        gate().args(["-Zunstable-options", "--format", "json", "valid-upsert"]),
        0,
    );
    assert!(
        out.lines()
            .all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()),
        "{out}"
    );
}

#[test]
fn all_problems_of_all_case_files_come_at_once() {
    let cases = Path::new("tests/it/broken-cases");
    let (_, err) = ends(binary().args(["run", "--cases"]).arg(cases), 2);
    insta::assert_snapshot!(err);
}

#[test]
fn every_list_and_explanation_is_there() {
    for what in ["cases", "clauses", "checks", "faults"] {
        let (out, _) = ends(binary().args(["list", what]), 0);
        assert!(out.lines().count() > 4, "{out}");
    }
    for id in [
        "setImageMetadataItem/relation#key-agrees",
        "setImageMetadataItem/add-new-key",
        "body-schema",
    ] {
        ends(binary().args(["explain", id]), 0);
    }
    let (_, err) = ends(
        binary().args(["explain", "setImageMetadataItem/relation#key-agree"]),
        2,
    );
    assert!(
        err.contains("did you mean `setImageMetadataItem/relation#key-agrees`?"),
        "{err}"
    );
    let example = "tests/it/published-example.yaml";
    let (out, _) = ends(binary().args(["judge", example]), 0);
    assert!(
        out.contains("http#date") && out.contains("1 advisory"),
        "{out}"
    );
}
