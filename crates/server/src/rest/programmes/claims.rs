//! Whose messages a programme may look at: those of an organisation whose administrator, or system, says so.
//!
//! The numbers in a programme's settings decide whose traffic is observed for it. Who leads a programme may
//! change everything in it; that alone must not show them somebody else's traffic.

use axum::http::StatusCode;
use brevdue_exchange::people::Privilege;
use brevdue_programme::change::Change;
use brevdue_programme::permissions::organisations_added;

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
        let added = organisations_added(&self.programme, changes);
        must_speak_for(&self.caller, added.iter().map(String::as_str))
    }
}
