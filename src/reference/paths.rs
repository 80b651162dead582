//! The contract's operations. Each is at once the server's handler and the document's path.

use axum::extract::{Request, State};
use axum::response::Response;

use super::answers;
use super::service::Shared;
use super::types::{Fault, Item, ItemToSet, Metadata};

/// Set image metadata item for specified image
///
/// Sets one metadata item of an image: a key that doesn't exist is added, one that exists is
/// changed. Afterwards the item holds the value, and every other item of the image is as it was; a
/// read-back shows both. The answer is 200 in both cases: RFC 9110, 9.3.4 would have 201 for an item
/// that is added, and the published table of response codes has none.
///
/// A body that is no JSON object with `meta`, whose values are no strings, or whose pairs lack the
/// URI's key is refused with 400; so is an image that isn't there, for 404 is not among the published
/// codes. What a body of another media type gets is not published, nor is 415: it should be 400, and
/// never a change of what is stored. A body over the target's size limit, and an
/// item more than its image may have, are refused with 413.
#[utoipa::path(
    put,
    path = "/images/{image_id}/metadata/{key}",
    operation_id = "setImageMetadataItem",
    tag = "Image metadata",
    params(
        ("image_id" = uuid::Uuid, Path, description = "The UUID of the image."),
        ("key" = String, Path, description = "The key of the metadata item: 1 to 255 characters. Published as a Uuid; \
            the published example, `label`, is none, and is what counts. Letters, digits, `.`, `_` and `-` must work, \
            other characters should. An empty key, and one with `/`, are other paths.", min_length = 1, max_length = 255),
    ),
    request_body(
        content = ItemToSet,
        content_type = "application/json",
        description = "The item: `meta` with one pair whose name is the URI's key. This is the one body that must be taken; \
            pairs without the URI's key are refused.",
        examples(
            ("published" = (summary = "The published example", value = json!({"meta": {"label": "Replaced"}}))),
            ("empty-value" = (summary = "A value may be empty", value = json!({"meta": {"label": ""}}))),
            ("other-characters" = (summary = "A value of other characters is read back as it was sent", value = json!({"meta": {"label": "Größe: 5 µm 🙂"}}))),
        ),
    ),
    responses(
        (status = 200, description = "Request succeeded. The body holds the item as it is stored now.", body = Item,
            examples(("published" = (summary = "The published example", value = json!({"meta": {"label": "Replaced"}}))))),
        (status = 203, description = "Request succeeded, and an intermediary may have changed the answer (RFC 9110, 15.3.4). Body and headers are those of a 200.", body = Item,
            examples(("published" = (summary = "The published example", value = json!({"meta": {"label": "Replaced"}}))))),
        (status = 400, description = "A general error has occurred: the request is malformed, the body doesn't hold the URI's key, or there is no such image.", body = Fault,
            examples(
                ("key-mismatch" = (summary = "The body's pair isn't the one in the URI", value = json!({"badRequest": {"code": 400, "message": "The body's pairs lack the key in the URI."}}))),
                ("no-such-image" = (summary = "The image isn't there", value = json!({"badRequest": {"code": 400, "message": "There is no such image."}}))),
            )),
        (status = 401, description = "Unauthorized: the token is missing, empty or unknown. Credentials should be judged before the body.", body = Fault,
            examples(("unauthorized" = (value = json!({"unauthorized": {"code": 401, "message": "A valid token is needed."}}))))),
        (status = 403, description = "Forbidden: the caller may see the image and may not change it.", body = Fault,
            examples(("forbidden" = (value = json!({"forbidden": {"code": 403, "message": "The image is another tenant's."}}))))),
        (status = 405, description = "Bad method. `Allow` names the methods there are, PUT among them; HEAD goes with GET, and \
            OPTIONS may be answered.", body = Fault,
            examples(("badMethod" = (value = json!({"badMethod": {"code": 405, "message": "The method is not allowed here."}}))))),
        (status = 409, description = "Conflicting request: the image is not in a state in which it may be changed, as while it is being saved.", body = Fault,
            examples(
                ("conflictingRequest" = (summary = "The image is being saved", value = json!({"conflictingRequest": {"code": 409, "message": "The image is being saved."}}))),
                ("buildInProgress" = (summary = "The image is being built", value = json!({"buildInProgress": {"code": 409, "message": "The image is being built."}}))),
            )),
        (status = 413, description = "Over limit, published as “The number of items returned is above the allowed limit.”: the image has as \
            many items as it may have, or the body is too large. Both limits are the deployment's own. The answer to a \
            body may come before the body is fully sent. With `Retry-After` it is a limit of the rate, and shows neither.", body = Fault,
            examples(
                ("item-limit" = (summary = "The image may have no further item", value = json!({"overLimit": {"code": 413, "message": "The image has as many items as it may have."}}))),
                ("body-limit" = (summary = "The body is too large", value = json!({"overLimit": {"code": 413, "message": "The body is larger than 65,536 bytes."}}))),
                ("rate-limit" = (summary = "Too many requests: with Retry-After, and says nothing of the two limits above", value = json!({"overLimit": {"code": 413, "message": "Too many requests.", "retryAt": "2015-07-15T16:46:44Z"}}))),
            )),
        (status = 500, description = "API fault. It can't be asked for from outside, and is judged whenever it comes.", body = Fault,
            examples(("computeFault" = (value = json!({"computeFault": {"code": 500, "message": "The server failed."}}))))),
        (status = 503, description = "The requested service is unavailable. It can't be asked for from outside, and is judged whenever it comes.", body = Fault,
            examples(("serviceUnavailable" = (value = json!({"serviceUnavailable": {"code": 503, "message": "Try again later."}}))))),
    ),
    security(("tokenAuth" = [])),
)]
pub(super) async fn set_item(State(server): State<Shared>, request: Request) -> Response {
    server
        .set_item(request)
        .await
        .unwrap_or_else(answers::refuse)
}

