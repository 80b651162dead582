//! Enumerates the clauses of a folder of OpenAPI documents, and writes each document in other ways: says how
//! fast, and which ids are there twice or are another then.
//!
//! `cargo bench --bench clauses -- FOLDER INDEX`; INDEX is a tab-separated file with a heading, whose first
//! column names documents below the folder. What can't be read is passed over.

#![expect(clippy::print_stdout, reason = "figures are what a bench is for")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use proofmark::clause::Clauses;
use proofmark::diag::{Document, Source, Syntax};
use proofmark::openapi::{Contract, Disk, load_with};
use serde_json::Value;

#[path = "../tests/it/rearranged.rs"]
mod rearranged;

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    let [folder, index] = arguments.as_slice() else {
        println!("clauses: give a folder of OpenAPI documents, and the index that names them");
        return;
    };
    let index = fs::read_to_string(index).unwrap_or_default();
    let mut total = Total::default();
    for line in index.lines().skip(1) {
        let name = line.split('\t').next().unwrap_or_default();
        total.add(&Path::new(folder).join(name), name);
    }
    println!("{} documents, {} clauses", total.documents, total.clauses);
    println!("{} ids are there twice", total.twice);
    for (way, changed) in WAYS.iter().zip(total.changed) {
        println!("{changed} ids are others when a document is {}", way.0);
    }
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let mebibytes = total.bytes as f64 / f64::from(1 << 20);
    println!(
        "{mebibytes:.1} MiB in {:.2} s: {:.1} MiB/s",
        total.time.as_secs_f64(),
        mebibytes / total.time.as_secs_f64()
    );
}

type Way = (&'static str, fn(&Value) -> Value);

const WAYS: [Way; 3] = [
    ("reordered", rearranged::reversed),
    ("taken apart by references", rearranged::outlined),
    ("given other names", rearranged::renamed),
];

#[derive(Default)]
struct Total {
    documents: usize,
    clauses: usize,
    twice: usize,
    changed: [usize; WAYS.len()],
    bytes: usize,
    time: Duration,
}

impl Total {
    fn add(&mut self, file: &Path, name: &str) {
        let Ok(bytes) = fs::read(file) else { return };
        let shown = file.display().to_string();
        let Ok(source) = Source::from_bytes(shown.clone(), bytes) else {
            return;
        };
        let Ok(contract) = load_with(source.clone(), &Disk::beside(file)) else {
            return;
        };
        let begin = Instant::now();
        let clauses = Clauses::of(&contract);
        self.time += begin.elapsed();
        self.bytes += source.text().len();
        self.documents += 1;
        self.clauses += clauses.len();
        let before = ids(&clauses);
        self.twice += clauses.len() - before.len();
        drop(contract);
        let syntax = Syntax::of(&shown, source.text());
        let Ok((document, _)) = Document::parse_leniently(source, syntax) else {
            return;
        };
        for (number, (way, rearrange)) in WAYS.iter().enumerate() {
            let text = rearrange(document.root()).to_string();
            let Ok(contract) = written(&shown, text, file) else {
                println!("{name}: can't be read when it is {way}");
                continue;
            };
            let after = ids(&Clauses::of(&contract));
            let gone: Vec<&String> = before.difference(&after).collect();
            self.changed[number] += gone.len();
            if let Some(first) = gone.first() {
                println!("{name}: {} when it is {way}, such as {first}", gone.len());
            }
        }
    }
}

fn ids(clauses: &Clauses) -> BTreeSet<String> {
    clauses.iter().map(|clause| clause.id.to_string()).collect()
}

/// A document that was written anew, as JSON, in the place of its file.
fn written(name: &str, text: String, file: &Path) -> Result<Contract, ()> {
    let name = Path::new(name).with_extension("json");
    let source = Source::new(name.display().to_string(), text);
    load_with(source, &Disk::beside(file)).map_err(drop)
}
