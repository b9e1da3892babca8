//! Sending jobs that run by themselves, and which of their runs fall into a window without sending.
//!
//! Times are those of clocks in Copenhagen. The window is counted in whole days, as messages are.

use brevdue_memo::{Timestamp, copenhagen};

use crate::checks::{Period, cutover_window};
use crate::day::Day;
use crate::ids::Key;
use crate::objects::{Rhythm, ScheduledJob, System, SystemRole};
use crate::programme::Programme;
use crate::time_of_day::TimeOfDay;

/// Days of a window that are looked at, at most.
pub const WINDOW_DAYS: i32 = 366;

/// Days before a window on which a run may begin that goes on into it; a longer run is looked at as one of so
/// many days.
pub const RUN_DAYS: i32 = 7;

/// Runs of one job that are told, at most; the rest are counted.
pub const RUNS: usize = 10;

/// A run of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Run {
    /// The day it begins.
    pub day: Day,
    /// When it begins; none: at some time of that day.
    pub time: Option<TimeOfDay>,
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.time {
            Some(time) => write!(f, "{} {time}", self.day),
            None => write!(f, "{}", self.day),
        }
    }
}

/// When a job runs in a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Runs {
    /// Not at all.
    None,
    /// These, in order, and so many besides.
    Some(Vec<Run>, usize),
    /// The register does not say when it runs, so nobody knows.
    Untold,
}

impl Runs {
    /// How many there are; none when nobody knows.
    pub fn count(&self) -> Option<usize> {
        match self {
            Self::None => Some(0),
            Self::Some(runs, more) => Some(runs.len() + more),
            Self::Untold => None,
        }
    }
}

/// A job that runs in the window, or of which nobody knows.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlap {
    /// The system whose job it is.
    pub system: Key,
    /// The system's name.
    pub system_name: String,
    /// The job.
    pub job: ScheduledJob,
    /// Its runs in the window.
    pub runs: Runs,
}

impl Overlap {
    /// What it is called: its name, or that of its system.
    pub fn name(&self) -> &str {
        if self.job.name.trim().is_empty() { &self.system_name } else { self.job.name.trim() }
    }
}

/// Every job of every system that runs in the declared window from a day on, or of which nobody knows; those
/// that are paused for it are among them. None when no window is declared.
pub fn in_cutover(programme: &Programme, since: Day) -> Option<(Period, Vec<Overlap>)> {
    let window = cutover_window(programme)?;
    let systems: Vec<(&Key, System)> = programme.all::<System>().collect();
    let of = systems.iter().map(|(key, system)| (*key, system));
    Some((window, overlapping(of, window, since)))
}

/// The jobs of some systems that run in a window from a day on, or of which nobody knows.
pub fn overlapping<'s>(
    systems: impl Iterator<Item = (&'s Key, &'s System)>,
    window: Period,
    since: Day,
) -> Vec<Overlap> {
    let mut found = Vec::new();
    for (key, system) in systems {
        for job in &system.scheduled_jobs {
            let runs = runs_in(job, window, since);
            if runs != Runs::None {
                found.push(Overlap {
                    system: key.clone(),
                    system_name: system.name.clone(),
                    job: job.clone(),
                    runs,
                });
            }
        }
    }
    found
}

/// Whether letters of a system leave by another one: then that one is asked for its jobs, too.
pub fn sends_through(system: &System, sender: &Key) -> bool {
    system.role == Some(SystemRole::LetterProducerOnly)
        && system.via_system.as_ref() == Some(sender)
}

