//! Signing in, by OpenID Connect: a person shows who they are, a client gets tokens.
//!
//! Who a person is comes from an identity provider. Local mode has one built in, where anybody who is
//! registered can be picked (`picking`); another provider would stand beside it, ending as it does in
//! [`brevdue_exchange::Exchange::grant_code`].

mod authorize;
mod consents;
mod form;
mod keys;
mod page;
mod picking;
mod session;
mod settings;
mod token;

use super::described::Described;

pub use settings::{ClientSettings, SignIn, SignInError};

pub(super) fn describe(door: Described) -> Described {
    let door = authorize::describe(door);
    let door = token::describe(door);
    let door = session::describe(door);
    let door = keys::describe(door);
    consents::describe(door)
}
