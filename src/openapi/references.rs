//! Where references lead: other files are taken into the document, and every reference is rewritten
//! as a pointer into it, so that nobody else has to know of files, ids and anchors.

use std::collections::HashMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::Value;
use url::Url;

use super::files::Files;
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
    /// Schema resources by their absolute URI (JSON Schema 2020-12, 8.2.1), or by the `$id` as it
    /// stands where there is no absolute one.
    ids: HashMap<String, Pointer>,
    /// The absolute URI of each resource that has one.
    uris: HashMap<Pointer, Url>,
    /// Anchors by resource and name.
    anchors: HashMap<(Pointer, String), Pointer>,
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
    pub(super) fn new(files: &'a dyn Files, document: &Document) -> Self {
        let mut references = Self {
            files,
            loaded: Vec::new(),
            bytes: document.source().text().len(),
            ids: HashMap::new(),
            uris: HashMap::new(),
            anchors: HashMap::new(),
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
    pub(super) fn below(base: &Base, at: &Pointer, schema: &Value) -> Base {
        let begins = schema.get("$id").is_some_and(Value::is_string);
        Base {
            file: base.file,
            resource: if begins {
                at.clone()
            } else {
                base.resource.clone()
            },
        }
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
        } else if let Some(resource) = self.by_id(base, place) {
            Base {
                file: base.file,
                resource,
            }
        } else {
            let file = self.file(document, base.file, place, problems)?;
            Base {
                file,
                resource: self.loaded[file].root.clone(),
            }
        };
        if !fragment.is_empty() && !fragment.starts_with('/') {
            let name = (base.resource.clone(), fragment);
            return match self.anchors.get(&name) {
                Some(at) => Ok((at.clone(), base)),
                None => Err(Lost::Why(format!("there is no anchor `{}`", name.1))),
            };
        }
        let target = base.resource.join(&fragment);
        if document.get(&target).is_some() {
            return Ok((target, base));
        }
        // Within a schema resource a pointer is relative to it; many documents mean their root.
        let root = &self.loaded[base.file].root;
        let of_file = root.join(&fragment);
        if place.is_empty() && document.get(&of_file).is_some() {
            let resource = root.clone();
            return Ok((of_file, Base { resource, ..base }));
        }
        Err(Lost::Why("there is nothing there".to_owned()))
    }

    fn by_id(&self, base: &Base, place: &str) -> Option<Pointer> {
        if self.ids.is_empty() {
            return None;
        }
        let absolute = match self.uris.get(&base.resource) {
            Some(uri) => uri.join(place).ok(),
            None => Url::parse(place).ok(),
        };
        let known = absolute.and_then(|uri| self.ids.get(uri.as_str()));
        known.or_else(|| self.ids.get(place)).cloned()
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

    /// Notes a file, with the ids and anchors in it.
    fn learn(&mut self, document: &Document, location: &str, root: Pointer) {
        let text = document.source().text();
        if ["$id", "nchor", "$self"]
            .iter()
            .any(|key| text.contains(key))
        {
            let own = document.root().get("$self").and_then(Value::as_str);
            let base = own.and_then(|own| Url::parse(own).ok());
            if let Some(base) = &base {
                self.name(base, &root);
            }
            self.collect(document.root(), &root, base.as_ref(), &root);
        }
        self.loaded.push(Loaded {
            location: location.to_owned(),
            root,
        });
    }

    fn name(&mut self, uri: &Url, at: &Pointer) {
        let mut bare = uri.clone();
        bare.set_fragment(None);
        self.ids
            .entry(bare.to_string())
            .or_insert_with(|| at.clone());
        self.uris.insert(at.clone(), bare);
    }

    fn collect(&mut self, value: &Value, at: &Pointer, base: Option<&Url>, resource: &Pointer) {
        let mut own = None;
        let (mut base, mut resource) = (base, resource);
        match value {
            Value::Object(members) => {
                if let Some(id) = members.get("$id").and_then(Value::as_str) {
                    let absolute = match base {
                        Some(base) => base.join(id).ok(),
                        None => Url::parse(id).ok(),
                    };
                    match absolute {
                        Some(uri) => {
                            self.name(&uri, at);
                            own = Some(uri);
                        }
                        None => {
                            self.ids.entry(id.to_owned()).or_insert_with(|| at.clone());
                        }
                    }
                    base = own.as_ref().or(base);
                    resource = at;
                }
                for keyword in ["$anchor", "$dynamicAnchor"] {
                    if let Some(name) = members.get(keyword).and_then(Value::as_str) {
                        let name = (resource.clone(), name.to_owned());
                        self.anchors.entry(name).or_insert_with(|| at.clone());
                    }
                }
                for (name, member) in members {
                    if member.is_object() || member.is_array() {
                        self.collect(member, &at.child(name), base, resource);
                    }
                }
            }
            Value::Array(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    self.collect(element, &at.child(index), base, resource);
                }
            }
            _ => {}
        }
    }
}

pub(super) fn as_warning(mut slip: Diagnostic) -> Diagnostic {
    slip.severity = crate::diag::Severity::Warning;
    slip
}
