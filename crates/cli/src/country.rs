//! The invented country of local mode: who is in it, their certificates, and their first letters.

pub(crate) mod certificates;
mod definition;
mod letters;
mod programmes;
mod settle;
pub(crate) mod ssh;

pub(crate) use definition::Definition;
pub(crate) use letters::{first_letters, letter_to_try};
pub(crate) use programmes::first_programmes;
pub(crate) use settle::{Addresses, published, settle};
