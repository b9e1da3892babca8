//! Lists to choose from, each choice with its word and its labels.

use serde::{Deserialize, Serialize};

/// One of a list to choose from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChoiceOption {
    /// Its word in JSON and exports.
    pub word: &'static str,
    /// Its Danish label.
    pub da: &'static str,
    /// Its English label.
    pub en: &'static str,
}

impl ChoiceOption {
    /// Its label for readers.
    pub fn label(self, language: crate::text::Language) -> &'static str {
        match language {
            crate::text::Language::Da => self.da,
            crate::text::Language::En => self.en,
        }
    }
}

/// A type that is one of a list.
pub trait Choice {
    /// The list, in order.
    const OPTIONS: &'static [ChoiceOption];
}

macro_rules! choices {
    ($($(#[$meta:meta])* $Name:ident { $($(#[$vmeta:meta])* $Variant:ident = $word:literal / $da:literal / $en:literal)* })*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $Name { $($(#[$vmeta])* #[serde(rename = $word)] $Variant,)* }

        impl $Name {
            /// Every choice, in order.
            pub const ALL: &'static [Self] = &[$(Self::$Variant,)*];

            /// Its word in JSON and exports.
            pub fn word(self) -> &'static str {
                match self { $(Self::$Variant => $word,)* }
            }

            /// The choice of a word.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$Variant),)* _ => None }
            }

            /// Its label for readers.
            pub fn label(self, language: crate::text::Language) -> &'static str {
                match (language, self) {
                    $((crate::text::Language::Da, Self::$Variant) => $da,
                      (crate::text::Language::En, Self::$Variant) => $en,)*
                }
            }
        }

        impl Choice for $Name {
            const OPTIONS: &'static [ChoiceOption] =
                &[$(ChoiceOption { word: $word, da: $da, en: $en },)*];
        }
    )*};
}

