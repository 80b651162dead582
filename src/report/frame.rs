//! What is around every page of HTML that is written here: one file that fetches nothing.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::escape;

const BASE: &str = include_str!("base.css");

/// A page's own parts of what is around it.
pub(super) struct Frame<'a> {
    /// Its title, as text.
    pub(super) title: &'a str,
    /// Its style, beside what all pages share.
    pub(super) style: &'a str,
    /// What runs in it; it can be read without.
    pub(super) script: Option<&'a str>,
}

/// Writes what comes before a page's content, which begins with its header.
pub(super) fn open(out: &mut String, frame: &Frame<'_>) {
    let script = match frame.script {
        None => String::new(),
        // A hash allows this script and nothing that slipped into the page.
        Some(script) => format!(
            " script-src 'sha256-{}';",
            STANDARD.encode(Sha256::digest(script.as_bytes()))
        ),
    };
    let _ = write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline';{script} base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{}</title>\n\
         <style>\n{BASE}{}</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to the content</a>\n",
        escape::visible(frame.title),
        frame.style
    );
}

/// Writes what comes behind a page's content.
pub(super) fn close(out: &mut String, frame: &Frame<'_>) {
    if let Some(script) = frame.script {
        let _ = writeln!(out, "<script>{script}</script>");
    }
    out.push_str("</body>\n</html>\n");
}
