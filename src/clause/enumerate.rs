//! The clauses of one operation.

use serde_json::Value;

use super::id::ClauseId;
use super::requirement::sentence;
use super::table::{
    BodyClauses, Clause, ClauseIndex, Clauses, HeaderClauses, HttpClauses, MethodClauses,
    OperationClauses, ParameterClauses, ResponseClauses, Side, ValueClauses,
};
use crate::diag::Pointer;
use crate::http::{BodyForm, StatusPattern};
use crate::openapi::{
    Conformance, Contract, Level, MediaTypeObject, Operation, Phase, RelationSide, ResponseObject,
};
use crate::schema::LazySchema;

pub(super) fn operation(
    clauses: &mut Clauses,
    contract: &Contract,
    operation: &Operation,
) -> OperationClauses {
    Enumeration {
        clauses,
        contract,
        operation,
        deprecated: operation.deprecated,
    }
    .all()
}

struct Enumeration<'a> {
    clauses: &'a mut Clauses,
    contract: &'a Contract,
    operation: &'a Operation,
    /// Whether what is being enumerated is deprecated.
    deprecated: bool,
}

impl Enumeration<'_> {
    fn all(mut self) -> OperationClauses {
        let operation = self.operation;
        let level = operation.level;
        let at = &operation.at;
        let methods = self.methods();
        OperationClauses {
            methods,
            documented: self.clause(
                &["responses"],
                "documented",
                format!("every answer's status is one of {}", statuses(operation)),
                (level, Side::Response),
                &at.child("responses"),
            ),
            accepted: self.clause(
                &["request"],
                "accepted",
                "a request that keeps the contract is accepted".to_owned(),
                (level, Side::Law),
                at,
            ),
            parameters: self.parameters(),
            body_required: operation
                .request_body
                .as_ref()
                .filter(|body| body.required)
                .map(|body| {
                    let text = "a request without a body is refused".to_owned();
                    self.clause(
                        &["request", "body"],
                        "required",
                        text,
                        (level, Side::Request),
                        &body.at,
                    )
                }),
            body_type: operation.request_body.as_ref().map(|body| {
                let text =
                    "a request with a body of an undocumented media type is refused".to_owned();
                // What such a body gets is rarely said by a contract: an advisory, not a demand.
                let level = level.max(Level::Should);
                self.clause(
                    &["request"],
                    "content-type",
                    text,
                    (level, Side::Request),
                    &body.at,
                )
            }),
            body: operation
                .request_body
                .iter()
                .flat_map(|body| &body.content)
                .map(|media| {
                    self.body(
                        &["request", &media.name],
                        "the request body",
                        media,
                        Side::Request,
                    )
                })
                .collect(),
            responses: operation
                .responses
                .iter()
                .map(|response| self.response(response))
                .collect(),
            security: self.security(),
            relations: operation
                .relations
                .iter()
                .map(|relation| {
                    let side = match relation.side {
                        RelationSide::Request => Side::Request,
                        RelationSide::Response => Side::Response,
                    };
                    self.clause(
                        &["relation"],
                        &relation.id,
                        relation.text.clone(),
                        (relation.level, side),
                        &relation.at,
                    )
                })
                .collect(),
            laws: operation
                .laws
                .iter()
                .map(|law| {
                    self.clause(
                        &["law"],
                        &law.id,
                        law.text.clone(),
                        (law.level, Side::Law),
                        &law.at,
                    )
                })
                .collect(),
            http: self.http(),
        }
    }

    /// One clause for all operations of a path. Where none of them documents a 405, what another
    /// method gets is not the contract's business, and RFC 9110, 15.5.6 an advice.
    fn methods(&mut self) -> MethodClauses {
        let siblings = self
            .contract
            .operations
            .iter()
            .filter(|other| other.path == self.operation.path);
        let mut methods = Vec::new();
        let mut documented = false;
        for sibling in siblings {
            methods.push(sibling.method.as_str());
            documented |= sibling.response(405).is_some();
        }
        let level = if documented {
            self.operation.level
        } else {
            self.operation.level.max(Level::Should)
        };
        let path = self.operation.path.to_string();
        let mut clause = |demand: &str, requirement: String, level: Level, side: Side| {
            let clause = Clause {
                id: ClauseId::new(&path, &["methods"], demand),
                requirement,
                level,
                side,
                at: self.operation.at.parent(),
            };
            self.clauses.add(clause, self.contract.document.root())
        };
        let refused = format!(
            "a request with another method than {} is refused with 405 (RFC 9110, 15.5.6)",
            methods.join(", ")
        );
        let truthful = "the Allow of a 405 does not name the method it refuses (RFC 9110, 10.2.1)";
        MethodClauses {
            not_allowed: clause("not-allowed", refused, level, Side::Request),
            allow: clause(
                "allow",
                truthful.to_owned(),
                self.operation.level,
                Side::Response,
            ),
        }
    }

    fn http(&mut self) -> HttpClauses {
        let (level, at) = (self.operation.level, &self.operation.at);
        let is_get = self.operation.method == "GET";
        let mut statuses = self.operation.responses.iter().map(|r| r.status);
        let has_no_content = is_get || statuses.any(is_without_content);
        let mut clause = |demand: &str, text: &str, level: Level| {
            self.clause(
                &["http"],
                demand,
                text.to_owned(),
                (level, Side::Response),
                at,
            )
        };
        HttpClauses {
            no_content: has_no_content.then(|| {
                clause(
                    "no-content",
                    "no content follows a 204, a 304, or the answer to HEAD (RFC 9110, 6.4.1)",
                    level,
                )
            }),
            head_agrees: is_get.then(|| {
                clause(
                    "head-agrees",
                    "HEAD has GET's status, and its fields say what GET's say (RFC 9110, 9.3.2)",
                    level.max(Level::Should),
                )
            }),
            head_length: is_get.then(|| {
                clause(
                    "head-length",
                    "a Content-Length in the answer to HEAD is that of GET's (RFC 9110, 8.6)",
                    level,
                )
            }),
            date: clause(
                "date",
                "a Date is one HTTP-date (RFC 9110, 5.6.7)",
                level.max(Level::Should),
            ),
            retry_after: clause(
                "retry-after",
                "a Retry-After is a number of seconds or an HTTP-date (RFC 9110, 10.2.3)",
                level,
            ),
            single_valued: clause(
                "single-valued",
                "a field that holds one value stands in one line (RFC 9110, 5.3)",
                level,
            ),
            no_stack_trace: clause(
                "no-stack-trace",
                "no answer shows a stack trace of the server (CWE-209)",
                level.max(Level::Should),
            ),
        }
    }

    fn clause(
        &mut self,
        place: &[&str],
        demand: &str,
        requirement: String,
        (level, side): (Level, Side),
        at: &Pointer,
    ) -> ClauseIndex {
        let clause = Clause {
            id: ClauseId::new(&self.operation.name, place, demand),
            requirement: said(requirement, self.deprecated),
            level,
            side,
            at: at.clone(),
        };
        self.clauses.add(clause, self.contract.document.root())
    }

    /// Goes into a node, which may be deprecated; returns what held outside of it.
    fn enter(&mut self, at: &Pointer) -> bool {
        let outer = self.deprecated;
        if let Some(node) = self.contract.document.get(at) {
            let declared = node.get("x-conformance");
            let declared = declared.and_then(|value| Conformance::declared(value, Level::Must));
            self.deprecated |= node.get("deprecated") == Some(&Value::Bool(true))
                || matches!(declared, Some((_, Phase::Deprecated)));
        }
        outer
    }

    fn parameters(&mut self) -> Vec<ParameterClauses> {
        let mut all = Vec::new();
        for parameter in &self.operation.parameters {
            let location = parameter.location.as_str();
            let place = ["request", location, &parameter.name];
            let subject = format!("the {location} parameter `{}`", parameter.name);
            // A path without one of its parameters is another path, not a broken request.
            let asked = parameter.required && location != "path";
            let outer = self.enter(&parameter.at);
            let required = asked.then(|| {
                let text = format!("a request without {subject} is refused");
                self.clause(
                    &place,
                    "required",
                    text,
                    (parameter.level, Side::Request),
                    &parameter.at,
                )
            });
            let value = self.value(
                &place,
                &subject,
                &parameter.compiled,
                (parameter.level, Side::Request),
            );
            self.deprecated = outer;
            all.push(ParameterClauses { required, value });
        }
        all
    }

    fn response(&mut self, response: &ResponseObject) -> ResponseClauses {
        let outer = self.enter(&response.at);
        let clauses = self.of_response(response);
        self.deprecated = outer;
        clauses
    }

    fn of_response(&mut self, response: &ResponseObject) -> ResponseClauses {
        let status = response.status.to_string();
        let side = Side::Response;
        // Of several media types none is demanded more than the least demanded one.
        let content_level = response
            .content
            .iter()
            .map(|media| media.level)
            .max()
            .unwrap_or(response.level);
        ResponseClauses {
            content_type: (!response.content.is_empty()).then(|| {
                let names: Vec<&str> = response
                    .content
                    .iter()
                    .map(|media| media.name.as_str())
                    .collect();
                let text = format!("the body of a {status} is of type {}", names.join(" or "));
                self.clause(
                    &[&status],
                    "content-type",
                    text,
                    (content_level, side),
                    &response.at.child("content"),
                )
            }),
            content_length: (!is_without_content(response.status)).then(|| {
                let text = format!(
                    "the Content-Length of a {status} is the number of bytes that follow (RFC 9110, 8.6)"
                );
                self.clause(
                    &[&status],
                    "content-length",
                    text,
                    (response.level, side),
                    &response.at,
                )
            }),
            headers: response
                .headers
                .iter()
                .map(|header| {
                    let place = [status.as_str(), "header", header.name.as_str()];
                    let subject = format!("the header {} of a {status}", header.title);
                    let outer = self.enter(&header.at);
                    let clauses = HeaderClauses {
                        required: header.required.then(|| {
                            let text = format!("{subject} is there");
                            self.clause(&place, "required", text, (header.level, side), &header.at)
                        }),
                        removed: header.removed.then(|| {
                            let text = format!("{subject} is not there any more");
                            self.clause(&place, "removed", text, (header.level, side), &header.at)
                        }),
                        value: self.value(
                            &place,
                            &subject,
                            &header.compiled,
                            (header.level, side),
                        ),
                    };
                    self.deprecated = outer;
                    clauses
                })
                .collect(),
            content: response
                .content
                .iter()
                .map(|media| {
                    self.body(
                        &[&status, &media.name],
                        &format!("the body of a {status}"),
                        media,
                        side,
                    )
                })
                .collect(),
        }
    }

    fn body(
        &mut self,
        place: &[&str],
        subject: &str,
        media: &MediaTypeObject,
        side: Side,
    ) -> BodyClauses {
        let form = media.range.media_type().map(BodyForm::of);
        let well_formed = form.and_then(|form| Some((form, form.well_formed()?)));
        let well_formed = well_formed.map(|(form, words)| {
            let text = match side {
                Side::Request => {
                    format!(
                        "a request whose body is no well-formed {} is refused",
                        form.name()
                    )
                }
                _ => format!("{subject} is {words}"),
            };
            self.clause(place, "well-formed", text, (media.level, side), &media.at)
        });
        // Under a range of media types a body that is read may come as well; bytes are not looked into.
        let is_read = form != Some(BodyForm::Bytes);
        let mut value = |place: &[&str], subject: &str, schema: &LazySchema| {
            if is_read {
                self.value(place, subject, schema, (media.level, side))
            } else {
                ValueClauses::default()
            }
        };
        let whole = value(place, subject, &media.compiled);
        // The path is that of an element of the array which the items are as a whole.
        let item_place = [place, &["{items}"]].concat();
        let items = value(
            &item_place,
            &format!("each item of {subject}"),
            &media.item_compiled,
        );
        BodyClauses {
            well_formed,
            value: whole,
            items,
            documents: self.documents(&item_place, subject, media, side),
        }
    }

    /// Of events alone (OpenAPI 3.2.0, 4.14.4): elsewhere `contentSchema` is an annotation.
    fn documents(
        &mut self,
        place: &[&str],
        subject: &str,
        media: &MediaTypeObject,
        side: Side,
    ) -> Option<ClauseIndex> {
        let form = media.range.media_type().map(BodyForm::of);
        if side != Side::Response || form != Some(BodyForm::EventStream) {
            return None;
        }
        let schemas = [&media.item_compiled, &media.compiled];
        let at = schemas.into_iter().find_map(LazySchema::content)?;
        let text = format!(
            "a text with a `contentSchema` in the events of {subject} is a document that keeps it"
        );
        Some(self.clause(place, "contentSchema", text, (media.level, side), &at))
    }

    fn value(
        &mut self,
        place: &[&str],
        subject: &str,
        schema: &LazySchema,
        (level, side): (Level, Side),
    ) -> ValueClauses {
        let Some(shape) = schema.shape() else {
            return ValueClauses::default();
        };
        let mut demands = Vec::new();
        for demand in shape.demands() {
            let declared = demand.noted.conformance.as_ref().and_then(|at| {
                let value = self.contract.document.get(at)?;
                Conformance::declared(value, level)
            });
            let (level, phase) = declared.unwrap_or((level, Phase::Current));
            let deprecated = demand.noted.deprecated || phase != Phase::Current;
            let mut whole: Vec<String> =
                place.iter().map(|segment| (*segment).to_owned()).collect();
            whole.extend(demand.path.iter().map(ToString::to_string));
            let clause = Clause {
                id: ClauseId {
                    subject: self.operation.name.clone(),
                    place: whole,
                    demand: demand.keyword.clone(),
                },
                requirement: said(
                    match side {
                        Side::Request => {
                            format!("a request is refused unless {}", sentence(subject, demand))
                        }
                        _ => sentence(subject, demand),
                    },
                    self.deprecated || deprecated,
                ),
                level,
                side,
                at: demand.at.clone(),
            };
            demands.push(self.clauses.add(clause, self.contract.document.root()));
        }
        ValueClauses { demands }
    }

    fn security(&mut self) -> Vec<(String, ClauseIndex)> {
        let operation = self.operation;
        // Where anonymous requests are allowed, nothing has to be refused.
        if operation
            .security
            .iter()
            .any(|requirement| requirement.schemes.is_empty())
        {
            return Vec::new();
        }
        let mut all: Vec<(String, ClauseIndex)> = Vec::new();
        for name in operation
            .security
            .iter()
            .flat_map(|requirement| &requirement.schemes)
        {
            if all.iter().any(|(known, _)| known == name) {
                continue;
            }
            let scheme = self.contract.security_scheme(name);
            let level = scheme.map_or(operation.level, |scheme| scheme.level);
            let at = scheme.map_or(&operation.at, |scheme| &scheme.at).clone();
            let text = format!("a request without a valid credential of `{name}` is refused");
            all.push((
                name.clone(),
                self.clause(
                    &["security", name],
                    "enforced",
                    text,
                    (level, Side::Request),
                    &at,
                ),
            ));
        }
        all
    }
}

/// A requirement, with a word where it is on its way out.
fn said(requirement: String, is_deprecated: bool) -> String {
    if is_deprecated {
        format!("{requirement} (deprecated)")
    } else {
        requirement
    }
}

/// Whether answers of a status have no content (RFC 9110, 6.4.1).
fn is_without_content(status: StatusPattern) -> bool {
    matches!(
        status,
        StatusPattern::Exact(100..=199 | 204 | 304) | StatusPattern::Class(1)
    )
}

fn statuses(operation: &Operation) -> String {
    let statuses: Vec<String> = operation
        .responses
        .iter()
        .map(|r| r.status.to_string())
        .collect();
    statuses.join(", ")
}
