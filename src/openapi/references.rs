//! Where references lead: other files are taken into the document, and every reference is rewritten
//! as a pointer into it, so that nobody else has to know of files, ids and anchors.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::dialect::{self, Dialect};
use super::files::Files;
use super::names::Names;
use crate::diag::{Diagnostic, Document, Pointer, Syntax};

/// The member of the document's root that holds the files which were taken in.
pub(super) const TAKEN_IN: &str = "x-proofmark-files";

/// Files a document may be made of, and bytes they may have together.
const MOST_FILES: usize = 10_000;
const MOST_BYTES: usize = 256 << 20;

/// What stands in a fragment without an escape (RFC 3986, 3.5), a little less than it may be.
const FRAGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// A pointer as a reference within the document.
pub(super) fn local(pointer: &Pointer) -> String {
    format!("#{}", utf8_percent_encode(pointer.as_str(), FRAGMENT))
}

/// What a reference is relative to.
#[derive(Clone, Debug)]
pub(super) struct Base {
    /// The file, as its number among those that were read.
    pub(super) file: usize,
    /// The schema resource: the nearest schema with an `$id`, or the file's root.
    pub(super) resource: Pointer,
}

/// The files and resources a document is made of.
pub(super) struct References<'a> {
    files: &'a dyn Files,
    loaded: Vec<Loaded>,
    bytes: usize,
    /// What the schemas of all files are called.
    pub(super) names: Names,
    /// Whether a document of this version may name the dialect of its schemas.
    names_dialect: bool,
}

struct Loaded {
    location: String,
    root: Pointer,
}

/// Why a reference leads nowhere.
#[derive(Debug)]
pub(super) enum Lost {
    /// In words.
    Why(String),
    /// The file it leads to can't be read, which was said.
    Unreadable,
}

impl<'a> References<'a> {
    pub(super) fn new(files: &'a dyn Files, document: &Document, names_dialect: bool) -> Self {
        let mut references = Self {
            files,
            loaded: Vec::new(),
            bytes: document.source().text().len(),
            names: Names::default(),
            names_dialect,
        };
        references.learn(document, document.source().name(), Pointer::root());
        references
    }

    /// What references of the document's own text are relative to.
    pub(super) fn root() -> Base {
        Base {
            file: 0,
            resource: Pointer::root(),
        }
    }

    /// What references below the schema at `at` are relative to.
    pub(super) fn below(&self, base: &Base, at: &Pointer) -> Base {
        Base {
            file: base.file,
            resource: if self.names.begins(at) {
                at.clone()
            } else {
                base.resource.clone()
            },
        }
    }

