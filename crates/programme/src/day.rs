//! Days, as plans count them: calendar days in Denmark, without a time of day.

use std::fmt;
use std::str::FromStr;

use brevdue_memo::{Timestamp, copenhagen};
use jiff::civil::Date;
use jiff::{Span, ToSpan as _};
use serde::{Deserialize, Serialize};

/// A day in Denmark, 2000-01-01 to 2199-12-31.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(Date);

/// A text or a sum is no day a plan can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a day is written YYYY-MM-DD and lies between 2000-01-01 and 2199-12-31")]
pub struct NotADay;

impl Day {
    /// A day by its numbers.
    ///
    /// # Errors
    ///
    /// When there is no such day, or it is outside 2000 to 2199.
    pub fn new(year: i16, month: i8, day: i8) -> Result<Self, NotADay> {
        Date::new(year, month, day).map_err(|_| NotADay).and_then(Self::within)
    }

    /// The day an instant belongs to in Copenhagen.
    ///
    /// # Errors
    ///
    /// When it is outside 2000 to 2199.
    pub fn of(at: Timestamp) -> Result<Self, NotADay> {
        let local = copenhagen::local(at);
        let year = i16::try_from(local.year).map_err(|_| NotADay)?;
        let (month, day) = (i8::try_from(local.month), i8::try_from(local.day));
        Self::new(year, month.map_err(|_| NotADay)?, day.map_err(|_| NotADay)?)
    }

    /// So many days later, earlier when negative; the nearest day a plan can have when it would be outside.
    #[must_use]
    pub fn plus_days(self, days: i32) -> Self {
        self.plus(i64::from(days).days(), days < 0)
    }

    /// So many weeks later, earlier when negative.
    #[must_use]
    pub fn plus_weeks(self, weeks: i32) -> Self {
        self.plus(i64::from(weeks).weeks(), weeks < 0)
    }

    /// So many months later, at the end of the month when it has no such day.
    #[must_use]
    pub fn plus_months(self, months: i32) -> Self {
        self.plus(i64::from(months).months(), months < 0)
    }

    /// Days from `earlier` to here; negative when that is later.
    pub fn days_since(self, earlier: Self) -> i32 {
        (self.0 - earlier.0).get_days()
    }

    /// Year, month, day.
    pub fn year_month_day(self) -> (i16, i8, i8) {
        (self.0.year(), self.0.month(), self.0.day())
    }

    /// 1 is Monday, 7 Sunday.
    pub fn weekday(self) -> i8 {
        self.0.weekday().to_monday_one_offset()
    }

    fn plus(self, span: Span, back: bool) -> Self {
        let edge = if back { Date::constant(2000, 1, 1) } else { Date::constant(2199, 12, 31) };
        let sum = self.0.checked_add(span).ok().and_then(|date| Self::within(date).ok());
        sum.unwrap_or(Self(edge))
    }

    fn within(date: Date) -> Result<Self, NotADay> {
        if (2000..2200).contains(&date.year()) { Ok(Self(date)) } else { Err(NotADay) }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Day {
    type Err = NotADay;

    fn from_str(text: &str) -> Result<Self, NotADay> {
        if text.len() != 10 {
            return Err(NotADay);
        }
        text.parse().map_err(|_| NotADay).and_then(Self::within)
    }
}

impl TryFrom<String> for Day {
    type Error = NotADay;

    fn try_from(text: String) -> Result<Self, NotADay> {
        text.parse()
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}
