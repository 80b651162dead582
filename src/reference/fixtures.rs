//! The images and tokens the contract gives away as its examples, so that a target seeded with them
//! needs no configuration.

use serde_json::{Value, json};

use super::body::BODY_LIMIT;
use super::store::ITEM_LIMIT;

/// An image of the default tenant.
pub(super) const IMAGE: &str = "70a599e0-31e7-49b7-b260-868f441e862b";
/// One that is still being saved.
pub(super) const SAVING_IMAGE: &str = "155d900f-4e14-4e4c-a73d-069cbf4541e6";
/// One the default tenant may see and not change.
pub(super) const FOREIGN_IMAGE: &str = "a2459075-d96c-40d5-893e-577ff92e721c";
/// One with as many items as it may have.
pub(super) const FULL_IMAGE: &str = "76cb448c-6429-4bfc-96bc-34f8d6f9a7c8";
/// One that may be filled up to its limit, and lacks three items for it.
pub(super) const FILLING_IMAGE: &str = "5d3f1c0e-8b7a-4f29-a6d5-c4e3b2a19087";
/// One of the other tenant that the default tenant doesn't see; the document is silent about it.
pub(super) const PRIVATE_IMAGE: &str = "0f3c1bd2-6a8e-4c57-9d1e-2b7a4c5d6e7f";

/// The default tenant's token, which is the published example's.
pub(super) const TOKEN: &str = "f064c46a782c444cb4ba4b6434288f7c";
/// The other tenant's token.
pub(super) const OTHER_TOKEN: &str = "0a1d7f3c5b8e49d2a6c4e0f1b2d39587";

/// What a tester must know of the server: variables and tokens.
pub(super) fn fixtures() -> Value {
    json!({
        "variables": {
            "image_id": IMAGE,
            "saving_image_id": SAVING_IMAGE,
            "foreign_image_id": FOREIGN_IMAGE,
            "full_image_id": FULL_IMAGE,
            "filling_image_id": FILLING_IMAGE,
            "item_limit": ITEM_LIMIT,
            "body_limit": BODY_LIMIT,
        },
        "identities": identities(),
    })
}

/// The tokens, by the names the contract's security scheme gives them.
pub(super) fn identities() -> Value {
    json!({ "default": TOKEN, "other-tenant": OTHER_TOKEN })
}
