//! What an answer outside the document says of the target, where the request was generated.
//!
//! A generated request expects nothing but that the contract holds in the answer, and an operation
//! that documents its statuses without a `default` is broken by any other. But a finding must mean
//! that the target is wrong, and a request that keeps the contract may still name what isn't there:
//!
//! - An invented id will mostly be answered 404, and a document that forgets to say so is no fault of
//!   the target. Nor is a conflict with, or a right to, what only an example of the document names.
//!   Only the target's owner, by a variable, promises that a thing is there, and no longer once a request of
//!   the same run may have deleted it or brought it into another state.
//! - That a value is refused as such (400, 422) is against a contract that gives the value itself, as
//!   example, default or enumeration. A made up one keeps the schema, and often not what the
//!   description demands beside it.
//! - What a refusal of the method, of the media type or of the message as such says has to do with no
//!   value: it counts whatever the values rest on. So does a 5xx, by which the server says that it has
//!   erred itself (RFC 9110, 15.6).
//! - A credential is no value of the request: which rights go with it is not known here.
//! - A request that is found not to keep the contract as it was sent (a variable of another form, a
//!   required member that only the server gives, a relation) may be refused.
//!
//! What is excused is shown as an advisory, since the document is to be mended all the same.

use super::answer::{Answer, TraceView};
use super::attribution::violations;
use crate::case::Grounds;

/// Why an undocumented status isn't held against the target, if it isn't.
pub(super) fn excuse(trace: &TraceView<'_>, answer: &Answer<'_>) -> Option<&'static str> {
    let grounds = answer.grounds?;
    let of_values = match grounds {
        Grounds::Target => None,
        Grounds::Spent => {
            Some("an earlier request of this run may have changed or taken away what it names")
        }
        Grounds::Contract => Some("the target need not have what the contract's examples name"),
        Grounds::Invented => Some("values of the request were made up to fit their schemas"),
    };
    let excuse = match answer.status() {
        405 | 406 | 411 | 415 | 417 | 426 | 431 => None,
        400 | 413 | 414 | 422 => of_values.filter(|_| grounds == Grounds::Invented),
        403 if answer.sends_credential() => Some("the credential need not have the right to it"),
        402..=499 => of_values,
        _ => return None,
    };
    let itself = "the request itself isn't all that the contract demands of it";
    excuse.or_else(|| (!violations(trace, answer).is_empty()).then_some(itself))
}
