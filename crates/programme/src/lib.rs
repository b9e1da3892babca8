//! What an authority's move to Digital Post is: task packages (opgavepakker), dates, registers,
//! requirements and the evidence for them.
//!
//! It decides; it does no input or output and reads no clock. Time, ids and storage are handed in.
//!
//! - [`catalogue`]: what ships as data: packages, tasks, milestones, profiles, requirements, letter types.
//! - [`objects`]: what an authority keeps: settings, milestones, tasks, registers, risks, decisions.
//! - [`fields`]: the fields of registers, described for forms, tables and exports.
//! - [`shapes`]: every kind of object as JSON, described for programs, and bodies held to it.
//! - [`change`]: the only way to alter any of it: changes of single fields, each knowing what it changes from.
//! - [`programme`]: one programme as it stands.
//! - [`observation`]: what was seen of a message: never content, never an identity number.
//! - [`tally`]: how observations are counted, so that nothing has to read them again.
//! - [`checks`]: what each requirement asks of tallies and registers, and what it answers.
//! - [`programmes`]: all of them: opening, changing, history; judged, with tasks kept true.
//! - [`reading`]: making an observation of a message.
//! - [`storage`]: what has to be remembered, for back ends.
//! - [`beginning`]: making a programme, choosing full or light, and switching between them.
//! - [`calendar`]: working days in Denmark.
//! - [`registers`]: which systems send, what a register lacks, what hangs together.
//! - [`plan`]: every task for every subject with its dates, what it waits for and the critical path.
//! - [`moving`]: moving a milestone, with a preview; approving the plan.
//! - [`jobs`]: sending jobs that run by themselves, and which run in the window without sending.
//! - [`links`]: finding links to the earlier solution in the authority's pages.
//! - [`closing`]: tasks that close and re-open by their condition, and closing by hand.
//! - [`reminding`]: who is reminded of what on a day, once for each step.
//! - [`permissions`]: who may see and change what.
//! - [`leading`]: that somebody still leads after a change.
//! - [`across`]: several authorities side by side.
//! - [`incoming`]: who sends what to the authority, and the rules by which it distributes itself.
//! - [`lights`] and [`status`]: the status report, readiness, training coverage.
//! - [`potential`]: the score of letter types, the minimum standard, the palette of markup.

pub mod across;
pub mod beginning;
pub mod calendar;
pub mod catalogue;
pub mod change;
pub mod checks;
pub mod closing;
pub mod day;
pub mod fields;
#[cfg(test)]
mod fixture;
pub mod ids;
pub mod incoming;
pub mod jobs;
pub mod leading;
pub mod lights;
pub mod links;
pub mod memory;
pub mod moving;
pub mod objects;
pub mod observation;
pub mod permissions;
pub mod plan;
pub mod potential;
pub mod programme;
pub mod programmes;
pub mod questionnaire;
pub mod reading;
pub mod registers;
pub mod reminding;
pub mod shapes;
pub mod status;
pub mod storage;
pub mod tally;
pub mod text;
pub mod time_of_day;

pub use day::Day;
pub use ids::*;
pub use programme::Programme;
pub use programmes::Programmes;
pub use text::{Bilingual, Language};
pub use time_of_day::TimeOfDay;
