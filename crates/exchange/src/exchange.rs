//! The exchange: one value that every door, window and worker asks.
//!
//! A letter's road through it: [`accept`] makes it durable and answers; [`check`] reads and judges it;
//! [`route`] finds its place; [`handover`] decides about pushes, [`fetch`] serves pulls; [`receipts`]
//! tells the sender; [`mailbox`] lets people read and answer.

pub mod accept;
pub mod authenticate;
mod check;
pub mod fetch;
pub mod handover;
pub mod mailbox;
pub mod receipts;
mod route;
pub mod work;

use std::sync::Arc;

use crate::ids::Ids;
use crate::{Clock, Policy, Store};

/// Decides; is handed everything it needs.
#[derive(Clone)]
pub struct Exchange {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    policy: Arc<Policy>,
}

impl Exchange {
    /// Puts an exchange on a store.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        policy: Policy,
    ) -> Self {
        Self { store, clock, ids, policy: Arc::new(policy) }
    }

    /// The store, for doors that stream content and for the registry.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// The clock.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// The source of ids.
    pub fn ids(&self) -> &Arc<dyn Ids> {
        &self.ids
    }

    /// Limits and choices.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }
}
