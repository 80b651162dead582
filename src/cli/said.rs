//! What a run is held to, and when: waivers from their file, the day from the clock.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Unit};
use serde_json::{Value, json};

use super::inputs::Inputs;
use super::settings::Settings;
use crate::case::Case;
use crate::diag::{Diagnostic, Source};
use crate::evidence::digest;
use crate::outcome::About;
use crate::profile::Profile;
use crate::run::Acceptance;
use crate::waiver::Waivers;

/// Reads a file of waivers.
pub(super) fn waivers(path: &Path) -> Result<Waivers, Vec<Diagnostic>> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        let message = format!("{} can't be read: {error}", path.display());
        vec![
            Diagnostic::error("waivers", message)
                .help("give the file of the target's accepted deviations with --waivers"),
        ]
    })?;
    Waivers::read(&Source::new(path.display().to_string(), text))
}

/// The present moment, to the second.
pub(super) fn now() -> Timestamp {
    let now = Timestamp::now();
    now.round(Unit::Second).unwrap_or(now)
}

/// A moment's day in UTC.
pub(super) fn day(moment: Timestamp) -> Date {
    moment.to_zoned(TimeZone::UTC).date()
}

/// What a run that begins now is held to. `known` are all cases, those included that are not selected.
pub(super) fn acceptance(settings: &Settings, known: &[Case], about: &About) -> Acceptance {
    Acceptance {
        waivers: settings.waivers.clone(),
        today: day(about.began),
        known: match settings.waivers {
            Some(_) => known.to_vec(),
            None => Vec::new(),
        },
        allow_flaky: settings.allow_flaky,
        required: settings.required.clone(),
    }
}

/// What a run is.
pub(super) fn about(settings: &Settings, inputs: &Inputs, target: &str, run: &str) -> About {
    About {
        contract: inputs.contract.title(),
        contract_hash: inputs.contract_hash(),
        cases_hash: inputs.cases_hash.clone(),
        target: target.to_owned(),
        profile: settings.profile_name.clone(),
        profile_hash: profile_hash(&settings.profile),
        run: run.to_owned(),
        began: now(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

/// The digest of what a profile says of the target: variables with their values, credentials and header
/// fields by name alone.
fn profile_hash(profile: &Profile) -> String {
    let variables: BTreeMap<&String, &Value> = profile.variables.iter().collect();
    let schemes = profile.schemes.iter();
    let schemes: Vec<_> = schemes
        .map(|(scheme, identities)| (scheme, identities.keys().collect::<Vec<_>>()))
        .collect();
    let identities: Vec<&String> = profile.identities.keys().collect();
    let headers: Vec<&String> = profile.headers.iter().map(|(name, _)| name).collect();
    digest(
        json!([variables, identities, schemes, headers])
            .to_string()
            .as_bytes(),
    )
}
