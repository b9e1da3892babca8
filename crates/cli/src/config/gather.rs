//! Putting flags, environment and file together.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

use brevdue_server::delivery::SmtpTls;

use super::settings::nearest;
use super::{Config, Gathered, SETTINGS, Source, file};
use crate::report::Problem;

/// Where the configuration comes from, beside the environment.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct ConfigArgs {
    /// Folder of everything that is kept [default: brevdue-data; BREVDUE_DATA]
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Address of plain HTTP, on loopback [default: 127.0.0.1:8010]
    #[arg(long, value_name = "ADDR")]
    pub(crate) http: Option<String>,
    /// Address of HTTPS, on loopback [default: 127.0.0.1:8443]
    #[arg(long, value_name = "ADDR")]
    pub(crate) https: Option<String>,
    /// Configuration file (TOML) [BREVDUE_CONFIG]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Form of the log on stderr: text or json
    #[arg(long, value_name = "FORM")]
    pub(crate) log: Option<String>,
    /// Address that letters to the country's push receiver are posted to
    #[arg(long, value_name = "URL")]
    pub(crate) push_endpoint: Option<String>,
    /// Any other setting; `brevdue config` lists them
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub(crate) set: Vec<String>,
}

/// Gathers the configuration from flags, this environment, and the file that one of them names.
pub(crate) fn gather(
    flags: &ConfigArgs,
    environment: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<Gathered, Problem> {
    let environment: Vec<(String, OsString)> = environment
        .into_iter()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
        .filter(|(name, _)| name.starts_with("BREVDUE_"))
        .collect();

    let mut gathered =
        Gathered { config: Config::default(), sources: vec![Source::Default; SETTINGS.len()] };

    let file = flags.config.clone().or_else(|| {
        let named = environment.iter().find(|(name, _)| name == "BREVDUE_CONFIG");
        named.map(|(_, value)| PathBuf::from(value))
    });
    if let Some(path) = file {
        for value in file::read(&path)? {
            gathered.set(value.setting, &value.text, Source::File(value.place))?;
        }
    }
    for (index, setting) in SETTINGS.iter().enumerate() {
        let variable = setting.variable();
        if let Some((_, value)) = environment.iter().find(|(name, _)| *name == variable) {
            let Some(text) = value.to_str() else {
                return Err(Problem::command("config::not-text", "the value is not UTF-8")
                    .at(Source::Environment(variable).to_string()));
            };
            gathered.set(index, text, Source::Environment(variable))?;
        }
    }
    for (name, value) in given(flags)? {
        let flag = match name.as_str() {
            "data" | "http" | "https" | "log" => format!("--{name}"),
            "country.push_endpoint" if flags.push_endpoint.is_some() => "--push-endpoint".into(),
            _ => format!("--set {name}"),
        };
        let Some(index) = SETTINGS.iter().position(|setting| setting.name == name) else {
            return Err(file::unknown(&name, &Source::Flag(flag).to_string()));
        };
        gathered.set(index, &value, Source::Flag(flag))?;
    }
    gathered.take_free_ports();
    gathered.config.keeps_to_this_machine(&gathered.sources)?;
    gathered.config.mail_is_whole(&gathered.sources)?;
    Ok(gathered)
}

/// Variables that look like settings and are none, each with the one that was probably meant.
pub(crate) fn strays(names: impl IntoIterator<Item = OsString>) -> Vec<(String, Option<String>)> {
    // Read by other commands, and by the tests.
    const OTHERS: [&str; 9] = [
        "BREVDUE_CONFIG",
        "BREVDUE_URL",
        "BREVDUE_SYSTEM",
        "BREVDUE_TOKEN",
        "BREVDUE_CERT",
        "BREVDUE_KEY",
        "BREVDUE_CA",
        "BREVDUE_STATE",
        "BREVDUE_OFFICIAL_DATA",
    ];
    let variables: Vec<String> = SETTINGS.iter().map(super::Setting::variable).collect();
    names
        .into_iter()
        .filter_map(|name| name.into_string().ok())
        .filter(|name| name.starts_with("BREVDUE_") && !name.starts_with("BREVDUE_TEST_"))
        .filter(|name| !variables.contains(name) && !OTHERS.contains(&name.as_str()))
        .map(|name| {
            let meant = nearest(&name, variables.iter().map(String::as_str)).map(str::to_owned);
            (name, meant)
        })
        .collect()
}

/// The flags that were given, as settings; `--set` after the others, in its order.
fn given(flags: &ConfigArgs) -> Result<Vec<(String, String)>, Problem> {
    let data = flags.data.as_ref().map(|path| path.to_string_lossy().into_owned());
    let mut list: Vec<(String, String)> = [
        ("data", &data),
        ("http", &flags.http),
        ("https", &flags.https),
        ("log", &flags.log),
        ("country.push_endpoint", &flags.push_endpoint),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name.to_owned(), value.clone()?)))
    .collect();
    for pair in &flags.set {
        let Some((name, value)) = pair.split_once('=') else {
            return Err(Problem::command("config::no-value", "a setting needs a value")
                .at(format!("flag --set {pair}"))
                .help("write --set NAME=VALUE"));
        };
        list.push((name.trim().into(), value.trim().into()));
    }
    Ok(list)
}