/// Get image metadata item
///
/// Reads one metadata item of an image: what was written is read back as it was sent.
#[utoipa::path(
    get,
    path = "/images/{image_id}/metadata/{key}",
    operation_id = "getImageMetadataItem",
    tag = "Image metadata",
    params(
        ("image_id" = uuid::Uuid, Path, description = "The UUID of the image."),
        ("key" = String, Path, description = "The key of the metadata item.", min_length = 1, max_length = 255),
    ),
    responses(
        (status = 200, description = "Request succeeded.", body = Item,
            examples(("item" = (value = json!({"meta": {"label": "Replaced"}}))))),
        (status = 203, description = "Request succeeded, and an intermediary may have changed the answer.", body = Item),
        (status = 400, description = "A general error has occurred.", body = Fault),
        (status = 401, description = "Unauthorized.", body = Fault),
        (status = 403, description = "Forbidden.", body = Fault),
        (status = 404, description = "There is no such image, or it has no such item.", body = Fault),
        (status = 405, description = "Bad method.", body = Fault),
        (status = 413, description = "Over limit.", body = Fault),
        (status = 500, description = "API fault.", body = Fault),
        (status = 503, description = "The requested service is unavailable.", body = Fault),
    ),
    security(("tokenAuth" = [])),
)]
pub(super) async fn get_item(State(server): State<Shared>, request: Request) -> Response {
    server.get_item(&request).unwrap_or_else(answers::refuse)
}

/// Delete image metadata item
///
/// Deletes one metadata item of an image.
#[utoipa::path(
    delete,
    path = "/images/{image_id}/metadata/{key}",
    operation_id = "deleteImageMetadataItem",
    tag = "Image metadata",
    params(
        ("image_id" = uuid::Uuid, Path, description = "The UUID of the image."),
        ("key" = String, Path, description = "The key of the metadata item.", min_length = 1, max_length = 255),
    ),
    responses(
        (status = 204, description = "The item is no more."),
        (status = 400, description = "A general error has occurred.", body = Fault),
        (status = 401, description = "Unauthorized.", body = Fault),
        (status = 403, description = "Forbidden.", body = Fault),
        (status = 404, description = "There is no such image, or it has no such item.", body = Fault),
        (status = 405, description = "Bad method.", body = Fault),
        (status = 409, description = "The image is not in a state in which it may be changed.", body = Fault),
        (status = 413, description = "Over limit.", body = Fault),
        (status = 500, description = "API fault.", body = Fault),
        (status = 503, description = "The requested service is unavailable.", body = Fault),
    ),
    security(("tokenAuth" = [])),
)]
pub(super) async fn delete_item(State(server): State<Shared>, request: Request) -> Response {
    server.delete_item(&request).unwrap_or_else(answers::refuse)
}

/// List image metadata
///
/// Reads all metadata items of an image.
#[utoipa::path(
    get,
    path = "/images/{image_id}/metadata",
    operation_id = "listImageMetadata",
    tag = "Image metadata",
    params(
        ("image_id" = uuid::Uuid, Path, description = "The UUID of the image."),
    ),
    responses(
        (status = 200, description = "Request succeeded.", body = Metadata,
            examples(("metadata" = (value = json!({"metadata": {"label": "Replaced", "version": "1.0"}}))))),
        (status = 203, description = "Request succeeded, and an intermediary may have changed the answer.", body = Metadata),
        (status = 400, description = "A general error has occurred.", body = Fault),
        (status = 401, description = "Unauthorized.", body = Fault),
        (status = 403, description = "Forbidden.", body = Fault),
        (status = 404, description = "There is no such image.", body = Fault),
        (status = 405, description = "Bad method.", body = Fault),
        (status = 413, description = "Over limit.", body = Fault),
        (status = 500, description = "API fault.", body = Fault),
        (status = 503, description = "The requested service is unavailable.", body = Fault),
    ),
    security(("tokenAuth" = [])),
)]
pub(super) async fn list_items(State(server): State<Shared>, request: Request) -> Response {
    server.list_items(&request).unwrap_or_else(answers::refuse)
}
