//! Every setting, once.

use super::Config;
use super::values::Value;

/// One setting.
pub(crate) struct Setting {
    /// Name in the file: `section.name`, or `name` alone.
    pub(crate) name: &'static str,
    /// What it does, with its unit.
    pub(crate) help: &'static str,
    /// Sets it from text; the error says what is wanted.
    pub(super) set: fn(&mut Config, &str) -> Result<(), String>,
    /// Its value as TOML.
    pub(super) toml: fn(&Config) -> String,
}

impl Setting {
    /// Its environment variable.
    pub(crate) fn variable(&self) -> String {
        format!("BREVDUE_{}", self.name.replace('.', "_").to_uppercase())
    }
}

macro_rules! settings {
    ($($name:literal $($field:ident).+ $help:literal)*) => {
        /// All settings, in the order they are shown.
        pub(crate) const SETTINGS: &[Setting] = &[$(
            Setting {
                name: $name,
                help: $help,
                set: |config, text| {
                    config.$($field).+ = Value::parse(text)?;
                    Ok(())
                },
                toml: |config| config.$($field).+.toml(),
            },
        )*];
    };
}

settings! {
    "data" data "folder of everything that is kept"
    "http" http "address of plain HTTP on loopback (pages, REST with the token alone); port 0 takes a free one; none switches it off"
    "https" https "address of HTTPS (REST with client certificate and token); port 0 takes a free one; none switches it off"
    "sftp" sftp "address of SFTP (keys only); port 0 takes a free one, and so does this when left alone while http or https takes one; none switches it off"
    "amqp" amqp "address of the municipal facade's queue of status messages (AMQP over TLS); ports as for sftp; none switches it off"
    "log" log "form of the log on stderr: text or json"
    "log_filter" log_filter "which log lines are written: error, warn, info, debug, or per module as in warn,brevdue_server=debug"
    "workers" workers "threads that check letters and take archives apart"
    "sms_gateway" sms_gateway "address that takes NemSMS as JSON; none puts them into the sink, where anybody can look at them"
    "mail_command" mail_command "program that carries notices as mail, in place of mail.host, such as /usr/sbin/sendmail -t -i; none leaves them in the store"
    "malware_scanner" malware_scanner "address and port of a clamd that looks through every file; none looks for the EICAR test file alone"
    "sweep_hours" sweep_hours "hours between two sweeps for content that no letter names"
    "verify_hours" verify_hours "hours between two checks of the whole store against its checksums"
    "stop_seconds" stop_seconds "seconds that open requests get to end when the server is told to stop"

    "mail.host" mail.host "name of the mail server (SMTP) that carries notices and reminders; none sends nothing: reminders are shown on their page"
    "mail.port" mail.port "port of the mail server; none is 587 with starttls, 465 with tls, 25 with plain"
    "mail.tls" mail.tls "how the line to the mail server is kept from others: starttls, tls, or plain for a server on this machine"
    "mail.user" mail.user "who signs in to the mail server; none: nobody does"
    "mail.password_file" mail.password_file "file that holds the password of mail.user, and nothing else"
    "mail.from" mail.from "address that mail comes from, such as Digital Post <digitalpost@example.dk>"
    "mail.authorities" mail.authorities "file of certificates (PEM) that are trusted for the mail server beside those of this machine"
    "mail.seconds" mail.seconds "seconds for one message, from the first byte to the last answer; at most 40"
    "mail.at_once" mail.at_once "messages on their way to the mail server at once"

    "alarms.not_fetched_hours" alarms.not_fetched_hours "hours that mail waits for a receiver system before an alarm"
    "alarms.receipts_not_taken_hours" alarms.receipts_not_taken_hours "hours that receipts wait for a sender system before an alarm"
    "alarms.no_receipt_minutes" alarms.no_receipt_minutes "minutes that a letter waits to be checked before an alarm"
    "alarms.retry_too_old_hours" alarms.retry_too_old_hours "hours that calls of a system fail before an alarm"
    "alarms.certificate_days" alarms.certificate_days "days before the end of a certificate for an alarm"

    "country.definition" country.definition "file that defines the invented country; none is the one built in (examples/country.toml)"
    "country.push_endpoint" country.push_endpoint "address that letters to the country's push receiver are posted to; none switches that receiver off"
    "country.receipt_endpoint" country.receipt_endpoint "address that receipts to the country's push sender are posted to; none lets it fetch them"
    "country.first_letters" country.first_letters "whether some letters are sent when the data folder is new"

    "limits.authority_memo_bytes" policy.authority_memo_bytes "bytes of one message from an authority; MB = 1,000,000"
    "limits.public_memo_bytes" policy.public_memo_bytes "bytes of one message from a citizen or company to an authority"
    "limits.citizen_memo_bytes_most" policy.citizen_memo_bytes_most "bytes to which a contact point may raise that for citizens"
    "limits.company_memo_bytes_most" policy.company_memo_bytes_most "bytes to which a contact point may raise that for companies"
    "limits.attachments" policy.attachments "additional documents in one message"
    "limits.body_bytes" policy.body_bytes "bytes of an HTTP body that holds one message"
    "limits.archive_bytes" policy.archive_bytes "bytes of an HTTP body that holds an archive"
    "limits.delay_months" policy.delay_months "months ahead that a delivery date may lie"
    "limits.interactive_per_minute" policy.interactive_per_minute "single messages from one system in a minute before the rest wait in the bulk queue"
    "limits.bulk_share_percent" policy.bulk_share_percent "of a hundred letters taken up at a time, so many are bulk however many others wait"
    "limits.bulk_rest_seconds" policy.bulk_rest_seconds "seconds for which bulk rests at most while very many letters come in at once, and is then served at least; 0: it does not rest"

    "limits.repeat_days" policy.repeat_days "days in which the same message sent again is answered as before; later it is a duplicate"
    "limits.strict_filenames_and_actions" policy.strict_filenames_and_actions "whether file names and action addresses that Digital Post refuses since September 2025 are refused"
    "limits.html" policy.html "what HTML files of letters may have: any, lenient (nothing that runs) or strict (nothing fetched from elsewhere either)"

    "registry.systems_may_register" policy.systems_may_register "whether a system may change what is registered of its own organisation, as an administrator may"
    "registry.private_endpoints" policy.private_endpoints "whether endpoints on this machine and in private networks may be registered"
    "registry.receiver_systems" policy.receiver_systems "receiver systems of one organisation"
    "registry.systems_per_organisation" policy.systems_per_organisation "systems of one organisation"
    "registry.contact_points_per_organisation" policy.contact_points_per_organisation "contact points of one organisation, and contact groups"
    "registry.subscriptions_per_system" policy.subscriptions_per_system "subscriptions of one system to changes of contacts, and of organisations"

    "reading.depth" policy.reading.depth "elements inside elements; the format needs 7"
    "reading.attributes" policy.reading.attributes "attributes on one element"
    "reading.token_bytes" policy.reading.token_bytes "bytes of one tag, comment, processing instruction, or text outside content"
    "reading.name_bytes" policy.reading.name_bytes "bytes of one element or attribute name with its prefix"
    "reading.findings" policy.reading.findings "findings of one message that are kept; the rest are counted"
    "reading.document_bytes" policy.reading.document_bytes "bytes of one document"
    "reading.repeated" policy.reading.repeated "elements of one message that may stand repeatedly"
    "reading.text_bytes" policy.reading.text_bytes "bytes of text kept of one message, file content not counted"

    "container.dictionary_bytes" policy.container.dictionary_bytes "bytes of the LZMA dictionary an archive may ask for"
    "container.entries" policy.container.entries "files in one archive"
    "container.entry_bytes" policy.container.entry_bytes "bytes of one file in an archive"
    "container.name_bytes" policy.container.name_bytes "bytes of a long name or of pax attributes in an archive"
    "container.ratio" policy.container.ratio "bytes out per byte in, over a whole archive"
    "container.ratio_free_entry_bytes" policy.container.ratio_free_entry_bytes "bytes of each file in an archive that the ratio does not count"
    "container.unpacked_bytes" policy.container.unpacked_bytes "bytes out over a whole archive"
    "container.extract_batch" policy.extract_batch "messages taken out of an archive in one batch"

    "delivery.lease_seconds" policy.lease_seconds "seconds a claim on work lasts before another worker may take it"
    "delivery.retry_seconds" policy.retry_seconds "seconds until each next try of a push; the last repeats"
    "delivery.deactivate_after_seconds" policy.deactivate_after_seconds "seconds without any success after which a receiver system is switched off"
    "delivery.breaker_failures" policy.breaker_failures "failures in a row after which an endpoint is left alone until its next try"
    "delivery.retry_after_limit_seconds" policy.retry_after_limit_seconds "seconds that a receiver's Retry-After can put a try off at most"
    "delivery.warn_after_seconds" policy.warn_after_seconds "seconds without any success after which the owner of a receiver system is warned, in order"
    "delivery.warn_before_expiry_seconds" policy.warn_before_expiry_seconds "seconds before a system's registered certificate ends at which its owner is warned"
    "delivery.notice_hours" policy.notice_hours "hours of the day in Denmark in which people are told of new mail, such as 7-22 for 7:00 to 22:00, unless they allow others"
    "delivery.receipt_timing" policy.receipt_timing "when the sender of mail to an authority gets its receipt: validated (at once) or delivered (when the receiver has answered)"

    "nemsms.gsm_characters" policy.nemsms_gsm_characters "characters of a NemSMS in the GSM 7 bit alphabet"
    "nemsms.other_characters" policy.nemsms_other_characters "characters of any other NemSMS"
    "nemsms.give_up_seconds" policy.nemsms_give_up_seconds "seconds for which a NemSMS that the gateway does not take is tried again"

    "retention.authority_memo_days" policy.retention.authority_memo "days a message to an authority is kept after its receiver system has answered"
    "retention.receipt_days" policy.retention.receipt "days a receipt is kept after its sender has it"
    "retention.unfetched_receipt_days" policy.retention.unfetched_receipt "days a receipt is kept that nobody has fetched"
    "retention.submission_days" policy.retention.submission "days a submission is kept that became no delivery; 0 keeps none"
    "retention.event_days" policy.retention.events "days an event is kept"
    "retention.closed_mailbox_days" policy.retention.closed_mailbox "days the mailbox of a closed company is kept"

    "programmes.observation_months" observations.months "months that observations of messages are kept as evidence for programmes, and the sums of their days; 14 to 120"
    "programmes.observations" observations.observations "observations that are kept at most, some 150 bytes each; those that came first go, and their sums stay; 10000 to 100000000"
}

