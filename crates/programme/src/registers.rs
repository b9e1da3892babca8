//! What the registers say: which systems send or receive, what an entry lacks, and whether a register
//! holds what a task asks of it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::catalogue::{Catalogue, RegisterQuery, SystemSide, Variant};
use crate::day::Day;
use crate::ids::{Key, milestones};
use crate::objects::{
    ContactPoint, Contract, Direction, Environment, Hosting, Interface, LetterType, Milestone,
    Person, Purpose, Risk, Settings, Supplier, System, SystemRole,
};
use crate::programme::Programme;

/// It sends, itself or for others.
pub fn sends(system: &System) -> bool {
    let role = system.role;
    matches!(role, Some(SystemRole::Sender | SystemRole::Both | SystemRole::SharedComponent))
}

/// It receives.
pub fn receives(system: &System) -> bool {
    matches!(system.role, Some(SystemRole::Receiver | SystemRole::Both))
}

/// It is run by the authority itself, with an integration of its own making.
pub fn is_in_house(system: &System) -> bool {
    system.hosting == Some(Hosting::Own) && !system.no_in_house_integration
}

/// It is on the side that a task or requirement is about.
pub fn is_on(system: &System, side: Option<SystemSide>) -> bool {
    match side {
        Some(SystemSide::Sender) => sends(system),
        Some(SystemSide::Receiver) => receives(system),
        Some(SystemSide::Both) | None => true,
    }
}

/// It no longer exists on that day.
pub fn is_retired(system: &System, today: Day) -> bool {
    system.retire_date.is_some_and(|day| day <= today)
}

/// It has an interface that receives mail in production.
pub fn is_active_receiver(system: &System) -> bool {
    system.interfaces.iter().any(is_receiving)
}

fn is_receiving(interface: &Interface) -> bool {
    interface.active
        && interface.direction == Some(Direction::In)
        && interface.environment != Some(Environment::Test)
}

/// How complete the entry of a system is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Completeness {
    /// What is set.
    pub set: usize,
    /// Of so many.
    pub of: usize,
    /// What is missing, by the names of the fields.
    pub missing: Vec<&'static str>,
}

impl Completeness {
    /// 0 to 1.
    pub fn share(&self) -> f64 {
        // Both are small numbers.
        #[allow(clippy::cast_precision_loss, reason = "both are below ten")]
        let share = self.set as f64 / self.of as f64;
        share
    }

    /// Nothing is missing.
    pub fn is_complete(&self) -> bool {
        self.missing.is_empty()
    }
}

/// How complete the entry of a system is: name, role, type, owner, supplier (or own hosting), path and an
/// interface.
pub fn completeness(system: &System) -> Completeness {
    let own = system.hosting == Some(Hosting::Own);
    let asked = [
        ("name", !system.name.trim().is_empty()),
        ("role", system.role.is_some()),
        ("type", system.system_type.is_some()),
        ("owner", system.owner.is_some()),
        ("supplier", system.supplier.is_some() || own),
        ("path", system.path.is_some()),
        ("interfaces", !system.interfaces.is_empty()),
    ];
    let missing: Vec<_> =
        asked.iter().filter(|(_, is_set)| !is_set).map(|(name, _)| *name).collect();
    Completeness { set: asked.len() - missing.len(), of: asked.len(), missing }
}

/// How many receivers are active for each purpose: mail to the authority, and to it as a company.
pub fn active_receivers(systems: &BTreeMap<Key, System>, today: Day) -> (usize, usize) {
    let (mut authority, mut company) = (0, 0);
    for system in systems.values().filter(|system| !is_retired(system, today)) {
        let active_for = |purpose| {
            let receiving = system.interfaces.iter().filter(|interface| is_receiving(interface));
            let mut purposes = receiving.map(|i| i.purpose.unwrap_or(Purpose::AuthorityMail));
            purposes.any(|there| there == purpose)
        };
        authority += usize::from(active_for(Purpose::AuthorityMail));
        company += usize::from(active_for(Purpose::CompanyMail));
    }
    (authority, company)
}

