//! The checks, each trying one thing for real.

use std::fs;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use brevdue_exchange::Clock as _;
use brevdue_memo::Timestamp;
use brevdue_store::{Embedded, OpenError};

use super::super::verify::{self, check_open};
use super::{Finding, Verdict};
use crate::config::{Config, MailChoice, strays};
use crate::country::Definition;
use crate::country::certificates::{self, RENEWAL_DAYS};
use crate::folder::Folder;
use crate::machine::MachineClock;
use crate::running::Running;
use crate::serving::mailing;

/// Free bytes below which letters will soon be refused.
const FREE_BYTES_NEEDED: u64 = 1_000_000_000;
/// Free bytes below which it is time to look.
const FREE_BYTES_WANTED: u64 = 10_000_000_000;
/// A durable write that takes longer makes every sender wait.
const SYNC_WANTED: Duration = Duration::from_millis(20);
/// Seconds that a file may be newer than the clock says it is now.
const CLOCK_SLACK_SECONDS: i64 = 120;

/// Runs all of them, in the order in which one needs what the one before found.
pub(super) fn all(config: &Config) -> Vec<Finding> {
    let mut findings = vec![surroundings(), country(config)];
    let folder = match Folder::at(&config.data) {
        Ok(folder) => folder,
        Err(error) => {
            findings.push(Finding::bad(
                "data folder",
                Verdict::Problem,
                format!("its place cannot be found: {error}"),
                "name it with --data",
            ));
            return findings;
        }
    };
    let running = Running::read(&folder);
    findings.push(clock(&folder));
    for (check, address, told) in [
        ("http", config.http, running.as_ref().and_then(|one| one.http)),
        ("https", config.https, running.as_ref().and_then(|one| one.https)),
        ("sftp", config.sftp, running.as_ref().and_then(|one| one.sftp)),
        ("amqp", config.amqp, running.as_ref().and_then(|one| one.amqp)),
    ] {
        if let Some(address) = address {
            findings.push(port(check, address, told));
        }
    }
    if let Some(endpoint) = &config.country.push_endpoint {
        findings.push(endpoint_answers("push endpoint", endpoint));
    }
    if let Some(endpoint) = &config.country.receipt_endpoint {
        findings.push(endpoint_answers("receipt endpoint", endpoint));
    }
    findings.extend(mail_server(&config.mail));
    if folder.root().exists() {
        findings.push(privacy(&folder));
        findings.push(disk(&folder));
        findings.push(durable_writes(&folder));
        findings.extend(expiries(&folder, MachineClock.now()));
        findings.push(store(&folder));
    } else {
        findings.push(Finding::good(
            "data folder",
            format!("{} is not there yet; `brevdue up` makes it", folder.root().display()),
        ));
    }
    findings
}

