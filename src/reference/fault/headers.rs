//! Faults of an answer's headers.

use axum::Router;
use axum::http::header::{ALLOW, CONTENT_TYPE, DATE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderName, HeaderValue, StatusCode};

use super::catalogue::{Category, Fault};
use super::layer::{Answer, Operation, When, changed};

/// The faults of headers.
pub(super) static FAULTS: [Fault; 15] = [
    Category::Headers.fault(
        "request-id-repeated",
        "setImageMetadataItem/relation#request-id-is-new",
        "Every PUT is answered with the same request id.",
        request_id_repeated,
    ),
    Category::Headers.fault(
        "request-id-malformed",
        "setImageMetadataItem/200/header/x-compute-request-id#pattern",
        "The request id of a successful PUT lacks its prefix `req-`.",
        request_id_malformed,
    ),
    Category::Headers.fault(
        "request-id-missing",
        "setImageMetadataItem/200/header/x-compute-request-id#required",
        "A successful PUT is answered without a request id.",
        request_id_missing,
    ),
    Category::Headers.fault(
        "request-id-twice",
        "setImageMetadataItem/http#single-valued",
        "A successful PUT is answered with two request ids.",
        request_id_twice,
    ),
    Category::Headers.fault(
        "fault-request-id-malformed",
        "setImageMetadataItem/400/header/x-compute-request-id#pattern",
        "The request id of a PUT refused with 400 lacks its prefix `req-`.",
        fault_request_id_malformed,
    ),
    Category::Headers.fault(
        "wrong-media-type",
        "setImageMetadataItem/200#content-type",
        "The body of a successful PUT's answer is labelled `text/plain`.",
        wrong_media_type,
    ),
    Category::Headers.fault(
        "media-type-missing",
        "setImageMetadataItem/200#content-type",
        "The body of a successful PUT's answer has no `Content-Type`.",
        media_type_missing,
    ),
    Category::Headers.fault(
        "list-media-type",
        "listImageMetadata/200#content-type",
        "The list of items is labelled `text/html`.",
        list_media_type,
    ),
    Category::Headers.fault(
        "content-type-twice",
        "setImageMetadataItem/http#single-valued",
        "A successful PUT is answered with `Content-Type` twice.",
        content_type_twice,
    ),
    Category::Headers.fault(
        "allow-missing",
        "setImageMetadataItem/405/header/allow#required",
        "A method that isn't allowed on an item's path is refused without `Allow`.",
        allow_missing,
    ),
    Category::Headers.fault(
        "allow-names-refused",
        "~1images~1{image_id}~1metadata~1{key}/methods#allow",
        "`Allow` names the method that was refused on an item's path.",
        allow_names_refused,
    ),
    Category::Headers.fault(
        "allow-lacks-put",
        "setImageMetadataItem/relation#allow-names-put",
        "`Allow` lacks PUT on an item's path.",
        allow_lacks_put,
    ),
    Category::Headers.fault(
        "retry-after-malformed",
        "setImageMetadataItem/http#retry-after",
        "A PUT refused with 409 has a `Retry-After` that is neither a number nor a date.",
        retry_after_malformed,
    ),
    Category::Headers.fault(
        "date-two",
        "setImageMetadataItem/http#date",
        "The `Date` of a successful PUT's answer holds two dates.",
        date_two,
    ),
    Category::Headers.fault(
        "challenge-missing",
        "setImageMetadataItem/401/header/www-authenticate#required",
        "A PUT refused with 401 is answered without `WWW-Authenticate`.",
        challenge_missing,
    ),
];

/// The header an answer's request id comes in.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-compute-request-id");

/// A well-formed request id, so that only its repetition is wrong.
const REPEATED: HeaderValue = HeaderValue::from_static("req-7a75bb96-54eb-4847-a73c-4f697f42b175");

/// The answers to methods that aren't allowed.
const REFUSED_METHOD: When = When::Status(StatusCode::METHOD_NOT_ALLOWED);

fn request_id_repeated(router: Router) -> Router {
    changed(router, Operation::Set, When::Always, |_, answer| {
        answer.head.headers.insert(REQUEST_ID, REPEATED);
    })
}

