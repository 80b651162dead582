//! The values of a step's query, header and cookie parameters: its own, and the target's variables for
//! required ones it leaves out.

use serde_json::{Map, Value};

use super::request::{Parts, expanded};
use crate::case::{Case, Step, Unbound};
use crate::openapi::{Contract, Location, Operation, SecurityKind};

/// The values for the parameters of a place. Null leaves out a required one, which would be sent by
/// itself; of a header field it does so anyway.
pub(super) fn values(
    location: Location,
    step: &Step,
    operation: &Operation,
    parts: &Parts<'_>,
) -> Result<Map<String, Value>, Unbound> {
    let own = match location {
        Location::Header => &step.headers,
        Location::Cookie => &step.cookies,
        _ => &step.query,
    };
    let mut values = expanded(own, parts.bindings)?;
    for name in required(parts.contract, operation, location) {
        if location == Location::Header {
            let mut fields = values.keys().map(String::as_str);
            let mut others = parts.headers.iter().map(|(name, _)| name.as_str());
            let is_same = |known: &str| known.eq_ignore_ascii_case(name);
            if fields.any(is_same) || others.any(is_same) {
                continue;
            }
        }
        match values.get(name) {
            None => {
                let variable = parts.bindings.get(name);
                values.extend(variable.map(|value| (name.to_owned(), value.clone())));
            }
            Some(Value::Null) => {
                values.shift_remove(name);
            }
            Some(_) => {}
        }
    }
    Ok(values)
}

/// The variables that may give a case's steps such values. A case is run without them too: that a
/// parameter is missing may be what it is about.
pub(super) fn names(contract: &Contract, case: &Case) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for step in &case.steps {
        let operation = &contract.operations[step.operation];
        for location in [Location::Query, Location::Header, Location::Cookie] {
            names.extend(required(contract, operation, location).map(str::to_owned));
        }
    }
    names.sort();
    names.dedup();
    names
}

/// The names of the required parameters of a place. What carries a credential is not among them: the
/// step's `auth` sends it or leaves it out.
fn required<'o>(
    contract: &'o Contract,
    operation: &'o Operation,
    location: Location,
) -> impl Iterator<Item = &'o str> {
    let is_credential = move |name: &str| {
        contract.security_schemes.iter().any(|scheme| {
            matches!(&scheme.kind, SecurityKind::ApiKey(place, field)
                if *place == location && field.eq_ignore_ascii_case(name))
        })
    };
    let all = operation.parameters.iter();
    all.filter(move |parameter| parameter.required && parameter.location == location)
        .map(|parameter| parameter.name.as_str())
        .filter(move |name| !is_credential(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::Role;
    use crate::codec::{Decoded, DecodedParameter};
    use crate::diag::Source;
    use crate::http::{Headers, Request, Secret};
    use crate::openapi::load;
    use crate::run::request::build;
    use serde_json::json;

    fn contract() -> Contract {
        let parameter = |name: &str, place: &str| {
            json!({
                "name": name, "in": place, "required": true, "schema": { "type": "array" }
            })
        };
        let parameters = [
            parameter("q", "query"),
            parameter("X-Tenant", "header"),
            parameter("session", "cookie"),
            parameter("X-Key", "header"),
        ];
        let document = json!({
            "openapi": "3.1.0",
            "info": { "title": "t", "version": "1" },
            "components": { "securitySchemes": {
                "key": { "type": "apiKey", "in": "header", "name": "x-key" }
            } },
            "paths": { "/x": { "get": {
                "operationId": "op", "parameters": parameters, "responses": {}
            } } }
        });
        load(Source::new("t.json", document.to_string())).expect("it is a contract")
    }

    fn built(contract: &Contract, step: &Step) -> Request {
        let bindings =
            json!({ "q": [1, 2], "X-Tenant": ["a", "b"], "session": [3, 4], "X-Key": "k" });
        let parts = Parts {
            contract,
            authority: "a",
            prefix: "",
            bindings: bindings.as_object().expect("it is an object"),
            given: &[],
            headers: &[("cookie".to_owned(), Secret::new("own=5", "OWN"))],
            correlation: "c",
        };
        build(step, &parts).expect("it is written")
    }

    fn step(query: &Value, headers: &Value, cookies: &Value) -> Step {
        let map = |value: &Value| value.as_object().cloned().unwrap_or_default();
        let mut step = Step::plain(Role::Main, 0, Map::new());
        (step.query, step.headers, step.cookies) = (map(query), map(headers), map(cookies));
        step
    }

    fn fields(headers: &Headers) -> [Option<&str>; 3] {
        ["x-tenant", "cookie", "x-key"].map(|name| headers.text(name))
    }

    #[test]
    fn required_parameters_come_from_the_variables_but_credentials_do_not() {
        let contract = contract();
        let request = built(&contract, &step(&json!({}), &json!({}), &json!({})));
        assert_eq!(request.target, "/x?q=1&q=2");
        let cookies = Some("session=3; session=4; own=5");
        assert_eq!(fields(&request.headers), [Some("a,b"), cookies, None]);
        // Cookies beside a credential are read all the same.
        let decoded = Decoded::of(&contract, &contract.operations[0], "", &request);
        let decoded = decoded.expect("it is a request of the operation");
        let all = decoded.parameters.iter();
        let there: Vec<bool> = all.map(DecodedParameter::is_there).collect();
        assert_eq!(there, [true, true, true, false]);
    }

    #[test]
    fn a_step_says_otherwise_or_leaves_them_out() {
        let contract = contract();
        let own = step(
            &json!({ "q": "o&n" }),
            &json!({ "x-tenant": { "a": 1 } }),
            &json!({ "session": "ä", "more": "a b" }),
        );
        let request = built(&contract, &own);
        assert_eq!(request.target, "/x?q=o%26n");
        let cookies = Some("session=%C3%A4; more=a b; own=5");
        assert_eq!(fields(&request.headers), [Some("a,1"), cookies, None]);
        let none = step(
            &json!({ "q": null }),
            &json!({ "X-TENANT": null }),
            &json!({ "session": null }),
        );
        let request = built(&contract, &none);
        assert_eq!(request.target, "/x");
        assert_eq!(fields(&request.headers), [None, Some("own=5"), None]);
    }
}
