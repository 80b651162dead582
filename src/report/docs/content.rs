//! From a contract to a page.

use std::collections::{BTreeMap, BTreeSet};

use super::operation;
use super::page::{Block, Entry, Group, Line, Page, Section};
use crate::diag::Pointer;
use crate::openapi::{Contract, Level, Location, Operation, SecurityKind, SecurityScheme};
use crate::outcome::{Account, ClauseVerdict};

/// The group of what belongs to no tag.
const UNTAGGED: &str = "Operations";

/// The documentation of a contract.
pub(super) fn page(contract: &Contract, account: Option<&Account<'_>>) -> Page {
    let anchors = Anchors::of(contract);
    let mut page = Page {
        title: title(contract),
        lead: lead(contract, account),
        ..Page::default()
    };
    if !contract.security_schemes.is_empty() {
        page.navigation.push(Group {
            title: "Authentication".to_owned(),
            anchor: anchors.authentication.clone(),
            entries: Vec::new(),
        });
        page.sections.push(authentication(contract, &anchors));
    }
    for (tag, description) in tags(contract) {
        let of_tag: Vec<&Operation> = contract
            .operations
            .iter()
            .filter(|operation| is_of(operation, &tag))
            .collect();
        // An operation of several tags is found under each and described under the first.
        let own = of_tag
            .iter()
            .filter(|operation| operation.tags.first().is_none_or(|first| *first == tag));
        let mut section = Section::new(tag.as_str()).at(&anchors.tags[&tag]);
        section.prose(&description);
        section.sections = own
            .map(|operation| operation::section(contract, &anchors, operation, account))
            .collect();
        if of_tag.is_empty() {
            continue;
        }
        let entry = |operation: &&Operation| Entry {
            anchor: anchors.operation(operation).to_owned(),
            text: if operation.summary.is_empty() {
                operation.name.clone()
            } else {
                operation.summary.clone()
            },
            method: Some(operation.method.clone()),
        };
        page.navigation.push(Group {
            title: tag.clone(),
            anchor: anchors.tags[&tag].clone(),
            entries: of_tag.iter().map(entry).collect(),
        });
        page.sections.push(section);
    }
    page
}

fn title(contract: &Contract) -> String {
    let title = contract.info.title.trim();
    if title.is_empty() {
        "API".to_owned()
    } else {
        title.to_owned()
    }
}

fn lead(contract: &Contract, account: Option<&Account<'_>>) -> Vec<Block> {
    let info = &contract.info;
    let facts = [
        ("Version", &info.version),
        ("OpenAPI", &info.openapi),
        ("Licence", &info.license),
    ];
    let facts: Vec<_> = facts
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(name, text)| (name, Line::from(text.as_str())))
        .collect();
    let mut lead = vec![Block::Facts(facts)];
    if !info.description.trim().is_empty() {
        lead.push(Block::Prose(info.description.clone()));
    }
    lead.push(Block::Line(
        Line::from("Levels are those of RFC 2119: who breaks a ")
            .level(Level::Must)
            .text(" doesn't conform, breaking a ")
            .level(Level::Should)
            .text(" or a ")
            .level(Level::May)
            .text(" is reported and fails nothing. Where none is named, it is ")
            .level(Level::Must)
            .text(", or that of the table the demand stands in."),
    ));
    lead.extend(account.map(seen));
    lead
}

/// What the examples and the deviations are those of.
fn seen(account: &Account<'_>) -> Block {
    let about = account.about;
    let mut counts = [0usize; 4];
    for record in account.ledger.records(account.clauses) {
        let broken = matches!(record.verdict, ClauseVerdict::Broken(_));
        counts[match record.verdict {
            ClauseVerdict::Held(_) => 0,
            ClauseVerdict::Waived(_) => 1,
            _ if broken && record.clause.level == Level::Must => 2,
            _ => 3,
        }] += 1;
    }
    let [held, waived, broken, _] = counts;
    let day = about.began.strftime("%Y-%m-%d");
    Block::Line(
        Line::from("What is shown of exchanges is what ")
            .code(&about.target)
            .text(format!(
                " did on {day}, in a run of proofmark {}: of {} clauses it kept {held} and broke {broken}, and {waived} more are accepted deviations. What it doesn't keep is said where the contract speaks of it.",
                about.version,
                account.clauses.len()
            )),
    )
}

/// The tags in the order of the document's own list, then of their first use, then what has none.
fn tags(contract: &Contract) -> Vec<(String, String)> {
    let listed = Pointer::root().child("tags");
    let listed = contract
        .document
        .get(&listed)
        .and_then(serde_json::Value::as_array);
    let mut tags: Vec<(String, String)> = Vec::new();
    let mut add = |name: &str, description: &str| {
        if !tags.iter().any(|(known, _)| known == name) {
            tags.push((name.to_owned(), description.to_owned()));
        }
    };
    for tag in listed.into_iter().flatten() {
        let text = |key: &str| tag.get(key).and_then(serde_json::Value::as_str);
        if let Some(name) = text("name") {
            add(name, text("description").unwrap_or_default());
        }
    }
    for operation in &contract.operations {
        operation.tags.iter().for_each(|tag| add(tag, ""));
    }
    add(UNTAGGED, "");
    tags
}

