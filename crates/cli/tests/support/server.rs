//! A server of the test's own: the built binary, a data folder, free ports.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use brevdue_wire::country::{Country, CountrySystem};

use super::http::Client;

/// Seconds in which a server must have opened its doors, on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(60);

/// The binary under test.
pub const BREVDUE: &str = env!("CARGO_BIN_EXE_brevdue");

/// A data folder, and the server that runs on it, if one does.
pub struct Server {
    pub data: PathBuf,
    settings: Vec<String>,
    child: Option<Child>,
    pub http: SocketAddr,
    _place: tempfile::TempDir,
}

impl Server {
    /// Starts one without first letters, with further arguments of `brevdue up`.
    pub fn start(settings: &[&str]) -> Self {
        let place = tempfile::tempdir().unwrap();
        let mut server = Self {
            data: place.path().join("town"),
            settings: settings.iter().map(|one| (*one).to_owned()).collect(),
            child: None,
            http: SocketAddr::from(([127, 0, 0, 1], 0)),
            _place: place,
        };
        server.restart();
        server
    }

    /// Starts it again on the same folder.
    pub fn restart(&mut self) {
        assert!(self.child.is_none());
        let running = self.data.join("running.json");
        let _ = fs::remove_file(&running);
        let log = fs::File::options()
            .create(true)
            .append(true)
            .open(self.data.with_extension("log"))
            .unwrap();
        let mut command = Command::new(BREVDUE);
        command
            .arg("up")
            .arg("--data")
            .arg(&self.data)
            .args(["--http", "127.0.0.1:0", "--set", "country.first_letters=false"])
            .args(&self.settings)
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        if !self.settings.iter().any(|one| one == "--https") {
            command.args(["--https", "none"]);
        }
        let mut child = command.spawn().unwrap();
        let begun = Instant::now();
        let told = loop {
            if let Ok(text) = fs::read(&running) {
                break text;
            }
            if let Some(status) = child.try_wait().unwrap() {
                panic!("the server ended with {status}: {}", self.log());
            }
            assert!(begun.elapsed() < PATIENCE, "no doors: {}", self.log());
            std::thread::sleep(Duration::from_millis(2));
        };
        let told: serde_json::Value = serde_json::from_slice(&told).unwrap();
        self.http = told["http"].as_str().unwrap().parse().unwrap();
        self.child = Some(child);
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        let mut child = self.child.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Asks it to stop, as Ctrl-C does, and sees that it does so well.
    pub fn stop(&mut self) {
        let mut child = self.child.take().unwrap();
        let pid = rustix::process::Pid::from_child(&child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        let status = child.wait().unwrap();
        assert!(status.success(), "stopped with {status}: {}", self.log());
        assert!(!self.data.join("running.json").exists());
    }

    pub fn pid(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    /// What it has said on stderr, in all its lives.
    pub fn log(&self) -> String {
        fs::read_to_string(self.data.with_extension("log")).unwrap_or_default()
    }

    pub fn store(&self) -> PathBuf {
        self.data.join("store")
    }

    pub fn country(&self) -> Country {
        serde_json::from_slice(&fs::read(self.data.join("country.json")).unwrap()).unwrap()
    }

    /// A system by its name.
    pub fn system(&self, name: &str) -> CountrySystem {
        let country = self.country();
        let mut systems = country.organisations.into_iter().flat_map(|one| one.systems);
        systems.find(|one| one.name == name).unwrap()
    }

    /// A client that calls as a system.
    pub fn client_of(&self, name: &str) -> Client {
        Client::new(self.http).with("authorization", &self.system(name).authorization)
    }

    /// A client without any credentials.
    pub fn client(&self) -> Client {
        Client::new(self.http)
    }

    /// Runs a command of the binary, with this server's data folder in its environment.
    pub fn brevdue(&self, arguments: &[&str], folder: &Path) -> std::process::Output {
        Command::new(BREVDUE)
            .args(arguments)
            .env("BREVDUE_DATA", &self.data)
            .env("RUST_BACKTRACE", "0")
            .current_dir(folder)
            .output()
            .unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
        if std::thread::panicking() {
            eprintln!("── the server's log:\n{}", self.log());
        }
    }
}
