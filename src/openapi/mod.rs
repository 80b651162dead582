//! The contract: an OpenAPI document, loaded, resolved and lowered to one version-neutral model.
//!
//! The document stays as it was written, beside the model: every node of the model names its place
//! in it. Only the files of this room that are named after a version know a version. Read
//! [`Contract`] first.

mod conformance;
mod load;
mod model;
mod path_template;
mod v3_1;

pub use conformance::{Conformance, Identity, Law, Level, RelationDecl, RelationSide};
pub use load::load;
pub use model::{
    Body, Contract, Encoding, Header, Info, Link, Location, MediaTypeObject, NamedExample,
    OAuthFlow, Operation, Parameter, Place, ResponseObject, SecurityKind, SecurityRequirement,
    SecurityScheme, Server,
};
pub use path_template::{PathTemplate, Piece};
