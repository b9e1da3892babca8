//! The catalogue that ships: one TOML document in several files.

use std::sync::LazyLock;

use super::Catalogue;

/// The files of `catalogue/` as one document, in the order of their names.
pub(super) const TEXT: &str = concat!(
    include_str!("../../catalogue/00-head.toml"),
    include_str!("../../catalogue/20-packages.toml"),
    include_str!("../../catalogue/30-requirements.toml"),
    include_str!("../../catalogue/40-op0.toml"),
    include_str!("../../catalogue/41-op1.toml"),
    include_str!("../../catalogue/42-op2.toml"),
    include_str!("../../catalogue/43-op3.toml"),
    include_str!("../../catalogue/44-op4.toml"),
    include_str!("../../catalogue/45-op5.toml"),
    include_str!("../../catalogue/46-op6.toml"),
    include_str!("../../catalogue/47-op7.toml"),
    include_str!("../../catalogue/48-op8.toml"),
    include_str!("../../catalogue/49-op9.toml"),
    include_str!("../../catalogue/50-light.toml"),
    include_str!("../../catalogue/90-archetypes.toml"),
    include_str!("../../catalogue/91-letters.toml"),
    include_str!("../../catalogue/99-sources.toml"),
);

static SHIPPED: LazyLock<Catalogue> = LazyLock::new(|| {
    let read = toml::from_str(TEXT).map_err(|error| error.message().to_owned());
    read.expect("it is part of the program, and a test reads and checks it")
});

impl Catalogue {
    /// The catalogue that ships, parsed once.
    ///
    /// # Panics
    ///
    /// Never: its text is part of the program, and a test reads and checks it.
    pub fn shipped() -> &'static Self {
        &SHIPPED
    }
}
