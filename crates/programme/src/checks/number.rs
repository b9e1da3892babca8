//! Numbers with their noun, in both languages: one message is not «1 messages».

/// A noun, for one and for any other number.
pub(super) struct Noun {
    da: [&'static str; 2],
    en: [&'static str; 2],
}

pub(super) const MESSAGE: Noun =
    Noun { da: ["meddelelse", "meddelelser"], en: ["message", "messages"] };
pub(super) const VALID_MESSAGE: Noun = Noun {
    da: ["gyldig meddelelse", "gyldige meddelelser"],
    en: ["valid message", "valid messages"],
};
pub(super) const LETTER: Noun = Noun { da: ["brev", "breve"], en: ["letter", "letters"] };
pub(super) const RECEIPT: Noun =
    Noun { da: ["kvittering", "kvitteringer"], en: ["receipt", "receipts"] };
pub(super) const DAY: Noun = Noun { da: ["dag", "dage"], en: ["day", "days"] };
pub(super) const ERROR: Noun = Noun { da: ["fejl", "fejl"], en: ["error", "errors"] };
pub(super) const NAME: Noun = Noun { da: ["navn", "navne"], en: ["name", "names"] };
pub(super) const CONTACT_POINT: Noun =
    Noun { da: ["kontaktpunkt", "kontaktpunkter"], en: ["contact point", "contact points"] };
pub(super) const SENDER: Noun =
    Noun { da: ["afsendersystem", "afsendersystemer"], en: ["sender system", "sender systems"] };
pub(super) const ACTIVE_RECEIVER: Noun = Noun {
    da: ["aktivt modtagersystem", "aktive modtagersystemer"],
    en: ["active receiver system", "active receiver systems"],
};
pub(super) const ACTIVE_INTERFACE: Noun = Noun {
    da: ["aktiv grænseflade", "aktive grænseflader"],
    en: ["active interface", "active interfaces"],
};

impl Noun {
    /// «1 meddelelse», «2 meddelelser».
    pub(super) fn da(&self, count: i64) -> String {
        format!("{count} {}", either(count, self.da[0], self.da[1]))
    }

    /// “1 message”, “2 messages”.
    pub(super) fn en(&self, count: i64) -> String {
        format!("{count} {}", either(count, self.en[0], self.en[1]))
    }
}

/// All of some messages, at the beginning of a Danish sentence.
pub(super) fn all_messages_da(count: i64) -> String {
    if count == 1 { "Den ene meddelelse".to_owned() } else { format!("Alle {}", MESSAGE.da(count)) }
}

/// The same in English.
pub(super) fn all_messages_en(count: i64) -> String {
    if count == 1 { "The one message".to_owned() } else { format!("All {}", MESSAGE.en(count)) }
}

/// The first for one, else the second.
pub(super) fn either<'t>(count: i64, one: &'t str, other: &'t str) -> &'t str {
    if count == 1 { one } else { other }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_told_as_one_and_any_other_number_as_many() {
        for (count, da, en) in [
            (0, "0 meddelelser", "0 messages"),
            (1, "1 meddelelse", "1 message"),
            (2, "2 meddelelser", "2 messages"),
        ] {
            assert_eq!((MESSAGE.da(count).as_str(), MESSAGE.en(count).as_str()), (da, en));
        }
        assert_eq!(all_messages_da(1), "Den ene meddelelse");
        assert_eq!(all_messages_en(3), "All 3 messages");
    }
}
