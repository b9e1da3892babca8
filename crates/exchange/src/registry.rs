//! Who takes part: organisations, their systems and contact points, and the contact registry.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use brevdue_memo::{CvrNumber, PartyId, Timestamp};

use crate::{ContactId, ContactPointId, OrganisationId, SystemId};

/// An authority or a company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// Id.
    pub id: OrganisationId,
    /// Company number.
    pub cvr: CvrNumber,
    /// Name.
    pub name: String,
    /// What it may do.
    pub kind: OrganisationKind,
}

/// Kinds of organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrganisationKind {
    /// A public authority: may send to anybody.
    Authority(AuthorityRights),
    /// A company: exchanges mail with authorities only.
    Company,
}

/// What an authority has been granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AuthorityRights {
    /// May send mandatory mail (`mandatoryPostAllowed`).
    pub mandatory_post: bool,
    /// May serve legal documents (`legalNotificationAllowed`).
    pub legal_notification: bool,
    /// Has accepted the terms of use.
    pub terms_accepted: bool,
}

/// A registered system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailSystem {
    /// Id, the first half of its token.
    pub id: SystemId,
    /// Owner.
    pub organisation: OrganisationId,
    /// Name.
    pub name: String,
    /// Whether it may send (`SENDER`).
    pub sends: bool,
    /// Whether it receives.
    pub receives: Receives,
    /// How it is reached.
    pub protocol: ServiceProtocol,
    /// Where memos are pushed (`https`, or `http` on loopback in local mode).
    pub endpoint: Option<String>,
    /// Where receipts are pushed; without one the system pulls them.
    pub receipt_endpoint: Option<String>,
    /// Its current token.
    pub token: ApiToken,
    /// Its registered certificate, when it has one.
    pub certificate: Option<RegisteredCertificate>,
    /// CVR of a supplier that connects on the owner's behalf.
    pub delegated_cvr: Option<CvrNumber>,
    /// Addresses it may call from; empty means any.
    pub allowed_ips: Vec<IpRange>,
    /// Not usable before.
    pub active_from: Timestamp,
    /// Not usable from then on.
    pub active_to: Option<Timestamp>,
    /// Since when nothing could be handed to it; `None` while all is well.
    pub failing_since: Option<Timestamp>,
}

/// Whether a system receives mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receives {
    /// Not at all.
    Nothing,
    /// What its contact points name it for (`RECIPIENT`).
    ItsContactPoints,
    /// That, and everything with no other place (`RECIPIENT_DEFAULT`).
    Default,
}

/// How a receiver system is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceProtocol {
    /// We call it.
    RestPush,
    /// It calls us.
    RestPull,
}

/// The secret half of a system's token.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiToken(pub String);

/// Hides the token.
impl fmt::Debug for ApiToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiToken(…)")
    }
}

/// What the registry keeps of a system's certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredCertificate {
    /// SHA-256 over the subject public key info.
    pub public_key_sha256: [u8; 32],
    /// Serial number of the certificate, big endian without leading zeros.
    pub serial: Vec<u8>,
    /// When it ends, if that is known.
    pub not_after: Option<Timestamp>,
}

/// An address or a range of at most 32 addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IpRange {
    /// Any address in it.
    pub address: IpAddr,
    /// Bits that are fixed.
    pub prefix: u8,
}

/// A person or a company as a recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Id; owner of a mailbox.
    pub id: ContactId,
    /// CPR or CVR number.
    pub party: PartyId,
    /// Name.
    pub name: String,
    /// Whether it can receive.
    pub status: RegistrationStatus,
    /// Its verified number for NemSMS, which has nothing to do with the rest.
    pub nemsms: Option<PhoneNumber>,
}

/// A Danish telephone number that can take text messages: eight digits, the first from 2 to 9.
///
/// Source: Digital Post, the published API (`^[2-9]\d{7}$`).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PhoneNumber([u8; 8]);

impl PhoneNumber {
    /// Its eight digits.
    pub fn digits(&self) -> &str {
        std::str::from_utf8(&self.0).expect("only digits are taken")
    }
}

impl FromStr for PhoneNumber {
    type Err = NotAPhoneNumber;

    fn from_str(text: &str) -> Result<Self, NotAPhoneNumber> {
        let digits: [u8; 8] = text.as_bytes().try_into().map_err(|_| NotAPhoneNumber)?;
        let fits = matches!(digits[0], b'2'..=b'9') && digits.iter().all(u8::is_ascii_digit);
        if fits { Ok(Self(digits)) } else { Err(NotAPhoneNumber) }
    }
}

/// Hides the number.
impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhoneNumber(…)")
    }
}

/// Why a text is no telephone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a telephone number is eight digits, the first from 2 to 9, without a country code")]
pub struct NotAPhoneNumber;

/// What letters ask of `registrationStatus` and `publicRegistrationStatus`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RegistrationStatus {
    /// Can receive: `AUTOMATIC_REGISTRATION`, `VOLUNTARY_REGISTRATION`.
    Registered,
    /// Has been exempted from Digital Post (`EXEMPT_…`); gets mandatory mail only.
    Exempt,
    /// Dead, or a closed company; gets nothing.
    Closed,
    /// In quarantine until it ends or the owner signs in (`…UNCONFIRMED_REGISTRATION`); gets nothing.
    Unconfirmed,
    /// About to be registered (`CREATED_AWAITING_REGISTRATION`); gets nothing for now.
    Awaiting,
    /// Nothing is known of its registration; gets nothing for now.
    Unknown,
}

impl RegistrationStatus {
    /// `publicRegistrationStatus`.
    pub fn public_name(self) -> &'static str {
        match self {
            Self::Registered => "REGISTERED",
            Self::Exempt => "EXEMPT",
            Self::Closed => "CLOSED",
            Self::Unconfirmed | Self::Awaiting | Self::Unknown => "UNKNOWN",
        }
    }
}

/// A contact point of an authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactPoint {
    /// Id.
    pub id: ContactPointId,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// Name.
    pub name: String,
    /// The receiver system that gets its mail.
    pub system: SystemId,
    /// Inactive points send their mail to the default system.
    pub active: bool,
    /// Who may write to it.
    pub targets: Targets,
    /// `memoSizeThresholdMB` in bytes.
    pub memo_limit_bytes: Option<u64>,
    /// `allowedNumberOfAttachments`.
    pub attachment_limit: Option<u32>,
}

/// Who may write to a contact point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Targets {
    /// Citizens.
    pub citizens: bool,
    /// Companies.
    pub companies: bool,
    /// Other authorities.
    pub authorities: bool,
}

impl Organisation {
    /// Whether it is an authority.
    pub fn is_authority(&self) -> bool {
        matches!(self.kind, OrganisationKind::Authority(_))
    }
}

impl MailSystem {
    /// Whether it is in use at this time.
    pub fn is_active(&self, now: Timestamp) -> bool {
        self.active_from <= now && self.active_to.is_none_or(|end| now < end)
    }
}