/// When a job runs in a window, from a day on.
pub fn runs_in(job: &ScheduledJob, window: Period, since: Day) -> Runs {
    let rhythm = match (job.rhythm, job.next_run) {
        (Some(Rhythm::Once), None) | (None, None) => return Runs::Untold,
        (Some(Rhythm::Monthly), None) if job.day_of_month.is_none() => return Runs::Untold,
        (Some(rhythm), _) => rhythm,
        (None, Some(_)) => Rhythm::Once,
    };
    let last = window.until.min(window.from.plus_days(WINDOW_DAYS));
    let (mut runs, mut more) = (Vec::new(), 0);
    let mut day = window.from.plus_days(-RUN_DAYS).max(since.plus_days(-RUN_DAYS));
    while day <= last {
        let run = Run { day, time: job.time };
        if runs_on(job, rhythm, day) && reaches(run, job.minutes, window.from.max(since)) {
            if runs.len() < RUNS { runs.push(run) } else { more += 1 }
        }
        let next = day.plus_days(1);
        if next <= day {
            break;
        }
        day = next;
    }
    if runs.is_empty() { Runs::None } else { Runs::Some(runs, more) }
}

fn runs_on(job: &ScheduledJob, rhythm: Rhythm, day: Day) -> bool {
    let begun = job.next_run.is_none_or(|first| first <= day);
    let on = |weekday: i8| day.weekday() == weekday;
    begun
        && match rhythm {
            Rhythm::Daily => true,
            Rhythm::Workdays => day.weekday() <= 5,
            Rhythm::Monday => on(1),
            Rhythm::Tuesday => on(2),
            Rhythm::Wednesday => on(3),
            Rhythm::Thursday => on(4),
            Rhythm::Friday => on(5),
            Rhythm::Saturday => on(6),
            Rhythm::Sunday => on(7),
            Rhythm::Monthly => {
                let (_, _, today) = day.year_month_day();
                let wanted = job.day_of_month.and_then(|day| i8::try_from(day).ok());
                let wanted = wanted.or_else(|| job.next_run.map(|day| day.year_month_day().2));
                let (_, _, tomorrow) = day.plus_days(1).year_month_day();
                // A month without such a day has it at its end.
                wanted.is_some_and(|wanted| wanted == today || (tomorrow == 1 && wanted > today))
            }
            Rhythm::Once => job.next_run == Some(day),
        }
}

/// Whether a run that takes so many minutes goes on into a day, or begins on it or later.
fn reaches(run: Run, minutes: u32, from: Day) -> bool {
    if run.day >= from {
        return true;
    }
    let midnight = instant(from, None);
    let begins = run.time.and_then(|time| instant(run.day, Some(time)));
    let (Some(midnight), Some(begins)) = (midnight, begins) else { return false };
    begins.plus_seconds(i64::from(minutes) * 60) > midnight
}

