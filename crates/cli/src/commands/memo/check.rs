//! `brevdue memo check`.
//!
//! The files are listed (`super::files`), shared out to threads (`crew`), and checked (`judge`). What is
//! found becomes `text`, with the line and a pointer (`source`, `excerpt`), `json` or `sarif`, and is told
//! here in the order of the files. What the rules are comes from `rules_file` and `context_file`.

mod context_file;
mod count;
mod crew;
mod excerpt;
mod json;
mod judge;
mod progress;
mod rules_file;
mod sarif;
mod source;
mod tables;
mod text;
mod words;

use std::io::{self, BufWriter, IsTerminal as _, Write as _};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Instant;

use brevdue_exchange::Clock as _;
use brevdue_gateway::sender::Subfolders;
use brevdue_memo::rulebook::{Mark, rules};
use brevdue_memo::{Limits, Policy, Timestamp};

use self::context_file::Known;
use self::count::{Count, summary};
use self::judge::{Piece, Plan};
use self::tables::Document;
use self::text::Look;
pub(super) use self::words::Lang;
use self::words::Words;
use super::files::list;
use crate::exit::Exit;
use crate::machine::MachineClock;
use crate::report::{self, Problem};

/// Check messages at every level, also those in folders and containers
///
/// Syntax, schema, tolerances, business rules, and with --context what needs registers and permissions.
/// Every finding tells its rule and whose rule that is, its place with the line, and how to mend it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The line of a finding is shown as it stands, but numbers of persons are hidden. Of standard input
and of what is in containers, lines farther than 256 KiB from both ends are not shown.

docs/rules.md lists every rule; examples/rules has files for --rules and --context.

Exit codes: 0 no message has an error, 1 one has (or a warning, with --fail-on warning), 2 the
command line is at fault or a file cannot be read.

Examples:
  brevdue memo check letter.xml
  brevdue memo check --lang da --fail-on warning outbox/ many.tar.lzma
  brevdue memo check --rules examples/rules/strict.toml --format sarif outbox/ > findings.sarif
  make-letter | brevdue memo check --format json -")]
pub(super) struct Args {
    /// Messages, containers, folders of them, or - for standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Look into folders in folders too
    #[arg(long)]
    recursive: bool,
    /// Language of the findings
    #[arg(long, value_enum, default_value_t = Lang::En, env = "BREVDUE_LANG")]
    lang: Lang,
    /// How to report
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Severities of rules, values they measure by, and limits of reading, as TOML
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// Check only rules of these marks (syntax and schema always) [default: all]
    #[arg(long, value_enum, value_delimiter = ',', value_name = "MARK")]
    mark: Vec<MarkArg>,
    /// Registers and permissions for the rules that ask for them, as TOML
    #[arg(long, value_name = "FILE")]
    context: Option<PathBuf>,
    /// The time it is, such as 2026-03-01T12:00:00Z, or none [default: the machine's clock]
    #[arg(long, value_name = "TIME")]
    now: Option<Now>,
    /// From which severity on a finding makes the exit code 1
    #[arg(long, value_enum, default_value_t, value_name = "SEVERITY")]
    fail_on: FailOn,
    /// Findings told of one message; the rest are counted [default: 100]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    max_findings: Option<u32>,
    /// Files read at the same time [default: the number of processors]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=256))]
    jobs: Option<u32>,
    /// Print nothing on standard output; the exit code tells
    #[arg(short, long)]
    quiet: bool,
}

/// How findings are reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
    /// For code hosts: SARIF 2.1.0.
    Sarif,
}

/// How sure it is that Digital Post has a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum MarkArg {
    /// Found in a source that is named
    Confirmed,
    /// Concluded from examples, names, or what existing software does
    Inferred,
    /// No source says; our own choice
    Choice,
}

/// From which severity on a message is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
enum FailOn {
    /// Only an error
    #[default]
    Error,
    /// A warning too
    Warning,
}

/// The time for rules that ask for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Now {
    /// It is not known; rules that ask for it are not checked.
    Unknown,
    At(Timestamp),
}

impl std::str::FromStr for Now {
    type Err = brevdue_memo::time::NotATimestamp;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "none" { Ok(Self::Unknown) } else { text.parse().map(Self::At) }
    }
}

impl MarkArg {
    fn is(self, mark: Mark) -> bool {
        matches!(
            (self, mark),
            (Self::Confirmed, Mark::Confirmed)
                | (Self::Inferred, Mark::Inferred)
                | (Self::Choice, Mark::Choice)
        )
    }
}

/// Findings as this command tells them to people, for the others.
pub(super) fn told(place: &str, findings: &brevdue_memo::Findings, lang: Lang) -> String {
    Look { words: Words::of(lang.language()), colours: false }.findings(place, findings, None)
}

/// Checks.
pub(super) fn run(args: &Args) -> Exit {
    let problems = match args.format {
        Format::Json => report::Format::Json,
        Format::Text | Format::Sarif => report::Format::Text,
    };
    match work(args, problems) {
        Ok(exit) => exit,
        Err(problem) => problem.print(problems),
    }
}

