//! Contact points.

use std::collections::HashMap;

use brevdue_wire::registry as wire;
use brevdue_wire::registry::{ContactPointCodeType, ContactPointCommand};
use uuid::Uuid;

use super::{
    GroupDetails, PointBeside, PointDetails, StructureAsked, Visibility, group_in_short, list_of,
    shown, targets_of,
};
use crate::exchange::Exchange;
use crate::exchange::people::Actor;
use crate::exchange::registering::details::Beside;
use crate::exchange::registering::faults::inner;
use crate::exchange::registering::{Faults, Registered, must_be, told, unknown};
use crate::{
    ContactPoint, ContactPointId, EventTag, Kept, OrganisationId, Policy, Receives, StorageError,
    SystemId,
};

const WHAT: &str = "contact point";
const MB: f64 = 1_000_000.0;

type Groups = HashMap<Uuid, Kept<GroupDetails>>;

impl Exchange {
    /// Contact points, by organisation and name.
    ///
    /// # Errors
    /// See [`super::super::RegisteringError`].
    pub async fn tell_points(
        &self,
        actor: &Actor,
        asked: &StructureAsked,
    ) -> Registered<Vec<wire::ContactPoint>> {
        let owners = match asked.organisation {
            Some(id) => vec![self.organisation_there(id).await?.id],
            None => self.store().organisations().await?.iter().map(|owner| owner.id).collect(),
        };
        let mut all = Vec::new();
        for owner in owners {
            let is_own = self.is_own_structure(actor, owner);
            if asked.visibility == Visibility::Hidden && !is_own {
                continue;
            }
            let visibility = if is_own { asked.visibility } else { Visibility::Visible };
            let points = self.store().contact_points_of(owner).await?;
            if points.is_empty() {
                continue;
            }
            let groups = self.groups_of(owner).await?;
            let mut details = self.all_beside::<PointDetails>(owner.0).await?;
            for point in &points {
                let beside = Beside::new(details.remove(&point.id.0), point.id.0, owner.0);
                let hidden = beside.body().hidden || !point.active && !is_own;
                let is_there = beside.body().removed.is_none() && shown(visibility, hidden);
                if is_there && is_asked(point, beside.body(), asked) {
                    all.push(shape(point, &beside, &groups, is_own));
                }
            }
        }
        Ok(all)
    }

    /// One contact point.
    ///
    /// # Errors
    /// See [`super::super::RegisteringError`].
    pub async fn tell_point(
        &self,
        actor: &Actor,
        owner: OrganisationId,
        id: ContactPointId,
    ) -> Registered<wire::ContactPoint> {
        let (point, beside) = self.point_there(owner, id).await?;
        let is_own = self.is_own_structure(actor, owner);
        if beside.body().hidden && !is_own {
            return unknown(WHAT);
        }
        Ok(shape(&point, &beside, &self.groups_of(owner).await?, is_own))
    }

    /// Makes a contact point.
    ///
    /// # Errors
    /// See [`super::super::RegisteringError`].
    pub async fn make_point(
        &self,
        actor: &Actor,
        owner: OrganisationId,
        command: ContactPointCommand,
    ) -> Registered<wire::ContactPoint> {
        self.organisation_there(owner).await?;
        self.must_shape(actor, owner)?;
        let id = ContactPointId(self.ids().random());
        let groups = self.groups_of(owner).await?;
        let (point, details) = self.point_of(owner, id, &groups, command, 1).await?;
        let now = self.clock().now();
        let kept = Kept::new(id.0, owner.0, now, details);
        let event = self.registry_event(EventTag::ContactPointChanged, actor, Some(owner), now);
        let put = crate::Op::PutContactPoint(point.clone());
        self.commit_all(vec![kept.add()?, put, event]).await?;
        Ok(shape(&point, &Beside::new(Some(kept), id.0, owner.0), &groups, true))
    }

