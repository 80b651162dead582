//! What OpenAPI 3.2 adds to 3.1: the document's own URI, media types to refer to, the QUERY method and
//! further ones, the query as one parameter. References and operations read these wherever they stand;
//! its schemas are 3.1's.

pub(super) use super::v3_1::REWRITE;

/// Whether a version knows `query` and `additionalOperations` (OpenAPI 3.2.0, 4.9.1).
pub(super) fn has_further_methods(version: &str) -> bool {
    version.starts_with("3.2")
}
