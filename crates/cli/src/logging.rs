//! The log, on stderr.

use tracing_subscriber::EnvFilter;

use crate::config::{Config, LogForm};
use crate::report::Problem;

/// Starts logging. Messages are for people, fields for searching; nothing personal stands in either.
pub(crate) fn start(config: &Config) -> Result<(), Problem> {
    let filter = EnvFilter::try_new(&config.log_filter).map_err(|error| {
        Problem::command("config::log-filter", "log_filter is not a filter")
            .because(&error)
            .help("for example: info, or warn,brevdue_server=debug")
    })?;
    // A line that cannot be written, say on a full disk, is lost and nothing else. Complaining of it on the
    // same stderr would panic, and end whichever thread had something to say: the store's writer, too.
    let builder = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(filter)
        .log_internal_errors(false);
    match config.log {
        LogForm::Text => builder.compact().try_init(),
        LogForm::Json => builder.json().flatten_event(true).try_init(),
    }
    .map_err(|error| Problem::ours("log::start", "the log cannot be started").because(&*error))
}
