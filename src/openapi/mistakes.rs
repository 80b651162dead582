//! Mistakes that only the contract as a whole shows.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{Contract, Location, Operation};
use super::path_template::Piece;
use crate::diag::{Diagnostic, Pointer, closest};

/// What is wrong with a contract that can be lived with.
pub(super) fn find(contract: &Contract) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    if contract.operations.is_empty() {
        let paths = Pointer::root().child("paths");
        problems.push(
            Diagnostic::warning("no-operation", "the document has no operation to test")
                .at_key(&contract.document, &paths, "")
                .help("add an operation under `paths`"),
        );
    }
    names(contract, &mut problems);
    let mut said = BTreeSet::new();
    for operation in &contract.operations {
        path_parameters(contract, operation, &mut said, &mut problems);
        security(contract, operation, &mut said, &mut problems);
        if operation.responses.is_empty() {
            problems.push(
                Diagnostic::warning(
                    "no-response",
                    format!("`{}` documents no response", operation.name),
                )
                .at_key(&contract.document, &operation.at, "no answer can be judged")
                .help("document at least its successful response"),
            );
        }
    }
    same_paths(contract, &mut problems);
    links(contract, &mut problems);
    problems
}

/// Links that lead nowhere (OpenAPI 3.1.1, 4.8.20), each once.
fn links(contract: &Contract, problems: &mut Vec<Diagnostic>) {
    let document = &contract.document;
    let id = |operation: &Operation| document.get(&operation.at.child("operationId"))?.as_str();
    let all = contract.operations.iter();
    let links = all.flat_map(|operation| &operation.responses);
    let links = links.flat_map(|response| &response.links);
    let mut said = BTreeSet::new();
    for link in links {
        if !said.insert(&link.at) {
            continue;
        }
        let warning = |key: &str, message: String, help: String| {
            Diagnostic::warning("link", message)
                .at_key(document, &link.at.child(key), "this leads nowhere")
                .help(help)
        };
        let reference = link.at.child("operationRef");
        let reference = document.get(&reference).and_then(|value| value.as_str());
        let target = match (&link.operation, reference) {
            (Some(name), _) => {
                let is_it = |operation: &&Operation| id(operation) == Some(name.as_str());
                let target = contract.operations.iter().find(is_it);
                if target.is_none() {
                    let near = closest(name, contract.operations.iter().filter_map(id));
                    problems.push(warning(
                        "operationId",
                        format!(
                            "the link `{}` is to an operation `{name}`, and there is none",
                            link.name
                        ),
                        near.map_or("name an operationId of this document".to_owned(), |near| {
                            format!("did you mean `{near}`?")
                        }),
                    ));
                }
                target
            }
            (None, Some(reference)) => {
                // What another document holds is that document's business.
                let Some(fragment) = reference.strip_prefix('#') else {
                    continue;
                };
                let decoded = percent_encoding::percent_decode_str(fragment).decode_utf8_lossy();
                let at = Pointer::from_text(decoded);
                let target = contract.operations.iter().find(|o| o.at == at);
                if target.is_none() && document.get(&at).is_none() {
                    problems.push(warning(
                        "operationRef",
                        format!(
                            "the link `{}` is to {reference}, and there is nothing there",
                            link.name
                        ),
                        "name an operation, such as #/paths/~1users~1{id}/get".to_owned(),
                    ));
                }
                target
            }
            (None, None) => {
                problems.push(warning(
                    "",
                    format!("the link `{}` names no operation", link.name),
                    "give it an `operationId`".to_owned(),
                ));
                None
            }
        };
        let Some(target) = target else { continue };
        for (name, _) in &link.parameters {
            let bare = name.split_once('.').map_or(name.as_str(), |(place, bare)| {
                let is_place = ["path", "query", "header", "cookie"].contains(&place);
                if is_place { bare } else { name }
            });
            if !target
                .parameters
                .iter()
                .any(|p| p.name == bare || p.name == *name)
            {
                problems.push(
                    Diagnostic::warning(
                        "link",
                        format!("`{name}` is no parameter of `{}`", target.name),
                    )
                    .at_key(
                        document,
                        &link.at.child("parameters").child(name),
                        "this is never sent",
                    )
                    .help("name a parameter of the operation that the link is to"),
                );
            }
        }
    }
}

