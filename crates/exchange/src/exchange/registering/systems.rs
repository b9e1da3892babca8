//! Systems: registering, changing and removing them; their tokens, certificates and keys.

mod credentials;
mod shaping;

use brevdue_memo::Timestamp;
use brevdue_wire::registry as wire;
use brevdue_wire::registry::{AllowedIp, MailSystemCommand, ReceiptFormat, SystemType};
use uuid::Uuid;

use super::details::{Beside, SystemDetails};
use super::faults::inner;
use super::{Faults, Registered, RegisteringError, endpoints, must_be, unknown};
use crate::exchange::Exchange;
use crate::exchange::people::Actor;
use crate::storage::{Expect, RecordKind};
use crate::{
    ApiToken, EventTag, IpRange, MailSystem, Op, Organisation, OrganisationId, Policy, Receives,
    ServiceProtocol, StorageError, SystemId,
};

pub use credentials::{Certificate, PublicKey};
use shaping::{parse_range, shape};

const WHAT: &str = "system";
const RESOURCE: &str = "MailSystemCommand";

/// Never: stands for a system without `activeFrom`.
const NEVER: Timestamp = Timestamp::from_millis(i64::MAX);

impl Exchange {
    /// The systems of an organisation, by name. Its own systems and administrators see them; tokens are
    /// shown to those who may change them.
    ///
    /// # Errors
    /// See [`RegisteringError`].
    pub async fn tell_systems(
        &self,
        actor: &Actor,
        organisation: OrganisationId,
    ) -> Registered<Vec<wire::MailSystem>> {
        self.organisation_there(organisation).await?;
        self.must_see_systems(actor, organisation)?;
        let mut details = self.all_beside::<SystemDetails>(organisation.0).await?;
        let mut told = Vec::new();
        for system in self.store().systems_of(organisation).await? {
            let kept = details.remove(&system.id.0);
            let beside = Beside::new(kept, system.id.0, organisation.0);
            if beside.body().removed.is_none() {
                told.push(self.system_told(actor, &system, &beside).await?);
            }
        }
        Ok(told)
    }

    /// One system.
    ///
    /// # Errors
    /// See [`RegisteringError`].
    pub async fn tell_system(
        &self,
        actor: &Actor,
        organisation: OrganisationId,
        id: SystemId,
    ) -> Registered<wire::MailSystem> {
        let (_, system, beside) = self.system_there(organisation, id).await?;
        self.must_see_systems(actor, organisation)?;
        Ok(self.system_told(actor, &system, &beside).await?)
    }

    /// Registers a system, with a token of its own.
    ///
    /// # Errors
    /// See [`RegisteringError`].
    pub async fn register_system(
        &self,
        actor: &Actor,
        organisation: OrganisationId,
        command: MailSystemCommand,
    ) -> Registered<wire::MailSystem> {
        let owner = self.organisation_there(organisation).await?;
        self.must_manage(actor, organisation)?;
        let now = self.clock().now();
        let id = SystemId(self.ids().random());
        let fresh = MailSystem {
            id,
            organisation,
            name: String::new(),
            sends: false,
            receives: Receives::Nothing,
            protocol: ServiceProtocol::RestPull,
            endpoint: None,
            receipt_endpoint: None,
            token: self.new_token(),
            certificate: None,
            delegated_cvr: None,
            allowed_ips: Vec::new(),
            active_from: NEVER,
            active_to: None,
            failing_since: None,
        };
        let details = SystemDetails { token_made: Some(now.to_string()), ..Default::default() };
        let (system, details, mut ops) =
            self.decide_system(&owner, fresh, details, command, 1).await?;
        let kept = crate::Kept::new(id.0, organisation.0, now, details);
        ops.push(kept.add()?);
        self.put_system(actor, &system, ops).await?;
        let beside = Beside::new(Some(kept), id.0, organisation.0);
        Ok(self.system_told(actor, &system, &beside).await?)
    }

    /// Changes a system.
    ///
    /// # Errors
    /// See [`RegisteringError`].
    pub async fn change_system(
        &self,
        actor: &Actor,
        organisation: OrganisationId,
        id: SystemId,
        expected: i64,
        command: MailSystemCommand,
    ) -> Registered<wire::MailSystem> {
        let (owner, system, beside) = self.system_there(organisation, id).await?;
        self.must_manage(actor, organisation)?;
        must_be(expected, beside.version())?;
        let (details, version) = (beside.body().clone(), beside.version() + 1);
        let (system, details, ops) =
            self.decide_system(&owner, system, details, command, version).await?;
        self.put_changed_system(actor, system, beside, details, ops).await
    }

