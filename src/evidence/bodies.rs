//! Large bodies, kept once each by their content.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use super::hash::digest;
use crate::http::{decode_stored, encode_stored};

/// A body above this many bytes is kept outside of its line.
const INLINE: usize = 4 << 10;

/// A record can come from anybody: what is unpacked is bounded as bodies are.
const LARGEST: u64 = 64 << 20;

/// The folder beside a record's files.
pub(super) const FOLDER: &str = "bodies";

/// What stands in a body's place, as it begins in a line. Within a text its quotes are escaped.
pub(super) const MARK: &[u8] = br#"{"sha256":"#;

/// Where the parts of a stored exchange are that may be large.
const PLACES: [&str; 4] = [
    "/request/body",
    "/response/body",
    "/response/surplus",
    "/response/raw",
];

/// Whether an exchange has a body that is kept outside of its line.
pub(super) fn is_large(bodies: &[usize]) -> bool {
    bodies.iter().any(|length| *length > INLINE)
}

/// Puts bodies away.
pub(super) struct Store {
    folder: PathBuf,
    /// What makes the names of half-written files this process' own.
    name: String,
    known: HashSet<String>,
}

impl Store {
    pub(super) fn new(record: &Path, name: &str) -> Self {
        Self {
            folder: record.join(FOLDER),
            name: name.to_owned(),
            known: HashSet::new(),
        }
    }

    /// Puts the large bodies of a stored exchange away. They are there before a line names them.
    pub(super) fn put_away(&mut self, exchange: &mut Value) -> io::Result<()> {
        for place in PLACES {
            let Some(stored) = exchange.pointer_mut(place) else {
                continue;
            };
            let Some(bytes) = decode_stored(stored).filter(|bytes| bytes.len() > INLINE) else {
                continue;
            };
            let hash = digest(&bytes);
            if !self.known.contains(&hash) {
                self.write(&hash, &bytes)?;
                self.known.insert(hash.clone());
            }
            *stored = json!({ "sha256": hash });
        }
        Ok(())
    }

    fn write(&self, hash: &str, bytes: &[u8]) -> io::Result<()> {
        let file = file_of(&self.folder, hash);
        if file.exists() {
            return Ok(());
        }
        fs::create_dir_all(&self.folder)?;
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(bytes)?;
        // Whoever finds the file finds the whole of it, also when others write the same body.
        let half = self.folder.join(format!(".{hash}.{}", self.name));
        fs::write(&half, packer.finish()?)?;
        fs::rename(half, file)
    }
}

fn file_of(folder: &Path, hash: &str) -> PathBuf {
    folder.join(format!("{hash}.gz"))
}

/// Brings bodies back.
pub(super) struct Library {
    folder: PathBuf,
    known: Mutex<HashMap<String, Value>>,
}

impl Library {
    /// The bodies of a record's file, which are beside it.
    pub(super) fn beside(file: &Path) -> Self {
        Self {
            folder: file.parent().unwrap_or(Path::new("")).join(FOLDER),
            known: Mutex::default(),
        }
    }

    /// Puts the bodies back into a stored exchange.
    ///
    /// # Errors
    /// In words: a body that isn't there, or isn't what it was.
    pub(super) fn bring_back(&self, exchange: &mut Value) -> Result<(), String> {
        for place in PLACES {
            let Some(stored) = exchange.pointer_mut(place) else {
                continue;
            };
            if let Some(hash) = stored.get("sha256").and_then(Value::as_str) {
                *stored = self.read(hash)?;
            }
        }
        Ok(())
    }

    fn read(&self, hash: &str) -> Result<Value, String> {
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(body) = known().get(hash) {
            return Ok(body.clone());
        }
        // It becomes a part of a path.
        if hash.len() != 64 || !hash.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err("a body's name is no SHA-256".to_owned());
        }
        let file = file_of(&self.folder, hash);
        let failed =
            |error: io::Error| format!("the body {} can't be read: {error}", file.display());
        let packed = fs::read(&file).map_err(failed)?;
        let mut bytes = Vec::new();
        GzDecoder::new(packed.as_slice())
            .take(LARGEST)
            .read_to_end(&mut bytes)
            .map_err(failed)?;
        if digest(&bytes) != hash {
            return Err(format!(
                "the body {} is not what it was: its SHA-256 is another",
                file.display()
            ));
        }
        let body = encode_stored(&bytes);
        known().insert(hash.to_owned(), body.clone());
        Ok(body)
    }
}