fn names(contract: &Contract, problems: &mut Vec<Diagnostic>) {
    let document = &contract.document;
    let mut first: BTreeMap<&str, &Operation> = BTreeMap::new();
    for operation in &contract.operations {
        let id = operation.at.child("operationId");
        let Some(name) = document.get(&id).and_then(|id| id.as_str()) else {
            continue;
        };
        if let Some(other) = first.get(name) {
            problems.push(
                Diagnostic::warning(
                    "duplicate-operation-id",
                    format!("two operations are called `{name}`"),
                )
                .at_key(document, &id, "the second")
                .at_key(document, &other.at.child("operationId"), "the first")
                .note("both are called by method and path instead")
                .help("give each a name of its own"),
            );
        } else {
            first.insert(name, operation);
        }
    }
}

fn path_parameters(
    contract: &Contract,
    operation: &Operation,
    said: &mut BTreeSet<Pointer>,
    problems: &mut Vec<Diagnostic>,
) {
    let document = &contract.document;
    let in_path: Vec<&str> = operation
        .path
        .pieces()
        .iter()
        .filter_map(|piece| match piece {
            Piece::Parameter(name) => Some(name.as_str()),
            Piece::Text(_) => None,
        })
        .collect();
    let parameters = operation
        .parameters
        .iter()
        .filter(|parameter| parameter.location == Location::Path);
    for parameter in parameters.clone() {
        let is_required = document.get(&parameter.at.child("required")) == Some(&true.into());
        let is_known = in_path.contains(&parameter.name.as_str());
        if (is_known && is_required) || !said.insert(parameter.at.clone()) {
            continue;
        }
        let problem = if is_known {
            Diagnostic::warning(
                "path-parameter",
                format!(
                    "the path parameter `{}` doesn't say that it is required",
                    parameter.name
                ),
            )
            .at_key(document, &parameter.at, "taken as required")
            .help("write `required: true`")
        } else {
            Diagnostic::warning(
                "path-parameter",
                format!(
                    "the path {} has no `{{{}}}`",
                    operation.path, parameter.name
                ),
            )
            .at_key(document, &parameter.at, "this is never sent")
            .help("put it into the path, or take the parameter out")
        };
        problems.push(problem);
    }
    for name in in_path {
        if !parameters.clone().any(|parameter| parameter.name == name) {
            problems.push(
                Diagnostic::warning(
                    "path-parameter",
                    format!(
                        "`{{{name}}}` of the path {} is no parameter",
                        operation.path
                    ),
                )
                .at_key(document, &operation.at, "any text may stand there")
                .help("declare it with `in: path`, `required: true` and a schema"),
            );
        }
    }
}

fn security(
    contract: &Contract,
    operation: &Operation,
    said: &mut BTreeSet<Pointer>,
    problems: &mut Vec<Diagnostic>,
) {
    let unknown = operation
        .security
        .iter()
        .flat_map(|requirement| &requirement.schemes)
        .filter(|name| contract.security_scheme(name).is_none());
    for name in unknown {
        let own = operation.at.child("security");
        let at = if contract.document.get(&own).is_some() {
            own
        } else {
            Pointer::root().child("security")
        };
        if said.insert(at.child(name)) {
            problems.push(
                Diagnostic::warning(
                    "unknown-security-scheme",
                    format!("there is no security scheme `{name}`"),
                )
                .at_key(&contract.document, &at, "credentials for it are not sent")
                .help("declare it under components/securitySchemes"),
            );
        }
    }
}

/// Paths that differ in the names of their parameters alone are one path (OpenAPI 3.1.1, 4.8.8.2).
fn same_paths(contract: &Contract, problems: &mut Vec<Diagnostic>) {
    let mut first: BTreeMap<(String, &str), &Operation> = BTreeMap::new();
    for operation in &contract.operations {
        let pieces = operation.path.pieces().iter();
        let shape: String = pieces
            .map(|piece| match piece {
                Piece::Text(text) => text.as_str(),
                Piece::Parameter(_) => "{}",
            })
            .collect();
        if let Some(other) = first.get(&(shape.clone(), operation.method.as_str())) {
            problems.push(
                Diagnostic::warning(
                    "same-path",
                    format!("{} and {} are one path", other.path, operation.path),
                )
                .at_key(
                    &contract.document,
                    &operation.at,
                    "no request is for it alone",
                )
                .at_key(&contract.document, &other.at, "the first")
                .help("keep one of the two"),
            );
        } else {
            first.insert((shape, operation.method.as_str()), operation);
        }
    }
}