/// The registers of a programme, read once.
#[derive(Debug, Clone, Default)]
pub struct Registers {
    /// What the programme is set to.
    pub settings: Option<Settings>,
    /// Systems.
    pub systems: BTreeMap<Key, System>,
    /// Suppliers.
    pub suppliers: BTreeMap<Key, Supplier>,
    /// Contracts.
    pub contracts: BTreeMap<Key, Contract>,
    /// Letter types.
    pub letters: BTreeMap<Key, LetterType>,
    /// Contact points.
    pub points: BTreeMap<Key, ContactPoint>,
    /// People.
    pub people: BTreeMap<Key, Person>,
    golive: Option<Day>,
    any_risk: bool,
    letter_senders: BTreeSet<Key>,
}

impl Registers {
    /// Reads them.
    pub fn of(programme: &Programme) -> Self {
        let letters: BTreeMap<Key, LetterType> = owned(programme);
        let sender = |letter: &LetterType| {
            letter.sender_system.iter().chain(&letter.producing_system).cloned().collect::<Vec<_>>()
        };
        let golive: Key = milestones::GOLIVE.parse().expect("GOLIVE is a key");
        Self {
            settings: programme.settings(),
            systems: owned(programme),
            suppliers: owned(programme),
            contracts: owned(programme),
            letter_senders: letters.values().flat_map(sender).collect(),
            letters,
            points: owned(programme),
            people: owned(programme),
            golive: programme.get::<Milestone>(&golive).and_then(|milestone| milestone.day),
            any_risk: programme.all::<Risk>().next().is_some(),
        }
    }

    /// Whether a register holds what a task asks of it, for its subject where it has one. Where it has
    /// none and the question is about subjects, it must hold for every one, and there must be one.
    pub fn holds(
        &self,
        query: RegisterQuery,
        subject: Option<&Key>,
        catalogue: &Catalogue,
        today: Day,
    ) -> bool {
        let systems = |holds: &dyn Fn(&System) -> bool| every(&self.systems, subject, holds);
        match query {
            RegisterQuery::Authority => self.settings.as_ref().is_some_and(|settings| {
                !settings.authority.trim().is_empty()
                    && !settings.cvr.is_empty()
                    && !settings.contact.trim().is_empty()
            }),
            RegisterQuery::Roles => self.roles_held(catalogue),
            RegisterQuery::SenderSystems => self.side_complete(subject, &sends, today),
            RegisterQuery::ReceiverSystems => self.side_complete(subject, &receives, today),
            RegisterQuery::Volumes => systems(&|system| {
                system.volumes.iter().any(|v| v.messages_out > 0 || v.messages_in > 0)
            }),
            RegisterQuery::Path => systems(&|system| system.path.is_some()),
            RegisterQuery::Scope => {
                systems(&|system| system.scope.level.is_some() && system.scope.decided_on.is_some())
            }
            RegisterQuery::Archetype => {
                every(&self.letters, subject, &|letter: &LetterType| letter.archetype.is_some())
            }
            RegisterQuery::LetterTypes => match subject {
                Some(system) => self.letter_senders.contains(system),
                None => !self.letters.is_empty(),
            },
            RegisterQuery::Suppliers => self.suppliers_known(subject),
            RegisterQuery::SupplierAnswers => {
                every(&self.suppliers, subject, &|supplier: &Supplier| {
                    supplier.answered_at.is_some() && !supplier.answers.is_empty()
                })
            }
            RegisterQuery::Contract => self.contract_holds(subject, |contract| {
                contract.price_dkk.is_some()
                    && contract.end.is_some()
                    && contract
                        .covers_conversion
                        .is_some_and(|c| c != crate::objects::Covers::Unknown)
            }),
            RegisterQuery::DataProcessing => self
                .contract_holds(subject, |contract| contract.data_processing_agreement.is_some()),
            RegisterQuery::Certificates => systems(&|system| {
                system.interfaces.iter().any(|interface| {
                    let certificate = interface.certificate.as_ref();
                    certificate.is_some_and(|certificate| certificate.valid_to.is_some())
                })
            }),
            RegisterQuery::ReceiversChosen => {
                let (authority, company) = active_receivers(&self.systems, today);
                (1..=4).contains(&authority) && company <= 1
            }
            RegisterQuery::ContactPoints => {
                every(&self.points, subject, &|point: &ContactPoint| {
                    !point.group.trim().is_empty() && point.owner.is_some()
                })
            }
            RegisterQuery::Visibility => every(&self.points, subject, &|point: &ContactPoint| {
                let visible = point.visible_to_citizens
                    || point.visible_to_companies
                    || point.visible_to_authorities;
                visible && !point.description.trim().is_empty()
            }),
            RegisterQuery::ReceiverBinding => {
                every(&self.points, subject, &|point: &ContactPoint| {
                    let bound = point.receiver_system.as_ref();
                    bound.and_then(|key| self.systems.get(key)).is_some_and(|system| {
                        is_active_receiver(system) && !is_retired(system, today)
                    })
                })
            }
            RegisterQuery::Variant => self
                .settings
                .as_ref()
                .is_some_and(|s| !s.assessment.is_empty() || s.variant == Variant::Light),
            RegisterQuery::Profile => self.settings.is_some() && self.golive.is_some(),
            RegisterQuery::Risks => self.any_risk,
            RegisterQuery::Approved => {
                self.settings.as_ref().is_some_and(|settings| settings.approved_by.is_some())
            }
        }
    }

