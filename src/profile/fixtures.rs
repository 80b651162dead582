//! Variables, and the fixtures a contract names by its examples.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::credential::{CredentialSource, Identities};
use crate::http::Secret;
use crate::openapi::{Contract, Location};

/// What is known of a target.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    /// Values by name.
    pub variables: Map<String, Value>,
    /// Credentials by identity.
    pub identities: Identities,
    /// Header fields sent with every request.
    pub headers: Vec<(String, Secret)>,
}

/// A value that must be there on the target before anything can be tested with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Fixture {
    /// The variable's name.
    pub name: String,
    /// The parameter it is a value of.
    pub parameter: String,
    /// The value.
    pub value: Value,
}

impl Profile {
    /// The profile with what the contract gives away: a variable for every named example of a
    /// parameter, a credential for every named identity of a security scheme. Where the profile names
    /// one fixture of a parameter, or one identity of a scheme, itself, the target has its own, and
    /// the contract's others are not on it.
    #[must_use]
    pub fn with_examples(mut self, contract: &Contract) -> Self {
        let parameters = contract.operations.iter().flat_map(|o| &o.parameters);
        let mut examples: BTreeMap<&str, Vec<(&str, &Value)>> = BTreeMap::new();
        for parameter in parameters {
            let known = examples.entry(&parameter.name).or_default();
            for example in &parameter.examples {
                let name = match example.name.as_str() {
                    "example" => parameter.name.as_str(),
                    name => name,
                };
                if !known.iter().any(|(known, _)| *known == name) {
                    known.push((name, &example.value));
                }
            }
        }
        for fixtures in examples.values() {
            if fixtures
                .iter()
                .any(|(name, _)| self.variables.contains_key(*name))
            {
                continue;
            }
            for (name, value) in fixtures {
                self.variables.insert((*name).to_owned(), (*value).clone());
            }
        }
        for scheme in &contract.security_schemes {
            let names = scheme.identities.iter().map(|identity| &identity.name);
            if names
                .into_iter()
                .any(|name| self.identities.contains_key(name))
            {
                continue;
            }
            for identity in &scheme.identities {
                let variable = variable_of(&identity.name);
                self.identities
                    .entry(identity.name.clone())
                    .or_insert_with(|| {
                        CredentialSource::Fixed(Secret::new(identity.value.as_str(), variable))
                    });
            }
        }
        self
    }

    /// The variables among `names` that are values of path parameters.
    #[must_use]
    pub fn fixtures(&self, contract: &Contract, names: &[String]) -> Vec<Fixture> {
        let mut fixtures: Vec<Fixture> = Vec::new();
        for parameter in contract
            .operations
            .iter()
            .flat_map(|operation| &operation.parameters)
        {
            if parameter.location != Location::Path {
                continue;
            }
            for example in &parameter.examples {
                let wanted = names.contains(&example.name)
                    && !fixtures.iter().any(|f| f.name == example.name);
                if let Some(value) = self.variables.get(&example.name).filter(|_| wanted) {
                    fixtures.push(Fixture {
                        name: example.name.clone(),
                        parameter: parameter.name.clone(),
                        value: value.clone(),
                    });
                }
            }
        }
        fixtures
    }
}

/// The environment variable a credential goes by: `PROOFMARK_TOKEN` for the default identity,
/// `PROOFMARK_TOKEN_OTHER_TENANT` for another.
pub(crate) fn variable_of(identity: &str) -> String {
    if identity == "default" {
        return "PROOFMARK_TOKEN".to_owned();
    }
    let name: String = identity
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_uppercase()
            } else {
                '_'
            }
        })
        .collect();
    format!("PROOFMARK_TOKEN_{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_go_by_their_own_variables() {
        assert_eq!(variable_of("default"), "PROOFMARK_TOKEN");
        assert_eq!(variable_of("other-tenant"), "PROOFMARK_TOKEN_OTHER_TENANT");
    }
}
