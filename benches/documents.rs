//! Reads a folder of OpenAPI documents, each in a process of its own, and says how many are read, how
//! fast, and at what cost of memory.
//!
//! `cargo bench --bench documents -- FOLDER [INDEX]`; INDEX is a tab-separated file with a heading, whose
//! first column names documents below the folder and whose fifth the operations each has. Without it every
//! file below the folder that says a version is read. Memory is known on Linux alone.

#![expect(clippy::print_stdout, reason = "figures are what a bench is for")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use proofmark::diag::{Severity, Source, Style, render_all};
use proofmark::openapi::{Disk, load_with};

/// How long one document may take.
const PATIENCE: Duration = Duration::from_mins(1);

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["--one", file] => one(Path::new(file)),
        [folder] => all(Path::new(folder), None),
        [folder, index] => all(Path::new(folder), Some(Path::new(index))),
        _ => println!("documents: give a folder of OpenAPI documents"),
    }
}

/// One document, in this process: a line of figures, then what was found.
fn one(file: &Path) {
    let before = peak();
    let begin = Instant::now();
    let source = fs::read(file)
        .map_err(|error| error.to_string())
        .and_then(|bytes| Source::from_bytes(file.display().to_string(), bytes));
    let source = match source {
        Ok(source) => source,
        Err(reason) => {
            println!("refused\t0\t0\t0\t0\n{reason}");
            return;
        }
    };
    let loaded = load_with(source, &Disk::beside(file));
    let time = begin.elapsed().as_micros();
    let memory = peak().saturating_sub(before);
    let (word, operations, problems) = match &loaded {
        Ok(contract) => ("read", contract.operations.len(), &contract.warnings),
        Err(problems) => ("refused", 0, problems),
    };
    println!("{word}\t{operations}\t{}\t{time}\t{memory}", problems.len());
    let worst = problems
        .iter()
        .filter(|problem| problem.severity >= Severity::Warning)
        .take(20)
        .cloned()
        .collect::<Vec<_>>();
    println!("{}", render_all(&worst, Style::Plain));
}

/// The most memory this process had, in KiB.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    number.unwrap_or_default()
}

struct Figures {
    file: String,
    bytes: u64,
    word: String,
    operations: usize,
    warnings: usize,
    micros: u64,
    kib: u64,
}

fn all(folder: &Path, index: Option<&Path>) {
    let list = index.map_or_else(|| found(folder), indexed);
    let mut figures = Vec::new();
    for (file, expected) in list {
        let one = measured(folder, &file);
        if let Some(expected) = expected.filter(|expected| *expected != one.operations) {
            println!(
                "{file}: {} operations, and the index says {expected}",
                one.operations
            );
        }
        println!(
            "{:8} {:5} ops {:5} warnings {:8.1} ms {:7} KiB  {file}",
            one.word,
            one.operations,
            one.warnings,
            ms(one.micros),
            one.kib
        );
        figures.push(one);
    }
    summary(&figures);
}

fn summary(figures: &[Figures]) {
    let read: Vec<&Figures> = figures.iter().filter(|one| one.word == "read").collect();
    let bytes: u64 = read.iter().map(|one| one.bytes).sum();
    let micros: u64 = read.iter().map(|one| one.micros).sum();
    println!("\n{} of {} read", read.len(), figures.len());
    println!(
        "{:.2} MiB in {:.0} ms: {:.1} ms a MiB",
        mib(bytes),
        ms(micros),
        ms(micros) / mib(bytes).max(f64::EPSILON)
    );
    let mut large: Vec<&&Figures> = read.iter().filter(|one| one.bytes > 1 << 20).collect();
    large.sort_by_key(|one| one.kib / (one.bytes >> 20).max(1));
    if let Some(worst) = large.last() {
        println!(
            "memory of those above 1 MiB: at most {:.1} MiB a MiB ({})",
            mib(worst.kib << 10) / mib(worst.bytes),
            worst.file
        );
    }
    let mut slowest = read.clone();
    slowest.sort_by_key(|one| std::cmp::Reverse(one.micros));
    println!("slowest:");
    for one in slowest.iter().take(5) {
        println!(
            "  {:8.1} ms {:7.2} MiB {:7.1} MiB memory  {}",
            ms(one.micros),
            mib(one.bytes),
            mib(one.kib << 10),
            one.file
        );
    }
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn ms(micros: u64) -> f64 {
    micros as f64 / 1000.0
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

fn measured(folder: &Path, file: &str) -> Figures {
    let path = folder.join(file);
    let mut figures = Figures {
        file: file.to_owned(),
        bytes: fs::metadata(&path).map_or(0, |data| data.len()),
        word: "died".to_owned(),
        operations: 0,
        warnings: 0,
        micros: 0,
        kib: 0,
    };
    let Ok(program) = std::env::current_exe() else {
        return figures;
    };
    let child = Command::new(program)
        .arg("--one")
        .arg(file)
        .current_dir(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut child) = child else { return figures };
    let output = child.stdout.take();
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        let read = output.map(|mut output| std::io::Read::read_to_string(&mut output, &mut text));
        read.map(|_| text)
    });
    let begin = Instant::now();
    while matches!(child.try_wait(), Ok(None)) {
        if begin.elapsed() > PATIENCE {
            let _ = child.kill();
            "timed out".clone_into(&mut figures.word);
            let _ = child.wait();
            return figures;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    let text = reader.join().ok().flatten().unwrap_or_default();
    let fields: Vec<&str> = text
        .lines()
        .next()
        .unwrap_or_default()
        .split('\t')
        .collect();
    if let [word, operations, warnings, micros, kib] = fields[..] {
        word.clone_into(&mut figures.word);
        figures.operations = operations.parse().unwrap_or_default();
        figures.warnings = warnings.parse().unwrap_or_default();
        figures.micros = micros.parse().unwrap_or_default();
        figures.kib = kib.parse().unwrap_or_default();
    }
    figures
}

fn indexed(index: &Path) -> Vec<(String, Option<usize>)> {
    let text = fs::read_to_string(index).unwrap_or_default();
    text.lines()
        .skip(1)
        .filter_map(|line| {
            let columns: Vec<&str> = line.split('\t').collect();
            let file = (*columns.first()?).to_owned();
            Some((file, columns.get(4).and_then(|count| count.parse().ok())))
        })
        .collect()
}

fn found(folder: &Path) -> Vec<(String, Option<usize>)> {
    let mut files = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(below) = folders.pop() {
        for entry in fs::read_dir(folder.join(&below))
            .into_iter()
            .flatten()
            .flatten()
        {
            let path = below.join(entry.file_name());
            if entry.path().is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(entry.path()).unwrap_or_default();
            if text.contains("openapi") || text.contains("swagger") {
                files.push((path.display().to_string(), None));
            }
        }
    }
    files.sort();
    files
}
