//! Contact groups: a tree.

use std::collections::{HashMap, HashSet};

use brevdue_wire::registry::{ContactGroup, ContactGroupCommand};
use uuid::Uuid;

use super::{GroupDetails, PointDetails, StructureAsked, group_in_short};
use crate::exchange::Exchange;
use crate::exchange::people::Actor;
use crate::exchange::registering::organisations::in_short;
use crate::exchange::registering::{Faults, Registered, RegisteringError, must_be, told, unknown};
use crate::{EventTag, Kept, Organisation, OrganisationId, StorageError};

const WHAT: &str = "contact group";

/// Groups within groups.
const DEPTH: usize = 32;

type Groups = HashMap<Uuid, Kept<GroupDetails>>;

impl Exchange {
    /// Contact groups, oldest first.
    ///
    /// # Errors
    /// See [`RegisteringError`].
    pub async fn tell_groups(&self, asked: &StructureAsked) -> Registered<Vec<ContactGroup>> {
        let owners = match asked.organisation {
            Some(id) => vec![self.organisation_there(id).await?],
            None => self.store().organisations().await?,
        };
        let owner = asked.organisation.map(|id| id.0);
        let limit = crate::exchange::registering::LISTED;
        let kept = self.kept_all::<GroupDetails>(owner, limit).await?.items;
        let numbers = self.numbers_of_groups(&owners).await?;
        let groups: Groups = kept.iter().map(|group| (group.id, group.clone())).collect();
        let owners: HashMap<Uuid, Organisation> =
            owners.into_iter().map(|owner| (owner.id.0, owner)).collect();
        let is_asked = |group: &&Kept<GroupDetails>| {
            asked.is_root.is_none_or(|is_root| group.body.parent.is_none() == is_root)
        };
        let tell = |group: &Kept<GroupDetails>| {
            let postkasse_ids = numbers.get(&group.id).cloned().unwrap_or_default();
            shape(group, owners.get(&group.owner), &groups, postkasse_ids)
        };
        Ok(kept.iter().filter(is_asked).map(tell).collect())
    }

    /// One group.
    ///
    /// # Errors
    /// See [`RegisteringError`].
    pub async fn tell_group(&self, owner: OrganisationId, id: Uuid) -> Registered<ContactGroup> {
        let organisation = self.organisation_there(owner).await?;
        let group = self.group_there(owner, id).await?;
        Ok(self.group_told(&organisation, &group).await?)
    }

    /// Makes a group.
    ///
    /// # Errors
    /// See [`RegisteringError`].
    pub async fn make_group(
        &self,
        actor: &Actor,
        owner: OrganisationId,
        command: ContactGroupCommand,
    ) -> Registered<ContactGroup> {
        let organisation = self.organisation_there(owner).await?;
        self.must_shape(actor, owner)?;
        let groups = self.groups_of(owner).await?;
        let id = self.ids().random();
        let details = self.group_of(id, &groups, command)?;
        let now = self.clock().now();
        let kept = Kept::new(id, owner.0, now, details);
        let event = self.registry_event(EventTag::ContactGroupChanged, actor, Some(owner), now);
        self.commit_all(vec![kept.add()?, event]).await?;
        Ok(self.group_told(&organisation, &kept).await?)
    }

    /// Changes a group.
    ///
    /// # Errors
    /// See [`RegisteringError`].
    pub async fn change_group(
        &self,
        actor: &Actor,
        owner: OrganisationId,
        id: Uuid,
        expected: i64,
        command: ContactGroupCommand,
    ) -> Registered<ContactGroup> {
        let organisation = self.organisation_there(owner).await?;
        let group = self.group_there(owner, id).await?;
        self.must_shape(actor, owner)?;
        must_be(expected, group.version)?;
        let groups = self.groups_of(owner).await?;
        let body = self.group_of(id, &groups, command)?;
        let now = self.clock().now();
        let (group, op) = Kept { body, ..group }.change(now)?;
        let event = self.registry_event(EventTag::ContactGroupChanged, actor, Some(owner), now);
        self.commit_all(vec![op, event]).await?;
        Ok(self.group_told(&organisation, &group).await?)
    }

