//! Places of files as programs read them: not every text a problem stands in is a file.

use crate::diag::Place;

/// The file a place is in, as it was named; none for standard input, a document that a program made,
/// and what was fetched.
pub(super) fn file(place: &Place) -> Option<&str> {
    let name = &*place.file;
    let is_file =
        !name.is_empty() && name != "-" && !name.starts_with('(') && !name.contains("://");
    is_file.then(|| name.strip_prefix("./").unwrap_or(name))
}
