//! The clauses of one operation.

use serde_json::Value;

use super::id::ClauseId;
use super::requirement::sentence;
use super::table::{
    BodyClauses, Clause, ClauseIndex, Clauses, HeaderClauses, OperationClauses, ParameterClauses,
    ResponseClauses, Side, ValueClauses,
};
use crate::diag::Pointer;
use crate::openapi::{Contract, Level, MediaTypeObject, Operation, RelationSide, ResponseObject};

pub(super) fn operation(
    clauses: &mut Clauses,
    contract: &Contract,
    operation: &Operation,
) -> OperationClauses {
    Enumeration {
        clauses,
        contract,
        operation,
    }
    .all()
}

struct Enumeration<'a> {
    clauses: &'a mut Clauses,
    contract: &'a Contract,
    operation: &'a Operation,
}

impl Enumeration<'_> {
    fn all(mut self) -> OperationClauses {
        let operation = self.operation;
        let level = operation.level;
        let at = &operation.at;
        OperationClauses {
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
            requirement,
            level,
            side,
            at: at.clone(),
        };
        self.clauses.add(clause, &Value::from(at.as_str()))
    }

    fn parameters(&mut self) -> Vec<ParameterClauses> {
        let mut all = Vec::new();
        for parameter in &self.operation.parameters {
            let location = parameter.location.as_str();
            let place = ["request", location, &parameter.name];
            let subject = format!("the {location} parameter `{}`", parameter.name);
            // A path without one of its parameters is another path, not a broken request.
            let asked = parameter.required && location != "path";
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
                parameter.schema.as_ref(),
                (parameter.level, Side::Request),
            );
            all.push(ParameterClauses { required, value });
        }
        all
    }

    fn response(&mut self, response: &ResponseObject) -> ResponseClauses {
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
            content_length: {
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
            },
            headers: response
                .headers
                .iter()
                .map(|header| {
                    let place = [status.as_str(), "header", header.name.as_str()];
                    let subject = format!("the header {} of a {status}", header.title);
                    HeaderClauses {
                        required: header.required.then(|| {
                            let text = format!("{subject} is there");
                            self.clause(&place, "required", text, (header.level, side), &header.at)
                        }),
                        value: self.value(
                            &place,
                            &subject,
                            header.schema.as_ref(),
                            (header.level, side),
                        ),
                    }
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
        let json = media
            .range
            .media_type()
            .is_some_and(crate::http::MediaType::is_json);
        BodyClauses {
            well_formed: json.then(|| {
                let text = match side {
                    Side::Request => "a request whose body is no well-formed JSON is refused".to_owned(),
                    _ => format!("{subject} is well-formed JSON in UTF-8 without duplicate members (RFC 8259)"),
                };
                self.clause(place, "well-formed", text, (media.level, side), &media.at)
            }),
            value: if json {
                self.value(place, subject, media.schema.as_ref(), (media.level, side))
            } else {
                ValueClauses::default()
            },
        }
    }

    fn value(
        &mut self,
        place: &[&str],
        subject: &str,
        schema: Option<&Pointer>,
        (level, side): (Level, Side),
    ) -> ValueClauses {
        // A schema that can't be compiled was warned of when the contract was loaded.
        let Some(schema) = schema.and_then(|at| self.contract.schema(at).ok()) else {
            return ValueClauses::default();
        };
        let mut demands = Vec::new();
        for demand in schema.demands() {
            let mut whole: Vec<String> =
                place.iter().map(|segment| (*segment).to_owned()).collect();
            whole.extend(demand.path.iter().map(ToString::to_string));
            let clause = Clause {
                id: ClauseId {
                    subject: self.operation.name.clone(),
                    place: whole,
                    demand: demand.keyword.clone(),
                },
                requirement: match side {
                    Side::Request => {
                        format!("a request is refused unless {}", sentence(subject, demand))
                    }
                    _ => sentence(subject, demand),
                },
                level: self.level_at(&demand.at).unwrap_or(level),
                side,
                at: demand.at.clone(),
            };
            demands.push(self.clauses.add(clause, &demand.operand));
        }
        ValueClauses { demands }
    }

    /// The level a schema gives its own keywords.
    fn level_at(&self, keyword: &Pointer) -> Option<Level> {
        let at = keyword.parent().child("x-conformance").child("level");
        serde::Deserialize::deserialize(self.contract.document.get(&at)?).ok()
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

fn statuses(operation: &Operation) -> String {
    let statuses: Vec<String> = operation
        .responses
        .iter()
        .map(|r| r.status.to_string())
        .collect();
    statuses.join(", ")
}
