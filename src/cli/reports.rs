//! The reports a command was asked for, and where each goes to.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anstream::stream::IsTerminal as _;

use super::engine::Ready;
use super::inputs::Inputs;
use super::verdicts::verdicts_path;
use crate::case::Case;
use crate::diag::{Diagnostic, closest};
use crate::evidence::Recorder;
use crate::outcome::{About, Account, CaseOutcome, CaseVerdict, Event, Ledger, Summary, Trouble};
use crate::report::{FORMATS, Format, Out, Palette, Progress, Reporter, Terminal};
use crate::run::{Plan, Planned, RunError};

/// A report as it was asked for: a format, and a file or standard output.
#[derive(Clone)]
pub(super) struct Wanted {
    format: &'static Format,
    path: Option<PathBuf>,
}

/// Reads what follows `--report`: `FORMAT` or `FORMAT=PATH`. The file of `--verdicts` is written beside
/// them.
pub(super) fn wanted(
    flags: &[String],
    verdicts: Option<&Path>,
) -> Result<Vec<Wanted>, Vec<Diagnostic>> {
    let mut wanted: Vec<Wanted> = Vec::new();
    let mut problems = Vec::new();
    for flag in flags {
        let (name, path) = match flag.split_once('=') {
            Some((name, path)) => (name, Some(path)),
            None => (flag.as_str(), None),
        };
        let mut problem = |message: String, help: String| {
            problems.push(Diagnostic::error("report", message).help(help));
        };
        let Some(format) = FORMATS.iter().find(|format| format.name == name) else {
            let names: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
            let help = match closest(name, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the formats are {}", names.join(", ")),
            };
            problem(
                format!("--report {flag}: there is no format `{name}`"),
                help,
            );
            continue;
        };
        if path == Some("") {
            problem(
                format!("--report {flag} names no file"),
                format!("write --report {name}=PATH, or --report {name} for standard output"),
            );
        }
        wanted.push(Wanted {
            format,
            path: path.map(PathBuf::from),
        });
    }
    let on_output: Vec<&str> = wanted
        .iter()
        .filter(|wanted| wanted.path.is_none())
        .map(|wanted| wanted.format.name)
        .collect();
    if on_output.len() > 1 {
        problems.push(
            Diagnostic::error(
                "report",
                format!(
                    "{} can't all go to standard output",
                    on_output.join(" and ")
                ),
            )
            .help("give all but one of them a file: --report FORMAT=PATH"),
        );
    }
    problems.extend(written_twice(&wanted, verdicts));
    if problems.is_empty() {
        Ok(wanted)
    } else {
        Err(problems)
    }
}

/// Says of each file that is to be written twice that one would end in the other. Devices take anything.
fn written_twice(wanted: &[Wanted], verdicts: Option<&Path>) -> Vec<Diagnostic> {
    let mut files: Vec<(String, PathBuf)> = Vec::new();
    let mut problems = Vec::new();
    let reports = wanted.iter().filter_map(|report| {
        let name = format!("--report {}", report.format.name);
        Some((name, report.path.clone()?))
    });
    let verdicts = verdicts.map(|path| ("--verdicts".to_owned(), verdicts_path(path)));
    for (flag, path) in reports.chain(verdicts) {
        let file = std::fs::canonicalize(&path)
            .or_else(|_| std::path::absolute(&path))
            .unwrap_or_else(|_| path.clone());
        if file.exists() && !file.is_file() {
            continue;
        }
        match files.iter().find(|(_, known)| *known == file) {
            Some((other, _)) => problems.push(
                Diagnostic::error(
                    "report",
                    format!("{other} and {flag} would both write {}", path.display()),
                )
                .help("give each a file of its own"),
            ),
            None => files.push((flag, file)),
        }
    }
    problems
}

/// Whether one of them goes to standard output, so that nothing else may.
pub(super) fn takes_output(wanted: &[Wanted]) -> bool {
    wanted.iter().any(|wanted| wanted.path.is_none())
}

/// What people read, where it is named.
const OUTPUT: &str = "the output";