/// The setting whose name is nearest to one that does not exist, if any is near.
pub(crate) fn nearest<'a>(
    wrong: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let limit = wrong.chars().count() / 3 + 1;
    names
        .into_iter()
        .map(|name| (distance(wrong, name), name))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, name)| name)
}

/// Changes of one letter that make one word of another (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let change = corner + usize::from(x != *y);
            corner = row[j + 1];
            row[j + 1] = change.min(corner + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use brevdue_exchange::Policy;
    use brevdue_exchange::policy::Retention;
    use brevdue_memo::Limits;
    use brevdue_memo::container::ContainerLimits;

    use super::*;

    #[test]
    fn every_setting_has_a_name_and_a_variable_of_its_own_and_keeps_its_default_when_set_to_it() {
        let mut names = BTreeSet::new();
        let mut variables = BTreeSet::new();
        let default = Config::default();
        for setting in SETTINGS {
            assert!(names.insert(setting.name), "{}", setting.name);
            assert!(variables.insert(setting.variable()), "{}", setting.name);

            let mut config = default.clone();
            let shown = (setting.toml)(&default);
            let plain = shown.trim_matches(['"', '[', ']', '\'']);
            (setting.set)(&mut config, plain).unwrap();
            assert_eq!(config, default, "{}", setting.name);
        }
    }

    /// A limit added to the exchange does not compile here until it has a name in the list above.
    #[test]
    fn every_limit_of_the_exchange_can_be_set() {
        let Policy {
            authority_memo_bytes: _,
            public_memo_bytes: _,
            citizen_memo_bytes_most: _,
            company_memo_bytes_most: _,
            attachments: _,
            body_bytes: _,
            archive_bytes: _,
            container:
                ContainerLimits {
                    dictionary_bytes: _,
                    entries: _,
                    entry_bytes: _,
                    name_bytes: _,
                    ratio: _,
                    ratio_free_entry_bytes: _,
                    unpacked_bytes: _,
                },
            delay_months: _,
            lease_seconds: _,
            retry_seconds: _,
            deactivate_after_seconds: _,
            breaker_failures: _,
            retry_after_limit_seconds: _,
            repeat_days: _,
            extract_batch: _,
            strict_filenames_and_actions: _,
            html: _,
            receipt_timing: _,
            warn_after_seconds: _,
            warn_before_expiry_seconds: _,
            notice_hours: _,
            nemsms_gsm_characters: _,
            nemsms_other_characters: _,
            nemsms_give_up_seconds: _,
            retention:
                Retention {
                    authority_memo: _,
                    receipt: _,
                    unfetched_receipt: _,
                    submission: _,
                    events: _,
                    closed_mailbox: _,
                },
            reading:
                Limits {
                    depth: _,
                    attributes: _,
                    token_bytes: _,
                    name_bytes: _,
                    findings: _,
                    document_bytes: _,
                    repeated: _,
                    text_bytes: _,
                },
            bulk_share_percent: _,
            bulk_rest_seconds: _,
            interactive_per_minute: _,
            systems_may_register: _,
            private_endpoints: _,
            receiver_systems: _,
            systems_per_organisation: _,
            contact_points_per_organisation: _,
            subscriptions_per_system: _,
        } = Policy::default();
        let limits = SETTINGS.iter().filter(|setting| {
            ["limits.", "registry.", "reading.", "container.", "delivery.", "nemsms.", "retention."]
                .iter()
                .any(|part| setting.name.starts_with(part))
        });
        let mut changed = BTreeSet::new();
        for setting in limits {
            let mut config = Config::default();
            (setting.set)(&mut config, "9")
                .or_else(|_| (setting.set)(&mut config, "false"))
                .or_else(|_| (setting.set)(&mut config, "strict"))
                .or_else(|_| (setting.set)(&mut config, "delivered"))
                .or_else(|_| (setting.set)(&mut config, "6-20"))
                .unwrap();
            assert_ne!(config.policy, Config::default().policy, "{}", setting.name);
            assert!(changed.insert(format!("{:?}", config.policy)), "{}", setting.name);
        }
        assert_eq!(changed.len(), 54);
    }

    #[test]
    fn how_long_observations_are_kept_is_set_within_its_bounds() {
        let set = |name: &str, text: &str| {
            let setting = SETTINGS.iter().find(|setting| setting.name == name).unwrap();
            let mut config = Config::default();
            (setting.set)(&mut config, text).map(|()| config.observations)
        };
        let today = "2026-11-23".parse().unwrap();
        for (text, since) in [("14", "2025-09-23"), ("24", "2024-11-23"), ("120", "2016-11-23")] {
            let kept = set("programmes.observation_months", text).unwrap().on(today);
            assert_eq!(kept.since.to_string(), since, "{text}");
        }
        for (text, at_most) in [("10_000", 10_000), ("100000000", 100_000_000)] {
            let kept = set("programmes.observations", text).unwrap().on(today);
            assert_eq!(kept.at_most, at_most, "{text}");
        }
        for wrong in ["13", "121", "0", "-24", "none", "65536", ""] {
            let said = set("programmes.observation_months", wrong).unwrap_err();
            assert_eq!(said, "a whole number from 14 to 120", "{wrong}");
        }
        for wrong in ["9999", "100000001", "0", "none", "18446744073709551616"] {
            let said = set("programmes.observations", wrong).unwrap_err();
            assert_eq!(said, "a whole number from 10000 to 100000000", "{wrong}");
        }
    }

    #[test]
    fn a_slip_of_the_pen_is_recognised() {
        let names = || SETTINGS.iter().map(|setting| setting.name);
        assert_eq!(nearest("htps", names()), Some("https"));
        assert_eq!(nearest("limits.atachments", names()), Some("limits.attachments"));
        assert_eq!(nearest("colour", names()), None);
    }
}
