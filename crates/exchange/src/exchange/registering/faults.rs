//! Rules of fields, and gathering what breaks them.

use brevdue_memo::{CvrNumber, Timestamp};
use brevdue_wire::FieldError;
use brevdue_wire::registry::Person;
use uuid::Uuid;

use super::{Registered, RegisteringError};

/// The fields at fault so far. None of it repeats what was sent.
pub(super) struct Faults {
    resource: &'static str,
    list: Vec<FieldError>,
}

impl Faults {
    pub(super) fn of(resource: &'static str) -> Self {
        Self { resource, list: Vec::new() }
    }

    pub(super) fn add(&mut self, field: &str, code: &str, message: impl Into<String>) {
        /// Told at most.
        const LIMIT: usize = 100;
        if self.list.len() < LIMIT {
            self.list.push(FieldError {
                resource: self.resource.into(),
                field: field.into(),
                code: code.into(),
                message: message.into(),
                rejected_value: None,
            });
        }
    }

    pub(super) fn must(&mut self, holds: bool, field: &str, code: &str, message: &str) {
        if !holds {
            self.add(field, code, message);
        }
    }

    pub(super) fn required(&mut self, field: &str, text: &str, most: usize) {
        self.must(!text.is_empty(), field, "field.required", "this field is required");
        self.text(field, Some(text), most);
    }

    pub(super) fn text(&mut self, field: &str, text: Option<&str>, most: usize) {
        if text.is_some_and(|text| text.chars().count() > most) {
            self.add(field, "field.too.long", format!("at most {most} characters"));
        }
    }

    pub(super) fn at_most(&mut self, field: &str, count: usize, most: usize) {
        if count > most {
            self.add(field, "field.too.many", format!("at most {most} elements"));
        }
    }

    pub(super) fn email(&mut self, field: &str, text: Option<&str>) {
        self.text(field, text, 256);
        let Some(text) = text else { return };
        let fits = matches!(text.split_once('@'), Some((user, host))
            if !user.is_empty() && !host.is_empty() && !host.contains('@'))
            && !text.contains(char::is_whitespace);
        self.must(fits, field, "email.invalid", "an e-mail address is name@host");
    }

    pub(super) fn person(&mut self, field: &str, person: Option<&Person>) {
        let Some(person) = person else { return };
        self.text(&format!("{field}.name"), person.name.as_deref(), 256);
        self.email(&format!("{field}.email"), person.email.as_deref());
        let phone = person.phone_number.as_deref();
        let field = format!("{field}.phoneNumber");
        self.text(&field, phone, 32);
        let fits = phone.is_none_or(|phone| {
            let digits = phone.strip_prefix('+').unwrap_or(phone);
            !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit() || b == b' ')
        });
        self.must(fits, &field, "phone.invalid", "digits and spaces, perhaps after a +");
    }

    /// A time in the years that can be written with four digits.
    pub(super) fn time(&mut self, field: &str, text: Option<&str>) -> Option<Timestamp> {
        let read = text?.parse::<Timestamp>().ok();
        let time = read.filter(|at| (1970..=9999).contains(&at.year_month_day().0));
        self.must(
            time.is_some(),
            field,
            "time.invalid",
            "a time is written as 2024-02-18T08:08:23.000Z, from 1970 to 9999",
        );
        time
    }

    pub(super) fn cvr(&mut self, field: &str, text: Option<&str>) -> Option<CvrNumber> {
        let number = text?.parse().ok();
        self.must(number.is_some(), field, "cvr.invalid", "a CVR number is exactly eight digits");
        number
    }

    pub(super) fn done(self) -> Registered<()> {
        if self.list.is_empty() { Ok(()) } else { Err(RegisteringError::Fields(self.list)) }
    }
}

/// One field at fault.
pub(super) fn fault<T>(
    resource: &'static str,
    field: &str,
    code: &str,
    message: &str,
) -> Registered<T> {
    let mut faults = Faults::of(resource);
    faults.add(field, code, message);
    Err(RegisteringError::Fields(faults.list))
}

/// What stands inside another resource gets an id, and the version of what it stands in.
pub(super) fn inner(
    id: &mut Option<Uuid>,
    version: &mut Option<i64>,
    of: i64,
    made: impl Fn() -> Uuid,
) {
    id.get_or_insert_with(made);
    *version = Some(of);
}
