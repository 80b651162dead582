//! Faults of who is let in.

use axum::Router;
use axum::http::{HeaderMap, HeaderValue, StatusCode};

use super::catalogue::{Category, Fault};
use super::layer::{Item, Operation, TOKEN, around, ask, resent, stored_though_refused};
use crate::reference::fixtures::{OTHER_TOKEN, TOKEN as DEFAULT_TOKEN};
use crate::reference::request::tenant;
use crate::reference::store::Tenant;

/// The faults of access.
pub(super) static FAULTS: [Fault; 9] = [
    Category::Access.fault(
        "auth-ignored",
        "setImageMetadataItem/security/tokenAuth#enforced",
        "A PUT without a token is let in as the default tenant's.",
        auth_ignored,
    ),
    Category::Access.fault(
        "unknown-token-accepted",
        "setImageMetadataItem/security/tokenAuth#enforced",
        "A PUT with an unknown token is let in as the default tenant's.",
        unknown_token_accepted,
    ),
    Category::Access.fault(
        "empty-token-accepted",
        "setImageMetadataItem/security/tokenAuth#enforced",
        "A PUT with an empty token is let in as the default tenant's.",
        empty_token_accepted,
    ),
    Category::Access.fault(
        "get-without-token",
        "getImageMetadataItem/security/tokenAuth#enforced",
        "A GET of an item without a token is let in as the default tenant's.",
        get_without_token,
    ),
    Category::Access.fault(
        "list-without-token",
        "listImageMetadata/security/tokenAuth#enforced",
        "A GET of all items without a token is let in as the default tenant's.",
        list_without_token,
    ),
    Category::Access.fault(
        "delete-without-token",
        "deleteImageMetadataItem/security/tokenAuth#enforced",
        "A DELETE without a token is let in as the default tenant's.",
        delete_without_token,
    ),
    Category::Access.fault(
        "foreign-writable",
        "setImageMetadataItem/law#forbidden",
        "A PUT on another tenant's image that the caller may see is taken.",
        foreign_writable,
    ),
    Category::Access.fault(
        "other-tenant-writes",
        "setImageMetadataItem/law#tenants-apart",
        "A PUT with the other tenant's token is taken on images of the default tenant.",
        other_tenant_writes,
    ),
    Category::Access.fault(
        "refused-token-stored",
        "setImageMetadataItem/law#refused-changes-nothing",
        "A PUT without a token is answered 401, yet the item is stored.",
        refused_token_stored,
    ),
];

fn auth_ignored(router: Router) -> Router {
    let_in(router, Operation::Set, without_token)
}

fn unknown_token_accepted(router: Router) -> Router {
    let_in(router, Operation::Set, |headers| {
        tenant(headers).is_none() && only_token(headers).is_some_and(|token| !token.is_empty())
    })
}

fn empty_token_accepted(router: Router) -> Router {
    let_in(router, Operation::Set, |headers| {
        only_token(headers).is_some_and(HeaderValue::is_empty)
    })
}

fn get_without_token(router: Router) -> Router {
    let_in(router, Operation::Get, without_token)
}

fn list_without_token(router: Router) -> Router {
    let_in(router, Operation::List, without_token)
}

fn delete_without_token(router: Router) -> Router {
    let_in(router, Operation::Delete, without_token)
}

/// The image is changed in its owner's name, who is one of the two tenants.
fn foreign_writable(router: Router) -> Router {
    resent(router, |refused| {
        let owner = match tenant(&refused.head.headers)? {
            Tenant::Own => OTHER_TOKEN,
            Tenant::Other => DEFAULT_TOKEN,
        };
        (refused.status == StatusCode::FORBIDDEN).then(|| refused.with_token(owner))
    })
}

/// A PUT that was refused for something else than its image is refused for that again.
fn other_tenant_writes(router: Router) -> Router {
    resent(router, |refused| {
        let asked = refused.status == StatusCode::BAD_REQUEST
            && tenant(&refused.head.headers) == Some(Tenant::Other);
        asked.then(|| refused.with_token(DEFAULT_TOKEN))
    })
}

fn refused_token_stored(router: Router) -> Router {
    stored_though_refused(router, without_token, |headers| {
        headers.insert(TOKEN, HeaderValue::from_static(DEFAULT_TOKEN));
    })
}

/// Lets some requests of an operation in as the default tenant's.
fn let_in(router: Router, operation: Operation, which: fn(&HeaderMap) -> bool) -> Router {
    around(router, move |mut request, router| async move {
        if Item::of(operation, &request).is_some() && which(request.headers()) {
            let token = HeaderValue::from_static(DEFAULT_TOKEN);
            request.headers_mut().insert(TOKEN, token);
        }
        ask(router, request).await
    })
}

/// Whether no token was sent, not even an empty one.
fn without_token(headers: &HeaderMap) -> bool {
    !headers.contains_key(TOKEN)
}

/// The token, where it was sent once.
fn only_token(headers: &HeaderMap) -> Option<&HeaderValue> {
    let mut tokens = headers.get_all(TOKEN).iter();
    tokens.next().filter(|_| tokens.next().is_none())
}
