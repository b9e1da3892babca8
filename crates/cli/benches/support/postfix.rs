//! Postfix as Debian packages it, with configuration and queue in a folder of its own. What it
//! accepts it throws away, so that only accepting counts.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::time::Instant;

use tempfile::TempDir;

use super::postgres::{is_root, ran};

/// A running Postfix.
pub struct Postfix {
    folder: TempDir,
    port: u16,
    pub version: String,
}

impl Postfix {
    /// Starts one, or says what is missing.
    pub fn start() -> Result<Self, String> {
        let found = Command::new("postconf").args(["-d", "-h", "mail_version"]).output();
        let Ok(found) = found else {
            return Err("Postfix is not installed; on Debian: apt-get install postfix".into());
        };
        if !is_root() {
            return Err("Postfix starts for root alone; run the bench as root to see it".into());
        }
        let version = format!("Postfix {}", String::from_utf8_lossy(&found.stdout).trim());
        let folder = TempDir::new().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let place = folder.path();
        fs::set_permissions(place, fs::Permissions::from_mode(0o755)).unwrap();
        for one in ["conf", "queue", "data"] {
            fs::create_dir(place.join(one)).unwrap();
        }
        ran(Command::new("chown").arg("postfix").arg(place.join("data")))?;
        let shown = place.display();
        let settings = format!(
            "compatibility_level = 3.6\nqueue_directory = {shown}/queue\ndata_directory = {shown}/data\n\
             mail_owner = postfix\nsetgid_group = postdrop\nmaillog_file = {shown}/log\n\
             maillog_file_prefixes = {shown}\ninet_interfaces = 127.0.0.1\ninet_protocols = ipv4\n\
             myhostname = bench.invalid\nmydestination = bench.invalid\nlocal_recipient_maps =\n\
             local_transport = discard\ndefault_transport = discard\nmynetworks = 127.0.0.0/8\n"
        );
        fs::write(place.join("conf/main.cf"), settings).unwrap();
        fs::write(place.join("conf/master.cf"), services(port)?).unwrap();
        let postfix = Self { folder, port, version };
        ran(&mut postfix.command("start"))?;
        Ok(postfix)
    }

    /// Letters accepted in a second over 20 sessions. Each is in its queue, synced, when it is answered.
    pub fn accept(&self, letters: usize, bytes: usize) -> f64 {
        let (count, length) = (letters.to_string(), bytes.to_string());
        let begun = Instant::now();
        ran(Command::new("smtp-source")
            .args(["-s", "20", "-m", &count, "-l", &length])
            .args(["-f", "a@bench.invalid", "-t", "b@bench.invalid"])
            .arg(format!("127.0.0.1:{}", self.port)))
        .unwrap();
        letters as f64 / begun.elapsed().as_secs_f64()
    }

    fn command(&self, what: &str) -> Command {
        let mut command = Command::new("postfix");
        command.arg("-c").arg(self.folder.path().join("conf")).arg(what);
        command
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        let _ = self.command("stop").output();
    }
}

/// The services as installed, without chroot, and listening on our port.
fn services(port: u16) -> Result<String, String> {
    let installed = fs::read_to_string("/etc/postfix/master.cf")
        .map_err(|error| format!("/etc/postfix/master.cf: {error}"))?;
    let mut services = String::new();
    for line in installed.lines() {
        let mut fields: Vec<&str> = line.split_whitespace().collect();
        let continues = line.starts_with(char::is_whitespace) || line.starts_with('#');
        if continues || fields.len() < 8 {
            services.push_str(line);
        } else {
            let door = format!("127.0.0.1:{port}");
            if (fields[0], fields[1]) == ("smtp", "inet") {
                fields[0] = &door;
            }
            fields[4] = "n";
            services.push_str(&fields.join(" "));
        }
        services.push('\n');
    }
    Ok(services)
}
