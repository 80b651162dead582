//! Names by content.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// The SHA-256 of bytes, in hexadecimal digits.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// One digest for several texts: that of a single text is its own, so that other programs find the
/// same; that of several is the digest of theirs, a line each. Of none it is empty.
#[must_use]
pub fn digest_of<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    let digests: Vec<String> = texts
        .into_iter()
        .map(|text| digest(text.as_bytes()))
        .collect();
    match digests.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        several => digest(several.join("\n").as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_text_has_the_digest_everybody_finds() {
        // FIPS 180-4's own example.
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(digest_of(["abc"]), abc);
        assert_eq!(digest_of([]), "");
        assert_ne!(digest_of(["a", "bc"]), digest_of(["ab", "c"]));
    }
}