/// A terminal that understands no control sequences, or is to get none, gets no line that needs them.
fn progress() -> Progress {
    let plain = anstream::AutoStream::choice(&io::stdout()) == anstream::ColorChoice::Never;
    match std::env::var_os("TERM") {
        Some(terminal) if terminal != "dumb" && !plain => Progress::Line,
        _ => Progress::None,
    }
}

/// The reports of a run, being written.
pub(super) struct Reports<'a> {
    all: Vec<(String, Box<dyn Reporter + 'a>)>,
    /// What the record is called among them.
    record: Option<String>,
    failed: Option<(String, io::Error)>,
}

impl<'a> Reports<'a> {
    /// Opens the files at once: that one can't be written is to be known before anything is sent.
    pub(super) fn open(wanted: &[Wanted], output: Out<'a>) -> Result<Self, Vec<Diagnostic>> {
        let mut output = Some(output);
        let mut reports = Self {
            all: Vec::new(),
            record: None,
            failed: None,
        };
        let mut problems = Vec::new();
        for report in wanted {
            let out: io::Result<Option<Out<'a>>> = match &report.path {
                Some(path) => file(path).map(Some),
                None => Ok(output.take()),
            };
            let name = match &report.path {
                Some(path) => path.display().to_string(),
                None => format!("the {} report", report.format.name),
            };
            match out {
                Ok(Some(out)) => reports.all.push((name, (report.format.new)(out))),
                Ok(None) => {}
                Err(error) => problems.push(
                    Diagnostic::error("report", format!("{name} can't be written: {error}")).help(
                        format!(
                            "give another file with --report {}=PATH",
                            report.format.name
                        ),
                    ),
                ),
            }
            // A step's summary is a file that GitHub names; several steps may add to it.
            if report.format.name == "github"
                && let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY")
                && let Some(markdown) = FORMATS.iter().find(|format| format.name == "markdown")
                && let Ok(file) = OpenOptions::new().append(true).create(true).open(&path)
            {
                let out = Box::new(BufWriter::new(file));
                reports
                    .all
                    .push(("the step's summary".to_owned(), (markdown.new)(out)));
            }
        }
        if problems.is_empty() {
            Ok(reports)
        } else {
            Err(problems)
        }
    }

    /// The reports, and in front of them what people read: on standard output, or on standard error
    /// where one of the reports goes to standard output, which a program is to read.
    pub(super) fn beside_people(
        wanted: &[Wanted],
        out: &'a mut (impl Write + Send),
        err: &'a mut (impl Write + Send),
    ) -> Result<Self, Vec<Diagnostic>> {
        let aside = takes_output(wanted);
        let is_terminal = if aside {
            io::stderr().is_terminal()
        } else {
            io::stdout().is_terminal()
        };
        let (palette, progress) = if is_terminal {
            (Palette::Colour, progress())
        } else {
            (Palette::Plain, Progress::None)
        };
        let (people, programs): (Out<'a>, Out<'a>) = if aside {
            (Box::new(err), Box::new(out))
        } else {
            (Box::new(out), Box::new(io::sink()))
        };
        let mut reports = Self::open(wanted, programs)?;
        let terminal = Terminal::new(people, palette, progress);
        let first = (OUTPUT.to_owned(), Box::new(terminal) as Box<dyn Reporter>);
        reports.all.insert(0, first);
        Ok(reports)
    }

    /// Has a record kept in a folder, if one is named. That it can't be written is known at once.
    pub(super) fn record(
        &mut self,
        folder: Option<&Path>,
        about: &About,
        ready: &Ready,
    ) -> Result<(), Diagnostic> {
        let Some(folder) = folder else { return Ok(()) };
        let recorder = Recorder::create(folder, about, &ready.origin, &ready.prefix);
        let recorder = recorder.map_err(|error| {
            Diagnostic::error(
                "record",
                format!("{} can't be written: {error}", folder.display()),
            )
            .help("give another folder with --record")
        })?;
        let name = format!("the record in {}", folder.display());
        self.record = Some(name.clone());
        self.all.push((name, Box::new(Recording(recorder))));
        Ok(())
    }

    /// Tells all of them. The first failure to write is kept; the others and the run go on.
    pub(super) fn event(&mut self, event: &Event) {
        self.each(|reporter| reporter.event(event));
    }

    /// Ends all of them.
    pub(super) fn finish(&mut self, account: &Account<'_>) {
        self.each(|reporter| reporter.finish(account));
    }

    /// Ends the reports of a run that could not begin, so that none is an empty file: of none of its
    /// cases could anything be told, for this reason. People are told of it by the error itself, and no
    /// record is kept of it.
    pub(super) fn not_begun(
        &mut self,
        error: &RunError,
        about: &About,
        inputs: &Inputs,
        cases: &[Case],
        plan: &Plan,
    ) {
        let record = self.record.take();
        self.all
            .retain(|(name, _)| name != OUTPUT && Some(name) != record.as_ref());
        self.event(&Event::Started {
            target: about.target.clone(),
            cases: cases.iter().map(|case| case.id.clone()).collect(),
        });
        let outcome = |planned: &Planned| {
            let case = cases[planned.case].id.clone();
            let trouble = match error {
                RunError::Interrupted => Trouble::not_begun(),
                other => Trouble {
                    during: "before the first request".to_owned(),
                    reason: other.to_string(),
                },
            };
            let mut outcome = CaseOutcome::unknown(case, vec![trouble]);
            if let Some(reason) = &planned.skip {
                outcome.verdict = CaseVerdict::Skipped(reason.clone());
                outcome.troubles.clear();
            }
            Arc::new(outcome)
        };
        let outcomes: Vec<Arc<CaseOutcome>> = plan.cases.iter().map(outcome).collect();
        let mut summary = Summary {
            interrupted: *error == RunError::Interrupted,
            ..Summary::default()
        };
        for outcome in &outcomes {
            summary.add(outcome);
            self.event(&Event::CaseFinished(outcome.clone()));
        }
        self.finish(&Account {
            about,
            contract: &inputs.contract,
            clauses: &inputs.clauses,
            cases,
            traces: &[],
            outcomes: &outcomes,
            ledger: &Ledger::default(),
            notices: &[],
            summary: &summary,
        });
    }

    /// The first report that could not be written, and why.
    pub(super) fn written(self) -> io::Result<()> {
        match self.failed {
            None => Ok(()),
            Some((name, error)) if name == OUTPUT => Err(error),
            Some((name, error)) => Err(io::Error::new(error.kind(), format!("{name}: {error}"))),
        }
    }

    fn each(&mut self, mut tell: impl FnMut(&mut dyn Reporter) -> io::Result<()>) {
        let mut failed = Vec::new();
        for (number, (name, reporter)) in self.all.iter_mut().enumerate() {
            if let Err(error) = tell(reporter.as_mut()) {
                failed.push(number);
                self.failed.get_or_insert((name.clone(), error));
            }
        }
        for number in failed.into_iter().rev() {
            self.all.remove(number);
        }
    }
}