    /// Changes a contact point.
    ///
    /// # Errors
    /// See [`super::super::RegisteringError`].
    pub async fn change_point(
        &self,
        actor: &Actor,
        owner: OrganisationId,
        id: ContactPointId,
        expected: i64,
        command: ContactPointCommand,
    ) -> Registered<wire::ContactPoint> {
        let (_, beside) = self.point_there(owner, id).await?;
        self.must_shape(actor, owner)?;
        must_be(expected, beside.version())?;
        let groups = self.groups_of(owner).await?;
        let version = beside.version() + 1;
        let (point, details) = self.point_of(owner, id, &groups, command, version).await?;
        let beside = self.put_point(actor, &point, beside, details).await?;
        Ok(shape(&point, &beside, &groups, true))
    }

    /// Removes a contact point. Letters that name it go to the default system from now on.
    ///
    /// # Errors
    /// See [`super::super::RegisteringError`].
    pub async fn remove_point(
        &self,
        actor: &Actor,
        owner: OrganisationId,
        id: ContactPointId,
        expected: i64,
    ) -> Registered<()> {
        let (point, beside) = self.point_there(owner, id).await?;
        self.must_shape(actor, owner)?;
        must_be(expected, beside.version())?;
        let removed = Some(self.clock().now().to_string());
        let details = PointDetails { removed, ..beside.body().clone() };
        let gone = ContactPoint { active: false, ..point };
        self.put_point(actor, &gone, beside, details).await?;
        Ok(())
    }

    async fn put_point(
        &self,
        actor: &Actor,
        point: &ContactPoint,
        beside: PointBeside,
        details: PointDetails,
    ) -> Result<PointBeside, StorageError> {
        let now = self.clock().now();
        let (beside, op) = beside.change(now, details)?;
        let owner = Some(point.organisation);
        let event = self.registry_event(EventTag::ContactPointChanged, actor, owner, now);
        self.commit_all(vec![op, crate::Op::PutContactPoint(point.clone()), event]).await?;
        Ok(beside)
    }

    async fn point_there(
        &self,
        owner: OrganisationId,
        id: ContactPointId,
    ) -> Registered<(ContactPoint, PointBeside)> {
        self.organisation_there(owner).await?;
        let point = self.store().contact_point(id).await?;
        let Some(point) = point.filter(|point| point.organisation == owner) else {
            return unknown(WHAT);
        };
        let beside = self.beside::<PointDetails>(id.0, owner.0).await?;
        if beside.body().removed.is_some() { unknown(WHAT) } else { Ok((point, beside)) }
    }

    async fn point_of(
        &self,
        owner: OrganisationId,
        id: ContactPointId,
        groups: &Groups,
        command: ContactPointCommand,
        version: i64,
    ) -> Registered<(ContactPoint, PointDetails)> {
        let mut faults = Faults::of("ContactPointCommand");
        check(self.policy(), groups, &command, &mut faults);
        let systems = self.store().systems_of(owner).await?;
        let mut receivers = systems.iter().filter(|s| s.receives != Receives::Nothing);
        let system = match command.system_id {
            Some(id) => receivers.find(|s| s.id.0 == id),
            None => receivers.find(|s| s.receives == Receives::Default),
        };
        let message = "the organisation has no such receiver system";
        faults.must(system.is_some(), "systemId", "system.not.found", message);
        let most = self.policy().contact_points_per_organisation;
        faults.at_most("organisationId", self.store().contact_points_of(owner).await?.len(), most);
        faults.done()?;

        let made = || self.ids().random();
        let mut details = PointDetails {
            description: command.description,
            internal_description: command.internal_description,
            hidden: !command.visible.unwrap_or(true),
            report_link: command.report_link,
            codes: command.contact_point_codes.unwrap_or_default(),
            groups: command.contact_groups.unwrap_or_default(),
            recommended_attributes: command.recommended_attributes.unwrap_or_default(),
            search_terms: command.search_terms.unwrap_or_default(),
            translations: command.translations.unwrap_or_default(),
            removed: None,
        };
        if let Some(one) = &mut details.report_link {
            inner(&mut one.id, &mut one.version, version, made);
        }
        for one in &mut details.codes {
            inner(&mut one.id, &mut one.version, version, made);
        }
        for one in &mut details.recommended_attributes {
            inner(&mut one.id, &mut one.version, version, made);
        }
        for one in &mut details.search_terms {
            inner(&mut one.id, &mut one.version, version, made);
        }
        for one in &mut details.translations {
            inner(&mut one.id, &mut one.version, version, made);
        }
        let point = ContactPoint {
            id,
            organisation: owner,
            name: command.name,
            system: system.map_or(SystemId(Uuid::nil()), |system| system.id),
            active: command.active.unwrap_or(true),
            targets: targets_of(command.targets.as_deref()),
            // Checked to be a positive number of at most 99.5.
            memo_limit_bytes: command.memo_size_threshold_mb.map(|mb| (mb * MB).round() as u64),
            attachment_limit: command.allowed_number_of_attachments,
        };
        Ok((point, details))
    }
}

