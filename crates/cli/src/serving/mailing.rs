//! Who carries notices as mail, as it is configured.

use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use brevdue_exchange::exchange::notices::MailCarrier;
use brevdue_server::delivery::{MailCommand, SmtpServer, SmtpSettings};

use crate::config::{Config, MailChoice};
use crate::report::Problem;

/// Bytes of a password, and of certificates, that are read at most.
const PASSWORD_BYTES: u64 = 4 * 1024;
const AUTHORITIES_BYTES: u64 = 1024 * 1024;

/// Whoever carries mail; none when nobody is configured.
pub(crate) fn carrier(config: &Config) -> Result<Option<Arc<dyn MailCarrier>>, Problem> {
    if let Some(server) = server(&config.mail)? {
        return Ok(Some(Arc::new(server)));
    }
    let command = config.mail_command.as_deref().and_then(MailCommand::new);
    Ok(command.map(|command| Arc::new(command) as Arc<dyn MailCarrier>))
}

/// The mail server that is configured, not called yet.
pub(crate) fn server(choice: &MailChoice) -> Result<Option<SmtpServer>, Problem> {
    let (Some(host), Some(from)) = (&choice.host, &choice.from) else { return Ok(None) };
    let credentials = match (&choice.user, &choice.password_file) {
        (Some(user), Some(file)) => {
            let password = read(file, PASSWORD_BYTES, "mail.password_file")?;
            let password = String::from_utf8(password).map_err(|_| {
                Problem::command("config::mail", "the password of mail.user is not UTF-8")
                    .at(file.display().to_string())
            })?;
            Some((user.clone(), password.trim_end_matches(['\r', '\n']).to_owned()))
        }
        _ => None,
    };
    let authorities = choice.authorities.as_deref();
    let authorities =
        authorities.map(|file| read(file, AUTHORITIES_BYTES, "mail.authorities")).transpose()?;
    let settings = SmtpSettings {
        host: host.clone(),
        port: choice.port.and_then(|port| u16::try_from(port).ok()),
        tls: choice.tls,
        credentials,
        from: from.clone(),
        authorities,
        patience_seconds: choice.seconds.into(),
        at_once: usize::try_from(choice.at_once).unwrap_or(1),
    };
    let server = SmtpServer::new(&settings).map_err(|error| {
        Problem::command("config::mail", "the mail server cannot be used as it is configured")
            .because(&error)
            .help("look at mail.host, mail.from and mail.authorities in `brevdue config`")
    })?;
    Ok(Some(server))
}

fn read(path: &Path, most: u64, setting: &str) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    let file = fs::File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes));
    file.map_err(|error| {
        Problem::command("config::mail", format!("the file of {setting} cannot be read"))
            .at(path.display().to_string())
            .because(&error)
    })?;
    Ok(bytes)
}