/// When clocks in Copenhagen show that; the first time where they show it twice, and the hour after where
/// they never do.
fn instant(day: Day, time: Option<TimeOfDay>) -> Option<Timestamp> {
    let (year, month, of_month) = day.year_month_day();
    let date = (i64::from(year), month.unsigned_abs(), of_month.unsigned_abs());
    let (hour, minute) = time.map_or((0, 0), TimeOfDay::hour_minute);
    match copenhagen::to_utc(date, (hour, minute, 0)) {
        Ok(at) => Some(at),
        Err(copenhagen::NotOneTime::Twice { first, .. }) => Some(first),
        Err(copenhagen::NotOneTime::LeftOut) => {
            copenhagen::to_utc(date, (hour.saturating_add(1), minute, 0)).ok()
        }
        Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::day;

    fn window() -> Period {
        // Friday to Sunday.
        Period { from: day("2026-11-20"), until: day("2026-11-22") }
    }

    fn job(rhythm: Rhythm) -> ScheduledJob {
        ScheduledJob { rhythm: Some(rhythm), time: "23:30".parse().ok(), ..ScheduledJob::default() }
    }

    fn days(job: &ScheduledJob) -> Vec<String> {
        match runs_in(job, window(), day("2026-11-01")) {
            Runs::None => Vec::new(),
            Runs::Some(runs, more) => {
                assert_eq!(more, 0);
                runs.iter().map(|run| run.day.to_string()).collect()
            }
            Runs::Untold => panic!("it is told"),
        }
    }

    #[test]
    fn a_job_runs_in_the_window_by_its_rhythm() {
        let none: [&str; 0] = [];
        for (rhythm, expected) in [
            (Rhythm::Daily, &["2026-11-20", "2026-11-21", "2026-11-22"][..]),
            (Rhythm::Workdays, &["2026-11-20"]),
            (Rhythm::Thursday, &none),
            (Rhythm::Friday, &["2026-11-20"]),
            (Rhythm::Sunday, &["2026-11-22"]),
            (Rhythm::Monday, &none),
        ] {
            assert_eq!(days(&job(rhythm)), expected, "{rhythm:?}");
        }
        let monthly = |day_of_month| ScheduledJob {
            day_of_month: Some(day_of_month),
            ..job(Rhythm::Monthly)
        };
        assert_eq!(days(&monthly(21)), ["2026-11-21"]);
        assert_eq!(days(&monthly(19)), none);
        let once = |next| ScheduledJob { next_run: Some(day(next)), ..job(Rhythm::Once) };
        assert_eq!(days(&once("2026-11-22")), ["2026-11-22"]);
        assert_eq!(days(&once("2026-11-23")), none);
        let later = ScheduledJob { next_run: Some(day("2026-11-22")), ..job(Rhythm::Daily) };
        assert_eq!(days(&later), ["2026-11-22"], "not before its next run");
    }

    #[test]
    fn the_last_day_of_a_month_stands_for_days_it_does_not_have() {
        let window = Period { from: day("2026-11-28"), until: day("2026-12-01") };
        let job = ScheduledJob { day_of_month: Some(31), ..job(Rhythm::Monthly) };
        let Runs::Some(runs, 0) = runs_in(&job, window, window.from) else { panic!() };
        assert_eq!(runs, [Run { day: day("2026-11-30"), time: job.time }]);
    }

    #[test]
    fn a_run_that_begins_before_the_window_and_goes_on_into_it_overlaps() {
        let eve = |minutes| ScheduledJob { minutes, ..job(Rhythm::Thursday) };
        assert!(days(&eve(30)).is_empty(), "it ends at midnight");
        assert_eq!(days(&eve(31)), ["2026-11-19"]);
        // The night in October when summer time ends has an hour more.
        let window = Period { from: day("2026-10-26"), until: day("2026-10-26") };
        let sunday =
            |minutes| ScheduledJob { time: "00:30".parse().ok(), minutes, ..job(Rhythm::Sunday) };
        let since = day("2026-10-01");
        assert_eq!(runs_in(&sunday(24 * 60), window, since), Runs::None);
        assert_eq!(runs_in(&sunday(24 * 60 + 31), window, since).count(), Some(1));
    }

    #[test]
    fn a_job_of_which_nobody_says_when_it_runs_is_not_taken_for_quiet() {
        for untold in [
            ScheduledJob::default(),
            job(Rhythm::Once),
            job(Rhythm::Monthly),
            ScheduledJob { rhythm: None, ..job(Rhythm::Daily) },
        ] {
            assert_eq!(runs_in(&untold, window(), day("2026-11-01")), Runs::Untold);
        }
        let by_date = ScheduledJob { next_run: Some(day("2026-11-21")), ..ScheduledJob::default() };
        assert_eq!(runs_in(&by_date, window(), day("2026-11-01")).count(), Some(1));
    }

    #[test]
    fn runs_beyond_the_few_that_are_told_are_counted_and_a_window_has_an_end() {
        let long = Period { from: day("2026-01-01"), until: day("2199-12-31") };
        let Runs::Some(runs, more) = runs_in(&job(Rhythm::Daily), long, long.from) else {
            panic!()
        };
        assert_eq!((runs.len(), runs.len() + more), (RUNS, 367));
        let over = runs_in(&job(Rhythm::Daily), window(), day("2026-11-23"));
        assert_eq!(over, Runs::None, "what is past is past");
    }
}