impl Gathered {
    /// Who asks for free ports runs several servers, or does not want to think of ports: a door that
    /// nobody has placed does not insist on its own.
    fn take_free_ports(&mut self) {
        let free = |door: Option<SocketAddr>| door.is_some_and(|address| address.port() == 0);
        if !free(self.config.http) && !free(self.config.https) {
            return;
        }
        let placed = |name: &str| {
            let index = SETTINGS.iter().position(|setting| setting.name == name);
            index.is_none_or(|index| self.sources[index] != Source::Default)
        };
        let (sftp, amqp) = (placed("sftp"), placed("amqp"));
        let doors = [(sftp, &mut self.config.sftp), (amqp, &mut self.config.amqp)];
        for (placed, door) in doors {
            if let Some(address) = door.as_mut().filter(|_| !placed) {
                address.set_port(0);
            }
        }
    }

    fn set(&mut self, index: usize, text: &str, source: Source) -> Result<(), Problem> {
        let setting = &SETTINGS[index];
        (setting.set)(&mut self.config, text).map_err(|wanted| {
            Problem::command("config::value", format!("{} must be {wanted}", setting.name))
                .at(source.to_string())
        })?;
        self.sources[index] = source;
        Ok(())
    }
}

impl Config {
    /// Local mode, the only mode there is, holds tokens and invented people that anybody on the
    /// machine may use, so it never listens to others.
    fn keeps_to_this_machine(&self, sources: &[Source]) -> Result<(), Problem> {
        let at = |name: &str| {
            let index = SETTINGS.iter().position(|setting| setting.name == name);
            index.and_then(|index| sources.get(index)).map_or_else(String::new, Source::to_string)
        };
        let doors =
            [("http", self.http), ("https", self.https), ("sftp", self.sftp), ("amqp", self.amqp)];
        for (name, address) in doors {
            if let Some(address) = address
                && !address.ip().is_loopback()
            {
                return Err(Problem::command(
                    "config::not-loopback",
                    format!("{name} would listen on {address}, which others can reach"),
                )
                .at(at(name))
                .help("local mode listens on loopback alone: use 127.0.0.1 or [::1]"));
            }
        }
        if self.http.is_none() && self.https.is_none() {
            return Err(Problem::command(
                "config::no-door",
                "neither http nor https has an address",
            )
            .at(at("http")));
        }
        for (name, endpoint) in [
            ("country.push_endpoint", &self.country.push_endpoint),
            ("country.receipt_endpoint", &self.country.receipt_endpoint),
            ("sms_gateway", &self.sms_gateway),
        ] {
            if endpoint.as_deref().is_some_and(|url| !is_loopback_url(url)) {
                return Err(Problem::command(
                    "config::not-loopback",
                    format!("{name} must be an http or https address on loopback"),
                )
                .at(at(name))
                .help("for example http://127.0.0.1:9000/memos"));
            }
        }
        Ok(())
    }
}

/// Seconds that one message may take at most, so that it ends before its lease does.
const MAIL_SECONDS: u32 = 40;

