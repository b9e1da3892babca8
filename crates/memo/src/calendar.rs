//! Appointments as calendar entries that Outlook and Thunderbird accept.

use crate::{Reservation, Timestamp};

/// An iCalendar file with one event for an appointment. Times are UTC; the identifier is the
/// reservation's UUID, so that a second import replaces the first. `made` is the time stamp of the file.
pub fn appointment(reservation: &Reservation, made: Timestamp) -> String {
    let _ = (reservation, made);
    unimplemented!()
}
