//! The exchange: one value that every door, window and worker asks.
//!
//! A letter's road through it: [`authenticate`] says who is calling; [`accept`] makes the letter
//! durable and answers; [`work`] picks it up: `extract` takes archives apart, `incoming` files single
//! letters with all that becomes of them, `judge` gathers what
//! `check` and `route` decide on and writes their verdict down, `release` lets go of what waited for
//! its date; [`handover`] decides about pushes, [`fetch`] serves pulls; [`receipts`] tells the sender;
//! [`mailbox`] lets people read and answer. [`codes`] are the words of refusal, [`malware`] and
//! [`nemsms`] what is handed in for files and text messages, [`recall`] calls back what waits for its
//! date, [`notices`] tell the owners of systems, [`retention`] removes what was kept long enough.

pub mod accept;
pub mod alarms;
pub mod authenticate;
mod calendar;
mod check;
pub mod codes;
mod crowd;
pub mod events;
mod extract;
pub mod fetch;
pub mod files;
pub mod handover;
mod incoming;
mod judge;
pub mod mailbox;
pub mod malware;
pub mod municipal;
pub mod nemsms;
pub mod notices;
pub mod operations;
mod pace;
pub mod people;
pub mod recall;
pub mod receipts;
mod record;
pub mod registering;
mod release;
pub mod retention;
mod route;
pub mod validating;
pub mod work;

use std::sync::{Arc, Mutex};

use self::calendar::Calendar;
use self::check::FormRules;
use self::crowd::Crowd;
use self::handover::Breaker;
use self::malware::Scanner;
use self::pace::Pace;
use crate::ids::Ids;
use crate::local::Local;
use crate::{Clock, Policy, Store};

/// Decides; is handed everything it needs.
#[derive(Clone)]
pub struct Exchange {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    policy: Arc<Policy>,
    calendar: Calendar,
    pace: Arc<Pace>,
    crowd: Arc<Crowd>,
    breaker: Arc<Breaker>,
    local: Option<Arc<Local>>,
    form: Arc<FormRules>,
    scanner: Option<Arc<dyn Scanner>>,
    scanner_silence: Arc<Mutex<Option<malware::Silence>>>,
}

impl Exchange {
    /// Puts an exchange on a store.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        policy: Policy,
    ) -> Self {
        Self {
            store,
            clock,
            ids,
            form: Arc::new(FormRules::of(&policy)),
            scanner: None,
            scanner_silence: Arc::default(),
            policy: Arc::new(policy),
            calendar: Calendar::bundled(),
            pace: Arc::default(),
            crowd: Arc::default(),
            breaker: Arc::default(),
            local: None,
        }
    }

    /// With what local mode adds.
    pub fn in_local_mode(self, local: Arc<Local>) -> Self {
        Self { local: Some(local), ..self }
    }

    /// What local mode adds; `None` elsewhere.
    pub fn local(&self) -> Option<&Arc<Local>> {
        self.local.as_ref()
    }

    /// The day it is in Copenhagen at a time, as messages write days.
    pub fn day(&self, at: brevdue_memo::Timestamp) -> brevdue_memo::LocalDate {
        let day = self.calendar.today(at);
        brevdue_memo::LocalDate::parse(&day.to_string())
            .expect("a day of the calendar is written YYYY-MM-DD, and tests build letters with it")
    }

    /// Forgets which endpoints failed: what is remembered of them belongs to a country that is gone.
    pub fn forget_endpoints(&self) {
        self.breaker.forget();
    }

    /// The same, with a malware scanner: no letter passes that it has not looked through.
    #[must_use]
    pub fn with_scanner(self, scanner: Arc<dyn Scanner>) -> Self {
        Self { scanner: Some(scanner), ..self }
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