choices! {
    /// What kind of authority.
    AuthorityKind {
        /// Municipality.
        Kommune = "kommune" / "Kommune" / "Municipality"
        /// Region.
        Region = "region" / "Region" / "Region"
        /// State.
        Stat = "stat" / "Stat" / "State"
        /// Another public sender.
        Anden = "anden" / "Anden offentlig afsender" / "Other public sender"
    }
    /// What a message to the authority can be distributed by; the word is the name of its field.
    Route {
        /// The contact point it is sent to.
        ContactPoint = "to:ContactPoint" / "Kontaktpunkt" / "Contact point"
        /// The att. data of its recipient.
        Attention = "to:AttentionData" / "Modtagerens att.-oplysninger" / "The recipient's att. data"
        /// The case it belongs to.
        Case = "content:CaseID" / "Sagsnummer" / "Case number"
        /// What it answers.
        Reply = "header:ReplyData" / "Svardata" / "Reply data"
        /// The subject in the classification of municipalities.
        Kle = "content:KLEdata" / "KLE-emne" / "KLE subject"
        /// The task in the classification of the state.
        Form = "content:FORMdata" / "FORM-opgave" / "FORM task"
        /// The production unit it is about.
        ProductionUnit = "content:ProductionUnit" / "P-nummer" / "Production unit"
        /// The property it is about.
        Property = "content:PropertyNumber" / "Ejendomsnummer" / "Property number"
        /// The person it is about.
        Person = "content:CPRdata" / "Personen det handler om" / "The person it is about"
        /// The company it is about.
        Company = "content:CVRdata" / "Virksomheden det handler om" / "The company it is about"
        /// The vehicle it is about.
        Vehicle = "content:MotorVehicle" / "Køretøj" / "Vehicle"
        /// The education it is about.
        Education = "content:Education" / "Uddannelse" / "Education"
        /// What sender and recipient have agreed on.
        Additional = "content:AdditionalContentData" / "Øvrige indholdsdata" / "Additional content data"
        /// The sender's own codes alone.
        Code = "header:messageCode" / "Afsenderens kode" / "The sender's code"
    }
    /// The rollout track; it sets defaults only.
    Track {
        /// Pilot.
        Pilot = "pilot" / "Pilotspor" / "Pilot track"
        /// The largest senders.
        Frontrunner = "frontrunner" / "Frontløberspor" / "Front-runner track"
        /// Everybody else.
        Authority = "authority" / "Myndighedsspor" / "Authority track"
        /// The light version.
        Light = "light" / "Light" / "Light"
        /// Joining now.
        NewAdoption = "new_adoption" / "Ny tilslutning" / "New adoption"
    }
    /// Where a task stands. Overdue is reckoned, not kept.
    Status {
        /// Not started.
        NotStarted = "not_started" / "Ikke startet" / "Not started"
        /// In progress.
        InProgress = "in_progress" / "I gang" / "In progress"
        /// Blocked.
        Blocked = "blocked" / "Blokeret" / "Blocked"
        /// Waiting for the supplier.
        WaitingSupplier = "waiting_supplier" / "Afventer leverandør" / "Waiting for supplier"
        /// Done.
        Done = "done" / "Færdig" / "Done"
        /// Not relevant; needs a reason.
        NotRelevant = "not_relevant" / "Ikke relevant" / "Not relevant"
    }
    /// What a system does.
    SystemRole {
        /// Sends.
        Sender = "sender" / "Afsendersystem" / "Sender system"
        /// Receives.
        Receiver = "receiver" / "Modtagersystem" / "Receiver system"
        /// Both.
        Both = "both" / "Afsender- og modtagersystem" / "Sender and receiver system"
        /// Makes letters that another system sends.
        LetterProducerOnly = "letter_producer_only" / "Kun brevdannende" / "Letter producer only"
        /// A component that others send through.
        SharedComponent = "shared_component" / "Fælles komponent" / "Shared component"
    }
    /// The type of a system.
    SystemType {
        /// Stand-alone sender.
        StandaloneSender = "standalone_sender" / "Selvstændigt afsendersystem" / "Stand-alone sender"
        /// Makes letters and sends them.
        LetterAndSender = "letter_and_sender" / "Brevdannende og afsendende" / "Letter-producing and sending"
        /// Sends and receives.
        SenderAndReceiver = "sender_and_receiver" / "Afsender og modtager" / "Sender and receiver"
        /// A plug-in of a letter-producing system.
        Plugin = "plugin" / "Plug-in" / "Plug-in"
        /// Shared by several.
        SharedComponent = "shared_component" / "Fælles system" / "Shared system"
        /// Output management.
        OutputManagement = "output_management" / "Outputstyring" / "Output management"
        /// A gateway.
        Gateway = "gateway" / "Gateway" / "Gateway"
        /// Something else.
        Other = "other" / "Andet" / "Other"
    }
    /// How much hangs on a system.
    Criticality {
        /// Low.
        Low = "low" / "Lav" / "Low"
        /// Medium.
        Medium = "medium" / "Mellem" / "Medium"
        /// High.
        High = "high" / "Høj" / "High"
        /// Letters with legal deadlines or about health.
        Vital = "vital" / "Vital" / "Vital"
    }
    /// Where a system runs.
    Hosting {
        /// At the supplier.
        Supplier = "supplier" / "Leverandør" / "Supplier"
        /// In house.
        Own = "own" / "Egen drift" / "Own"
        /// Statens It.
        StatensIt = "statens_it" / "Statens It" / "Statens It"
        /// Jointly.
        Joint = "joint" / "Fælles" / "Joint"
        /// Elsewhere.
        Other = "other" / "Andet" / "Other"
    }
    /// Where a system is in its life.
    Lifecycle {
        /// In use.
        InUse = "in_use" / "I brug" / "In use"
        /// To be replaced.
        ToBeReplaced = "to_be_replaced" / "Skal erstattes" / "To be replaced"
        /// To be retired.
        ToBeRetired = "to_be_retired" / "Skal udfases" / "To be retired"
        /// Planned.
        Planned = "planned" / "Planlagt" / "Planned"
    }
    /// How a system gets to MeMo.
    Path {
        /// It is converted.
        Convert = "convert" / "Omlægges" / "Converted"
        /// Through a shared component.
        ViaSharedComponent = "via_shared_component" / "Via fælles komponent" / "Via shared component"
        /// It is replaced.
        Replace = "replace" / "Erstattes" / "Replaced"
        /// It is retired.
        Retire = "retire" / "Udfases" / "Retired"
        /// Nothing has to be done.
        NoChange = "no_change" / "Ingen ændring" / "No change"
    }
    /// Ambition: how far the markup of a system or letter goes.
    Level {
        /// Valid MeMo, nothing more.
        A0 = "A0" / "A0 Kun format" / "A0 Format only"
        /// The minimum standard.
        A1 = "A1" / "A1 Minimumsstandard" / "A1 Minimum standard"
        /// Actions.
        A2 = "A2" / "A2 Handlinger" / "A2 Actions"
        /// Enough data to route by.
        A3 = "A3" / "A3 Automatisering" / "A3 Automation"
    }
    /// Which way mail goes.
    Direction {
        /// From the authority.
        Out = "out" / "Ud" / "Out"
        /// To it.
        In = "in" / "Ind" / "In"
    }
    /// How mail travels.
    Transport {
        /// REST.
        Rest = "REST" / "REST" / "REST"
        /// SMTP with S/MIME.
        SmtpSmime = "SMTP_SMIME" / "SMTP med S/MIME" / "SMTP with S/MIME"
        /// SFTP.
        Sftp = "SFTP" / "SFTP" / "SFTP"
        /// Through a shared component.
        ViaComponent = "via_component" / "Via komponent" / "Via component"
    }
    /// Test or real.
    Environment {
        /// Test.
        Test = "test" / "Test" / "Test"
        /// Production.
        Prod = "prod" / "Produktion" / "Production"
    }
    /// What a receiver is for.
    Purpose {
        /// Mail to the authority.
        AuthorityMail = "authority_mail" / "Post til myndigheden" / "Mail to the authority"
        /// Mail to it as a company.
        CompanyMail = "company_mail" / "Post til virksomheden" / "Mail to it as a company"
    }
    /// Where a figure comes from.
    FigureSource {
        /// Counted.
        Measured = "measured" / "Målt" / "Measured"
        /// Guessed.
        Estimate = "estimate" / "Skøn" / "Estimate"
        /// What the catalogue says until somebody knows better.
        Default = "default" / "Standard" / "Default"
    }
    /// Yes, no, or something between.
    Covers {
        /// Yes.
        Yes = "yes" / "Ja" / "Yes"
        /// No.
        No = "no" / "Nej" / "No"
        /// Partly.
        Partly = "partly" / "Delvist" / "Partly"
        /// Not known.
        Unknown = "unknown" / "Ukendt" / "Unknown"
    }
    /// What the recipient of a letter must do.
    MustDo {
        /// Nothing.
        None = "none" / "Intet" / "Nothing"
        /// Read it.
        Read = "read" / "Læse" / "Read"
        /// Answer.
        Answer = "answer" / "Svare" / "Answer"
        /// Pay.
        Pay = "pay" / "Betale" / "Pay"
        /// Meet.
        Meet = "meet" / "Møde frem" / "Meet"
        /// Sign.
        Sign = "sign" / "Underskrive" / "Sign"
        /// Confirm.
        Confirm = "confirm" / "Bekræfte" / "Confirm"
        /// Prepare.
        Prepare = "prepare" / "Forberede sig" / "Prepare"
        /// Enrol.
        Enrol = "enrol" / "Tilmelde sig" / "Enrol"
        /// Serve themselves.
        SelfService = "self_service" / "Selvbetjene" / "Self-service"
    }
    /// How good the source of a field is.
    Quality {
        /// Good.
        Good = "good" / "God" / "Good"
        /// Partial.
        Partial = "partial" / "Delvis" / "Partial"
        /// Missing.
        Missing = "missing" / "Mangler" / "Missing"
    }
    /// When a scheduled job runs.
    Rhythm {
        /// Every day.
        Daily = "daily" / "Hver dag" / "Every day"
        /// Monday to Friday.
        Workdays = "workdays" / "Mandag til fredag" / "Monday to Friday"
        /// Every Monday.
        Monday = "monday" / "Hver mandag" / "Every Monday"
        /// Every Tuesday.
        Tuesday = "tuesday" / "Hver tirsdag" / "Every Tuesday"
        /// Every Wednesday.
        Wednesday = "wednesday" / "Hver onsdag" / "Every Wednesday"
        /// Every Thursday.
        Thursday = "thursday" / "Hver torsdag" / "Every Thursday"
        /// Every Friday.
        Friday = "friday" / "Hver fredag" / "Every Friday"
        /// Every Saturday.
        Saturday = "saturday" / "Hver lørdag" / "Every Saturday"
        /// Every Sunday.
        Sunday = "sunday" / "Hver søndag" / "Every Sunday"
        /// On a day of the month.
        Monthly = "monthly" / "Hver måned" / "Every month"
        /// On the day of its next run alone.
        Once = "once" / "Kun næste kørsel" / "Its next run alone"
    }
    /// What law says of a letter.
    LegalWeight {
        /// Nothing.
        None = "none" / "Ingen" / "None"
        /// It is mandatory.
        Mandatory = "mandatory" / "Obligatorisk" / "Mandatory"
        /// It is a legal notification.
        LegalNotification = "legal_notification" / "Retlig meddelelse" / "Legal notification"
    }
}
