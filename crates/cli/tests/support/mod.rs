//! What the tests of the whole share: a server of their own, a client on one connection, letters.

#![allow(dead_code, unreachable_pub, missing_docs, reason = "each test uses a part of it")]
#![allow(clippy::unwrap_used, reason = "tests")]

pub mod dice;
pub mod http;
pub mod letters;
pub mod server;