impl Config {
    /// What is said of the mail server hangs together.
    fn mail_is_whole(&self, sources: &[Source]) -> Result<(), Problem> {
        let at = |name: &str| {
            let index = SETTINGS.iter().position(|setting| setting.name == name);
            index.and_then(|index| sources.get(index)).map_or_else(String::new, Source::to_string)
        };
        let wrong = |name: &str, what: &str, help: &str| {
            Err(Problem::command("config::mail", format!("{name} {what}")).at(at(name)).help(help))
        };
        let mail = &self.mail;
        let Some(host) = &mail.host else { return Ok(()) };
        if self.mail_command.is_some() {
            let help = "notices go one way: set one of the two to none";
            return wrong("mail_command", "is set, and so is mail.host", help);
        }
        let from = mail.from.as_deref().unwrap_or_default();
        if !from.contains('@') {
            let help = "name the address that mail comes from, such as digitalpost@example.dk";
            return wrong("mail.from", "is needed with mail.host", help);
        }
        if mail.port.is_some_and(|port| port > u32::from(u16::MAX)) {
            return wrong("mail.port", "is no port", "a port is 1 to 65535");
        }
        if mail.seconds > MAIL_SECONDS {
            let what = format!("is {}, over the limit of {MAIL_SECONDS}", mail.seconds);
            return wrong(
                "mail.seconds",
                &what,
                "a message that takes longer is tried again later",
            );
        }
        match (&mail.user, &mail.password_file) {
            (Some(_), None) => {
                return wrong(
                    "mail.user",
                    "has no password",
                    "name its file in mail.password_file",
                );
            }
            (None, Some(_)) => {
                return wrong("mail.password_file", "belongs to nobody", "name mail.user too");
            }
            _ => {}
        }
        let is_here = host == "localhost"
            || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
        if mail.tls == SmtpTls::Plain && !is_here {
            let help = "use starttls or tls: reminders name people and their tasks";
            return wrong("mail.tls", "is plain, and the mail server is another machine", help);
        }
        Ok(())
    }
}

