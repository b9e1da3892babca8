//! The exchange under torture: this very program, as a process of its own.

use std::fs::{self, File};
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child as Process, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process, prlimit};

use crate::folder::Folder;
use crate::report::Problem;
use crate::running::Running;

/// How long a start may take before the run is given up.
const PATIENCE: Duration = Duration::from_secs(120);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(2);

/// How a start went.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Opening {
    /// From the start of the process until its doors were open.
    pub(super) took: Duration,
    /// How long its threads worked meanwhile.
    pub(super) worked: Duration,
    /// How long they waited for a processor, each counted for itself: on a busy machine, most of it.
    pub(super) waited: Duration,
}

/// An exchange, running or dead.
#[derive(Debug)]
pub(super) struct Child {
    folder: Folder,
    log: PathBuf,
    settings: Vec<String>,
    process: Option<Process>,
}

impl Child {
    pub(super) fn new(data: &Path, log: PathBuf, settings: Vec<String>) -> Result<Self, Problem> {
        let folder = Folder::at(data).map_err(|error| failed("has no folder", &error))?;
        Ok(Self { folder, log, settings, process: None })
    }

    pub(super) fn folder(&self) -> &Folder {
        &self.folder
    }

    /// Starts it. Answers where it listens, and how long it took.
    ///
    /// It ignores SIGXFSZ, so that a limit on the size of files is an error of writing and not its end.
    pub(super) fn start(&mut self) -> Result<(SocketAddr, Opening), Problem> {
        let program = std::env::current_exe().map_err(|error| failed("is not found", &error))?;
        let log = File::options().create(true).append(true).open(&self.log);
        let log = log.map_err(|error| failed("has no log", &error))?;
        match fs::remove_file(self.folder.running()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(failed("left a note that cannot be removed", &error));
            }
            _ => {}
        }
        let begun = Instant::now();
        let process = Command::new("/bin/sh")
            .args(["-c", "trap '' XFSZ; exec \"$@\"", "sh"])
            .arg(program)
            .arg("up")
            .arg("--data")
            .arg(self.folder.root())
            .args(["--http", "127.0.0.1:0", "--https", "none"])
            .args(["--set", "country.first_letters=false"])
            .args(&self.settings)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .map_err(|error| failed("does not start", &error))?;
        let process = self.process.insert(process);
        loop {
            if let Some(http) = Running::read(&self.folder).and_then(|running| running.http) {
                let took = begun.elapsed();
                let (worked, waited) = times(process.id());
                return Ok((http, Opening { took, worked, waited }));
            }
            let ended = process.try_wait().map_err(|error| failed("is lost", &error))?;
            if let Some(status) = ended {
                self.process = None;
                return Err(
                    self.problem(format!("the child ended with {status} instead of starting"))
                );
            }
            if begun.elapsed() > PATIENCE {
                return Err(self.problem("the child does not open its doors".into()));
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// `kill -9`.
    pub(super) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            // It may have ended by itself; either way it is gone after `wait`.
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// Asks it to stop, and waits until it has.
    pub(super) fn stop(&mut self) -> Result<ExitStatus, Problem> {
        let Some(mut process) = self.process.take() else {
            return Err(self.problem("the child is not running".into()));
        };
        kill_process(Pid::from_child(&process), Signal::TERM)
            .map_err(|error| failed("cannot be stopped", &error.into()))?;
        process.wait().map_err(|error| failed("is lost", &error))
    }

    /// Whether it ended by itself.
    pub(super) fn has_ended(&mut self) -> Option<ExitStatus> {
        self.process.as_mut()?.try_wait().ok().flatten()
    }

    /// From now on no file may grow beyond so many bytes; `None` lifts the limit.
    pub(super) fn limit_files(&self, bytes: Option<u64>) -> io::Result<()> {
        if let Some(process) = &self.process {
            let limit = Rlimit { current: bytes, maximum: None };
            prlimit(Some(Pid::from_child(process)), Resource::Fsize, limit)?;
        }
        Ok(())
    }

    /// The last lines of its log.
    pub(super) fn last_words(&self) -> String {
        let log = fs::read(&self.log).unwrap_or_default();
        let log = String::from_utf8_lossy(&log[log.len().saturating_sub(2000)..]).into_owned();
        log.lines()
            .rev()
            .take(8)
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect::<Vec<_>>()
            .join("\n")
    }

    fn problem(&self, what: String) -> Problem {
        Problem::ours("torture::child", what)
            .at(self.log.display().to_string())
            .help(self.last_words())
    }
}

/// How long the threads of a process have worked, and waited for a processor; nothing where the kernel
/// does not tell.
fn times(process: u32) -> (Duration, Duration) {
    let Ok(threads) = fs::read_dir(format!("/proc/{process}/task")) else { return <_>::default() };
    let told = threads
        .filter_map(|thread| fs::read_to_string(thread.ok()?.path().join("schedstat")).ok())
        .filter_map(|told| {
            let mut nanos =
                told.split_whitespace().map(|word| word.parse().map(Duration::from_nanos));
            Some((nanos.next()?.ok()?, nanos.next()?.ok()?))
        });
    told.fold(<_>::default(), |(worked, waited), (more, longer)| (worked + more, waited + longer))
}

impl Drop for Child {
    fn drop(&mut self) {
        self.kill();
    }
}

fn failed(what: &str, error: &io::Error) -> Problem {
    Problem::ours("torture::child", format!("the child {what}")).because(error)
}
