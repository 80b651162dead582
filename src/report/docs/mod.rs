//! stub
use crate::openapi::Contract;
/// html
#[must_use]
pub fn html(_: &Contract) -> String {
    String::new()
}
/// md
#[must_use]
pub fn markdown(_: &Contract) -> String {
    String::new()
}