    /// The root of the file a node stands in.
    pub(super) fn file_root(&self, at: &Pointer) -> &Pointer {
        let file = self.loaded.iter().rev().find(|file| {
            let rest = at.as_str().strip_prefix(file.root.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        &file.unwrap_or(&self.loaded[0]).root
    }

    /// The resource a node stands in.
    pub(super) fn resource(&self, at: &Pointer) -> Pointer {
        let root = self.file_root(at);
        self.names.resource(at).unwrap_or_else(|| root.clone())
    }

    /// The node a reference leads to, and what references there are relative to.
    pub(super) fn resolve(
        &mut self,
        document: &mut Document,
        base: &Base,
        reference: &str,
        problems: &mut Vec<Diagnostic>,
    ) -> Result<(Pointer, Base), Lost> {
        let (place, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let fragment = percent_decode_str(fragment)
            .decode_utf8_lossy()
            .into_owned();
        let base = if place.is_empty() {
            base.clone()
        } else if let Some(resource) = self.names.by_id(&base.resource, place) {
            let root = self.file_root(&resource);
            let file = self.loaded.iter().position(|file| file.root == *root);
            Base {
                file: file.unwrap_or(base.file),
                resource,
            }
        } else {
            let file = self.beside(document, base, place, problems)?;
            Base {
                file,
                resource: self.loaded[file].root.clone(),
            }
        };
        if !fragment.is_empty() && !fragment.starts_with('/') {
            return match self.names.anchor(&base.resource, &fragment) {
                Some(at) => Ok((self.settled(document, at.clone()), base)),
                None => Err(Lost::Why(format!("there is no anchor `{fragment}`"))),
            };
        }
        // Within a schema resource a pointer is relative to it; many documents mean their root.
        let root = &self.loaded[base.file].root;
        let roots = [
            Some(&base.resource),
            Some(root).filter(|_| place.is_empty()),
        ];
        for root in roots.into_iter().flatten() {
            let target = root.join(&fragment);
            let target = self.settled(document, target);
            if document.get(&target).is_some() {
                let resource = self.names.resource(&target);
                let resource = resource.unwrap_or_else(|| root.clone());
                return Ok((target, Base { resource, ..base }));
            }
        }
        Err(Lost::Why("there is nothing there".to_owned()))
    }

    /// The number of the file that `place` names: one beside the file it stands in, else the one its
    /// resource's own URI leads to.
    fn beside(
        &mut self,
        document: &mut Document,
        base: &Base,
        place: &str,
        problems: &mut Vec<Diagnostic>,
    ) -> Result<usize, Lost> {
        let found = self.file(document, base.file, place, problems);
        let Err(Lost::Why(why)) = found else {
            return found;
        };
        let by_uri = self.names.absolute(&base.resource, place);
        let by_uri = by_uri.and_then(|uri| self.file(document, base.file, &uri, problems).ok());
        by_uri.ok_or(Lost::Why(why))
    }

    /// Where a node is, if the schema that holds it was lowered already.
    fn settled(&self, document: &Document, at: Pointer) -> Pointer {
        let has_moved = document.get(&at).is_none()
            && self
                .names
                .known_dialect(&at)
                .is_some_and(Dialect::has_tuples_in_items);
        if has_moved {
            dialect::moved(document.root(), &at)
        } else {
            at
        }
    }

    /// The number of the file that `place` names from another one; read if it wasn't yet.
    fn file(
        &mut self,
        document: &mut Document,
        from: usize,
        place: &str,
        problems: &mut Vec<Diagnostic>,
    ) -> Result<usize, Lost> {
        let location = self
            .files
            .resolve(&self.loaded[from].location, place)
            .map_err(Lost::Why)?;
        if let Some(known) = self.loaded.iter().position(|f| f.location == location) {
            return Ok(known);
        }
        if self.loaded.len() >= MOST_FILES || self.bytes > MOST_BYTES {
            return Err(Lost::Why(format!(
                "a document may be made of {MOST_FILES} files and {} MiB",
                MOST_BYTES >> 20
            )));
        }
        let source = self
            .files
            .read(&location)
            .map_err(|reason| Lost::Why(format!("{location} can't be read: {reason}")))?;
        self.bytes += source.text().len();
        let syntax = Syntax::of(source.name(), source.text());
        let number = self.loaded.len();
        let name = number.to_string();
        let root = Pointer::root().child(TAKEN_IN).child(&name);
        match Document::parse_leniently(source, syntax) {
            Ok((other, slips)) => {
                problems.extend(slips.into_iter().map(as_warning));
                self.learn(&other, &location, root);
                document.take_in(TAKEN_IN, &name, other);
                Ok(number)
            }
            Err(found) => {
                problems.extend(found);
                Err(Lost::Unreadable)
            }
        }
    }

    /// Notes a file, with the names in it.
    fn learn(&mut self, document: &Document, location: &str, root: Pointer) {
        self.names.learn(document, &root, self.names_dialect);
        self.loaded.push(Loaded {
            location: location.to_owned(),
            root,
        });
    }
}

pub(super) fn as_warning(mut slip: Diagnostic) -> Diagnostic {
    slip.severity = crate::diag::Severity::Warning;
    slip
}
