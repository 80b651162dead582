//! stub
#[derive(Debug)]
/// f
pub struct Fault {
    /// n
    pub name: &'static str,
    /// c
    pub clause: &'static str,
    /// s
    pub summary: &'static str,
}
/// fs
#[must_use]
pub fn faults() -> &'static [Fault] {
    &[]
}
/// f
#[must_use]
pub fn fault(_: &str) -> Option<&'static Fault> {
    None
}
pub(crate) fn apply(router: axum::Router, _: &[&'static Fault]) -> axum::Router {
    router
}
pub(crate) fn around<IO>(io: IO, _: &[&'static Fault]) -> IO {
    io
}
