//! Tasks that come again: which round it is, and whether it is done.

use crate::calendar::Calendar;
use crate::catalogue::{Again, DoneWhen};
use crate::day::Day;
use crate::objects::{Status, TaskState};
use crate::plan::PlannedTask;

/// The round an instance is in; of a task that does not come again there is one.
pub(super) struct Round {
    pub(super) nominal: Option<Day>,
    pub(super) status: Status,
    pub(super) percent: u8,
    pub(super) done_on: Option<Day>,
}

/// A task that comes again is done until the day of the round in which it was done has passed; then the
/// next round begins, not started. With a first day (`from`) the rounds lie between it and the due day;
/// without, they begin with the due day and go on. A condition closes for as long as it holds, so a task
/// with a condition has no rounds.
pub(super) fn round(
    planned: &PlannedTask,
    state: Option<&TaskState>,
    calendar: &Calendar,
    today: Day,
) -> Round {
    let status = state.map_or(Status::NotStarted, |state| state.status);
    let done_on = state.and_then(|state| state.done_at).and_then(|at| Day::of(at).ok());
    let done_on = done_on.filter(|_| status == Status::Done);
    let percent = state.map_or(0, |state| state.percent.min(100));
    let once = Round { nominal: planned.nominal, status, percent, done_on };
    let (Some(again), Some(due), DoneWhen::Manual) =
        (planned.task.again, planned.nominal, &planned.task.done_when)
    else {
        return once;
    };
    let (first, last) = match planned.from {
        Some(from) if from < due => (nth(from, again, 1, calendar).min(due), Some(due)),
        _ => (due, None),
    };
    let Some(done) = done_on else {
        return Round { nominal: Some(first), ..once };
    };
    // The round that was done: the first whose day is not before the day it was done.
    let mut number = rounds_until(first, again, done);
    while nth(first, again, number, calendar) < done {
        number += 1;
    }
    let this = nth(first, again, number, calendar);
    if last.is_some_and(|last| this >= last) {
        return Round { nominal: last, ..once };
    }
    if today <= this {
        return Round { nominal: Some(this), ..once };
    }
    let next = nth(first, again, number + 1, calendar);
    let next = last.map_or(next, |last| next.min(last));
    Round { nominal: Some(next), status: Status::NotStarted, percent: 0, done_on: None }
}

/// A number of rounds that is at most what lies between, so that no loop counts centuries of days.
fn rounds_until(first: Day, again: Again, day: Day) -> i32 {
    let days = day.days_since(first).max(0);
    let longest = match again {
        Again::Daily => 1,
        Again::FourWeekly => 28,
        Again::Monthly => 31,
        Again::Quarterly => 93,
        Again::Yearly => 366,
    };
    days / longest
}

fn nth(first: Day, again: Again, number: i32, calendar: &Calendar) -> Day {
    match again {
        Again::Daily => calendar.working_day_at_or_after(first.plus_days(number)),
        Again::FourWeekly => first.plus_weeks(4 * number),
        Again::Monthly => first.plus_months(number),
        Again::Quarterly => first.plus_months(3 * number),
        Again::Yearly => first.plus_months(12 * number),
    }
}