    /// Removes a system. It is switched off and loses its token and rights; the letters that name it
    /// stay as they are.
    ///
    /// # Errors
    /// See [`RegisteringError`]; `DoesNotFit` while contact points name it.
    pub async fn remove_system(
        &self,
        actor: &Actor,
        organisation: OrganisationId,
        id: SystemId,
        expected: i64,
    ) -> Registered<()> {
        let (_, system, beside) = self.system_there(organisation, id).await?;
        self.must_manage(actor, organisation)?;
        must_be(expected, beside.version())?;
        let points = self.store().contact_points_of(organisation).await?;
        if points.iter().any(|point| point.system == id && point.active) {
            return Err(RegisteringError::DoesNotFit {
                code: "system.in.use",
                message: "active contact points name this system; name another in them first",
            });
        }
        let now = self.clock().now();
        let details = SystemDetails { removed: Some(now.to_string()), ..beside.body().clone() };
        let gone = MailSystem {
            sends: false,
            receives: Receives::Nothing,
            token: ApiToken(String::new()),
            certificate: None,
            active_to: Some(now.min(system.active_to.unwrap_or(now))),
            ..system
        };
        let key = Op::RemoveRecord(RecordKind::SshKey, id.0, Expect::Anything);
        self.put_changed_system(actor, gone, beside, details, vec![key]).await?;
        Ok(())
    }

    /// Makes a system the one that gets everything with no other place.
    ///
    /// # Errors
    /// See [`RegisteringError`].
    pub async fn make_default_recipient(
        &self,
        actor: &Actor,
        organisation: OrganisationId,
        id: SystemId,
    ) -> Registered<wire::MailSystem> {
        let (_, system, beside) = self.system_there(organisation, id).await?;
        self.must_manage(actor, organisation)?;
        if system.receives == Receives::Nothing {
            return super::faults::fault(
                "MailSystem",
                "systemTypes",
                "system.not.recipient",
                "only a receiver system can be the default; register it with system type RECIPIENT",
            );
        }
        let ops = self.take_default_from_others(organisation, id).await?;
        let system = MailSystem { receives: Receives::Default, ..system };
        let details = beside.body().clone();
        self.put_changed_system(actor, system, beside, details, ops).await
    }

    /// A system of this organisation that has not been removed.
    async fn system_there(
        &self,
        organisation: OrganisationId,
        id: SystemId,
    ) -> Registered<(Organisation, MailSystem, Beside<SystemDetails>)> {
        let owner = self.organisation_there(organisation).await?;
        let system = self.store().system(id).await?;
        let Some(system) = system.filter(|system| system.organisation == organisation) else {
            return unknown(WHAT);
        };
        let beside = self.beside::<SystemDetails>(id.0, organisation.0).await?;
        if beside.body().removed.is_some() {
            return unknown(WHAT);
        }
        Ok((owner, system, beside))
    }

    fn must_see_systems(&self, actor: &Actor, organisation: OrganisationId) -> Registered<()> {
        match actor {
            Actor::System(caller) if caller.organisation.id == organisation => Ok(()),
            actor => Ok(self.must_manage(actor, organisation)?),
        }
    }

    /// Checks a command and says what the system then is, and which changes to others go with it.
    async fn decide_system(
        &self,
        owner: &Organisation,
        system: MailSystem,
        mut details: SystemDetails,
        mut command: MailSystemCommand,
        version: i64,
    ) -> Registered<(MailSystem, SystemDetails, Vec<Op>)> {
        self.fill_from_template(&mut command).await?;
        let mut faults = Faults::of(RESOURCE);
        let decided = read(self.policy(), self.clock().now(), &command, &mut faults);
        let systems = self.store().systems_of(owner.id).await?;
        let others = || systems.iter().filter(|other| other.id != system.id);
        let receivers = others().filter(|other| other.receives != Receives::Nothing).count();
        let limit = self.policy().receiver_systems;
        if decided.receives != Receives::Nothing && receivers >= limit {
            let message = format!("an organisation has at most {limit} receiver systems");
            faults.add("systemTypes", "systems.too.many.recipients", message);
        }
        let most = self.policy().systems_per_organisation;
        // One without a token has been removed.
        if others().filter(|other| !other.token.0.is_empty()).count() >= most {
            faults.add("organisationId", "systems.too.many", format!("at most {most} systems"));
        }
        faults.done()?;

        let ops = match decided.receives {
            Receives::Default => self.take_default_from_others(owner.id, system.id).await?,
            _ => Vec::new(),
        };
        let moved = system.endpoint != command.endpoint;
        let system = MailSystem {
            name: command.name,
            sends: decided.sends,
            receives: decided.receives,
            protocol: decided.protocol,
            endpoint: command.endpoint,
            receipt_endpoint: command.receipt_endpoint,
            delegated_cvr: decided.delegated_cvr,
            allowed_ips: decided.allowed_ips,
            active_from: decided.active_from.unwrap_or(NEVER),
            active_to: decided.active_to,
            failing_since: system.failing_since.filter(|_| !moved),
            ..system
        };
        let made = || self.ids().random();
        let mut contact = command.technical_contact;
        if let Some(person) = &mut contact {
            inner(&mut person.id, &mut person.version, version, made);
        }
        let mut ips = command.allowed_ips.unwrap_or_default();
        for ip in &mut ips {
            inner(&mut ip.id, &mut ip.version, version, made);
            ip.range = Some(ip.ip.contains('/'));
        }
        details.technical_contact = contact;
        details.standard_system_template_id = command.standard_system_template_id;
        details.supplier = command.supplier;
        details.business_contact_email = command.business_contact_email;
        details.default_material_id = command.default_material_id;
        details.service_protocol = command.service_protocol;
        details.allowed_ips = ips;
        Ok((system, details, ops))
    }

