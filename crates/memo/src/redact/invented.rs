//! Numbers that nobody has, with the form of those that people have.

use uuid::Uuid;

/// A personal number whose day is beyond 60: such are given only for a time, to be replaced, and the
/// sixty-first day of January 1900 to 1999 to nobody.
pub(super) fn cpr(number: u64) -> String {
    format!("6101{:02}{:04}", number / 10_000 % 100, number % 10_000)
}

/// A company number that begins with a zero, as no real one does; its check digit fits. None when the
/// number has no check digit.
pub(super) fn cvr(number: u64) -> Option<String> {
    let digits = format!("0{:06}", number % 1_000_000);
    let sum: u32 =
        digits.bytes().zip([2, 7, 6, 5, 4, 3, 2]).map(|(d, w)| u32::from(d - b'0') * w).sum();
    let check = (11 - sum % 11) % 11;
    (check < 10).then(|| format!("{digits}{check}"))
}

/// A location number of no country; its check digit fits.
pub(super) fn gln(number: u64) -> String {
    let digits = format!("{:012}", number % 1_000_000);
    let sum: u32 =
        digits.bytes().zip([1, 3].into_iter().cycle()).map(|(d, w)| u32::from(d - b'0') * w).sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

/// A UUID of version 4 that is plainly not random.
pub(super) fn uuid(number: u64) -> Uuid {
    Uuid::from_u128(0x4000_8000_0000_0000_0000 | u128::from(number))
}

/// A number of so many digits, with zeros before it.
pub(super) fn digits(number: u64, length: usize) -> String {
    let digits = format!("{number:0length$}");
    digits[digits.len() - length..].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invented_numbers_have_their_form_and_no_owner() {
        assert_eq!([cpr(1), cpr(9_999), cpr(10_000)], ["6101000001", "6101009999", "6101010000"]);
        assert_eq!(cvr(1).as_deref(), Some("00000019"));
        assert_eq!((1..1000).filter(|number| cvr(*number).is_none()).count(), 91);
        assert_eq!(gln(1), "0000000000017");
        assert_eq!(uuid(7).to_string(), "00000000-0000-4000-8000-000000000007");
        assert!(crate::Uuid4::parse(&uuid(u64::from(u32::MAX)).to_string()).is_ok());
        assert_eq!([digits(7, 3), digits(12_345, 3)], ["007", "345"]);
    }
}
