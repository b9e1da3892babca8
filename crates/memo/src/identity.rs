//! Who people and organisations are: CPR and CVR numbers.

use std::fmt;
use std::str::FromStr;

use crate::{Recipient, Sender};

/// A Danish personal number: ten digits, written without the hyphen.
///
/// The check digit is deliberately not checked: since October 2007 numbers are issued that do not
/// satisfy modulus 11. The date is not checked either: the register decides who exists.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CprNumber([u8; 10]);

/// A Danish company number: eight digits.
///
/// The check digit is deliberately not checked here: the official example messages use numbers that
/// fail it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CvrNumber([u8; 8]);

/// A person or an organisation, as a message names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartyId {
    /// A person.
    Cpr(CprNumber),
    /// An organisation.
    Cvr(CvrNumber),
}

/// The text is not a CPR number. Never quotes what it refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a CPR number is exactly ten digits")]
pub struct NotACprNumber;

/// The text is not a CVR number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a CVR number is exactly eight digits")]
pub struct NotACvrNumber;

/// Why an id type and an id do not name a party.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotAParty {
    /// The id type is another word.
    #[error("the id type is neither CPR nor CVR")]
    IdType,
    /// The id type is CPR and the id is not.
    #[error(transparent)]
    Cpr(#[from] NotACprNumber),
    /// The id type is CVR and the id is not.
    #[error(transparent)]
    Cvr(#[from] NotACvrNumber),
}

impl FromStr for CprNumber {
    type Err = NotACprNumber;
    fn from_str(text: &str) -> Result<Self, NotACprNumber> {
        let digits: [u8; 10] = text.as_bytes().try_into().map_err(|_| NotACprNumber)?;
        if digits.iter().all(u8::is_ascii_digit) { Ok(Self(digits)) } else { Err(NotACprNumber) }
    }
}

impl FromStr for CvrNumber {
    type Err = NotACvrNumber;
    fn from_str(text: &str) -> Result<Self, NotACvrNumber> {
        let digits: [u8; 8] = text.as_bytes().try_into().map_err(|_| NotACvrNumber)?;
        if digits.iter().all(u8::is_ascii_digit) { Ok(Self(digits)) } else { Err(NotACvrNumber) }
    }
}

impl CprNumber {
    /// The ten digits. Never for logs.
    pub fn digits(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl CvrNumber {
    /// The eight digits.
    pub fn digits(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl PartyId {
    /// Reads an id by its id type; the type's letter case does not matter.
    ///
    /// # Errors
    /// When the type is another word or the id does not fit it.
    pub fn parse(id_type: &str, id: &str) -> Result<Self, NotAParty> {
        if id_type.eq_ignore_ascii_case("CPR") {
            Ok(Self::Cpr(id.parse()?))
        } else if id_type.eq_ignore_ascii_case("CVR") {
            Ok(Self::Cvr(id.parse()?))
        } else {
            Err(NotAParty::IdType)
        }
    }

    /// `CPR` or `CVR`.
    pub fn id_type(&self) -> &'static str {
        match self {
            Self::Cpr(_) => "CPR",
            Self::Cvr(_) => "CVR",
        }
    }

    /// The digits. Never for logs when it is a person.
    pub fn digits(&self) -> &str {
        match self {
            Self::Cpr(number) => number.digits(),
            Self::Cvr(number) => number.digits(),
        }
    }
}

impl Sender {
    /// Who sends.
    ///
    /// # Errors
    /// See [`PartyId::parse`].
    pub fn party(&self) -> Result<PartyId, NotAParty> {
        PartyId::parse(&self.id_type, &self.sender_id)
    }
}

impl Recipient {
    /// Who receives.
    ///
    /// # Errors
    /// See [`PartyId::parse`].
    pub fn party(&self) -> Result<PartyId, NotAParty> {
        PartyId::parse(&self.id_type, &self.recipient_id)
    }
}

/// Hides the number, so that no log line can give a person away.
impl fmt::Debug for CprNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CprNumber(…)")
    }
}

impl fmt::Debug for CvrNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CvrNumber({})", self.digits())
    }
}

impl fmt::Display for CvrNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.digits())
    }
}