fn is_loopback_url(text: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(text) else { return false };
    let local = match url.host_str() {
        Some("localhost") => true,
        Some(host) => host
            .trim_matches(['[', ']'])
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback()),
        None => false,
    };
    local && matches!(url.scheme(), "http" | "https")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(pairs: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
        pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
    }

    fn source(gathered: &Gathered, name: &str) -> String {
        let index = SETTINGS.iter().position(|setting| setting.name == name).unwrap();
        gathered.sources[index].to_string()
    }

    #[test]
    fn a_mail_server_is_named_whole_or_not_at_all() {
        let with = |settings: &[&str]| {
            let set = settings.iter().map(|one| (*one).to_owned()).collect();
            gather(&ConfigArgs { set, ..ConfigArgs::default() }, env(&[]))
        };
        let whole = ["mail.host=post.example", "mail.from=Brevdue <a@example.dk>"];
        assert!(with(&whole).is_ok());
        assert!(with(&["mail.from=a@example.dk"]).is_ok(), "no server, nothing to ask for");
        for (more, at) in [
            ("mail.from=nobody", "mail.from"),
            ("mail_command=sendmail", "mail_command"),
            ("mail.user=brevdue", "mail.user"),
            ("mail.password_file=p", "mail.password_file"),
            ("mail.tls=plain", "mail.tls"),
            ("mail.port=70000", "mail.port"),
            ("mail.seconds=41", "mail.seconds"),
        ] {
            let problem = with(&[&whole[..], &[more]].concat()).err().unwrap();
            assert_eq!(problem.code, "config::mail", "{more}");
            assert!(problem.what.starts_with(at), "{more}: {}", problem.what);
        }
        let here = ["mail.host=127.0.0.1", "mail.from=a@example.dk", "mail.tls=plain"];
        assert!(with(&here).is_ok());
    }

    #[test]
    fn a_flag_wins_over_the_environment_and_that_over_the_file_and_that_over_what_is_built_in() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("brevdue.toml");
        std::fs::write(
            &path,
            "http = \"127.0.0.1:1\"\nhttps = \"127.0.0.1:1\"\n[limits]\nattachments = 1\n",
        )
        .unwrap();
        let flags = ConfigArgs {
            http: Some("127.0.0.1:3".into()),
            config: Some(path.clone()),
            ..ConfigArgs::default()
        };
        let environment = env(&[("BREVDUE_HTTP", "127.0.0.1:2"), ("BREVDUE_HTTPS", "[::1]:2")]);
        let gathered = gather(&flags, environment).unwrap();

        assert_eq!(gathered.config.http, "127.0.0.1:3".parse().ok());
        assert_eq!(source(&gathered, "http"), "flag --http");
        assert_eq!(gathered.config.https, "[::1]:2".parse().ok());
        assert_eq!(source(&gathered, "https"), "environment BREVDUE_HTTPS");
        assert_eq!(gathered.config.policy.attachments, 1);
        assert_eq!(
            source(&gathered, "limits.attachments"),
            format!("file {}:4:15", path.display())
        );
        assert_eq!(gathered.config.policy.breaker_failures, 3);
        assert_eq!(source(&gathered, "delivery.breaker_failures"), "default");
    }

    #[test]
    fn who_asks_for_a_free_port_gets_one_for_each_door_that_was_not_placed() {
        let ports = |set: &[&str]| {
            let set = set.iter().map(|pair| (*pair).to_owned()).collect();
            let gathered = gather(&ConfigArgs { set, ..Default::default() }, env(&[])).unwrap();
            let port = |door: Option<SocketAddr>| door.map(|address| address.port());
            (port(gathered.config.sftp), port(gathered.config.amqp))
        };
        assert_eq!(ports(&[]), (Some(8022), Some(5671)));
        assert_eq!(ports(&["http=127.0.0.1:0"]), (Some(0), Some(0)));
        assert_eq!(
            ports(&["https=127.0.0.1:0", "sftp=127.0.0.1:2022", "amqp=none"]),
            (Some(2022), None)
        );
    }

    #[test]
    fn an_address_that_others_can_reach_is_refused() {
        for (name, value) in [
            ("http", "0.0.0.0:8010"),
            ("https", "192.0.2.7:8443"),
            ("http", "[::]:8010"),
            ("sftp", "0.0.0.0:22"),
            ("amqp", "0.0.0.0:5671"),
            ("country.push_endpoint", "https://example.org/memos"),
            ("country.push_endpoint", "ftp://127.0.0.1/memos"),
            ("country.push_endpoint", "http://127.0.0.1.example.org/memos"),
        ] {
            let flags = ConfigArgs { set: vec![format!("{name}={value}")], ..Default::default() };
            let problem = gather(&flags, env(&[])).unwrap_err();
            assert_eq!(problem.code, "config::not-loopback", "{value}");
            assert_eq!(
                problem.at.as_deref(),
                Some(&*format!("flag --set {name}"))
                    .filter(|_| !matches!(name, "http" | "https"))
                    .or(Some(&*format!("flag --{name}"))),
                "{value}"
            );
            assert_eq!(problem.exit, crate::exit::Exit::Command);
        }
    }

    #[test]
    fn a_value_that_does_not_fit_is_refused_with_what_is_wanted() {
        for (set, wanted) in [
            (
                "limits.attachments=0",
                "limits.attachments must be a whole number from 1 to 4294967295",
            ),
            (
                "limits.attachments=ten",
                "limits.attachments must be a whole number from 1 to 4294967295",
            ),
            (
                "http=8010",
                "http must be an address with a port, such as 127.0.0.1:8010 or [::1]:8010, or none",
            ),
            (
                "delivery.retry_seconds=1,,2",
                "delivery.retry_seconds must be whole numbers from 1, parted by commas",
            ),
            ("log=xml", "log must be text or json"),
        ] {
            let flags = ConfigArgs { set: vec![set.into()], ..ConfigArgs::default() };
            assert_eq!(gather(&flags, env(&[])).unwrap_err().what.as_ref(), wanted);
        }
    }

    #[test]
    fn a_variable_that_is_no_setting_is_noticed() {
        let names = ["BREVDUE_HTPP", "BREVDUE_HTTP", "BREVDUE_OFFICIAL_DATA", "HOME"];
        assert_eq!(
            strays(names.map(OsString::from)),
            [("BREVDUE_HTPP".to_owned(), Some("BREVDUE_HTTP".to_owned()))]
        );
    }
}
