//! What a run is held to, and when: waivers from their file, the day from the clock.

use std::path::Path;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Unit};

use super::inputs::Inputs;
use super::settings::Settings;
use crate::case::Case;
use crate::diag::{Diagnostic, Source};
use crate::outcome::About;
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
        target: target.to_owned(),
        profile: settings.profile_name.clone(),
        run: run.to_owned(),
        began: now(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        ..About::default()
    }
}
