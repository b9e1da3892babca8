//! Who calls which exchange: by address, system and token, or as somebody of the invented country.

use std::fs;
use std::path::{Path, PathBuf};

use brevdue_gateway::account::{Role, act_as};
use brevdue_gateway::client::NotAClient;
use brevdue_gateway::{Account, Client, ClientCertificate, Patience};
use brevdue_wire::Credentials;
use brevdue_wire::country::Country;
use uuid::Uuid;

use crate::report::Problem;

/// Who calls.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Who calls")]
pub(crate) struct Who {
    /// Address of the exchange, for example https://api.test.digitalpost.dk
    #[arg(long, visible_alias = "from", value_name = "URL", env = "BREVDUE_URL")]
    to: Option<String>,
    /// Id of the system that calls
    #[arg(long, value_name = "UUID", env = "BREVDUE_SYSTEM")]
    system: Option<Uuid>,
    /// The secret part of its token
    #[arg(long, value_name = "TOKEN", env = "BREVDUE_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// Its certificate (PEM)
    #[arg(long, value_name = "FILE", env = "BREVDUE_CERT", requires = "key")]
    cert: Option<PathBuf>,
    /// The certificate's private key (PEM)
    #[arg(long, value_name = "FILE", env = "BREVDUE_KEY")]
    key: Option<PathBuf>,
    /// Authorities to trust instead of the machine's (PEM)
    #[arg(long, value_name = "FILE", env = "BREVDUE_CA")]
    ca: Option<PathBuf>,
    /// Call as a system of the invented country of `brevdue up`, by its name or its organisation's CVR
    #[arg(long = "as", value_name = "NAME|CVR")]
    act_as: Option<String>,
    /// With --as: the data folder of `brevdue up`
    #[arg(long, value_name = "DIR", env = "BREVDUE_DATA", default_value = "brevdue-data")]
    data: PathBuf,
    /// With --as: over HTTPS with the system's certificate, instead of plain HTTP with the token alone
    #[arg(long)]
    tls: bool,
}

/// A line to an exchange, and where this caller keeps its notes.
pub(crate) struct Caller {
    pub(crate) client: Client,
    /// The data folder of the invented country, when the caller belongs to it.
    pub(crate) country: Option<PathBuf>,
}

impl Who {
    /// Finds out who calls and prepares the line.
    pub(crate) fn caller(&self, role: Role, patience: Patience) -> Result<Caller, Problem> {
        let (account, country) = match &self.act_as {
            Some(name) => (self.somebody(name, role, patience)?, Some(self.data.clone())),
            None => (self.named(patience)?, None),
        };
        let client = Client::new(&account).map_err(|error| {
            let at = match error {
                NotAClient::Address => "--to",
                NotAClient::Token => "--token",
                NotAClient::Authorities(_) => "--ca",
                _ => "--cert, --key",
            };
            Problem::command("caller::account", "there is no way to call the exchange").at(at).because(&error)
        })?;
        Ok(Caller { client, country })
    }

    fn named(&self, patience: Patience) -> Result<Account, Problem> {
        let missing = |flag: &str, variable: &str| {
            Problem::command("caller::missing", format!("{flag} is missing"))
                .at(flag)
                .help(format!("give --to, --system and --token (or {variable}), or --as for an exchange of `brevdue up`"))
        };
        let exchange = self.to.clone().ok_or_else(|| missing("--to", "BREVDUE_URL"))?;
        let system = self.system.ok_or_else(|| missing("--system", "BREVDUE_SYSTEM"))?;
        let token = self.token.clone().ok_or_else(|| missing("--token", "BREVDUE_TOKEN"))?;
        let certificate = match (&self.cert, &self.key) {
            (Some(certificate), Some(key)) => {
                Some(ClientCertificate { certificate: read(certificate, "--cert")?, key: read(key, "--key")? })
            }
            _ => None,
        };
        let authorities = self.ca.as_deref().map(|file| read(file, "--ca")).transpose()?;
        let credentials = Credentials { system, token };
        Ok(Account { exchange, credentials, certificate, authorities, patience })
    }

    fn somebody(&self, name: &str, role: Role, patience: Patience) -> Result<Account, Problem> {
        let file = self.data.join("country.json");
        let help = "start `brevdue up` with the same --data first";
        let text = read(&file, "--data").map_err(|problem| problem.help(help))?;
        let country: Country = serde_json::from_slice(&text).map_err(|error| {
            Problem::command("caller::country", "the invented country cannot be read")
                .at(file.display().to_string())
                .because(&error)
                .help(help)
        })?;
        let (_, system) = act_as(&country, name, role).map_err(|error| {
            Problem::command("caller::nobody", "nobody there to act as").at("--as").because(&error)
        })?;
        let address = if self.tls { &country.https } else { &country.http };
        let exchange = address.clone().ok_or_else(|| {
            let (door, other) = if self.tls { ("HTTPS", "without") } else { ("plain HTTP", "with") };
            Problem::command("caller::closed", format!("that exchange does not listen on {door}"))
                .help(format!("try {other} --tls"))
        })?;
        // Paths in the file may be given from the data folder.
        let inside = |path: &str| read(&self.data.join(path), "--data");
        let (certificate, authorities) = if self.tls {
            let own = ClientCertificate { certificate: inside(&system.certificate)?, key: inside(&system.key)? };
            (Some(own), Some(inside(&country.certificate_authority)?))
        } else {
            (None, None)
        };
        let credentials = Credentials { system: system.id, token: system.token.clone() };
        Ok(Account { exchange, credentials, certificate, authorities, patience })
    }
}

fn read(file: &Path, flag: &str) -> Result<Vec<u8>, Problem> {
    fs::read(file).map_err(|error| {
        Problem::command("caller::file", format!("{} cannot be read", file.display())).at(flag).because(&error)
    })
}