fn check(policy: &Policy, groups: &Groups, command: &ContactPointCommand, faults: &mut Faults) {
    faults.required("name", &command.name, 256);
    faults.text("description", command.description.as_deref(), 4000);
    faults.text("internalDescription", command.internal_description.as_deref(), 4000);
    faults.at_most("targets", command.targets.as_ref().map_or(0, Vec::len), 3);
    let targets = targets_of(command.targets.as_deref());
    let most_bytes = if targets.citizens {
        policy.citizen_memo_bytes_most
    } else if targets.companies {
        policy.company_memo_bytes_most
    } else {
        policy.authority_memo_bytes
    };
    if let Some(mb) = command.memo_size_threshold_mb {
        let most = most_bytes as f64 / MB;
        if !(mb > 0.0 && mb <= most) {
            let message = format!("more than 0 and at most {most} for these targets");
            faults.add("memoSizeThresholdMB", "memo.size.threshold.not.allowed", message);
        }
    }
    let files = command.allowed_number_of_attachments.is_none_or(|n| n <= policy.attachments);
    faults.must(files, "allowedNumberOfAttachments", "number.too.large", "at most 10");
    if let Some(link) = &command.report_link {
        faults.required("reportLink.externalLink", &link.external_link, 2048);
        let is_web = ["https://", "http://"].iter().any(|s| link.external_link.starts_with(s));
        faults.must(is_web, "reportLink.externalLink", "link.invalid", "an https address");
        faults.text("reportLink.externalLinkText", link.external_link_text.as_deref(), 256);
        faults.text("reportLink.description", link.description.as_deref(), 4000);
        faults.text("reportLink.label", link.label.as_deref(), 256);
    }
    let codes = command.contact_point_codes.as_deref().unwrap_or_default();
    faults.at_most("contactPointCodes", codes.len(), 100);
    for (n, code) in codes.iter().enumerate() {
        let at = |field: &str| format!("contactPointCodes[{n}].{field}");
        faults.required(&at("code"), &code.code, 64);
        faults.must(code.kind.is_some(), &at("type"), "field.required", "this field is required");
        faults.text(&at("name"), code.name.as_deref(), 256);
        faults.text(&at("codeVersion"), code.code_version.as_deref(), 64);
        let named = code.contact_point_code_type_name.as_deref();
        faults.text(&at("contactPointCodeTypeName"), named, 256);
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let fits = match code.kind {
            Some(ContactPointCodeType::Gln) => code.code.len() == 13 && digits(&code.code),
            Some(ContactPointCodeType::Kle) => digits(&code.code.replace('.', "")),
            Some(ContactPointCodeType::Sor) => digits(&code.code),
            _ => true,
        };
        let message = "a GLN is 13 digits, a KLE digits and dots, a SOR digits";
        faults.must(fits, &at("code"), "code.invalid", message);
    }
    let in_groups = command.contact_groups.as_deref().unwrap_or_default();
    faults.at_most("contactGroups", in_groups.len(), 20);
    for (n, group) in in_groups.iter().enumerate() {
        let field = format!("contactGroups[{n}]");
        let message = "the organisation has no group with this id";
        faults.must(groups.contains_key(group), &field, "group.not.found", message);
    }
    let attributes = command.recommended_attributes.as_deref().unwrap_or_default();
    faults.at_most("recommendedAttributes", attributes.len(), 20);
    for (n, attribute) in attributes.iter().enumerate() {
        faults.required(&format!("recommendedAttributes[{n}].name"), &attribute.name, 256);
    }
    let terms = command.search_terms.as_deref().unwrap_or_default();
    faults.at_most("searchTerms", terms.len(), 100);
    for (n, term) in terms.iter().enumerate() {
        faults.required(&format!("searchTerms[{n}].term"), &term.term, 256);
    }
    let translations = command.translations.as_deref().unwrap_or_default();
    faults.at_most("translations", translations.len(), 20);
    for (n, one) in translations.iter().enumerate() {
        let number = one.postkasse_id.is_some_and(|id| id >= 0);
        let field = format!("translations[{n}].postkasseId");
        faults.must(number, &field, "field.required", "a number of 0 or more");
        let number = one.postkasse_emne_id.is_none_or(|id| id >= 0);
        let field = format!("translations[{n}].postkasseEmneId");
        faults.must(number, &field, "number.invalid", "a number of 0 or more");
    }
}