/// The mail server lets us in.
fn mail_server(choice: &MailChoice) -> Option<Finding> {
    let bad = |what: String, todo: &str| {
        Some(Finding::bad("mail server", Verdict::Problem, what, todo.to_owned()))
    };
    let server = match mailing::server(choice) {
        Ok(server) => server?,
        Err(problem) => return bad(problem.what.into(), "look at the settings mail.*"),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let tried = match runtime {
        Ok(runtime) => runtime.block_on(server.try_out()),
        Err(error) => Err(error.to_string()),
    };
    match tried {
        Ok(()) => Some(Finding::good("mail server", "it lets us in")),
        Err(why) => bad(why, "look at mail.host, mail.port, mail.tls and mail.user"),
    }
}

fn surroundings() -> Finding {
    let strays = strays(std::env::vars_os().map(|(name, _)| name));
    let Some((name, meant)) = strays.first() else {
        return Finding::good("environment", "every BREVDUE_ variable is a setting");
    };
    Finding::bad(
        "environment",
        Verdict::Warning,
        format!("{} variables are no settings, among them {name}", strays.len()),
        meant.as_ref().map_or_else(
            || "`brevdue config` lists every setting".to_owned(),
            |meant| format!("did you mean {meant}?"),
        ),
    )
}

fn country(config: &Config) -> Finding {
    match Definition::load(config.country.definition.as_deref()) {
        Ok(country) => Finding::good(
            "country",
            format!(
                "{} organisations and {} people",
                country.organisations.len(),
                country.people.len()
            ),
        ),
        Err(problem) => Finding::bad(
            "country",
            Verdict::Problem,
            problem.what.clone(),
            problem.help.unwrap_or_else(|| "mend the file".into()),
        ),
    }
}

/// A clock that stands before what it has already dated would put letters in the wrong order.
fn clock(folder: &Folder) -> Finding {
    let now = MachineClock.now();
    let year = now.as_millis() / 1000 / 31_556_952 + 1970;
    if !(2025..2100).contains(&year) {
        return Finding::bad(
            "clock",
            Verdict::Problem,
            format!("it says the year {year}"),
            "set the machine's clock, and keep it with NTP",
        );
    }
    let newest = [folder.running(), folder.country(), folder.letter(), folder.store()]
        .iter()
        .filter_map(|path| fs::metadata(path).ok()?.modified().ok())
        .filter_map(|at| i64::try_from(at.duration_since(UNIX_EPOCH).ok()?.as_millis()).ok())
        .max();
    match newest {
        Some(newest) if Timestamp::from_millis(newest) > now.plus_seconds(CLOCK_SLACK_SECONDS) => {
            Finding::bad(
                "clock",
                Verdict::Problem,
                format!(
                    "it stands {} seconds before the newest file of the data folder",
                    (newest - now.as_millis()) / 1000
                ),
                "set the machine's clock; letters are dated by it",
            )
        }
        _ => Finding::good("clock", format!("{now}")),
    }
}

fn port(check: &'static str, address: SocketAddr, told: Option<SocketAddr>) -> Finding {
    match TcpListener::bind(address) {
        Ok(_) => Finding::good(check, format!("{address} is free")),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse && told == Some(address) => {
            Finding::good(check, format!("{address} is ours: a server of this data folder runs"))
        }
        Err(error) => Finding::bad(
            check,
            Verdict::Problem,
            format!("cannot listen on {address}: {error}"),
            format!("stop what listens there, or give another with --{check} 127.0.0.1:PORT"),
        ),
    }
}

/// Whether somebody listens; the configuration keeps these addresses on this machine.
fn endpoint_answers(check: &'static str, endpoint: &str) -> Finding {
    let address = reqwest::Url::parse(endpoint)
        .ok()
        .and_then(|url| url.socket_addrs(|| None).ok())
        .and_then(|list| list.first().copied());
    let answer =
        address.map(|address| TcpStream::connect_timeout(&address, Duration::from_secs(3)));
    match answer {
        Some(Ok(_)) => Finding::good(check, "somebody listens there"),
        _ => Finding::bad(
            check,
            Verdict::Warning,
            "nobody listens there now; what is for it waits and is tried again",
            "start the receiver",
        ),
    }
}

fn privacy(folder: &Folder) -> Finding {
    let check = "data folder";
    let open = |path: &Path| {
        fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
    };
    let keys = fs::read_dir(folder.certificates())
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "key"));
    match std::iter::once(folder.root().to_path_buf()).chain(keys).find(|path| open(path)) {
        None => Finding::good(check, format!("{}, for its owner only", folder.root().display())),
        Some(path) => Finding::bad(
            check,
            Verdict::Warning,
            format!("others may look into {}", path.display()),
            format!("chmod go= {}", path.display()),
        ),
    }
}

fn disk(folder: &Folder) -> Finding {
    let check = "disk space";
    let free = match rustix::fs::statvfs(folder.root()) {
        Ok(disk) => disk.f_bavail.saturating_mul(disk.f_frsize),
        Err(error) => {
            return Finding::bad(
                check,
                Verdict::Warning,
                format!("it cannot be found out: {error}"),
                "look with df",
            );
        }
    };
    let what = format!("{} MB free", free / 1_000_000);
    if free < FREE_BYTES_NEEDED {
        Finding::bad(
            check,
            Verdict::Problem,
            format!("{what}, below {} MB", FREE_BYTES_NEEDED / 1_000_000),
            "make room, or move the data folder; letters are refused when the disk is full",
        )
    } else if free < FREE_BYTES_WANTED {
        Finding::bad(check, Verdict::Warning, what, "make room in time")
    } else {
        Finding::good(check, what)
    }
}

/// «Received» waits for one such write, so its time is what every sender waits at least.
fn durable_writes(folder: &Folder) -> Finding {
    let check = "durable writes";
    match brevdue_store::embedded::probe(folder.root()) {
        Ok(probe) => {
            let what = format!(
                "{:.2} ms each (median), {:.2} ms the longest",
                probe.fsync_median.as_secs_f64() * 1000.0,
                probe.fsync_longest.as_secs_f64() * 1000.0
            );
            if probe.fsync_median <= SYNC_WANTED {
                Finding::good(check, what)
            } else {
                let todo = "every sender waits at least so long: use a local disk";
                Finding::bad(check, Verdict::Warning, what, todo)
            }
        }
        Err(error) => Finding::bad(
            check,
            Verdict::Problem,
            format!("a file cannot be written and synced: {error}"),
            "the user that runs brevdue must own the data folder",
        ),
    }
}

