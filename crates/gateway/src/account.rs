//! Who calls which exchange, and with which proof.

use std::fmt;

use brevdue_wire::Credentials;
use brevdue_wire::country::{Country, CountryOrganisation, CountrySystem};
use brevdue_wire::names::BASE_PATH;

use crate::Patience;

/// A registered system at an exchange.
#[derive(Debug, Clone)]
pub struct Account {
    /// Address of the exchange, with or without `/apis/v1`, e.g. `https://api.test.digitalpost.dk`.
    pub exchange: String,
    /// The system and its token.
    pub credentials: Credentials,
    /// The certificate the system shows; a real exchange demands one.
    pub certificate: Option<ClientCertificate>,
    /// PEM of the authorities to trust instead of the platform's, for a development exchange.
    pub authorities: Option<Vec<u8>>,
    /// How long to wait for answers.
    pub patience: Patience,
}

/// A certificate and its private key, both PEM.
#[derive(Clone)]
pub struct ClientCertificate {
    /// The certificate, followed by its chain if there is one.
    pub certificate: Vec<u8>,
    /// The key.
    pub key: Vec<u8>,
}

/// Hides the key.
impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCertificate").finish_non_exhaustive()
    }
}

impl Account {
    /// The address that every path is appended to: without a final slash, with `/apis/v1`.
    pub fn base(&self) -> String {
        let address = self.exchange.trim().trim_end_matches('/');
        if address.ends_with(BASE_PATH) { address.into() } else { format!("{address}{BASE_PATH}") }
    }
}

/// What the chosen system is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Send messages.
    Sender,
    /// Receive messages.
    Receiver,
}

impl Role {
    fn fits(self, system: &CountrySystem) -> bool {
        system.system_types.iter().any(|kind| match self {
            Self::Sender => kind == "SENDER",
            Self::Receiver => kind == "RECIPIENT" || kind == "RECIPIENT_DEFAULT",
        })
    }
}

/// Why nobody of that name can act.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NobodyToAct {
    /// No system has this name and no organisation this CVR number or name.
    #[error("no system or organisation is called that; there are: {known}")]
    Unknown {
        /// Names of the systems that could act.
        known: String,
    },
    /// The organisation, or the system, has another role.
    #[error("there is no {role} system there; there are: {known}")]
    Role {
        /// `sender` or `receiver`.
        role: &'static str,
        /// Names of the systems that could act.
        known: String,
    },
}

/// Picks the system to act as: by the system's name or id, or by the CVR number or name of its
/// organisation. Of several receiver systems the one that is fetched from comes first, then the
/// organisation's default one.
///
/// # Errors
/// When there is no such system; the error names those there are.
pub fn act_as<'a>(
    country: &'a Country,
    name: &str,
    role: Role,
) -> Result<(&'a CountryOrganisation, &'a CountrySystem), NobodyToAct> {
    let systems = || {
        country.organisations.iter().flat_map(|organisation| {
            organisation.systems.iter().map(move |system| (organisation, system))
        })
    };
    let known = || {
        let names: Vec<_> = systems()
            .filter(|(_, system)| role.fits(system))
            .map(|(organisation, system)| format!("{} ({})", system.name, organisation.cvr))
            .collect();
        names.join(", ")
    };
    let called = |(organisation, system): &(&CountryOrganisation, &CountrySystem)| {
        system.name.eq_ignore_ascii_case(name)
            || system.id.to_string().eq_ignore_ascii_case(name)
            || organisation.cvr == name
            || organisation.name.eq_ignore_ascii_case(name)
    };
    if !systems().any(|pair| called(&pair)) {
        return Err(NobodyToAct::Unknown { known: known() });
    }
    let preference = |system: &CountrySystem| {
        let pulled = role == Role::Receiver && system.service_protocol == "REST_PULL";
        let default = system.system_types.iter().any(|kind| kind == "RECIPIENT_DEFAULT");
        (!pulled, !default)
    };
    systems()
        .filter(called)
        .filter(|(_, system)| role.fits(system))
        .min_by_key(|(_, system)| preference(system))
        .ok_or_else(|| {
            let role = if role == Role::Sender { "sender" } else { "receiver" };
            NobodyToAct::Role { role, known: known() }
        })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn system(name: &str, types: &[&str], protocol: &str) -> CountrySystem {
        CountrySystem {
            id: Uuid::from_u128(name.len() as u128),
            name: name.into(),
            system_types: types.iter().map(|kind| (*kind).into()).collect(),
            service_protocol: protocol.into(),
            token: "secret".into(),
            authorization: String::new(),
            certificate: "a.pem".into(),
            key: "a.key".into(),
            ssh_key: None,
        }
    }

    fn country() -> Country {
        Country {
            http: Some("http://127.0.0.1:1".into()),
            https: None,
            sftp: None,
            known_hosts: None,
            amqp: None,
            print_folder: None,
            certificate_authority: "ca.pem".into(),
            organisations: vec![CountryOrganisation {
                id: Uuid::nil(),
                cvr: "12345678".into(),
                name: "Ålleby Kommune".into(),
                kind: "AUTHORITY".into(),
                contact_points: vec![],
                systems: vec![
                    system("byens-post", &["SENDER"], "REST_PULL"),
                    system("byens-push", &["RECIPIENT_DEFAULT"], "REST_PUSH"),
                    system("byens-pull", &["RECIPIENT"], "REST_PULL"),
                ],
            }],
            people: vec![],
        }
    }

    #[test]
    fn a_system_is_found_by_its_name_and_by_its_organisation() {
        let country = country();
        for (name, role, expected) in [
            ("byens-post", Role::Sender, Ok("byens-post")),
            ("12345678", Role::Sender, Ok("byens-post")),
            ("12345678", Role::Receiver, Ok("byens-pull")),
            ("byens-push", Role::Receiver, Ok("byens-push")),
            (
                "byens-pull",
                Role::Sender,
                Err("there is no sender system there; there are: byens-post (12345678)"),
            ),
            (
                "87654321",
                Role::Sender,
                Err("no system or organisation is called that; there are: byens-post (12345678)"),
            ),
        ] {
            let found = act_as(&country, name, role).map(|(_, system)| system.name.as_str());
            assert_eq!(found.map_err(|e| e.to_string()), expected.map_err(String::from), "{name}");
        }
    }

    #[test]
    fn the_base_path_is_added_once() {
        for exchange in ["http://a:1", "http://a:1/", "http://a:1/apis/v1", "http://a:1/apis/v1/"] {
            let credentials = Credentials { system: Uuid::nil(), token: String::new() };
            let account = Account {
                exchange: exchange.into(),
                credentials,
                certificate: None,
                authorities: None,
                patience: Patience::default(),
            };
            assert_eq!(account.base(), "http://a:1/apis/v1");
        }
    }
}
