//! The configuration: flags before environment before file before what is built in.
//!
//! Every setting stands once, in [`settings::SETTINGS`]; its name in the file, its environment
//! variable, its flag (`--set NAME=VALUE`), its check and its line in `brevdue config` come from there.

mod file;
mod gather;
mod settings;
mod show;
mod values;

use std::net::SocketAddr;
use std::path::PathBuf;

use brevdue_exchange::Policy;
use brevdue_exchange::exchange::alarms::AlarmLimits;
use brevdue_programme::storage::Retention;
use brevdue_server::delivery::SmtpTls;

pub(crate) use file::line_and_column;
pub(crate) use gather::{ConfigArgs, gather, strays};
pub(crate) use settings::{SETTINGS, Setting, nearest};
pub(crate) use show::show;
pub(crate) use values::LogForm;

/// The effective configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Config {
    /// Folder of everything that is kept.
    pub(crate) data: PathBuf,
    /// Where plain HTTP listens; port 0 takes a free one.
    pub(crate) http: Option<SocketAddr>,
    /// Where HTTPS listens; port 0 takes a free one.
    pub(crate) https: Option<SocketAddr>,
    /// Where SFTP listens; port 0 takes a free one.
    pub(crate) sftp: Option<SocketAddr>,
    /// Where status messages are fetched; port 0 takes a free one.
    pub(crate) amqp: Option<SocketAddr>,
    /// Form of the log.
    pub(crate) log: LogForm,
    /// Which log lines are written, in the words of `tracing`.
    pub(crate) log_filter: String,
    /// Threads that check letters.
    pub(crate) workers: usize,
    /// What takes text messages; `None` is the sink.
    pub(crate) sms_gateway: Option<String>,
    /// What carries notices as mail; without one they stay in the store.
    pub(crate) mail_command: Option<String>,
    /// The mail server that carries notices.
    pub(crate) mail: MailChoice,
    /// Where a `clamd` listens that looks through files.
    pub(crate) malware_scanner: Option<SocketAddr>,
    /// Hours between two sweeps for files that no row names.
    pub(crate) sweep_hours: u32,
    /// Hours between two checks of the whole store against its checksums.
    pub(crate) verify_hours: u32,
    /// After how long somebody should know of what does not happen.
    pub(crate) alarms: AlarmLimits,
    /// Seconds that open requests get to end when the server stops.
    pub(crate) stop_seconds: u32,
    /// The invented country.
    pub(crate) country: CountryChoice,
    /// Limits and choices of the exchange.
    pub(crate) policy: Policy,
    /// How long observations for programmes are kept, and how many.
    pub(crate) observations: Retention,
}

/// The mail server that carries notices, if there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MailChoice {
    /// Its name; without one there is none.
    pub(crate) host: Option<String>,
    /// Its port; `None` is that of the mode.
    pub(crate) port: Option<u32>,
    /// How the line is kept from others.
    pub(crate) tls: SmtpTls,
    /// Who signs in.
    pub(crate) user: Option<String>,
    /// The file of their password.
    pub(crate) password_file: Option<PathBuf>,
    /// The sender's address.
    pub(crate) from: Option<String>,
    /// Authorities that are trusted beside the machine's.
    pub(crate) authorities: Option<PathBuf>,
    /// Seconds for one message.
    pub(crate) seconds: u32,
    /// Messages at once.
    pub(crate) at_once: u32,
}

impl Default for MailChoice {
    fn default() -> Self {
        Self {
            host: None,
            port: None,
            tls: SmtpTls::StartTls,
            user: None,
            password_file: None,
            from: None,
            authorities: None,
            seconds: 30,
            at_once: 2,
        }
    }
}

/// What is chosen about the invented country.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct CountryChoice {
    /// File that defines it; `None` is the one built in.
    pub(crate) definition: Option<PathBuf>,
    /// Where its push receiver listens; without one that system is switched off.
    pub(crate) push_endpoint: Option<String>,
    /// Where its push sender takes receipts; without one it fetches them.
    pub(crate) receipt_endpoint: Option<String>,
    /// Whether some letters are sent when the data folder is new.
    pub(crate) first_letters: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: PathBuf::from("brevdue-data"),
            http: Some(SocketAddr::from(([127, 0, 0, 1], 8010))),
            https: Some(SocketAddr::from(([127, 0, 0, 1], 8443))),
            sftp: Some(SocketAddr::from(([127, 0, 0, 1], 8022))),
            amqp: Some(SocketAddr::from(([127, 0, 0, 1], 5671))),
            log: LogForm::Text,
            log_filter: "warn".into(),
            workers: 2,
            sms_gateway: None,
            mail_command: None,
            mail: MailChoice::default(),
            malware_scanner: None,
            sweep_hours: 6,
            verify_hours: 24,
            alarms: AlarmLimits::default(),
            stop_seconds: 10,
            country: CountryChoice { first_letters: true, ..CountryChoice::default() },
            // Local mode: systems may do what administrators do, and listen on this machine.
            policy: Policy {
                systems_may_register: true,
                private_endpoints: true,
                ..Policy::default()
            },
            observations: Retention::default(),
        }
    }
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// Built in.
    Default,
    /// A file, with line and column.
    File(String),
    /// An environment variable.
    Environment(String),
    /// A flag.
    Flag(String),
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(place) => write!(f, "file {place}"),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Flag(flag) => write!(f, "flag {flag}"),
        }
    }
}

/// The configuration and, in the order of [`SETTINGS`], where each value came from.
#[derive(Debug, Clone)]
pub(crate) struct Gathered {
    /// The values.
    pub(crate) config: Config,
    /// Their sources.
    pub(crate) sources: Vec<Source>,
}