fn request_id_malformed(router: Router) -> Router {
    changed(router, Operation::Set, When::Success, |_, answer| {
        strip_request_id(answer);
    })
}

fn request_id_missing(router: Router) -> Router {
    removed(router, Operation::Set, When::Success, REQUEST_ID)
}

fn request_id_twice(router: Router) -> Router {
    changed(router, Operation::Set, When::Success, |_, answer| {
        answer.head.headers.append(REQUEST_ID, REPEATED);
    })
}

fn fault_request_id_malformed(router: Router) -> Router {
    changed(
        router,
        Operation::Set,
        When::Status(StatusCode::BAD_REQUEST),
        |_, answer| strip_request_id(answer),
    )
}

fn wrong_media_type(router: Router) -> Router {
    set(
        router,
        Operation::Set,
        When::Success,
        CONTENT_TYPE,
        "text/plain",
    )
}

fn media_type_missing(router: Router) -> Router {
    removed(router, Operation::Set, When::Success, CONTENT_TYPE)
}

fn list_media_type(router: Router) -> Router {
    set(
        router,
        Operation::List,
        When::Success,
        CONTENT_TYPE,
        "text/html",
    )
}

fn content_type_twice(router: Router) -> Router {
    changed(router, Operation::Set, When::Success, |_, answer| {
        let headers = &mut answer.head.headers;
        if let Some(media) = headers.get(CONTENT_TYPE).cloned() {
            headers.append(CONTENT_TYPE, media);
        }
    })
}

fn allow_missing(router: Router) -> Router {
    removed(router, Operation::OnItem, REFUSED_METHOD, ALLOW)
}

fn allow_names_refused(router: Router) -> Router {
    changed(
        router,
        Operation::OnItem,
        REFUSED_METHOD,
        |asked, answer| {
            let allow = answer.head.headers.get_mut(ALLOW);
            let Some((allow, known)) = allow.and_then(|value| {
                let known = value.to_str().ok()?.to_owned();
                Some((value, known))
            }) else {
                return;
            };
            if let Ok(more) = HeaderValue::from_str(&format!("{known}, {}", asked.method)) {
                *allow = more;
            }
        },
    )
}

fn allow_lacks_put(router: Router) -> Router {
    set(
        router,
        Operation::OnItem,
        REFUSED_METHOD,
        ALLOW,
        "GET, HEAD, DELETE",
    )
}

fn retry_after_malformed(router: Router) -> Router {
    set(
        router,
        Operation::Set,
        When::Status(StatusCode::CONFLICT),
        RETRY_AFTER,
        "soon",
    )
}

fn date_two(router: Router) -> Router {
    changed(router, Operation::Set, When::Success, |_, answer| {
        let Some(date) = answer.head.headers.get_mut(DATE) else {
            return;
        };
        let twice = [date.as_bytes(), date.as_bytes()].join(&b", "[..]);
        if let Ok(twice) = HeaderValue::from_bytes(&twice) {
            *date = twice;
        }
    })
}

fn challenge_missing(router: Router) -> Router {
    removed(
        router,
        Operation::Set,
        When::Status(StatusCode::UNAUTHORIZED),
        WWW_AUTHENTICATE,
    )
}

/// Some answers of an operation lack a header.
fn removed(router: Router, operation: Operation, when: When, name: HeaderName) -> Router {
    changed(router, operation, when, move |_, answer| {
        answer.head.headers.remove(&name);
    })
}

/// Some answers of an operation have a header of this value.
fn set(
    router: Router,
    operation: Operation,
    when: When,
    name: HeaderName,
    value: &'static str,
) -> Router {
    changed(router, operation, when, move |_, answer| {
        let value = HeaderValue::from_static(value);
        answer.head.headers.insert(&name, value);
    })
}

/// Takes the prefix of the answer's request id away.
fn strip_request_id(answer: &mut Answer) {
    let Some(id) = answer.head.headers.get_mut(REQUEST_ID) else {
        return;
    };
    let bare = id.as_bytes().strip_prefix(b"req-");
    if let Some(Ok(bare)) = bare.map(HeaderValue::from_bytes) {
        *id = bare;
    }
}
