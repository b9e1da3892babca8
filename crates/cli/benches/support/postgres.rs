//! PostgreSQL as Debian packages it, in a folder of its own, on a socket in that folder.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{fs, str};

use tempfile::TempDir;

/// A running database with one table for letters.
pub struct Postgres {
    folder: TempDir,
    programs: PathBuf,
    pub version: String,
}

impl Postgres {
    /// Starts one, or says what is missing.
    pub fn start() -> Result<Self, String> {
        let missing =
            || "PostgreSQL is not installed; on Debian: apt-get install postgresql-15".to_owned();
        let versions = fs::read_dir("/usr/lib/postgresql").map_err(|_| missing())?;
        let mut versions: Vec<PathBuf> =
            versions.filter_map(|one| Some(one.ok()?.path().join("bin"))).collect();
        versions.retain(|programs| programs.join("pgbench").exists());
        // The one that the figures are quoted for, if it is there.
        versions.sort_by_key(|programs| programs.starts_with("/usr/lib/postgresql/15"));
        let programs = versions.pop().ok_or_else(missing)?;

        let folder = TempDir::new().unwrap();
        if is_root() {
            ran(Command::new("chown").arg("postgres").arg(folder.path()))?;
        }
        let mut postgres = Self { folder, programs, version: String::new() };
        let output = ran(&mut postgres.program("postgres", &["--version"]))?;
        postgres.version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let data = postgres.data();
        let data = data.to_str().unwrap();
        ran(&mut postgres.program("initdb", &["-D", data, "-A", "trust", "-U", "bench"]))?;
        let place = postgres.place().to_str().unwrap().to_owned();
        // Its own defaults but for what lets it go faster: more memory, and no checkpoint in a round.
        let options = format!(
            "-c listen_addresses= -k {place} -c synchronous_commit=on -c fsync=on \
             -c shared_buffers=256MB -c max_wal_size=8GB"
        );
        let log = format!("{place}/log");
        ran(&mut postgres
            .program("pg_ctl", &["-D", data, "-w", "-s", "-l", &log, "-o", &options, "start"]))?;
        // Not compressed: that would only cost time with letters that are packed already.
        let table = "CREATE TABLE letters (id uuid PRIMARY KEY, body text NOT NULL);
                     ALTER TABLE letters ALTER body SET STORAGE EXTERNAL;";
        ran(&mut postgres
            .program("psql", &["-q", "-h", &place, "-U", "bench", "-c", table, "postgres"]))?;
        Ok(postgres)
    }

    /// Rows inserted in a second by so many clients, each row a transaction that is durable when it is
    /// answered.
    pub fn insert(&self, clients: usize, seconds: u64, letter: &[u8]) -> f64 {
        let script = self.place().join("insert.sql");
        fs::write(&script, "INSERT INTO letters VALUES (gen_random_uuid(), :body);\n").unwrap();
        let body = format!("body={}", str::from_utf8(letter).unwrap());
        let (clients, seconds) = (clients.to_string(), seconds.to_string());
        let arguments = [
            ["-h", self.place().to_str().unwrap()],
            ["-U", "bench"],
            ["-M", "prepared"],
            ["-c", &clients],
            ["-j", "2"],
            ["-T", &seconds],
            ["-D", &body],
            ["-f", script.to_str().unwrap()],
            ["-n", "postgres"],
        ];
        let output = ran(&mut self.program("pgbench", &arguments.concat())).unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let rate = text.lines().find_map(|line| line.strip_prefix("tps = ")).unwrap();
        rate.split(' ').next().unwrap().parse().unwrap()
    }

    fn place(&self) -> &Path {
        self.folder.path()
    }

    fn data(&self) -> PathBuf {
        self.place().join("data")
    }

    /// A program of it; it refuses to run as root.
    fn program(&self, name: &str, arguments: &[&str]) -> Command {
        let program = self.programs.join(name);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.args(arguments).current_dir("/");
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let data = self.data();
        let stop = ["-D", data.to_str().unwrap(), "-m", "immediate", "-s", "stop"];
        let _ = self.program("pg_ctl", &stop).output();
    }
}

pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Runs a command that must succeed.
pub fn ran(command: &mut Command) -> Result<Output, String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(output);
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(format!("{} ended with {}: {said}", command.get_program().display(), output.status))
}
