//! The doors from outside: real sockets, real TLS, certificates shaped like OCES3, and beside each
//! door what stands behind it. Nothing here knows how the server is made inside.

#![expect(clippy::unwrap_used, reason = "these are tests, their helpers included")]

mod bodies;
mod certificates;
mod codes;
#[path = "../support/covers.rs"]
mod covering;
mod described;
mod events;
mod faulty;
mod fetching;
mod letting_in;
mod pushing;
mod raw;
mod receipts;
mod sockets;
mod submitting;
mod town;
mod working;
