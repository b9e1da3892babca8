//! The registries as the official interface has them: every operation, called over HTTPS with a client
//! certificate.

#![expect(clippy::unwrap_used, reason = "these are tests, their helpers included")]

#[path = "../doors/certificates.rs"]
mod certificates;
mod contacts;
#[path = "../support/covers.rs"]
mod covering;
mod exemptions;
mod legacy;
mod office;
mod organisations;
mod structure;
mod subscriptions;
mod systems;
#[path = "../doors/town.rs"]
#[expect(dead_code, reason = "the doors' tests use all of it")]
mod town;
