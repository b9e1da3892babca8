//! Small look-ups.

use uuid::Uuid;

use super::shapes;

shapes! {
    /// A person looked up by number and name; empty when number and names do not belong together.
    CitizenLookupResult {
        /// Id.
        identity_id: Option<Uuid>,
        /// Name.
        name: Option<String>,
        /// Whether the mailbox is closed.
        closed: Option<bool>,
    }
    /// An organisation looked up by its number.
    OrganisationLookup {
        /// Id.
        organisation_id: Option<Uuid>,
        /// Name.
        organisation_name: Option<String>,
        /// Whether somebody acts for it as curator.
        active_curator: Option<bool>,
        /// Whether somebody acts for it as executor.
        active_executor: Option<bool>,
        /// Whether somebody acts for it as liquidator.
        active_liquidator: Option<bool>,
        /// `ACTIVE`, `INACTIVE` or `CLOSED`.
        status: Option<String>,
    }
}