fn work(args: &Args, problems: report::Format) -> Result<Exit, Problem> {
    let begun = Instant::now();
    let words = Words::of(args.lang.language());
    let (policy, limits) = rules_of(args)?;
    let known = known(args)?;
    let subfolders = if args.recursive { Subfolders::Included } else { Subfolders::LeftOut };
    let sources = list(&args.paths, subfolders)?;
    let bar = progress::bar(&sources);
    let look = Look { words, colours: colours() };
    let (format, quiet) = (args.format, args.quiet);
    let plan = Plan { limits, policy, known, format, quiet, look, bar };
    let mut teller = Teller {
        out: BufWriter::new(io::stdout().lock()),
        format: args.format,
        quiet: args.quiet,
        told: 0,
        count: Count::default(),
    };
    teller.begin();
    crew::in_order(&sources, jobs(args), |source, give| plan.judge(source, give), &mut |piece| {
        plan.bar.suspend(|| teller.take(&piece, problems))
    });
    plan.bar.finish_and_clear();
    let took = io::stdout().is_terminal().then(|| begun.elapsed().as_secs_f64());
    teller.end(words, took);
    Ok(exit(&teller.count, args.fail_on))
}

fn rules_of(args: &Args) -> Result<(Policy, Limits), Problem> {
    let (mut policy, mut limits) = (Policy::default(), Limits::default());
    if let Some(path) = &args.rules {
        let document = Document::open(path, "memo::rules")?;
        rules_file::apply(&document, &mut policy, &mut limits)?;
    }
    if let Some(findings) = args.max_findings {
        limits.findings = findings as usize;
    }
    if !args.mark.is_empty() {
        for rule in rules().filter(|rule| !args.mark.iter().any(|mark| mark.is(rule.mark))) {
            // What is no matter of policy is checked whatever its mark.
            let _ = policy.set(rule.id, None);
        }
    }
    Ok((policy, limits))
}

fn known(args: &Args) -> Result<Known, Problem> {
    let mut known = match &args.context {
        Some(path) => context_file::read(&Document::open(path, "memo::context")?)?,
        None => Known::default(),
    };
    known.now = match args.now {
        Some(Now::Unknown) => None,
        Some(Now::At(now)) => Some(now),
        None => Some(MachineClock.now()),
    };
    Ok(known)
}

fn jobs(args: &Args) -> NonZeroUsize {
    let asked = args.jobs.and_then(|jobs| NonZeroUsize::new(jobs as usize));
    asked.or_else(|| std::thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN)
}

/// Whether to colour what is printed; see <https://no-color.org>.
fn colours() -> bool {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
    io::stdout().is_terminal() && !refused && !dumb
}

fn exit(count: &Count, fail_on: FailOn) -> Exit {
    let has_errors =
        count.in_order < count.messages || count.errors > 0 || count.containers_broken > 0;
    let has_warnings = count.warnings > 0 || count.findings_omitted > 0;
    if count.unreadable > 0 {
        Exit::Command
    } else if has_errors || (fail_on == FailOn::Warning && has_warnings) {
        Exit::Message
    } else {
        Exit::Done
    }
}

/// Prints what is found, piece by piece, so that a container of thousands costs no memory. That nobody
/// reads it is no reason to stop: the exit code tells too.
struct Teller<'o> {
    out: BufWriter<io::StdoutLock<'o>>,
    format: Format,
    quiet: bool,
    told: u64,
    count: Count,
}

impl Teller<'_> {
    fn begin(&mut self) {
        match self.format {
            Format::Text => {}
            Format::Json => self.print(json::BEGIN),
            Format::Sarif => self.print(sarif::BEGIN),
        }
    }

    fn take(&mut self, piece: &Piece, problems: report::Format) {
        self.count += piece.count;
        if !piece.text.is_empty() {
            let comma = if self.told > 0 && self.format != Format::Text { "," } else { "" };
            self.told += 1;
            self.print(comma);
            self.print(&piece.text);
            if self.format != Format::Text {
                self.print("\n");
            }
        }
        if let Some(problem) = &piece.problem {
            let _ = self.out.flush();
            problem.print(problems);
        }
    }

    fn end(&mut self, words: &Words, took_seconds: Option<f64>) {
        let end = match self.format {
            Format::Text => {
                let mut line = summary(&self.count, words.language);
                if let Some(seconds) = took_seconds.filter(|seconds| *seconds > 0.0) {
                    let rate = self.count.length_bytes as f64 / 1e6 / seconds;
                    line += &format!("; {seconds:.2} s, {rate:.0} MB/s");
                }
                line
            }
            Format::Json => json::end(&self.count),
            Format::Sarif => sarif::end(words, self.count.unreadable == 0),
        };
        self.print(&end);
        self.print("\n");
        let _ = self.out.flush();
    }

    fn print(&mut self, text: &str) {
        if !self.quiet {
            let _ = self.out.write_all(text.as_bytes());
        }
    }
}