fn is_of(operation: &Operation, tag: &str) -> bool {
    operation.tags.iter().any(|own| own == tag) || (operation.tags.is_empty() && tag == UNTAGGED)
}

fn authentication(contract: &Contract, anchors: &Anchors) -> Section {
    let mut section = Section::new("Authentication").at(&anchors.authentication);
    for scheme in &contract.security_schemes {
        let heading = Line::default()
            .code(&scheme.name)
            .level_unless(scheme.level, Level::Must);
        let mut part = Section::new(heading).at(&anchors.schemes[&scheme.name]);
        part.blocks.push(Block::Line(how(scheme)));
        part.prose(&scheme.description);
        for identity in &scheme.identities {
            let before = match &scheme.kind {
                SecurityKind::ApiKey(Location::Header, name) => format!("{name}: "),
                SecurityKind::ApiKey(Location::Cookie, name) => format!("Cookie: {name}="),
                SecurityKind::ApiKey(_, name) => format!("?{name}="),
                SecurityKind::Http(scheme) => format!("Authorization: {} ", capital(scheme)),
                SecurityKind::OAuth2(_) | SecurityKind::OpenIdConnect(_) => {
                    "Authorization: Bearer ".to_owned()
                }
                SecurityKind::MutualTls | SecurityKind::Other(_) => String::new(),
            };
            part.blocks.push(Block::Code {
                caption: Line::from("As the identity ").code(&identity.name),
                text: format!("{before}{}", identity.value),
            });
        }
        section.sections.push(part);
    }
    section
}

fn how(scheme: &SecurityScheme) -> Line {
    match &scheme.kind {
        SecurityKind::ApiKey(location, name) => {
            let place = match location {
                Location::Header => "header field",
                Location::Query | Location::QueryString => "query parameter",
                Location::Cookie => "cookie",
                Location::Path => "path parameter",
            };
            Line::from("Send the credential in the ")
                .text(place)
                .text(" ")
                .code(name)
                .text(".")
        }
        SecurityKind::OAuth2(_) => Line::from("Send an OAuth 2.0 access token as ")
            .code("Authorization: Bearer")
            .text("."),
        SecurityKind::OpenIdConnect(url) => Line::from("Send a token of the provider ")
            .code(url)
            .text(" as ")
            .code("Authorization: Bearer")
            .text("."),
        SecurityKind::MutualTls => {
            Line::from("Show a client certificate while the connection is made.")
        }
        SecurityKind::Http(scheme) => Line::from("Send the header field ")
            .code("Authorization")
            .text(" with the scheme ")
            .code(capital(scheme))
            .text("."),
        SecurityKind::Other(kind) => Line::from("Authenticate by ").code(kind).text("."),
    }
}

/// Schemes are registered with a capital letter and written in small ones in documents.
fn capital(scheme: &str) -> String {
    let mut letters = scheme.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// The places of a page. No two are the same, and none has white space in it.
pub(super) struct Anchors {
    operations: BTreeMap<String, String>,
    responses: BTreeMap<(String, String), String>,
    schemes: BTreeMap<String, String>,
    tags: BTreeMap<String, String>,
    authentication: String,
}

impl Anchors {
    fn of(contract: &Contract) -> Self {
        // `main` and `navigation` are the page's own.
        let mut taken = BTreeSet::from(["main".to_owned(), "navigation".to_owned()]);
        let mut take = |wish: &str| {
            let wish = wish.split_whitespace().collect::<Vec<_>>().join("-");
            let others = (2..).map(|n| format!("{wish}-{n}"));
            let free = std::iter::once(wish.clone())
                .chain(others)
                .find(|anchor| taken.insert(anchor.clone()));
            free.unwrap_or(wish)
        };
        // Operations come first: people link to them by their name.
        let operations: BTreeMap<_, _> = contract
            .operations
            .iter()
            .map(|operation| (operation.name.clone(), take(&operation.name)))
            .collect();
        let mut responses = BTreeMap::new();
        for operation in &contract.operations {
            for response in &operation.responses {
                let status = response.status.to_string();
                let anchor = take(&format!("{}-{status}", operations[&operation.name]));
                responses.insert((operation.name.clone(), status), anchor);
            }
        }
        let schemes = contract.security_schemes.iter();
        let schemes = schemes
            .map(|scheme| (scheme.name.clone(), take(&format!("auth-{}", scheme.name))))
            .collect();
        let tags = tags(contract)
            .into_iter()
            .map(|(tag, _)| (tag.clone(), take(&format!("tag-{tag}"))))
            .collect();
        Self {
            operations,
            responses,
            schemes,
            tags,
            authentication: take("authentication"),
        }
    }

    /// Where an operation is described: its name.
    pub(super) fn operation(&self, operation: &Operation) -> &str {
        self.operations
            .get(&operation.name)
            .map_or("", String::as_str)
    }

    /// Where an operation's response is described.
    pub(super) fn response(&self, operation: &Operation, status: &str) -> String {
        self.responses
            .get(&(operation.name.clone(), status.to_owned()))
            .cloned()
            .unwrap_or_default()
    }

    /// Where a security scheme is described.
    pub(super) fn scheme(&self, name: &str) -> Option<&str> {
        self.schemes.get(name).map(String::as_str)
    }
}
