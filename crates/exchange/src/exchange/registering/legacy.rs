//! Legacy numbers, and suppliers' templates.

use std::collections::BTreeSet;

use brevdue_wire::registry::{
    Material, MaterialMessageType, StandardSystemTemplate, StandardSystemTemplateListResult,
};

use super::details::{SystemDetails, TemplateDetails};
use super::structure::PointDetails;
use super::{LISTED, Registered, unknown};
use crate::exchange::Exchange;
use crate::resource::Resource as _;
use crate::{OrganisationId, OrganisationKind, StorageError};

impl Exchange {
    /// A material: what the system that names it and its organisation's contact points say of it.
    ///
    /// # Errors
    /// See [`super::RegisteringError`].
    pub async fn tell_material(&self, id: i64) -> Registered<Material> {
        let named = SystemDetails { default_material_id: Some(id), ..Default::default() }.name();
        let systems = self.kept_named::<SystemDetails>(&named).await?;
        let Some(system) = systems.into_iter().find(|one| one.body.removed.is_none()) else {
            return unknown("material");
        };
        let owner = OrganisationId(system.owner);
        let organisation = self.organisation_there(owner).await?;
        let rights = match organisation.kind {
            OrganisationKind::Authority(rights) => rights,
            OrganisationKind::Company => Default::default(),
        };
        let points = self.all_beside::<PointDetails>(owner.0).await?;
        let there = points.values().filter(|point| point.body.removed.is_none());
        let translation = there
            .flat_map(|point| point.body.translations.iter())
            .min_by_key(|one| (one.postkasse_id, one.postkasse_emne_id));
        let postkasse = translation.and_then(|one| one.postkasse_id);
        let subject = translation.and_then(|one| one.postkasse_emne_id);
        Ok(Material {
            mandatory: Some(rights.mandatory_post),
            reply: Some(postkasse.is_some()),
            label_prefix: None,
            use_label_prefix: Some(false),
            default_postkasse_id: postkasse,
            default_postkasseemne_id: subject,
            company_postkasse_id: postkasse,
            company_postkasseemne_id: subject,
            message_type: Some(MaterialMessageType::Digitalpost),
        })
    }

    /// The legacy numbers of an organisation's contact points; with `of` those of the subjects in a box.
    ///
    /// # Errors
    /// See [`super::RegisteringError`]; `Unknown` when there is no such box.
    pub async fn legacy_numbers(
        &self,
        owner: OrganisationId,
        of: Option<i64>,
    ) -> Registered<Vec<i64>> {
        self.organisation_there(owner).await?;
        let points = self.all_beside::<PointDetails>(owner.0).await?;
        let there = points.values().filter(|point| point.body.removed.is_none());
        let translations: Vec<_> = there.flat_map(|point| &point.body.translations).collect();
        let numbers: BTreeSet<i64> = match of {
            None => translations.iter().filter_map(|one| one.postkasse_id).collect(),
            Some(_) if !translations.iter().any(|one| one.postkasse_id == of) => {
                return unknown("postkasse");
            }
            Some(_) => translations
                .iter()
                .filter(|one| one.postkasse_id == of)
                .filter_map(|one| one.postkasse_emne_id)
                .collect(),
        };
        Ok(numbers.into_iter().collect())
    }

    /// The templates that systems can be based on, by name.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn tell_templates(&self) -> Result<StandardSystemTemplateListResult, StorageError> {
        let kept = self.kept_all::<TemplateDetails>(None, LISTED).await?.items;
        let tell = |kept: crate::Kept<TemplateDetails>| StandardSystemTemplate {
            id: Some(kept.id),
            version: Some(kept.version),
            created_date_time: Some(kept.created_at.to_string()),
            last_updated: Some(kept.updated_at.to_string()),
            ..kept.body.told
        };
        let mut templates: Vec<_> = kept.into_iter().map(tell).collect();
        templates.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(StandardSystemTemplateListResult { standard_system_templates: templates })
    }

    /// The changes that register a supplier's template, or nothing when it is there as it is.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn register_template(
        &self,
        id: uuid::Uuid,
        told: StandardSystemTemplate,
    ) -> Result<Vec<crate::Op>, StorageError> {
        let now = self.clock().now();
        let details = TemplateDetails { told };
        match self.kept::<TemplateDetails>(id).await? {
            Some(kept) if kept.body == details => Ok(Vec::new()),
            Some(kept) => Ok(vec![crate::Kept { body: details, ..kept }.change(now)?.1]),
            None => Ok(vec![crate::Kept::new(id, uuid::Uuid::nil(), now, details).add()?]),
        }
    }
}
