//! A tally is a sum: the order of adding makes no difference, and a message counts once.

use brevdue_memo::Timestamp;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

/// A day of one source: what a few messages come to, with more names than are kept.
fn any_tally() -> impl Strategy<Value = Tally> {
    proptest::collection::vec((0_i64..5_000, 0_u32..150, 1_u64..1_000, any::<bool>()), 0..40)
        .prop_map(|messages| {
            let mut sum = Tally::default();
            for (minute, name, size, invalid) in messages {
                let at = Timestamp::from_millis(1_790_000_000_000 + minute * 60_000);
                let uuid = Uuid::from_u128(minute as u128 * 1_000 + u128::from(name));
                sum.merge(&Tally {
                    messages: Seen::once(at),
                    formats: Few::once(format!("MEMO {name}"), at, uuid),
                    invalid: if invalid { Flaw::once(at, uuid) } else { Flaw::default() },
                    sizes: Largest::once(size, at, uuid),
                    waiting: if invalid { Open::since(at) } else { Open::no_more(at) },
                    ..Tally::default()
                });
            }
            sum
        })
}

proptest! {
    #[test]
    fn in_which_order_tallies_are_added_makes_no_difference(
        one in any_tally(), two in any_tally(), three in any_tally(),
    ) {
        let mut left = one.clone();
        left.merge(&two);
        left.merge(&three);
        let mut last_two = three.clone();
        last_two.merge(&two);
        let mut right = last_two;
        right.merge(&one);
        prop_assert_eq!(&left, &right);
        let written = serde_json::to_string(&left).unwrap();
        prop_assert_eq!(serde_json::from_str::<Tally>(&written).unwrap(), left.clone());
        prop_assert!(left.formats.iter().count() <= KEPT_NAMES);
        prop_assert_eq!(left.formats.total(), left.messages.count);
        prop_assert!(left.invalid.examples().count() <= EXAMPLES);
    }
}

#[test]
fn a_cpr_number_is_told_from_other_numbers() {
    for (text, expected) in [
        ("6109901234", true),
        ("sag 610990-1234.", true),
        ("610990 1234", true),
        ("0101901234", true),
        ("12345678", false),
        ("9999999999", false),
        ("6109901234567", false),
        ("a6109901234", false),
        ("c0a8e5b2-610a-4f6e-9a0b-6109901234ab", false),
        ("", false),
    ] {
        assert_eq!(holds_cpr_number(text), expected, "{text}");
    }
}
