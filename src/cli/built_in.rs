//! What is in the binary: the built-in contract and its cases.

use std::sync::Arc;

use crate::diag::Source;

/// The built-in contract's name, as it stands in the repository.
pub(super) const CONTRACT: &str = "spec/openapi.yaml";

const CONTRACT_TEXT: &str = include_str!("../../spec/openapi.yaml");

const CASES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/cases.rs"));

/// The folder's name in front of every built-in case's.
pub(super) const CASES_LABEL: &str = "cases";

pub(super) fn contract() -> Arc<Source> {
    Source::new(CONTRACT, CONTRACT_TEXT)
}

pub(super) fn cases() -> Vec<Arc<Source>> {
    CASES
        .iter()
        .map(|(name, text)| Source::new(*name, *text))
        .collect()
}
