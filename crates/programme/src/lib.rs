//! What an authority's move to Digital Post is: task packages (opgavepakker), dates, registers,
//! requirements and the evidence for them.
//!
//! It decides; it does no input or output and reads no clock. Time, ids and storage are handed in.
//!
//! - [`catalogue`]: what ships as data: packages, tasks, milestones, profiles, requirements, letter types.
//! - [`objects`]: what an authority keeps: settings, milestones, tasks, registers, risks, decisions.
//! - [`fields`]: the fields of registers, described for forms, tables and exports.
//! - [`change`]: the only way to alter any of it: changes of single fields, each knowing what it changes from.
//! - [`programme`]: one programme as it stands.
//! - [`observation`]: what was seen of a message: never content, never an identity number.
//! - [`programmes`]: all of them: opening, changing, history.
//! - [`storage`]: what has to be remembered, for back ends.

pub mod catalogue;
pub mod change;
pub mod day;
pub mod fields;
pub mod ids;
pub mod objects;
pub mod observation;
pub mod programme;
pub mod programmes;
pub mod storage;
pub mod text;

pub use day::Day;
pub use ids::*;
pub use programme::Programme;
pub use programmes::Programmes;
pub use text::{Bilingual, Language};
