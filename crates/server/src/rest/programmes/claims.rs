//! Whose messages a programme may look at: those of an organisation whose administrator, or system, says so.
//!
//! The numbers in a programme's settings decide whose traffic is observed for it. Who leads a programme may
//! change everything in it; that alone must not show them somebody else's traffic.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use brevdue_exchange::people::Privilege;
use brevdue_programme::change::{Change, What};
use brevdue_programme::objects::Kind;
use serde_json::Value;

use super::{Caller, Working};
use crate::rest::errors::Failure;

/// Whether somebody speaks for an organisation.
pub(super) fn speaks_for(caller: &Caller, cvr: &str) -> bool {
    match caller {
        Caller::System(caller) => caller.organisation.cvr.digits() == cvr,
        Caller::Person(person) => {
            person.may(Privilege::SystemManager)
                || person.id_type == "CVR"
                    && person.number == cvr
                    && person.may(Privilege::OrganisationAdministrator)
        }
    }
}

/// Refuses numbers of organisations that somebody does not speak for.
pub(super) fn must_speak_for<'a>(
    caller: &Caller,
    numbers: impl IntoIterator<Item = &'a str>,
) -> Result<(), Failure> {
    match numbers.into_iter().all(|cvr| speaks_for(caller, cvr)) {
        true => Ok(()),
        false => Err(Failure::new(
            StatusCode::FORBIDDEN,
            "organisation.not.yours",
            "an organisation is added to a programme by its administrator, by a system of its own, or by \
             whoever manages the exchange: its messages are observed",
        )
        .at("Settings", "cvr")),
    }
}

impl Working {
    /// Refuses changes that add an organisation to the programme that the caller does not speak for.
    pub(super) fn claims(&self, changes: &[Change]) -> Result<(), Failure> {
        let there = self.programme.settings().map(|settings| settings.cvr).unwrap_or_default();
        let settings = changes.iter().filter(|change| change.kind == Kind::Settings);
        let wanted = settings.filter_map(|change| match &change.what {
            What::Add { body } => body.get("cvr"),
            What::Edit { fields } => fields.get("cvr").map(|edit| &edit.to),
            What::Remove { .. } => None,
        });
        let wanted: BTreeSet<&str> =
            wanted.filter_map(Value::as_array).flatten().filter_map(Value::as_str).collect();
        must_speak_for(&self.caller, wanted.into_iter().filter(|cvr| !there.contains(*cvr)))
    }
}
