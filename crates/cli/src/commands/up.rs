//! `brevdue up`.

use brevdue_server::rest;
use brevdue_wire::country::{Country, CountrySystem};
use brevdue_wire::names::{BASE_PATH, MEMO_MESSAGE_UUID};
use tokio::signal::unix::{SignalKind, signal};

use crate::config::{Config, ConfigArgs, gather};
use crate::exit::Exit;
use crate::logging;
use crate::report::{Format, Problem, print};
use crate::serving::Serving;

/// Run an exchange on this machine, with an invented country in it
///
/// The first run makes the data folder, a development certificate authority, and an invented country
/// with some letters in it; later runs use them again. It listens on loopback only. Ctrl-C stops it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  brevdue up
  brevdue up --data town --http 127.0.0.1:0 --https none
  brevdue up --push-endpoint http://127.0.0.1:9000/memos --set limits.attachments=5

`brevdue config` lists every setting. GET /testing/country tells systems, tokens and people.")]
pub(crate) struct Args {
    #[command(flatten)]
    config: ConfigArgs,
}

/// Runs until told to stop.
pub(crate) fn run(args: Args) -> Exit {
    let ended = gather(&args.config, std::env::vars_os()).and_then(|gathered| {
        logging::start(&gathered.config)?;
        memory_in_small_pages();
        let runtime =
            tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| {
                Problem::ours("server::runtime", "the machine gives no threads").because(&error)
            })?;
        runtime.block_on(serve(&gathered.config))
    });
    match ended {
        Ok(()) => Exit::Done,
        Err(problem) => problem.print(Format::Text),
    }
}

/// The allocator asks for huge pages, of which a server uses little each; see
/// `docs/decisions/0007-an-allocator-for-small-texts.md`. Where the system refuses, all works as well.
fn memory_in_small_pages() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::thread::disable_transparent_huge_pages(true) {
        tracing::debug!(%error, "huge pages stay on");
    }
}

async fn serve(config: &Config) -> Result<(), Problem> {
    // Before the doors open: a signal that comes early must not be lost.
    let no_signals = |error: std::io::Error| {
        Problem::ours("server::signals", "signals cannot be listened for").because(&error)
    };
    let mut interrupt = signal(SignalKind::interrupt()).map_err(no_signals)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(no_signals)?;

    let serving = Box::pin(Serving::open(config)).await?;
    print(&welcome(&serving, config));
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    tracing::info!("stopping");
    // Who asks a second time does not want to wait.
    tokio::select! {
        () = serving.close() => {}
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}

/// Where to look, and a letter to send.
fn welcome(serving: &Serving, config: &Config) -> String {
    let country = &serving.country;
    let mut text = String::from("Brevdue is up (local mode, invented people only).\n");
    let mut line = |name: &str, value: &str| text.push_str(&format!("  {name:<8} {value}\n"));
    if let Some(http) = &country.http {
        line("pages", &format!("{http}/"));
        // The first registered person is who the letters are for.
        let reader = country.people.iter().find(|person| person.status == "REGISTERED");
        if let Some(reader) = reader.filter(|_| serving.letter.is_some()) {
            let name = &reader.name;
            line("inbox", &format!("{http}/sign-in?q={}   (sign in as {name})", in_query(name)));
        }
    }
    let doors: Vec<String> = [&country.http, &country.https]
        .into_iter()
        .flatten()
        .map(|door| format!("{door}{BASE_PATH}"))
        .collect();
    line("api", &doors.join("   "));
    if let Some(http) = &country.http {
        line("browse", &format!("{http}{}/   (every operation, described)", rest::BROWSER_PATH));
        line("live", &format!("{http}/live   (what happens; the clock, faults)"));
        if serving.programmes {
            line(
                "plans",
                &format!("{http}/programmes   (task packages: plan, requirements, evidence)"),
            );
        }
        line("country", &format!("{http}/testing/country"));
    }
    if let Some(command) = sftp(country) {
        line("sftp", &command);
    }
    if let (Some(https), Some(amqp)) = (&country.https, &country.amqp) {
        line("facade", &format!("{https}/service/   amqps://{amqp}/BF"));
    }
    line("data", &config.data.display().to_string());
    if serving.first_letters > 0 {
        line("letters", &format!("{} sent to begin with", serving.first_letters));
    }
    if let (Some(http), Some((uuid, authorization))) = (&country.http, &serving.letter) {
        let letter = config.data.join("first-letter.xml");
        text.push_str(&format!(
            "\nSend a letter:\n\n  curl -H 'Authorization: {authorization}' -H 'Content-Type: application/xml' --data-binary @{} '{http}{BASE_PATH}/memos/?{MEMO_MESSAGE_UUID}={uuid}'\n",
            quoted(&letter.display().to_string())
        ));
        text.push_str(&format!(
            "\nSent again, it is answered and not delivered again. A new one each time:\n\n  id=$(uuidgen || cat /proc/sys/kernel/random/uuid); curl -s {http}/testing/letter/$id | curl -H 'Authorization: {authorization}' -H 'Content-Type: application/xml' --data-binary @- \"{http}{BASE_PATH}/memos/?{MEMO_MESSAGE_UUID}=$id\"\n"
        ));
    }
    text.push_str("\nCtrl-C stops it.");
    text
}

/// The command by which the first sender opens an SFTP session.
fn sftp(country: &Country) -> Option<String> {
    let (host, port) = country.sftp.as_deref()?.rsplit_once(':')?;
    let hosts = country.known_hosts.as_deref()?;
    let sends = |system: &CountrySystem| system.system_types.iter().any(|kind| kind == "SENDER");
    let mut systems = country.organisations.iter().flat_map(|one| &one.systems);
    let sender = systems.find(|one| one.ssh_key.is_some() && sends(one))?;
    let (name, key) = (&sender.name, quoted(sender.ssh_key.as_deref()?));
    let hosts = quoted(&format!("UserKnownHostsFile={hosts}"));
    Some(format!("sftp -P {port} -i {key} -o {hosts} {name}@{host}"))
}

/// A value of a query string.
fn in_query(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric();
    let one = |byte: u8| if plain(byte) { char::from(byte).into() } else { format!("%{byte:02X}") };
    value.bytes().map(one).collect()
}

/// A word that a shell reads as it stands.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    if word.chars().all(plain) { word.into() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_survives_the_query() {
        assert_eq!(in_query("Åse Ø"), "%C3%85se%20%C3%98");
    }

    #[test]
    fn a_path_survives_the_shell() {
        for (word, shown) in [
            ("brevdue-data/first-letter.xml", "brevdue-data/first-letter.xml"),
            ("mine data/x", "'mine data/x'"),
            ("it's", r"'it'\''s'"),
        ] {
            assert_eq!(quoted(word), shown);
        }
    }
}
