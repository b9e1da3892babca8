//! The schema of MeMo as a table: what stands in each class, in which order, how often, since when.
//!
//! The table comes from the declarations in [`crate::classes`]; nothing here is written twice.

use crate::values::MemoVersion;

/// A namespace of MeMo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Namespace {
    /// Digital Post's own classes.
    Memo,
    /// Basic data (grunddata): persons, companies, addresses.
    Grd,
    /// Global location numbers.
    Gln,
    /// Education.
    Udd,
    /// FORM, tasks of the public sector.
    Form,
    /// KLE, tasks of municipalities.
    Kle,
    /// Vehicles.
    Dmv,
    /// Organisations of health care.
    Sor,
}

impl Namespace {
    /// All of them.
    pub const ALL: [Self; 8] =
        [Self::Memo, Self::Grd, Self::Gln, Self::Udd, Self::Form, Self::Kle, Self::Dmv, Self::Sor];

    /// The prefix that official messages use, and that some receivers depend on.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Memo => "memo",
            Self::Grd => "grd",
            Self::Gln => "gln",
            Self::Udd => "udd",
            Self::Form => "form",
            Self::Kle => "kle",
            Self::Dmv => "dmv",
            Self::Sor => "sor",
        }
    }

    /// The namespace name; compared exactly.
    pub const fn uri(self) -> &'static str {
        match self {
            Self::Memo => "https://DigitalPost.dk/MeMo-1",
            Self::Grd => "https://data.gov.dk/model/core/",
            Self::Gln => {
                "https://www.gs1.dk/gs1-standarder/identifikation/gln-global-location-number/"
            }
            Self::Udd => {
                "https://www.dst.dk/da/TilSalg/Forskningsservice/Dokumentation/hoejkvalitetsvariable/elevregister-2/udd#"
            }
            Self::Form => "http://www.form-online.dk/",
            Self::Kle => "http://kle-online.dk/",
            Self::Dmv => "https://motorregister.skat.dk/",
            Self::Sor => "https://services.nsi.dk/en/Services/SOR",
        }
    }
}

/// A class and its children in order.
#[derive(Debug)]
pub struct ClassSchema {
    /// Element name.
    pub name: &'static str,
    /// Namespace of the element.
    pub namespace: Namespace,
    /// The children, in the order of the schema.
    pub elements: &'static [ElementSchema],
}

/// A child of a class.
#[derive(Debug)]
pub struct ElementSchema {
    /// Element name.
    pub name: &'static str,
    /// Namespace of the element.
    pub namespace: Namespace,
    /// What it holds.
    pub kind: Kind,
    /// How often it may stand.
    pub occurs: Occurs,
}

/// What an element holds.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// A simple value.
    Value(ValueSchema),
    /// Elements.
    Class(&'static ClassSchema),
}

/// The type of a simple value.
#[derive(Debug, Clone, Copy)]
pub struct ValueSchema {
    /// Its name in this library, e.g. `Text256`.
    pub name: &'static str,
    /// Namespace of its type in the official schema.
    pub type_uri: &'static str,
    /// Name of its type in the official schema.
    pub type_name: &'static str,
}

/// How often an element may stand, and in which versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occurs {
    /// At least, in every version.
    pub min: u32,
    /// At most; [`UNBOUNDED`] for no limit of the schema.
    pub max: u32,
    /// The version that has it first; older ones do not know it.
    pub since: MemoVersion,
    /// The version in which it is required although others leave it out.
    pub required_in: Option<MemoVersion>,
    /// At most one of the children marked so may stand.
    pub choice: bool,
}

/// No limit of the schema; [`crate::Limits::repeated`] still holds.
pub const UNBOUNDED: u32 = u32::MAX;

impl Occurs {
    pub(crate) const fn required() -> Self {
        Self { min: 1, max: 1, since: MemoVersion::V1_1, required_in: None, choice: false }
    }
    pub(crate) const fn optional() -> Self {
        Self { min: 0, ..Self::required() }
    }
    pub(crate) const fn required_in(version: MemoVersion) -> Self {
        Self { required_in: Some(version), ..Self::optional() }
    }
    pub(crate) const fn since(version: MemoVersion) -> Self {
        Self { since: version, ..Self::optional() }
    }
    pub(crate) const fn choice() -> Self {
        Self { choice: true, ..Self::optional() }
    }
    pub(crate) const fn many(min: u32, max: u32) -> Self {
        Self { min, max, ..Self::required() }
    }

    /// Fewest times the element stands in a message of this version.
    pub fn min_in(&self, version: MemoVersion) -> u32 {
        if self.required_in == Some(version) { 1 } else { self.min }
    }
}
