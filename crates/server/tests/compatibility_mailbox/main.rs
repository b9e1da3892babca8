//! The mailbox interface and sign-in from outside: each official operation called over HTTPS, with a
//! client certificate and a person's token.

#![expect(clippy::unwrap_used, reason = "these are tests, their helpers included")]

mod accesses;
mod boxes;
#[path = "../doors/certificates.rs"]
#[allow(dead_code, reason = "other tests use more of it")]
mod certificates;
#[path = "../support/covers.rs"]
mod covers;
mod documents;
mod drafts;
mod events;
#[path = "../doors/faulty.rs"]
#[allow(dead_code, reason = "other tests use more of it")]
mod faulty;
mod folders;
mod home;
mod messages;
mod sign_in;
#[path = "../doors/town.rs"]
#[allow(dead_code, reason = "other tests use more of it")]
mod town;
