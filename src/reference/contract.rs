//! The contract's document.

use serde_json::{Value, json};
use utoipa::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::openapi::{Components, ExternalDocs, SecurityRequirement};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::finish::finish;
use super::paths;
use super::service::Shared;
use super::yaml::yaml;

/// What the document says of the API as a whole.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Set image metadata item",
        version = "1.0.0",
        description = "OpenStack/Rackspace Compute's operation *Set image metadata item*, with the operations that are \
            needed to read back what it wrote.\n\nThe published document is short and contradicts itself in places. \
            Where it speaks, this contract says what it says; where it is silent, the descriptions say how it is read.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    servers((url = "/", description = "Wherever the implementation is")),
    tags((name = "Image metadata", description = "Metadata items of images")),
)]
struct Document;

/// The routes, with the document that was made of them.
pub(super) fn router() -> (axum::Router<Shared>, utoipa::openapi::OpenApi) {
    let (router, mut document) = OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(
            paths::set_item,
            paths::get_item,
            paths::delete_item
        ))
        .routes(routes!(paths::list_items))
        .split_for_parts();
    let scheme = ApiKeyValue::with_description("X-Auth-Token", "A token of the caller's tenant.");
    document
        .components
        .get_or_insert_with(Components::new)
        .add_security_scheme("tokenAuth", SecurityScheme::ApiKey(ApiKey::Header(scheme)));
    document.security = Some(vec![SecurityRequirement::new(
        "tokenAuth",
        Vec::<String>::new(),
    )]);
    let mut published = ExternalDocs::new("https://docs.openstack.org/api-ref/compute/");
    published.description = Some("The vendor's reference of the API's other operations".to_owned());
    document.external_docs = Some(published);
    (router, document)
}

/// The contract as an OpenAPI 3.1 document.
#[must_use]
pub fn contract() -> Value {
    let document = serde_json::to_value(router().1)
        .unwrap_or_else(|error| json!({ "error": error.to_string() }));
    finish(document)
}

/// The contract as JSON text.
#[must_use]
pub fn contract_json() -> String {
    format!("{:#}\n", contract())
}

/// The contract as YAML text, which readers of YAML 1.1 and 1.2 read as the same values.
#[must_use]
pub fn contract_yaml() -> String {
    yaml(&contract())
}

#[cfg(test)]
mod tests;
