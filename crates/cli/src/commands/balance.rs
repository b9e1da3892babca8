//! `brevdue balance`.

use brevdue_exchange::Clock as _;
use jiff::civil::Date;
use reqwest::Method;
use serde_json::Value;

use super::queue::asked;
use crate::config::{ConfigArgs, gather};
use crate::exit::Exit;
use crate::folder::Folder;
use crate::machine::MachineClock;
use crate::report::{Format, Problem, print};

/// Account for every letter of a day: in = delivered + refused + repeated + waiting + recalled
///
/// What came in is counted in the event log, where it stands in the letters themselves: two books, that
/// must agree to the letter. A letter that was removed since counts where it stood. Asks the running
/// exchange. Days are UTC.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  brevdue balance
  brevdue balance --day 2026-11-23 --format json

Exit codes: 0 the books agree, 2 no exchange runs, 70 letters are missing.")]
pub(crate) struct Args {
    #[command(flatten)]
    config: ConfigArgs,
    /// Day, as 2026-11-23; today if not given
    #[arg(long)]
    day: Option<Date>,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Asks the running exchange and prints the books on stdout.
pub(crate) fn run(args: Args) -> Exit {
    let answer = gather(&args.config, std::env::vars_os()).and_then(|gathered| {
        let folder = Folder::at(&gathered.config.data).map_err(|error| {
            Problem::command("data::folder", "the data folder cannot be found").because(&error)
        })?;
        asked(&folder, Method::GET, &format!("/balance/{}", day(args.day)))
    });
    match answer {
        Ok(answer) => {
            print(&shown(&answer, args.format));
            if answer["missing"] == 0 { Exit::Done } else { Exit::Ours }
        }
        Err(problem) => problem.print(args.format),
    }
}

/// Days since 1970.
fn day(given: Option<Date>) -> i64 {
    match given {
        Some(date) => {
            let epoch = Date::constant(1970, 1, 1);
            // A difference of dates is in days unless other units are asked for.
            epoch.until(date).map_or(0, |span| i64::from(span.get_days()))
        }
        None => MachineClock.now().as_millis().div_euclid(24 * 60 * 60 * 1000),
    }
}

fn shown(answer: &Value, format: Format) -> String {
    if format == Format::Json {
        return format!("{answer:#}");
    }
    let count = |name: &str| answer[name].as_u64().unwrap_or(0);
    let places = ["delivered", "refused", "repeated", "waiting", "recalled"];
    let places: Vec<String> =
        places.iter().map(|place| format!("{} {place}", count(place))).collect();
    let mut text = format!("{} in = {}", count("received"), places.join(" + "));
    if count("removed") > 0 {
        text.push_str(&format!("\n{} of them have been removed since", count("removed")));
    }
    match count("missing") {
        0 => text.push_str("\nthe books agree"),
        missing => text.push_str(&format!("\n{missing} letters stand nowhere, or in two places")),
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_from_1970() {
        for (date, number) in [((1970, 1, 1), 0), ((2026, 11, 23), 20_780), ((1969, 12, 31), -1)] {
            assert_eq!(day(Some(Date::constant(date.0, date.1, date.2))), number);
        }
    }
}