    /// Roles that tasks of the programme name as accountable and nobody holds. A supplier is no person.
    pub fn roles_without_holder(&self, catalogue: &Catalogue) -> BTreeSet<crate::ids::RoleId> {
        let variant = self.settings.as_ref().map_or(Variant::Full, |settings| settings.variant);
        let packages: BTreeSet<_> = catalogue
            .packages
            .iter()
            .filter(|package| package.variant == variant)
            .map(|package| &package.id)
            .collect();
        let asked = catalogue.tasks.iter().filter(|task| packages.contains(&task.package));
        let asked = asked.filter_map(|task| task.roles.first());
        let is_open = |role: &&crate::ids::RoleId| {
            role.as_str() != "supplier" && !self.people.values().any(|p| p.roles.contains(*role))
        };
        asked.filter(is_open).cloned().collect()
    }

    fn roles_held(&self, catalogue: &Catalogue) -> bool {
        !self.people.is_empty() && self.roles_without_holder(catalogue).is_empty()
    }

    fn side_complete(
        &self,
        subject: Option<&Key>,
        on_side: &dyn Fn(&System) -> bool,
        today: Day,
    ) -> bool {
        if let Some(key) = subject {
            return self.systems.get(key).is_some_and(|system| completeness(system).is_complete());
        }
        let mut any = false;
        let living = self.systems.values().filter(|system| !is_retired(system, today));
        for system in living.filter(|system| on_side(system)) {
            any = true;
            if !completeness(system).is_complete() {
                return false;
            }
        }
        any
    }

    fn suppliers_known(&self, subject: Option<&Key>) -> bool {
        let has_contact = |supplier: &Supplier| {
            supplier.contacts.iter().any(|contact| !contact.trim().is_empty())
        };
        if let Some(key) = subject {
            return self.suppliers.get(key).is_some_and(has_contact);
        }
        let supplied = |system: &System| {
            system.hosting == Some(Hosting::Own)
                || system.supplier.as_ref().is_some_and(|key| self.suppliers.contains_key(key))
        };
        !self.systems.is_empty()
            && self.systems.values().all(supplied)
            && self.suppliers.values().all(has_contact)
    }

    fn contract_holds(&self, subject: Option<&Key>, holds: impl Fn(&Contract) -> bool) -> bool {
        match subject {
            Some(subject) => self.contracts.values().any(|contract| {
                let of = contract.supplier.as_ref() == Some(subject)
                    || contract.systems.contains(subject);
                of && holds(contract)
            }),
            None => !self.contracts.is_empty() && self.contracts.values().all(holds),
        }
    }
}

fn every<T>(all: &BTreeMap<Key, T>, subject: Option<&Key>, holds: &dyn Fn(&T) -> bool) -> bool {
    match subject {
        Some(key) => all.get(key).is_some_and(holds),
        None => !all.is_empty() && all.values().all(holds),
    }
}

fn owned<T: crate::objects::Object>(programme: &Programme) -> BTreeMap<Key, T> {
    programme.all::<T>().map(|(key, object)| (key.clone(), object)).collect()
}
