//! `brevdue conformance`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use brevdue_wire::country::Country;
use serde_json::{Value, json};

use super::send::calling::runtime;
use crate::exit::Exit;
use crate::folder::Folder;
use crate::report::{Format, Problem, print};
use crate::running::Running;

/// Between two looks at how a run stands.
const LOOK: Duration = Duration::from_millis(500);
/// Seconds for one answer of the exchange.
const ANSWER_SECONDS: u64 = 30;

/// Try somebody's system against an exchange of `brevdue up`
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    Receiver(Receiver),
}

/// Send a receiver system a fixed list of letters, watch it, and report what it did
///
/// The system must run meanwhile, and be one of the country of a running `brevdue up`. The run moves the
/// clock of that country on by a day. The report is written as a page and as JSON, to be handed on.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit codes: 0 every requirement was met, 1 one was not, 2 the command line or the system is at fault,
3 the exchange could not be reached, 70 our own fault.

Examples:
  brevdue conformance receiver --system tusindfryd-modtager
  brevdue conformance receiver --system tusindfryd-modtager --lang en --out report")]
struct Receiver {
    /// The receiver system: its name, or its id
    #[arg(long, value_name = "NAME")]
    system: String,
    /// The data folder of the running exchange
    #[arg(long, value_name = "DIR", default_value = "brevdue-data")]
    data: PathBuf,
    /// Where the exchange is, when not in a data folder of this machine
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// The folder for the report: report.html and report.json
    #[arg(long, value_name = "DIR", default_value = "conformance")]
    out: PathBuf,
    /// Language of the page
    #[arg(long, value_name = "LANG", default_value = "da", value_parser = ["da", "en"])]
    lang: String,
    /// Seconds the system has for each letter
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=900))]
    patience: u32,
    /// Bytes of the large letter's file
    #[arg(long, value_name = "BYTES", default_value_t = 10_000_000, value_parser = clap::value_parser!(u64).range(1..=74_000_000))]
    large: u64,
    /// How to report
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Runs it.
pub(crate) fn run(args: Args) -> Exit {
    let What::Receiver(receiver) = args.what;
    let format = receiver.format;
    match work(&receiver) {
        Ok(exit) => exit,
        Err(problem) => problem.print(format),
    }
}

fn work(args: &Receiver) -> Result<Exit, Problem> {
    let base = base(args)?;
    let runtime = runtime()?;
    let (run, html) = runtime.block_on(tried(args, &base))?;
    let written = |name: &str, text: &str| {
        let path = args.out.join(name);
        std::fs::create_dir_all(&args.out).and_then(|()| std::fs::write(&path, text)).map_err(
            |error| {
                Problem::command("conformance::report", "the report cannot be written")
                    .at(path.display().to_string())
                    .because(&error)
            },
        )
    };
    let text = serde_json::to_string_pretty(&run).map_err(|error| {
        Problem::ours("conformance::report", "the report cannot be written").because(&error)
    })?;
    written("report.html", &html)?;
    written("report.json", &text)?;
    match args.format {
        Format::Text => print(summary(&run, &args.lang, &args.out).trim_end()),
        Format::Json => print(&text),
    }
    match run["state"].as_str() {
        Some("PASSED") => Ok(Exit::Done),
        Some("FAILED") => Ok(Exit::Message),
        _ => Err(Problem::ours("conformance::broken-off", "the run was broken off")
            .help("the report says why, as far as it is known; the exchange's log has the cause")),
    }
}

/// Where the exchange listens without TLS.
fn base(args: &Receiver) -> Result<String, Problem> {
    if let Some(url) = &args.url {
        return Ok(url.trim_end_matches('/').to_owned());
    }
    let running = Folder::at(&args.data).ok().and_then(|folder| Running::read(&folder));
    running.and_then(|running| running.http).map(|http| format!("http://{http}")).ok_or_else(|| {
        Problem::command("conformance::exchange", "no exchange runs on this data folder")
            .at(args.data.display().to_string())
            .help("start one with `brevdue up`, or name its data folder with --data, or its address with --url")
    })
}

async fn tried(args: &Receiver, base: &str) -> Result<(Value, String), Problem> {
    let client = reqwest::Client::builder()
        .no_proxy()
        .timeout(Duration::from_secs(ANSWER_SECONDS))
        .build()
        .map_err(|error| {
            Problem::ours("conformance::client", "no calls can be made").because(&error)
        })?;
    let country: Country =
        serde_json::from_value(asked(client.get(format!("{base}/testing/country"))).await?)
            .map_err(|error| {
                Problem::command("conformance::exchange", "this is no exchange of `brevdue up`")
                    .because(&error)
            })?;
    let mut systems = country.organisations.iter().flat_map(|one| &one.systems);
    let id = match args.system.parse::<uuid::Uuid>() {
        Ok(id) => id,
        Err(_) => systems.find(|system| system.name == args.system).map(|one| one.id).ok_or_else(
            || {
                Problem::command("conformance::system", "the country has no system of that name")
                    .help("GET /testing/country lists them")
            },
        )?,
    };
    let command =
        json!({ "systemId": id, "patienceSeconds": args.patience, "largeBytes": args.large });
    let address = format!("{base}/testing/conformance");
    let mut run = asked(client.post(&address).json(&command)).await?;
    let address = format!("{address}/{}", run["id"].as_str().unwrap_or_default());
    while run["state"] == "RUNNING" {
        tokio::time::sleep(LOOK).await;
        run = asked(client.get(&address)).await?;
    }
    let report = client.get(format!("{address}/report?lang={}", args.lang)).send().await;
    let html = match report {
        Ok(report) => report.text().await,
        Err(error) => Err(error),
    };
    Ok((run, html.map_err(|error| silent(&error))?))
}

async fn asked(request: reqwest::RequestBuilder) -> Result<Value, Problem> {
    let response = request.send().await.map_err(|error| silent(&error))?;
    let status = response.status();
    let body: Value = response.json().await.map_err(|error| silent(&error))?;
    if status.is_success() {
        return Ok(body);
    }
    let message = body["message"].as_str().unwrap_or("the exchange gave no reason");
    Err(Problem::command("conformance::refused", message.to_owned()))
}

fn silent(error: &reqwest::Error) -> Problem {
    Problem::outside("conformance::exchange", "the exchange does not answer").because(error)
}

fn summary(run: &Value, lang: &str, out: &Path) -> String {
    let why = if lang == "en" { "whyEn" } else { "whyDa" };
    let mut text = String::new();
    let empty = Vec::new();
    for one in run["requirements"].as_array().unwrap_or(&empty) {
        let word = |name: &str| one[name].as_str().unwrap_or_default().to_owned();
        text.push_str(&format!("{:<7} {:<8} {}\n", word("verdict"), word("id"), word(why)));
        let cases = one["cases"].as_array().unwrap_or(&empty);
        for case in cases.iter().filter_map(Value::as_str) {
            text.push_str(&format!("                 - {case}\n"));
        }
    }
    let state = run["state"].as_str().unwrap_or_default();
    text.push_str(&format!("\n{state}: {}\n", out.join("report.html").display()));
    text
}
