//! The contact structure of authorities: groups, and the contact points in them.

mod groups;
mod points;

use brevdue_wire::registry as wire;
use brevdue_wire::registry::{ContactGroup, Target};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::details::Beside;
use super::{MANAGERS, Registered, forbidden};
use crate::exchange::Exchange;
use crate::exchange::people::{Actor, Privilege};
use crate::resource::{Kept, Resource};
use crate::storage::RecordKind;
use crate::{OrganisationId, Targets};

/// Which contact points and groups are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Visibility {
    /// Those that are shown.
    #[default]
    Visible,
    /// Those that are not.
    Hidden,
    /// Both.
    All,
}

/// Which elements of the structure are asked for.
#[derive(Debug, Clone, Default)]
pub struct StructureAsked {
    /// Of this organisation; of all when there is none.
    pub organisation: Option<OrganisationId>,
    /// Shown or not; hidden ones are told to the organisation's own alone.
    pub visibility: Visibility,
    /// Only those in this group.
    pub group: Option<Uuid>,
    /// Only those in no group, or only those in one.
    pub is_root: Option<bool>,
    /// Only those with a search term that holds this.
    pub search_term: Option<String>,
    /// Only those with a search term or a name that holds this.
    pub search_term_or_name: Option<String>,
    /// Only those with this legacy number.
    pub postkasse: Option<i64>,
    /// Only those with this legacy number of a subject.
    pub postkasse_emne: Option<i64>,
}

/// A group, as it is kept.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct GroupDetails {
    pub(super) name: String,
    description: Option<String>,
    organisational_unit: bool,
    parent: Option<Uuid>,
    targets: Vec<Target>,
}

impl Resource for GroupDetails {
    const KIND: RecordKind = RecordKind::ContactGroup;
}

/// Beside a contact point.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct PointDetails {
    description: Option<String>,
    internal_description: Option<String>,
    hidden: bool,
    report_link: Option<wire::ReportLink>,
    codes: Vec<wire::ContactPointCode>,
    groups: Vec<Uuid>,
    recommended_attributes: Vec<wire::RecommendedAttribute>,
    search_terms: Vec<wire::SearchTerm>,
    pub(super) translations: Vec<wire::Translation>,
    /// When it was removed. It stays, inactive, for the letters that name it.
    pub(super) removed: Option<String>,
}

impl Resource for PointDetails {
    const KIND: RecordKind = RecordKind::ContactPoint;
}

/// Who may change a contact structure.
const SHAPERS: &[Privilege] =
    &[Privilege::OrganisationAdministrator, Privilege::ContactAdministrator];

impl Exchange {
    fn must_shape(&self, actor: &Actor, organisation: OrganisationId) -> Registered<()> {
        debug_assert!(MANAGERS.iter().all(|one| SHAPERS.contains(one)));
        if self.may(actor, organisation, SHAPERS) {
            return Ok(());
        }
        let message = "only administrators of this organisation (ORGANISATION_ADMINISTRATOR, \
                       CONTACT_ADMINISTRATOR) may do this";
        Err(forbidden("organisation.not.yours", message).into())
    }

    /// Whether what is hidden is told.
    fn is_own_structure(&self, actor: &Actor, organisation: OrganisationId) -> bool {
        let own = match actor {
            Actor::System(caller) => caller.organisation.id == organisation,
            Actor::Person(person) => person.organisation == Some(organisation),
        };
        own || self.may(actor, organisation, SHAPERS)
    }
}

/// Id, version and name: how other resources name a group.
fn group_in_short(group: &Kept<GroupDetails>) -> ContactGroup {
    ContactGroup {
        id: Some(group.id),
        version: Some(group.version),
        name: Some(group.body.name.clone()),
        ..Default::default()
    }
}

fn targets_of(list: Option<&[Target]>) -> Targets {
    let has = |target| list.is_none_or(|list| list.contains(&target));
    Targets {
        citizens: has(Target::Citizen),
        companies: has(Target::Company),
        authorities: has(Target::Authority),
    }
}

fn list_of(targets: Targets) -> Vec<Target> {
    [
        (targets.citizens, Target::Citizen),
        (targets.companies, Target::Company),
        (targets.authorities, Target::Authority),
    ]
    .into_iter()
    .filter_map(|(is, target)| is.then_some(target))
    .collect()
}

fn shown(visibility: Visibility, hidden: bool) -> bool {
    match visibility {
        Visibility::Visible => !hidden,
        Visibility::Hidden => hidden,
        Visibility::All => true,
    }
}

type PointBeside = Beside<PointDetails>;
