//! `brevdue memo diff`.

use std::path::PathBuf;

use brevdue_memo::Language;
use brevdue_memo::diff::{Change, Difference, Value, diff};
use serde_json::json;

use super::super::send::grouped;
use super::check::Lang;
use super::files::{STDIN, unreadable};
use super::opened::open;
use crate::exit::Exit;
use crate::report::{Format, Problem, print};

/// Tell what two messages say differently: by meaning, not by bytes
///
/// Prefixes, white space, the case of UUIDs, and how a time is written make no difference. The values it
/// shows are the messages' own, personal data included; --names-only leaves them out.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit codes: 0 they say the same, 1 they do not, 2 one cannot be read.

Examples:
  brevdue memo diff sent.xml received.xml
  brevdue memo diff --names-only --format json old.xml new.json")]
pub(super) struct Args {
    /// The first message as XML or JSON, or - for standard input
    #[arg(value_name = "A")]
    first: PathBuf,
    /// The second
    #[arg(value_name = "B")]
    second: PathBuf,
    /// Tell which elements differ, not what stands in them
    #[arg(long)]
    names_only: bool,
    /// Language of the words around the messages' own
    #[arg(long, value_enum, default_value_t = Lang::En, env = "BREVDUE_LANG")]
    lang: Lang,
    /// How to report
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Compares.
pub(super) fn run(args: &Args) -> Exit {
    work(args).unwrap_or_else(|mut problem| {
        // 1 means that they differ.
        problem.exit = Exit::Command;
        problem.print(args.format)
    })
}

fn work(args: &Args) -> Result<Exit, Problem> {
    let language = args.lang.language();
    if args.first.as_os_str() == STDIN && args.second.as_os_str() == STDIN {
        return Err(Problem::command("memo::paths", "only one message can be standard input"));
    }
    let first = open(&args.first, language)?;
    let second = open(&args.second, language)?;
    let found = diff(&first.message, first.source, &second.message, second.source)
        .map_err(|error| unreadable(&args.first.display().to_string(), &error))?;
    match args.format {
        Format::Json => {
            let differences: Vec<_> = found.iter().map(|each| told(each, args)).collect();
            print(&json!({ "equal": found.is_empty(), "differences": differences }).to_string());
        }
        Format::Text => {
            for difference in &found {
                print(text(difference, args, language).trim_end());
            }
        }
    }
    Ok(if found.is_empty() { Exit::Done } else { Exit::Message })
}

fn told(difference: &Difference, args: &Args) -> serde_json::Value {
    let path = &difference.path;
    let (change, before, after) = match &difference.change {
        Change::Added(after) => ("added", None, Some(after)),
        Change::Removed(before) => ("removed", Some(before), None),
        Change::Changed(before, after) => ("changed", Some(before), Some(after)),
        Change::Moved { to } => return json!({ "change": "moved", "path": path, "to": to }),
        _ => ("other", None, None),
    };
    let mut told = json!({ "change": change, "path": path });
    for (name, value) in [("before", before), ("after", after)] {
        if let Some(value) = value.filter(|_| !args.names_only) {
            told[name] = told_value(value);
        }
    }
    told
}

fn told_value(value: &Value) -> serde_json::Value {
    match value {
        Value::Text(text) => json!(text),
        Value::Content { length_bytes } => json!({ "lengthBytes": length_bytes }),
        Value::Class(leaves) => {
            let leaves = leaves.iter();
            leaves
                .map(|(path, value)| json!({ "path": path, "value": told_value(value) }))
                .collect()
        }
    }
}

fn text(difference: &Difference, args: &Args, language: Language) -> String {
    let path = &difference.path;
    let mut text = match &difference.change {
        Change::Added(_) => format!("+ {path}\n"),
        Change::Removed(_) => format!("- {path}\n"),
        Change::Changed(..) => format!("~ {path}\n"),
        Change::Moved { to } => match language {
            Language::Danish => format!("> {path} er nu nummer {to}\n"),
            Language::English => format!("> {path} is now number {to}\n"),
        },
        _ => format!("? {path}\n"),
    };
    if args.names_only {
        return text;
    }
    match &difference.change {
        Change::Added(after) => lines(&mut text, '+', after, language),
        Change::Removed(before) => lines(&mut text, '-', before, language),
        Change::Changed(before, after) => {
            lines(&mut text, '-', before, language);
            lines(&mut text, '+', after, language);
        }
        _ => {}
    }
    text
}

/// The text is a stranger's, and a terminal obeys some control characters.
fn lines(text: &mut String, sign: char, value: &Value, language: Language) {
    let line = |value: &Value| match value {
        Value::Text(text) => {
            text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>()
        }
        Value::Content { length_bytes } => match language {
            Language::Danish => format!("({} byte)", grouped(*length_bytes).replace(',', ".")),
            Language::English => format!("({} bytes)", grouped(*length_bytes)),
        },
        Value::Class(_) => "-".to_owned(),
    };
    match value {
        Value::Class(leaves) => {
            for (path, value) in leaves {
                text.push_str(&format!("    {sign} {path}: {}\n", line(value)));
            }
        }
        other => text.push_str(&format!("    {sign} {}\n", line(other))),
    }
}
