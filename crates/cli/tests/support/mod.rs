//! What the tests of the whole share: a server of their own, a client on one connection, letters.

#![allow(dead_code, unreachable_pub, missing_docs, reason = "each test uses a part of it")]
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr, reason = "tests")]

pub mod dice;
pub mod http;
pub mod letters;
pub mod official;
pub mod person;
pub mod programme;
pub mod push;
pub mod receipts;
pub mod server;
