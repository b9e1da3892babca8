//! Working days in Denmark: public holidays of any year, the days most authorities are closed besides,
//! and who is away when.

use std::collections::BTreeSet;

use crate::day::Day;
use crate::ids::Key;
use crate::objects::Absence;
use crate::programme::Programme;
use crate::text::Bilingual;

/// The last year in which store bededag was a public holiday (Act 214 of 6 March 2023).
pub const LAST_STORE_BEDEDAG: i16 = 2023;

/// Days that are no public holidays by law, and on which authorities are closed all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CustomDay {
    /// Grundlovsdag, 5 June.
    ConstitutionDay,
    /// 24 December.
    ChristmasEve,
    /// 31 December.
    NewYearsEve,
}

impl CustomDay {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::ConstitutionDay, Self::ChristmasEve, Self::NewYearsEve];

    /// Its word in [`crate::objects::Settings::works_on`].
    pub fn word(self) -> &'static str {
        match self {
            Self::ConstitutionDay => "constitution_day",
            Self::ChristmasEve => "christmas_eve",
            Self::NewYearsEve => "new_years_eve",
        }
    }
}

/// Why a day is no working day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayOff {
    /// Saturday or Sunday.
    Weekend,
    /// A holiday, by its Danish and English name.
    Holiday(&'static str, &'static str),
}

impl DayOff {
    /// Its name.
    pub fn name(self) -> Bilingual {
        match self {
            Self::Weekend => Bilingual::new("weekend", "weekend"),
            Self::Holiday(da, en) => Bilingual::new(da, en),
        }
    }
}

/// Working days, and absences.
#[derive(Debug, Clone, PartialEq)]
pub struct Calendar {
    closed: BTreeSet<CustomDay>,
    absences: Vec<(Key, Absence)>,
}

impl Default for Calendar {
    fn default() -> Self {
        Self { closed: CustomDay::ALL.into(), absences: Vec::new() }
    }
}

impl Calendar {
    /// The calendar of a programme.
    pub fn of(programme: &Programme) -> Self {
        let works_on = programme.settings().map(|settings| settings.works_on).unwrap_or_default();
        let closed = CustomDay::ALL.into_iter().filter(|day| !works_on.contains(day.word()));
        let absences = programme.all::<Absence>().map(|(key, absence)| (key.clone(), absence));
        Self { closed: closed.collect(), absences: absences.collect() }
    }

    /// Why a day is no working day; none when it is one.
    pub fn day_off(&self, day: Day) -> Option<DayOff> {
        self.holiday(day).or_else(|| (day.weekday() > 5).then_some(DayOff::Weekend))
    }

    /// Whether people are at work.
    pub fn is_working_day(&self, day: Day) -> bool {
        self.day_off(day).is_none()
    }

    /// The day itself, or the last working day before it.
    pub fn working_day_at_or_before(&self, day: Day) -> Day {
        self.working_day(day, -1)
    }

    /// The day itself, or the first working day after it.
    pub fn working_day_at_or_after(&self, day: Day) -> Day {
        self.working_day(day, 1)
    }

