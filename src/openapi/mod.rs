//! The contract: an OpenAPI document, loaded, resolved and lowered to one version-neutral model.
//!
//! A document of any version is brought, in place, into the shape of the newest ones: other files are
//! taken in, references become pointers, schemas JSON Schema 2020-12. Every node keeps its place in
//! the text it was written in, and every node of the model names its own. Only the files of this room
//! that are named after a version know a version. Read [`Contract`] first.

mod conformance;
mod dialect;
mod directions;
mod dynamic;
mod files;
mod keywords;
mod kinds;
mod load;
mod lowering;
mod mistakes;
mod model;
mod names;
mod operations;
mod overlay;
mod path_template;
mod references;
#[cfg(test)]
mod tests;
mod v2;
mod v3_0;
mod v3_1;
mod v3_2;
mod walk;

pub use conformance::{Conformance, Identity, Law, Level, Phase, RelationDecl, RelationSide};
pub use files::{Disk, Files, NoFiles};
pub use load::{load, load_overlaid, load_with};
pub use model::{
    Body, Contract, Encoding, Header, Info, Link, Location, MediaTypeObject, NamedExample,
    OAuthFlow, Operation, Parameter, PartHeader, Place, ResponseObject, SecurityKind,
    SecurityRequirement, SecurityScheme, Server,
};
pub use path_template::{PathTemplate, Piece};
