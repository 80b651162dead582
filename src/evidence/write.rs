//! Keeps a record of a run while it goes on.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;

use super::bodies::{Store, is_large};
use super::line::{Header, Line, VERSION};
use crate::case::CaseId;
use crate::clause::ClauseId;
use crate::http::Secret;
use crate::outcome::{About, Ending, Event, Notice, StepRecord};

/// Keeps a record of a run: listens to its events, and writes a line for each that counts, at once and
/// whole.
pub struct Recorder {
    path: PathBuf,
    file: File,
    bodies: Store,
    /// The credentials that cases under way have sent.
    secrets: HashMap<CaseId, Vec<Secret>>,
    /// What is to be said of cases when they are judged.
    endings: HashMap<CaseId, Arc<Ending>>,
    notices: Vec<Notice>,
    has_begun: bool,
}

impl Recorder {
    /// Begins a record in a folder, which is made if need be. The file has the run's name, so that
    /// processes which write to one folder don't meet. It goes again if the run never begins.
    ///
    /// # Errors
    /// When folder or file can't be written.
    pub fn create(folder: &Path, about: &About, origin: &str, prefix: &str) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let path = folder.join(format!("{}.ndjson", about.run));
        let mut recorder = Self {
            file: File::create_new(&path)?,
            path,
            bodies: Store::new(folder, &about.run),
            secrets: HashMap::new(),
            endings: HashMap::new(),
            notices: Vec::new(),
            has_begun: false,
        };
        let header = Header {
            proofmark: VERSION,
            about: Cow::Borrowed(about),
            origin,
            prefix,
        };
        recorder.write(serde_json::to_vec(&header)?)?;
        Ok(recorder)
    }

    /// Takes in an event, as it happens.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn event(&mut self, event: &Event) -> io::Result<()> {
        match event {
            Event::Started { cases, .. } => {
                self.has_begun = true;
                self.line(&Line::Started {
                    cases: cases.len(),
                    planned: cases,
                })
            }
            Event::Exchanged { case, record } => self.exchange(case, record),
            Event::CaseSent { case, ending } => {
                self.again(case)?;
                self.endings.insert(case.clone(), ending.clone());
                Ok(())
            }
            Event::CaseFinished(outcome) => self.close(
                &outcome.case,
                outcome.verdict.as_str(),
                outcome.findings.iter().map(|f| &f.clause).collect(),
                false,
            ),
            Event::Notice(notice) => {
                self.notices.push(notice.clone());
                Ok(())
            }
            Event::Finished(summary) => {
                let notices = std::mem::take(&mut self.notices);
                self.line(&Line::Finished {
                    summary,
                    notices: &notices,
                })
            }
            Event::CaseStarted(_) | Event::LeftBehind { .. } => Ok(()),
        }
    }

    fn exchange(&mut self, case: &CaseId, record: &StepRecord) -> io::Result<()> {
        self.again(case)?;
        let line = Line::Exchange { case, record };
        let Ok(exchange) = &record.result else {
            return self.line(&line);
        };
        let known = self.secrets.entry(case.clone()).or_default();
        for secret in exchange.secrets() {
            if !known.contains(secret) {
                known.push(secret.clone());
            }
        }
        let lengths = [
            exchange.request.body.len(),
            exchange.response.body.len(),
            exchange.response.raw.as_ref().map_or(0, bytes::Bytes::len),
            exchange
                .response
                .surplus
                .as_ref()
                .map_or(0, bytes::Bytes::len),
        ];
        if !is_large(&lengths) {
            return self.line(&line);
        }
        let mut value = serde_json::to_value(&line)?;
        if let Some(stored) = value.pointer_mut("/exchange/record/result/Ok") {
            self.bodies.put_away(stored)?;
        }
        self.write(serde_json::to_vec(&value)?)
    }

    /// Where a case was sent to its end and there is more to be told of it, it was sent again.
    fn again(&mut self, case: &CaseId) -> io::Result<()> {
        if self.endings.contains_key(case) {
            self.close(case, "sent again", Vec::new(), true)
        } else {
            Ok(())
        }
    }

    fn close(
        &mut self,
        case: &CaseId,
        verdict: &str,
        broken: Vec<&ClauseId>,
        again: bool,
    ) -> io::Result<()> {
        let ending = self.endings.remove(case).unwrap_or_default();
        let secrets = self.secrets.remove(case).unwrap_or_default();
        self.line(&Line::Closed {
            case,
            ending: masked(&ending, &secrets),
            verdict,
            broken,
            again,
        })
    }

    fn line(&mut self, line: &Line<'_>) -> io::Result<()> {
        self.write(serde_json::to_vec(line)?)
    }

    /// A line goes to the system in one piece: of a process that dies either all of it is there or,
    /// where the system itself was stopped in it, a part that has no end of line.
    fn write(&mut self, mut line: Vec<u8>) -> io::Result<()> {
        line.push(b'\n');
        self.file.write_all(&line)
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        if !self.has_begun {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// The ending without any credential among its values and reasons; in exchanges they are masked by
/// themselves.
fn masked<'e>(ending: &'e Ending, secrets: &[Secret]) -> Cow<'e, Ending> {
    let Ok(text) = serde_json::to_string(ending) else {
        return Cow::Owned(Ending::default());
    };
    let mut clean = text.clone().into_bytes();
    for secret in secrets {
        secret.mask(&mut clean);
    }
    if clean == text.as_bytes() {
        return Cow::Borrowed(ending);
    }
    // Masking takes nothing from the text's form; if it did, nothing is better than a credential.
    let read: Result<Value, _> = serde_json::from_slice(&clean);
    let ending = read.and_then(serde_json::from_value);
    Cow::Owned(ending.unwrap_or_default())
}