    /// There is one default system: the mark moves.
    async fn take_default_from_others(
        &self,
        organisation: OrganisationId,
        to: SystemId,
    ) -> Result<Vec<Op>, StorageError> {
        let now = self.clock().now();
        let mut ops = Vec::new();
        for other in self.store().systems_of(organisation).await? {
            if other.id != to && other.receives == Receives::Default {
                let beside = self.beside::<SystemDetails>(other.id.0, organisation.0).await?;
                let details = beside.body().clone();
                ops.push(beside.change(now, details)?.1);
                let other = MailSystem { receives: Receives::ItsContactPoints, ..other };
                ops.push(Op::PutSystem(Box::new(other)));
            }
        }
        Ok(ops)
    }

    async fn put_changed_system(
        &self,
        actor: &Actor,
        system: MailSystem,
        beside: Beside<SystemDetails>,
        details: SystemDetails,
        mut ops: Vec<Op>,
    ) -> Registered<wire::MailSystem> {
        let (beside, op) = beside.change(self.clock().now(), details)?;
        ops.push(op);
        self.put_system(actor, &system, ops).await?;
        Ok(self.system_told(actor, &system, &beside).await?)
    }

    async fn put_system(
        &self,
        actor: &Actor,
        system: &MailSystem,
        mut ops: Vec<Op>,
    ) -> Result<(), StorageError> {
        let before = self.store().system(system.id).await?;
        ops.extend(self.system_changes(before.as_ref(), system.clone()));
        let tag = EventTag::SystemChanged;
        let now = self.clock().now();
        let event = self.registry_event(tag, actor, Some(system.organisation), now);
        ops.push(match event {
            Op::AddEvent(event) => event.with_system(system).into_op(),
            other => other,
        });
        self.commit_all(ops).await
    }

    async fn system_told(
        &self,
        actor: &Actor,
        system: &MailSystem,
        beside: &Beside<SystemDetails>,
    ) -> Result<wire::MailSystem, StorageError> {
        let key = self.store().record(RecordKind::SshKey, system.id.0).await?;
        let may_manage = self.must_manage(actor, system.organisation).is_ok();
        Ok(shape(system, beside, key.as_ref(), may_manage))
    }

    /// 244 random bits.
    fn new_token(&self) -> ApiToken {
        let part = || self.ids().random().simple().to_string();
        ApiToken(format!("{}{}", part(), part()))
    }
}

/// What a command says, as far as the lean value goes.
struct Decided {
    sends: bool,
    receives: Receives,
    protocol: ServiceProtocol,
    delegated_cvr: Option<brevdue_memo::CvrNumber>,
    allowed_ips: Vec<IpRange>,
    active_from: Option<Timestamp>,
    active_to: Option<Timestamp>,
}

