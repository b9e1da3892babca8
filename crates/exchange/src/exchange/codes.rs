//! The codes of receipts: every reason for which a message is refused, in the order of the checks.
//!
//! `docs/exchange.md` has the table with sources; a test compares the two.

use brevdue_wire::ReceiptStatus;

/// A code, what it says of the message, and what the sender can do.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorCode {
    /// Number of the check that gives it; after the checks, what can still happen to a message.
    pub check: u8,
    /// Lower-case dotted words.
    pub name: &'static str,
    /// What the receipt says.
    pub status: ReceiptStatus,
    /// What the sender can do.
    pub remedy: Remedy,
}

/// What the sender can do. The first three groups are those of the vendors' documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// Mend it and send again.
    Mend,
    /// Send it another way.
    OtherWay,
    /// Send the same again later, or another way.
    WaitOrOtherWay,
    /// Nothing: it was asked for.
    None,
}

impl ErrorCode {
    /// Whether sending the same again may help later.
    pub fn is_retryable(&self) -> bool {
        self.remedy == Remedy::WaitOrOtherWay
    }

    /// Whether the letter should go another way, for example by print.
    pub fn asks_for_another_channel(&self) -> bool {
        matches!(self.remedy, Remedy::OtherWay | Remedy::WaitOrOtherWay)
    }

    /// The code of this name.
    pub fn of_name(name: &str) -> Option<&'static Self> {
        ALL.iter().copied().find(|code| code.name == name)
    }
}

macro_rules! codes {
    ($($NAME:ident = $check:literal $Status:ident $Remedy:ident $name:literal)*) => {
        $(
            #[doc = concat!("`", $name, "`")]
            pub static $NAME: ErrorCode = ErrorCode {
                check: $check,
                name: $name,
                status: ReceiptStatus::$Status,
                remedy: Remedy::$Remedy,
            };
        )*

        /// Every code, in the order of the checks.
        pub static ALL: &[&ErrorCode] = &[$(&$NAME,)*];
    };
}

codes! {
    CONTAINER_INVALID = 1 Invalid Mend "container.invalid"
    CONTAINER_TOO_LARGE = 1 Invalid Mend "container.too.large"
    MEMO_INVALID = 2 Invalid Mend "memo.invalid"
    UUID_MISMATCH = 3 Invalid Mend "message.uuid.mismatch"
    UUID_DUPLICATE = 3 Invalid Mend "message.uuid.duplicate"
    SIZE_EXCEEDED = 4 Invalid Mend "memo.size.exceeded"
    ATTACHMENTS_EXCEEDED = 4 Invalid Mend "attachments.exceeded"
    FILE_EMPTY = 5 Invalid Mend "file.empty.not.allowed"
    FILE_TYPE = 6 Invalid Mend "file.extension.not.allowed"
    FILE_NAME = 7 Invalid Mend "file.name.not.allowed"
    ACTION_URL = 8 Invalid Mend "action.url.not.allowed"
    HTML = 9 Invalid Mend "html.not.allowed"
    VIRUS = 10 Invalid Mend "file.virus.found"
    DATE_TOO_EARLY = 11 Invalid Mend "do.not.deliver.until.date.too.early"
    DATE_TOO_LATE = 11 Invalid Mend "do.not.deliver.until.date.too.late"
    CONTACT_POINT_FORMAT = 12 Invalid Mend "contact.point.id.format.not.allowed"
    CONTACT_POINT_NOT_FOUND = 13 Invalid Mend "contact.point.not.found"
    CONTACT_POINT_TARGET = 13 Invalid Mend "contact.point.target.not.allowed"
    SENDER_NOT_ALLOWED = 14 NotAllowed Mend "sender.not.allowed"
    MANDATORY_NOT_ALLOWED = 15 NotAllowed Mend "mandatory.not.allowed"
    LEGAL_NOT_ALLOWED = 15 NotAllowed Mend "legal.notification.not.allowed"
    RECIPIENT_TYPE = 16 NotAllowed OtherWay "recipient.type.not.allowed"
    RECIPIENT_NOT_FOUND = 17 NotAllowed OtherWay "recipient.not.found"
    RECIPIENT_CLOSED = 18 NotAllowed OtherWay "recipient.is.closed"
    RECIPIENT_EXEMPT = 19 NotAllowed OtherWay "recipient.is.exempt"
    RECIPIENT_NOT_REGISTERED = 19 NotAllowed WaitOrOtherWay "recipient.not.registered"
    NOTIFICATION_EMPTY = 20 Invalid Mend "empty.notification.not.allowed"
    NEMSMS_TOO_LONG = 20 Invalid Mend "nemsms.text.too.long"
    NEMSMS_NOT_REGISTERED = 21 NotAllowed OtherWay "recipient.nemsms.not.registered"
    RECIPIENT_UNAVAILABLE = 22 NotAllowed WaitOrOtherWay "recipient.system.unavailable"
    RECIPIENT_REFUSED = 23 Invalid Mend "recipient.system.refused"
    NEMSMS_REJECTED = 24 NotAllowed OtherWay "nemsms.rejected"
    NEMSMS_NOT_SENT = 24 NotAllowed WaitOrOtherWay "nemsms.not.sent"
    RECALLED = 25 NotAllowed None "memo.recalled"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_lower_case_dotted_words_each_once_and_in_the_order_of_the_checks() {
        for code in ALL {
            let fits =
                |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase());
            assert!(code.name.split('.').all(fits), "{}", code.name);
            assert_eq!(ErrorCode::of_name(code.name), Some(*code));
        }
        assert!(ALL.is_sorted_by_key(|code| code.check));
    }

    #[test]
    fn the_documentation_lists_every_code_in_order() {
        let page = include_str!("../../../../docs/exchange.md");
        let table = page.split("## The checks").nth(1).unwrap().split("\n## ").next().unwrap();
        let mut from = 0;
        for code in ALL {
            let quoted = format!("`{}`", code.name);
            let found = table[from..].find(&quoted);
            from += found.unwrap_or_else(|| panic!("{} is not there, or out of order", code.name));
        }
    }
}
