//! Recipients whose number alone decides: in local mode, whatever is sent to one of them is refused with
//! its error code. Nobody has these numbers: the day of birth has 60 added.

use brevdue_memo::PartyId;

use crate::exchange::codes::ErrorCode;

/// Each number, and the code it makes. A number keeps its code for ever; new codes get new numbers.
pub const RECIPIENTS: &[(&str, &str)] = &[
    ("6101804001", "container.invalid"),
    ("6101804002", "container.too.large"),
    ("6101804003", "memo.invalid"),
    ("6101804004", "message.uuid.mismatch"),
    ("6101804005", "message.uuid.duplicate"),
    ("6101804006", "memo.size.exceeded"),
    ("6101804007", "attachments.exceeded"),
    ("6101804008", "file.empty.not.allowed"),
    ("6101804009", "file.extension.not.allowed"),
    ("6101804010", "file.name.not.allowed"),
    ("6101804011", "action.url.not.allowed"),
    ("6101804012", "html.not.allowed"),
    ("6101804013", "file.virus.found"),
    ("6101804014", "do.not.deliver.until.date.too.early"),
    ("6101804015", "do.not.deliver.until.date.too.late"),
    ("6101804016", "contact.point.id.format.not.allowed"),
    ("6101804017", "contact.point.not.found"),
    ("6101804018", "contact.point.target.not.allowed"),
    ("6101804019", "sender.not.allowed"),
    ("6101804020", "mandatory.not.allowed"),
    ("6101804021", "legal.notification.not.allowed"),
    ("6101804022", "recipient.type.not.allowed"),
    ("6101804023", "recipient.not.found"),
    ("6101804024", "recipient.is.closed"),
    ("6101804025", "recipient.is.exempt"),
    ("6101804026", "recipient.not.registered"),
    ("6101804027", "empty.notification.not.allowed"),
    ("6101804028", "nemsms.text.too.long"),
    ("6101804029", "recipient.nemsms.not.registered"),
    ("6101804030", "recipient.system.unavailable"),
    ("6101804031", "recipient.system.refused"),
    ("6101804032", "nemsms.rejected"),
    ("6101804033", "nemsms.not.sent"),
    ("6101804034", "memo.recalled"),
];

/// The code that a recipient's number makes.
pub(crate) fn code_of(recipient: PartyId) -> Option<&'static ErrorCode> {
    let PartyId::Cpr(number) = recipient else { return None };
    let (_, code) = RECIPIENTS.iter().find(|(magic, _)| *magic == number.digits())?;
    ErrorCode::of_name(code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::codes::ALL;

    #[test]
    fn every_code_has_a_recipient_and_every_recipient_a_code() {
        for code in ALL {
            let of_it = RECIPIENTS.iter().filter(|(_, name)| *name == code.name);
            assert_eq!(of_it.count(), 1, "{}", code.name);
        }
        for (number, name) in RECIPIENTS {
            let party = PartyId::parse("CPR", number).unwrap();
            assert_eq!(code_of(party).map(|code| code.name), Some(*name), "{number}");
        }
        assert_eq!(code_of(PartyId::parse("CPR", "2211771212").unwrap()), None);
    }

    #[test]
    fn the_documentation_lists_every_recipient() {
        let page = include_str!("../../../../docs/developer.md");
        for (number, name) in RECIPIENTS {
            assert!(page.contains(&format!("| `{number}` | `{name}` |")), "{number} {name}");
        }
    }
}
