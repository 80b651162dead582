//! Records of runs that ended before their time: what was planned and isn't there is no conformance.

use std::path::PathBuf;

use super::binaries::{binary, ends, serve};
use super::support::Folder;

/// Five cases of the built-in ones.
const CASES: &str = "setImageMetadataItem/wrong-content-type";

/// A record of a run, by its lines.
struct Lines {
    file: PathBuf,
    all: Vec<String>,
}

impl Lines {
    /// Of a run with these arguments, in a folder.
    fn of(arguments: &[&str], folder: &str, code: i32) -> Self {
        let mut command = binary();
        command.arg("run").args(arguments);
        ends(command.args(["--record", folder]), code);
        let entries = std::fs::read_dir(folder).expect("the record").flatten();
        let mut files = entries.map(|entry| entry.path());
        let file = files.find(|path| path.is_file()).expect("a file");
        let text = std::fs::read_to_string(&file).expect("the record");
        let all = text.lines().map(str::to_owned).collect();
        Self { file, all }
    }

    fn write(&self, lines: &[String]) {
        std::fs::write(&self.file, lines.join("\n") + "\n").expect("it is written");
    }

    /// Where the line of so many cases' ends is.
    fn closed(&self, number: usize) -> usize {
        let lines = self.all.iter().enumerate();
        let mut closed = lines.filter(|(_, line)| line.starts_with("{\"closed\""));
        closed.nth(number).expect("so many cases").0
    }
}

fn judged(paths: &[&str], code: i32) -> (String, String) {
    let mut command = binary();
    ends(command.arg("judge").args(paths), code)
}

fn last(out: &str) -> &str {
    out.trim_end().lines().next_back().unwrap_or_default()
}

#[test]
fn what_was_planned_and_is_not_in_the_record_is_an_error() {
    let folder = Folder::new();
    let path = folder.path("record");
    let lines = Lines::of(&[CASES], &path, 0);
    // A selection is whole by itself.
    let (out, err) = judged(&[&path], 0);
    assert!(out.contains("5 passed") && err.is_empty(), "{out}{err}");

    lines.write(&lines.all[..lines.closed(1)]);
    let (out, err) = judged(&[&path], 3);
    assert!(out.contains("1 passed, 0 failed, 4 errors"), "{out}");
    assert!(
        out.contains("the run: it ended before this case did"),
        "{out}"
    );
    assert!(
        out.contains("cases are missing, since the run ended before them: "),
        "{out}"
    );
    assert!(last(&out).starts_with("COULD NOT TELL"), "{out}");
    assert!(err.contains("of 5 cases 1 are over"), "{err}");
    // Judged by what method and path lead to, its cases not at hand.
    let spec = ["--spec", "spec/openapi.yaml", path.as_str()];
    let (out, _) = judged(&spec, 3);
    assert!(out.contains("4 errors"), "{out}");

    // Nothing but the lines of its beginning; before any case was named; as records were before they were.
    lines.write(&lines.all[..2]);
    let (out, _) = judged(&[&path], 3);
    assert!(out.contains("0 passed, 0 failed, 5 errors"), "{out}");
    lines.write(&lines.all[..1]);
    let (out, _) = judged(&[&path], 3);
    assert!(
        out.contains("1 errors") && out.contains("cut off before it told"),
        "{out}"
    );
    let mut old = lines.all[..=lines.closed(1)].to_vec();
    assert!(
        old[1].starts_with("{\"started\":{\"cases\":5,\"planned\":[\"setImage"),
        "{}",
        old[1]
    );
    old[1] = "{\"started\":{\"cases\":5}}".to_owned();
    lines.write(&old);
    let (out, _) = judged(&[&path], 3);
    assert!(out.contains("of its cases were not begun"), "{out}");

    // All but its last line: nothing is missing.
    lines.write(&lines.all[..lines.all.len() - 1]);
    let (out, _) = judged(&[&path], 0);
    assert!(out.contains("5 passed, 0 failed, 0 errors"), "{out}");
}

#[test]
fn findings_come_before_what_is_missing() {
    let folder = Folder::new();
    let path = folder.path("record");
    let server = serve(&["request-id-malformed"]);
    let lines = Lines::of(&[CASES, "--target-url", &server.1], &path, 1);
    lines.write(&lines.all[..=lines.closed(0)]);
    let (out, _) = judged(&[&path], 1);
    assert!(out.contains("1 failed, 4 errors"), "{out}");
    assert_eq!(last(&out), "DOES NOT CONFORM");
}

#[test]
fn a_part_that_was_cut_off_stays_so_among_others() {
    let folder = Folder::new();
    let [whole, cut, rest, all] = ["whole", "cut", "rest", "all"].map(|name| folder.path(name));
    Lines::of(&[CASES, "--shard", "1/2"], &whole, 0);
    let lines = Lines::of(&[CASES, "--shard", "2/2"], &cut, 0);
    judged(&[&whole], 0);
    judged(&[&whole, &cut], 0);
    lines.write(&lines.all[..2]);
    judged(&[&whole, &cut], 3);
    let mut merge = binary();
    let (out, err) = ends(merge.args(["merge", &whole, &cut, "--into", &all]), 0);
    assert!(err.contains("was cut off"), "{err}");
    assert!(
        out.contains("5 cases of 2 processes, 2 of them not over"),
        "{out}"
    );
    let (out, _) = judged(&[&all], 3);
    assert!(out.contains("passed, 0 failed, 2 errors"), "{out}");

    // What the one did not come to, another has done.
    let again = Lines::of(&[CASES, "--shard", "2/2"], &rest, 0);
    judged(&[&all, &rest], 0);

    // Of one it isn't even known what it was to do.
    let first: String = again.all[0].chars().take(30).collect();
    std::fs::write(&again.file, first).expect("it is written");
    let (out, _) = judged(&[&whole, &rest], 3);
    assert!(out.contains("nothing is known of its cases"), "{out}");
}
