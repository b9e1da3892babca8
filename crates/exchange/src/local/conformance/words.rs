//! Names of letters and requirements, in Danish and English.

use super::{Case, RequirementId};

impl Case {
    /// What it is called, in Danish and in English.
    pub fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Ordinary => ("Et almindeligt brev", "A plain letter"),
            Self::Attachments => ("Fem bilag", "Five attachments"),
            Self::Large => ("Et stort bilag", "A large attachment"),
            Self::OldVersion => ("MeMo 1.1", "MeMo 1.1"),
            Self::OtherHand => (
                "Skrevet på en anden måde: BOM, intet præfiks, tegnhenvisninger",
                "Written in another way: BOM, no prefix, character references",
            ),
            Self::Unicode => ("Tegn fra hele Unicode", "Characters from all of Unicode"),
            Self::Actions => ("Handlinger og svarfrist", "Actions and a deadline"),
            Self::AnswerFirst => {
                ("Et svar, der kommer før brevet", "An answer that comes before its letter")
            }
            Self::Answered => ("Brevet, der blev svaret på", "The letter that was answered"),
            Self::Twice => ("Et brev, der afleveres to gange", "A letter handed over twice"),
            Self::Delayed => ("Et brev med senere leveringsdato", "A letter with a later date"),
        }
    }
}

impl RequirementId {
    /// What is asked, in Danish and in English.
    pub fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Takes => ("Tager imod hvert brev", "Takes every letter"),
            Self::Answers => (
                "Kvitterer for hvert brev inden fristen",
                "Answers every letter with a receipt in time",
            ),
            Self::Accepts => ("Godtager hvert rigtigt brev", "Accepts every letter that is right"),
            Self::Repeats => (
                "Tåler, at det samme brev afleveres igen",
                "Bears that the same letter is handed over again",
            ),
            Self::Delayed => {
                ("Tager imod et brev, når dets dag kommer", "Takes a letter when its day comes")
            }
            Self::Empties => ("Lader intet stå", "Leaves nothing waiting"),
            Self::Tls => ("Bruger TLS med klientcertifikat", "Uses TLS with a client certificate"),
            Self::Calls => ("Kalder efter grænsefladen", "Calls by the interface"),
            Self::Tried => {
                ("Hvert brev nåede frem til systemet", "Every letter came to the system")
            }
        }
    }
}
