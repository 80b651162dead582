//! A relation, compiled.

use cel::{Program, Value as Cel};

use super::scope::Scope;
use crate::openapi::RelationDecl;

/// A relation of the contract, compiled.
#[derive(Debug)]
pub struct Relation {
    rule: Program,
    when: Option<Program>,
}

/// Why a relation can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the {part} of the relation `{id}` is no CEL expression: {reason}")]
pub struct RelationError {
    /// The relation.
    pub id: String,
    /// `rule` or `when`.
    pub part: &'static str,
    /// What CEL says of it.
    pub reason: String,
}

impl Relation {
    /// Compiles a declaration.
    ///
    /// # Errors
    /// When its rule or condition is no CEL expression.
    pub fn compile(declared: &RelationDecl) -> Result<Self, RelationError> {
        let program = |part, source: &str| {
            Program::compile(source).map_err(|error| RelationError {
                id: declared.id.clone(),
                part,
                reason: error
                    .to_string()
                    .lines()
                    .next()
                    .unwrap_or_default()
                    .to_owned(),
            })
        };
        Ok(Self {
            rule: program("rule", &declared.rule)?,
            when: declared
                .when
                .as_deref()
                .map(|when| program("when", when))
                .transpose()?,
        })
    }

    /// Whether the relation is asked for: its condition is true, or it has none.
    #[must_use]
    pub fn is_asked(&self, scope: &Scope) -> bool {
        let when = self.when.as_ref();
        when.is_none_or(|when| truth(when, scope) == Some(true))
    }

    /// Whether the rule holds; none where it can't be evaluated. That it is asked for is another
    /// question.
    #[must_use]
    pub fn holds(&self, scope: &Scope) -> Option<bool> {
        truth(&self.rule, scope)
    }
}

fn truth(program: &Program, scope: &Scope) -> Option<bool> {
    match program.execute(&scope.context) {
        Ok(Cel::Bool(truth)) => Some(truth),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Pointer;
    use crate::openapi::{Level, RelationSide};
    use crate::relation::{Earlier, ScopePart};
    use serde_json::{Value, json};

    fn holds(rule: &str, when: Option<&str>, request: &Value, response: &Value) -> Option<bool> {
        let declared = RelationDecl {
            id: "r".into(),
            side: RelationSide::Response,
            text: String::new(),
            rule: rule.into(),
            when: when.map(str::to_owned),
            level: Level::Must,
            at: Pointer::root(),
        };
        let part = |value: &Value| {
            let members = value.as_object().expect("a map of parts");
            ScopePart::new(members.iter().map(|(name, value)| (name.as_str(), value)))
        };
        let relation = Relation::compile(&declared).expect("it compiles");
        let earlier = [Earlier::new(
            part(&json!({})),
            part(&json!({"headers": {"id": "a"}})),
        )];
        let scope = Scope::new(part(request), part(response), earlier);
        relation.is_asked(&scope).then(|| relation.holds(&scope))?
    }

    #[test]
    fn the_bodys_key_is_the_paths_key() {
        let rule = "request.path.key in request.body.meta";
        let asked = |body: Value| {
            holds(
                rule,
                None,
                &json!({"path": {"key": "a"}, "body": body}),
                &json!({}),
            )
        };
        assert_eq!(asked(json!({"meta": {"a": 1}})), Some(true));
        assert_eq!(asked(json!({"meta": {"b": 1}})), Some(false));
        assert_eq!(asked(json!({"meta": 7})), None);
        assert_eq!(asked(json!([])), None);
    }

    #[test]
    fn the_faults_code_is_the_status() {
        let rule = "response.body.all(f, response.body[f].code == response.status)";
        let when = Some("response.status >= 400");
        let asked = |status: u16, code: Value| {
            holds(
                rule,
                when,
                &json!({}),
                &json!({"status": status, "body": {"badRequest": {"code": code}}}),
            )
        };
        assert_eq!(asked(400, json!(400)), Some(true));
        assert_eq!(asked(400, json!(500)), Some(false));
        assert_eq!(asked(200, json!(500)), None);
        assert_eq!(holds(rule, when, &json!({}), &json!({"status": 400})), None);
    }

    #[test]
    fn an_id_differs_from_all_earlier_ones() {
        let rule = "!previous.exists(p, \"id\" in p.response.headers && p.response.headers[\"id\"] == response.headers[\"id\"])";
        let asked = |id: &str| holds(rule, None, &json!({}), &json!({"headers": {"id": id}}));
        assert_eq!(asked("a"), Some(false));
        assert_eq!(asked("b"), Some(true));
    }

    #[test]
    fn what_is_no_expression_is_named() {
        let declared = RelationDecl {
            id: "broken".into(),
            side: RelationSide::Request,
            text: String::new(),
            rule: "request.path. ==".into(),
            when: None,
            level: Level::Must,
            at: Pointer::root(),
        };
        let error = Relation::compile(&declared)
            .expect_err("it is refused")
            .to_string();
        assert!(
            error.contains("the rule of the relation `broken`"),
            "{error}"
        );
    }
}