/// A record as one of those who listen.
struct Recording(Recorder);

impl Reporter for Recording {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        self.0.event(event)
    }

    fn finish(&mut self, _account: &Account<'_>) -> io::Result<()> {
        Ok(())
    }
}

fn file<'a>(path: &Path) -> io::Result<Out<'a>> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    Ok(Box::new(BufWriter::new(File::create(path)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn twice(flags: &[&str], verdicts: Option<&str>) -> Vec<String> {
        let flags: Vec<String> = flags.iter().map(ToString::to_string).collect();
        let problems = wanted(&flags, verdicts.map(Path::new)).err();
        let problems = problems.unwrap_or_default();
        problems.into_iter().map(|found| found.message).collect()
    }

    #[test]
    fn two_reports_never_share_a_file() {
        assert_eq!(
            twice(&["html=no/a", "tap=no/b", "json=./no/a"], None),
            ["--report html and --report json would both write ./no/a"]
        );
        assert_eq!(
            twice(&["json=no/a"], Some("no/a")),
            ["--report json and --verdicts would both write no/a"]
        );
        let apart = twice(&["html=no/a", "json=no/b", "tap"], Some("no/"));
        assert_eq!(apart, [""; 0]);
    }

    #[cfg(unix)]
    #[test]
    fn a_device_takes_any_number_of_them() {
        let devices = ["html=/dev/null", "json=/dev/null"];
        assert_eq!(twice(&devices, Some("/dev/null")), [""; 0]);
    }
}
