//! What the suite of all back ends cannot ask: restarts, crashes, full disks, damage.

mod crashes;
mod damage;
mod flips;
mod journal;
mod lists;
mod opening;
mod pressure;
mod samples;

use std::sync::Arc;

use brevdue_exchange::storage_behaves;

use super::Embedded;

storage_behaves!(embedded, Arc::new(Embedded::temporary().unwrap()));
