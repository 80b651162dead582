//! Variables, and the fixtures a contract names by its examples.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::credential::{CredentialSource, Identities, variable_of};
use crate::http::Secret;
use crate::openapi::{Contract, Location};

/// What is known of a target.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    /// Values by name.
    pub variables: Map<String, Value>,
    /// Credentials by identity, of the one scheme that none of `schemes` is for.
    pub identities: Identities,
    /// Credentials by security scheme, then by identity.
    pub schemes: BTreeMap<String, Identities>,
    /// Whether connections show a certificate of the client's, which the scheme `mutualTLS` asks for.
    pub shows_certificate: bool,
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
    /// the contract's others are not on it. Of a contract's only scheme identities need not say which.
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
        let is_only = contract.security_schemes.len() == 1;
        for scheme in &contract.security_schemes {
            let mut names = scheme.identities.iter().map(|identity| &identity.name);
            if self.schemes.contains_key(&scheme.name)
                || names.any(|name| self.identities.contains_key(name))
            {
                continue;
            }
            for identity in &scheme.identities {
                let (identities, variable) = if is_only {
                    (&mut self.identities, variable_of(None, &identity.name))
                } else {
                    let own = self.schemes.entry(scheme.name.clone()).or_default();
                    (own, variable_of(Some(&scheme.name), &identity.name))
                };
                let secret = Secret::new(identity.value.as_str(), variable);
                identities
                    .entry(identity.name.clone())
                    .or_insert(CredentialSource::Fixed(secret));
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
