//! Programmes for programs: the operations called over HTTPS, with a client certificate and the token of
//! somebody who has signed in.

#![expect(clippy::unwrap_used, reason = "these are tests, their helpers included")]

mod across;
mod beginning;
#[path = "../doors/certificates.rs"]
#[allow(dead_code, reason = "other tests use more of it")]
mod certificates;
mod coming_in;
#[path = "../support/covers.rs"]
mod covering;
mod described;
mod files;
mod hall;
mod objects;
mod standing;
#[path = "../doors/town.rs"]
#[allow(dead_code, reason = "other tests use more of it")]
mod town;