fn expiries(folder: &Folder, now: Timestamp) -> Vec<Finding> {
    let check = "certificates";
    let place = folder.certificates();
    let renew = "start `brevdue up` again: it renews them with the same keys";
    let mut soonest: Option<i64> = None;
    let mut findings = Vec::new();
    let names = certificates::names(&place).unwrap_or_default();
    for name in &names {
        match certificates::kept(&place, name) {
            Ok(Some(kept)) => {
                let days = (kept.not_after.as_millis() - now.as_millis()) / 86_400_000;
                soonest = Some(soonest.map_or(days, |soonest| soonest.min(days)));
                if days < 0 {
                    let what = format!("{name} ended {} days ago", -days);
                    findings.push(Finding::bad(check, Verdict::Problem, what, renew));
                } else if days < RENEWAL_DAYS {
                    let what = format!("{name} ends in {days} days");
                    findings.push(Finding::bad(check, Verdict::Warning, what, renew));
                }
            }
            Ok(None) => findings.push(Finding::bad(
                check,
                Verdict::Problem,
                format!("{name} has no key"),
                "start `brevdue up` again: it makes both anew",
            )),
            Err(error) => findings.push(Finding::bad(
                check,
                Verdict::Problem,
                error.to_string(),
                "remove the file and start `brevdue up` again",
            )),
        }
    }
    if findings.is_empty() {
        findings.push(Finding::good(
            check,
            match soonest {
                Some(days) => format!("{} of them, the first ends in {days} days", names.len()),
                None => "none yet; `brevdue up` makes them".to_owned(),
            },
        ));
    }
    findings
}

/// Reads everything the store holds and compares, as `brevdue verify` does; only when no server holds it.
fn store(folder: &Folder) -> Finding {
    let check = "store";
    let todo = "keep a copy of the data folder as it is, then restore the last backup";
    if !folder.store().exists() {
        return Finding::good(check, "nothing in it yet");
    }
    let found = match Embedded::open_after_a_look(folder.store()) {
        Ok(store) => check_open(&store),
        Err(OpenError::InUse { .. }) => {
            let what = "in use by a running server; `brevdue verify` has all of it read";
            return Finding::good(check, what);
        }
        Err(error) => {
            let what = format!("it cannot be opened: {error}");
            return Finding::bad(check, Verdict::Damage, what, todo);
        }
    };
    let found = match found {
        Ok(found) => found,
        Err(problem) => {
            let what = format!("it cannot be read: {}", problem.why.join(": "));
            return Finding::bad(check, Verdict::Damage, what, todo);
        }
    };
    let line = |verify::Finding { file, what, .. }: &verify::Finding| match file.as_str() {
        "" => what.clone(),
        file => format!("{file}: {what}"),
    };
    let damaged: Vec<_> = found.iter().filter(|finding| !finding.mended).collect();
    match (&damaged[..], &found[..]) {
        ([first, ..], _) => {
            let what = format!("{} findings, the first: {}", damaged.len(), line(first));
            Finding::bad(check, Verdict::Damage, what, todo)
        }
        ([], [first, ..]) => Finding::bad(
            check,
            Verdict::Warning,
            format!("{} findings, all mended, the first: {}", found.len(), line(first)),
            "look after the disk and the memory of this machine: a bit does not flip by itself",
        ),
        ([], []) => Finding::good(check, "sound"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_somebody_else_has_is_a_problem_and_our_own_is_not() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap();
        assert_eq!(port("http", address, None).verdict, Verdict::Problem);
        assert_eq!(port("http", address, Some(address)).verdict, Verdict::Good);
        drop(taken);
        assert_eq!(port("http", address, None).verdict, Verdict::Good);
    }

    #[test]
    fn a_data_folder_that_others_can_read_is_noticed() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::make(&place.path().join("data")).unwrap();
        assert_eq!(privacy(&folder).verdict, Verdict::Good);
        let key = folder.certificates().join("a.key");
        fs::write(&key, "k").unwrap();
        fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(privacy(&folder).verdict, Verdict::Warning);
    }

    #[test]
    fn a_clock_before_its_own_files_is_a_problem() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::make(&place.path().join("data")).unwrap();
        fs::write(folder.letter(), "x").unwrap();
        assert_eq!(clock(&folder).verdict, Verdict::Good);
        let tomorrow = std::time::Duration::from_secs(86_400);
        let file = fs::File::options().write(true).open(folder.letter()).unwrap();
        let now = file.metadata().unwrap().modified().unwrap();
        file.set_modified(now + tomorrow).unwrap();
        assert_eq!(clock(&folder).verdict, Verdict::Problem);
    }
}