    /// Absences that cover a day and concern a person, or everybody.
    pub fn away(
        &self,
        day: Day,
        person: Option<&Key>,
    ) -> impl Iterator<Item = &(Key, Absence)> + use<'_> {
        let person = person.cloned();
        self.absences.iter().filter(move |(_, absence)| {
            (absence.from..=absence.until).contains(&day)
                && (absence.person.is_none() || absence.person == person)
        })
    }

    fn working_day(&self, day: Day, step: i32) -> Day {
        let mut at = day;
        while !self.is_working_day(at) {
            let next = at.plus_days(step);
            if next == at {
                break; // the end of the days a plan can have
            }
            at = next;
        }
        at
    }

    fn holiday(&self, day: Day) -> Option<DayOff> {
        let custom =
            |custom, da, en| self.closed.contains(&custom).then_some(DayOff::Holiday(da, en));
        let (year, month, date) = day.year_month_day();
        let fixed = match (month, date) {
            (1, 1) => Some(DayOff::Holiday("nytårsdag", "New Year's Day")),
            (6, 5) => custom(CustomDay::ConstitutionDay, "grundlovsdag", "Constitution Day"),
            (12, 24) => custom(CustomDay::ChristmasEve, "juleaftensdag", "Christmas Eve"),
            (12, 25) => Some(DayOff::Holiday("juledag", "Christmas Day")),
            (12, 26) => Some(DayOff::Holiday("anden juledag", "Boxing Day")),
            (12, 31) => custom(CustomDay::NewYearsEve, "nytårsaftensdag", "New Year's Eve"),
            _ => None,
        };
        fixed.or_else(|| {
            let (da, en) = match day.days_since(easter(year)) {
                -3 => ("skærtorsdag", "Maundy Thursday"),
                -2 => ("langfredag", "Good Friday"),
                0 => ("påskedag", "Easter Sunday"),
                1 => ("anden påskedag", "Easter Monday"),
                26 if year <= LAST_STORE_BEDEDAG => ("store bededag", "General Prayer Day"),
                39 => ("Kristi himmelfartsdag", "Ascension Day"),
                49 => ("pinsedag", "Whit Sunday"),
                50 => ("anden pinsedag", "Whit Monday"),
                _ => return None,
            };
            Some(DayOff::Holiday(da, en))
        })
    }
}

/// Easter Sunday of a year, in the Gregorian calendar (Meeus, Jones and Butcher).
///
/// # Panics
///
/// Never for a year of a [`Day`]: Easter lies between 22 March and 25 April.
pub fn easter(year: i16) -> Day {
    let y = i32::from(year);
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let (d, e, g) = (b / 4, b % 4, (8 * b + 13) / 25);
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 19 * l) / 433;
    let month = (h + l - 7 * m + 90) / 25;
    let day = (h + l - 7 * m + 33 * month + 19) % 32;
    let (month, day) = (i8::try_from(month), i8::try_from(day));
    match (month, day) {
        (Ok(month), Ok(day)) => Day::new(year, month, day).expect("Easter is a day in spring"),
        _ => unreachable!("a month is below 13 and a day below 32"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn easter_falls_where_the_almanac_has_it() {
        let almanac = [
            "2000-04-23",
            "2008-03-23",
            "2011-04-24",
            "2019-04-21",
            "2021-04-04",
            "2022-04-17",
            "2023-04-09",
            "2024-03-31",
            "2025-04-20",
            "2026-04-05",
            "2035-03-25",
            "2038-04-25",
        ];
        for sunday in almanac {
            let (year, ..) = day(sunday).year_month_day();
            assert_eq!(easter(year), day(sunday));
        }
    }

    #[test]
    fn store_bededag_is_a_holiday_until_2023_and_a_working_day_from_2024() {
        let calendar = Calendar::default();
        assert!(!calendar.is_working_day(day("2023-05-05")));
        assert!(calendar.is_working_day(day("2024-04-26")));
    }

    #[test]
    fn the_working_day_before_easter_monday_is_the_wednesday_before_maundy_thursday() {
        let calendar = Calendar::default();
        assert_eq!(calendar.working_day_at_or_before(day("2022-04-18")), day("2022-04-13"));
        assert_eq!(calendar.working_day_at_or_before(day("2023-01-01")), day("2022-12-30"));
        assert_eq!(calendar.working_day_at_or_after(day("2026-12-24")), day("2026-12-28"));
    }

    #[test]
    fn a_day_of_custom_can_be_a_working_day() {
        let open = Calendar { closed: BTreeSet::new(), absences: Vec::new() };
        assert!(open.is_working_day(day("2026-06-05")) && open.is_working_day(day("2026-12-24")));
        assert!(!open.is_working_day(day("2026-12-25")));
        assert!(!Calendar::default().is_working_day(day("2026-06-05")));
    }

    #[test]
    fn the_first_day_there_can_be_has_no_working_day_before_it() {
        let first = day("2000-01-01");
        assert_eq!(Calendar::default().working_day_at_or_before(first), first);
    }
}
