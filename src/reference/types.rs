//! The bodies of the contract.
//!
//! What their derives can't say of maps (bounds of names, of values, of their number) is said with
//! utoipa's builders.

use serde_json::Value;
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// The most characters a key may have.
pub(super) const KEY_LENGTH: usize = 255;

/// The most characters a value must be taken with.
pub(super) const VALUE_LENGTH: usize = 255;

fn text(most: Option<usize>) -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .max_length(most)
        .build()
}

/// The pairs of a request, their values of at most 255 characters. That a pair's name is one a key may
/// have needs no saying: it is the key in the URI.
pub(super) struct SentPairs;

impl PartialSchema for SentPairs {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Object)
            .description(Some(
                "The container of metadata for images: one pair, whose name is the key in the URI. Further pairs \
                 beside it are read in both of the ways the published document allows: a server may take them or \
                 refuse the request, and what its answer says must be true of what is stored afterwards. Values \
                 are texts: of ASCII characters they must be taken, of others they should be, and they are read \
                 back as they were sent.",
            ))
            .additional_properties(Some(Schema::Object(text(Some(VALUE_LENGTH)))))
            .min_properties(Some(1))
            .into()
    }
}

impl ToSchema for SentPairs {}

/// The pairs of an answer.
pub(super) struct StoredPairs;

impl PartialSchema for StoredPairs {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Object)
            .description(Some("The item as it is stored now."))
            .additional_properties(Some(Schema::Object(text(None))))
            .min_properties(Some(1))
            .into()
    }
}

impl ToSchema for StoredPairs {}

/// All pairs of an image; there may be none.
pub(super) struct AllPairs;

impl PartialSchema for AllPairs {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Object)
            .description(Some("All metadata items of the image."))
            .additional_properties(Some(Schema::Object(text(None))))
            .into()
    }
}

impl ToSchema for AllPairs {}

/// The item to set: an object with `meta`, and none other beside it should be taken.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "the type states the schema; the server reads bodies strictly by itself"
)]
pub(super) struct ItemToSet {
    #[schema(inline)]
    meta: SentPairs,
}

/// A metadata item.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the type states the schema")]
pub(super) struct Item {
    #[schema(inline)]
    meta: StoredPairs,
}

/// The metadata of an image.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the type states the schema")]
pub(super) struct Metadata {
    #[schema(inline)]
    metadata: AllPairs,
}

fn text_or_seconds() -> Object {
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::String, Type::Integer]))
        .description(Some(
            "When a limit is lifted, in seconds or as a point in time.",
        ))
        .build()
}

/// What went wrong, in detail.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "the type states the schema")]
pub(super) struct FaultDetail {
    /// The status code again.
    #[schema(minimum = 400, maximum = 599)]
    code: u16,
    /// What went wrong, for people.
    message: String,
    /// More of it.
    #[schema(required = false, nullable = false)]
    details: Option<String>,
    /// When a limit is lifted, as a point in time.
    #[schema(required = false, nullable = false, format = DateTime)]
    retry_at: Option<String>,
    /// When a limit is lifted, in seconds or as a point in time.
    #[schema(required = false, schema_with = text_or_seconds)]
    retry_after: Option<Value>,
}

/// A fault: one member, named after what went wrong (`badRequest`, `unauthorized`, `overLimit`, …).
/// The name is not pinned; its shape is.
pub(super) struct Fault;

impl PartialSchema for Fault {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Object)
            .description(Some(
                "A fault: one member, named after what went wrong, and its `code` is the status. The published operation doesn't describe it, the vendor's guide does; so it should look like this. The name is not pinned: `badRequest` (400), `unauthorized` \
                 (401), `forbidden` (403), `itemNotFound` (404), `badMethod` (405), `buildInProgress` or \
                 `conflictingRequest` (409), `overLimit` (413), `computeFault` (500), `serviceUnavailable` (503). \
                 Proxies in front of a deployment may answer in their own way.",
            ))
            .additional_properties(Some(FaultDetail::schema()))
            .min_properties(Some(1))
            .max_properties(Some(1))
            .into()
    }
}

impl ToSchema for Fault {}