fn read(
    policy: &Policy,
    now: Timestamp,
    command: &MailSystemCommand,
    faults: &mut Faults,
) -> Decided {
    faults.required("name", &command.name, 256);
    faults.text("supplier", command.supplier.as_deref(), 256);
    faults.email("businessContactEmail", command.business_contact_email.as_deref());
    faults.person("technicalContact", command.technical_contact.as_ref());
    let material = command.default_material_id.is_none_or(|id| id >= 0);
    faults.must(material, "defaultMaterialId", "number.invalid", "0 or more");
    let format = command.receipt_format.is_none_or(|format| format == ReceiptFormat::Memo);
    faults.must(
        format,
        "receiptFormat",
        "receipt.format.closed",
        "DP and DP2 closed in 2023; MEMO",
    );

    let types = command.system_types.as_deref().unwrap_or_default();
    faults.at_most("systemTypes", types.len(), 3);
    faults.must(!types.is_empty(), "systemTypes", "field.required", "at least one system type");
    let receives = if types.contains(&SystemType::RecipientDefault) {
        Receives::Default
    } else if types.contains(&SystemType::Recipient) {
        Receives::ItsContactPoints
    } else {
        Receives::Nothing
    };
    let sends = types.contains(&SystemType::Sender);

    let protocol = match command.service_protocol {
        Some(wire::ServiceProtocol::RestPush) => ServiceProtocol::RestPush,
        // Files over SFTP are fetched, as memos over REST are.
        Some(wire::ServiceProtocol::RestPull | wire::ServiceProtocol::Sftp) => {
            ServiceProtocol::RestPull
        }
        Some(_) => {
            let message = "this exchange speaks REST_PUSH, REST_PULL and SFTP";
            faults.add("serviceProtocol", "service.protocol.not.supported", message);
            ServiceProtocol::RestPull
        }
        None => {
            faults.add("serviceProtocol", "field.required", "this field is required");
            ServiceProtocol::RestPull
        }
    };

    let active_from = faults.time("activeFrom", command.active_from.as_deref());
    let active_to = faults.time("activeTo", command.active_to.as_deref());
    if command.active_to.is_some() {
        let needs = "activeTo needs an activeFrom before it";
        let fits = active_from.is_some_and(|from| active_to.is_none_or(|to| from < to));
        faults.must(fits, "activeTo", "active.to.without.from", needs);
    }
    let is_active =
        active_from.is_some_and(|from| from <= now) && active_to.is_none_or(|to| now < to);
    for (field, address) in
        [("endpoint", &command.endpoint), ("receiptEndpoint", &command.receipt_endpoint)]
    {
        if let Some(address) = address
            && let Err(reason) = endpoints::check(policy, address)
        {
            faults.add(field, "endpoint.not.allowed", reason);
        }
    }
    let needed =
        is_active && protocol == ServiceProtocol::RestPush && receives != Receives::Nothing;
    let there = command.endpoint.is_some() || !needed;
    faults.must(there, "endpoint", "field.required", "an active REST_PUSH system has an endpoint");

    let ips = command.allowed_ips.as_deref().unwrap_or_default();
    faults.at_most("allowedIps", ips.len(), 100);
    let allowed_ips = ips.iter().enumerate().filter_map(|(n, ip)| allowed(n, ip, faults)).collect();
    let delegated_cvr = faults.cvr("delegatedCVR", command.delegated_cvr.as_deref());
    Decided { sends, receives, protocol, delegated_cvr, allowed_ips, active_from, active_to }
}

fn allowed(number: usize, ip: &AllowedIp, faults: &mut Faults) -> Option<IpRange> {
    /// Addresses of one range at most, as bits.
    const FREE_BITS: u8 = 5;
    let field = format!("allowedIps[{number}].ip");
    let Some(range) = parse_range(&ip.ip) else {
        faults.add(&field, "ip.invalid", "an address, or a range as 192.0.2.0/27");
        return None;
    };
    let bits = if range.address.is_ipv4() { 32 } else { 128 };
    let fits = range.prefix >= bits - FREE_BITS;
    faults.must(fits, &field, "ip.range.too.wide", "a range covers at most 32 addresses");
    Some(range)
}

impl Exchange {
    /// What the command leaves out is taken from the template it names.
    async fn fill_from_template(&self, command: &mut MailSystemCommand) -> Registered<()> {
        let Some(id) = command.standard_system_template_id else { return Ok(()) };
        let Some(template) = self.template(id).await? else {
            return super::faults::fault(
                RESOURCE,
                "standardSystemTemplateId",
                "template.not.found",
                "GET /standard-system-templates lists the templates there are",
            );
        };
        let taken = MailSystemCommand {
            endpoint: command.endpoint.take().or(template.endpoint),
            receipt_endpoint: command.receipt_endpoint.take().or(template.receipt_endpoint),
            technical_contact: command.technical_contact.take().or(template.technical_contact),
            service_protocol: command.service_protocol.or(template.service_protocol),
            system_types: command.system_types.take().or(template.system_types),
            allowed_ips: command.allowed_ips.take().or(template.allowed_ips),
            receipt_format: command.receipt_format.or(template.receipt_format),
            ..std::mem::take(command)
        };
        *command = taken;
        Ok(())
    }

    async fn template(
        &self,
        id: Uuid,
    ) -> Result<Option<wire::StandardSystemTemplate>, StorageError> {
        let kept = self.kept::<super::details::TemplateDetails>(id).await?;
        Ok(kept.map(|kept| kept.body.told))
    }
}
