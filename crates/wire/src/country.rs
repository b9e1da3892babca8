//! The invented country of local mode, as `GET /testing/country` and `country.json` in the data
//! folder tell it, so that any test harness and `brevdue send --as` can act as anybody in it.
//!
//! Only invented people and organisations ever stand here, tokens and keys included: it is never
//! made outside local mode.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Everything there is to act as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Country {
    /// Where the exchange listens without TLS, e.g. `http://127.0.0.1:8010`.
    pub http: Option<String>,
    /// Where the exchange listens with TLS, e.g. `https://127.0.0.1:8443`.
    pub https: Option<String>,
    /// Where the exchange listens for SFTP, e.g. `127.0.0.1:8022`.
    #[serde(default)]
    pub sftp: Option<String>,
    /// File with the SFTP door's host key, as `known_hosts` of OpenSSH.
    #[serde(default)]
    pub known_hosts: Option<String>,
    /// Where status messages of the municipal facade are fetched over AMQP, e.g. `127.0.0.1:5671`.
    #[serde(default)]
    pub amqp: Option<String>,
    /// Folder that letters on paper are dropped in.
    #[serde(default)]
    pub print_folder: Option<String>,
    /// File with the development certificate authority's certificate (PEM).
    pub certificate_authority: String,
    /// Authorities and companies.
    pub organisations: Vec<CountryOrganisation>,
    /// Citizens.
    pub people: Vec<CountryPerson>,
}

/// One organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CountryOrganisation {
    /// Id.
    pub id: Uuid,
    /// Eight digits.
    pub cvr: String,
    /// Name.
    pub name: String,
    /// `AUTHORITY` or `COMPANY`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its contact points.
    pub contact_points: Vec<CountryContactPoint>,
    /// Its systems.
    pub systems: Vec<CountrySystem>,
}

/// One contact point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CountryContactPoint {
    /// Id.
    pub id: Uuid,
    /// Name.
    pub name: String,
}

/// One system of an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CountrySystem {
    /// Id.
    pub id: Uuid,
    /// Name; unique in the country, for `brevdue send --as NAME`.
    pub name: String,
    /// `SENDER`, `RECIPIENT`, `RECIPIENT_DEFAULT`.
    pub system_types: Vec<String>,
    /// `REST_PUSH` or `REST_PULL`.
    pub service_protocol: String,
    /// Secret part of its token.
    pub token: String,
    /// The value of its `Authorization` header.
    pub authorization: String,
    /// File with its certificate (PEM).
    pub certificate: String,
    /// File with its private key (PEM).
    pub key: String,
    /// File with its private SSH key; `None` when its owner has it. Its SSH user name is `name`.
    #[serde(default)]
    pub ssh_key: Option<String>,
}

/// One citizen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CountryPerson {
    /// Id, as in the pages' addresses.
    pub id: Uuid,
    /// Ten digits, invented.
    pub cpr: String,
    /// Name, invented.
    pub name: String,
    /// `REGISTERED`, `EXEMPT` or `CLOSED`.
    pub status: String,
    /// Verified number for NemSMS, eight digits, invented.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nemsms: Option<String>,
}