fn is_asked(point: &ContactPoint, details: &PointDetails, asked: &StructureAsked) -> bool {
    let has_term = |wanted: &str| {
        details.search_terms.iter().any(|term| term.term.to_lowercase().contains(wanted))
    };
    let named = |wanted: &str| point.name.to_lowercase().contains(wanted);
    let number = |wanted: Option<i64>, of: fn(&wire::Translation) -> Option<i64>| {
        wanted.is_none() || details.translations.iter().any(|one| of(one) == wanted)
    };
    asked.group.is_none_or(|group| details.groups.contains(&group))
        && asked.is_root.is_none_or(|is_root| details.groups.is_empty() == is_root)
        && asked.search_term.as_ref().is_none_or(|term| has_term(&term.to_lowercase()))
        && asked.search_term_or_name.as_ref().is_none_or(|term| {
            let term = term.to_lowercase();
            has_term(&term) || named(&term)
        })
        && number(asked.postkasse, |one| one.postkasse_id)
        && number(asked.postkasse_emne, |one| one.postkasse_emne_id)
}

fn shape(
    point: &ContactPoint,
    beside: &PointBeside,
    groups: &Groups,
    is_own: bool,
) -> wire::ContactPoint {
    let details = beside.body();
    let in_groups = details.groups.iter().filter_map(|id| groups.get(id)).map(group_in_short);
    wire::ContactPoint {
        id: Some(point.id.0),
        version: Some(beside.version()),
        created_date: told(beside.created_at()),
        last_updated: told(beside.updated_at()),
        name: Some(point.name.clone()),
        description: details.description.clone(),
        internal_description: details.internal_description.clone().filter(|_| is_own),
        targets: Some(list_of(point.targets)),
        memo_size_threshold_mb: point.memo_limit_bytes.map(|bytes| bytes as f64 / MB),
        allowed_number_of_attachments: point.attachment_limit,
        active: Some(point.active),
        visible: Some(!details.hidden),
        report_link: details.report_link.clone(),
        organisation_id: Some(point.organisation.0),
        system_id: Some(point.system.0),
        contact_point_codes: Some(details.codes.clone()),
        contact_groups: Some(in_groups.collect()),
        recommended_attributes: Some(details.recommended_attributes.clone()),
        search_terms: Some(details.search_terms.clone()),
        translations: Some(details.translations.clone()),
        legacy_recipient_system: None,
    }
}