    /// Removes a group.
    ///
    /// # Errors
    /// See [`RegisteringError`]; `DoesNotFit` while something stands in it.
    pub async fn remove_group(
        &self,
        actor: &Actor,
        owner: OrganisationId,
        id: Uuid,
        expected: i64,
    ) -> Registered<()> {
        self.organisation_there(owner).await?;
        let group = self.group_there(owner, id).await?;
        self.must_shape(actor, owner)?;
        must_be(expected, group.version)?;
        let holds_group =
            self.groups_of(owner).await?.values().any(|one| one.body.parent == Some(id));
        let points = self.all_beside::<PointDetails>(owner.0).await?;
        let mut there = points.values().filter(|point| point.body.removed.is_none());
        if holds_group || there.any(|point| point.body.groups.contains(&id)) {
            return Err(RegisteringError::DoesNotFit {
                code: "group.not.empty",
                message: "groups or contact points stand in this group; move or remove them first",
            });
        }
        let now = self.clock().now();
        let event = self.registry_event(EventTag::ContactGroupChanged, actor, Some(owner), now);
        self.commit_all(vec![group.remove(), event]).await?;
        Ok(())
    }

    pub(super) async fn groups_of(&self, owner: OrganisationId) -> Result<Groups, StorageError> {
        self.all_beside::<GroupDetails>(owner.0).await
    }

    async fn group_there(&self, owner: OrganisationId, id: Uuid) -> Registered<Kept<GroupDetails>> {
        match self.kept::<GroupDetails>(id).await?.filter(|group| group.owner == owner.0) {
            Some(group) => Ok(group),
            None => unknown(WHAT),
        }
    }

    fn group_of(
        &self,
        id: Uuid,
        groups: &Groups,
        command: ContactGroupCommand,
    ) -> Registered<GroupDetails> {
        let mut faults = Faults::of("ContactGroupCommand");
        faults.required("name", &command.name, 256);
        faults.text("description", command.description.as_deref(), 4000);
        faults.at_most("targets", command.targets.as_ref().map_or(0, Vec::len), 3);
        let most = self.policy().contact_points_per_organisation;
        faults.at_most("organisation", groups.len(), most);
        if let Some(parent) = command.parent
            && let Err((code, message)) = stands_well(id, parent, groups)
        {
            faults.add("parent", code, message);
        }
        faults.done()?;
        Ok(GroupDetails {
            name: command.name,
            description: command.description,
            organisational_unit: command.organisational_unit.unwrap_or_default(),
            parent: command.parent,
            targets: command.targets.unwrap_or_default(),
        })
    }

    async fn group_told(
        &self,
        organisation: &Organisation,
        group: &Kept<GroupDetails>,
    ) -> Result<ContactGroup, StorageError> {
        let groups = self.groups_of(organisation.id).await?;
        let mut numbers = self.numbers_of_groups(std::slice::from_ref(organisation)).await?;
        let postkasse_ids = numbers.remove(&group.id).unwrap_or_default();
        Ok(shape(group, Some(organisation), &groups, postkasse_ids))
    }

    /// The legacy numbers of the points in each group.
    async fn numbers_of_groups(
        &self,
        owners: &[Organisation],
    ) -> Result<HashMap<Uuid, Vec<i64>>, StorageError> {
        let mut numbers: HashMap<Uuid, Vec<i64>> = HashMap::new();
        for owner in owners {
            for point in self.all_beside::<PointDetails>(owner.id.0).await?.into_values() {
                let there = point.body.removed.is_none();
                for group in point.body.groups.iter().filter(|_| there) {
                    let own = point.body.translations.iter().filter_map(|t| t.postkasse_id);
                    numbers.entry(*group).or_default().extend(own);
                }
            }
        }
        for list in numbers.values_mut() {
            list.sort_unstable();
            list.dedup();
        }
        Ok(numbers)
    }
}

/// Whether a group may stand in another: it is there, not too deep, and not within the first.
fn stands_well(
    id: Uuid,
    parent: Uuid,
    groups: &Groups,
) -> Result<(), (&'static str, &'static str)> {
    let mut seen = HashSet::from([id]);
    let mut above = Some(parent);
    while let Some(group) = above {
        if !seen.insert(group) {
            return Err(("group.within.itself", "a group cannot stand within itself"));
        }
        if seen.len() > DEPTH {
            return Err(("group.too.deep", "at most 32 groups within groups"));
        }
        let Some(found) = groups.get(&group) else {
            return Err(("group.not.found", "the organisation has no group with this id"));
        };
        above = found.body.parent;
    }
    Ok(())
}

fn shape(
    group: &Kept<GroupDetails>,
    owner: Option<&Organisation>,
    groups: &Groups,
    postkasse_ids: Vec<i64>,
) -> ContactGroup {
    let details = &group.body;
    let parent = details.parent.and_then(|parent| groups.get(&parent));
    ContactGroup {
        created_date: told(group.created_at),
        last_updated: told(group.updated_at),
        description: details.description.clone(),
        organisational_unit: Some(details.organisational_unit),
        organisation: owner.map(in_short),
        parent: parent.map(|parent| Box::new(group_in_short(parent))),
        targets: Some(details.targets.clone()),
        postkasse_ids: Some(postkasse_ids),
        ..group_in_short(group)
    }
}
