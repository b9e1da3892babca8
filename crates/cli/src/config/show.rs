//! The effective configuration, as a file that could be used, with where each value came from.

use serde_json::json;

use super::{Gathered, SETTINGS};
use crate::report::Format;

/// The configuration as TOML with comments, or as JSON.
pub(crate) fn show(gathered: &Gathered, format: Format) -> String {
    match format {
        Format::Text => text(gathered),
        Format::Json => json(gathered),
    }
}

fn text(gathered: &Gathered) -> String {
    let mut out = String::new();
    let mut section = "";
    for (setting, source) in SETTINGS.iter().zip(&gathered.sources) {
        let (here, name) = setting.name.split_once('.').unwrap_or(("", setting.name));
        if here != section {
            section = here;
            out.push_str(&format!("\n[{section}]\n"));
        }
        let value = (setting.toml)(&gathered.config);
        out.push_str(&format!("# {}\n{name} = {value} # {source}\n", setting.help));
    }
    out
}

fn json(gathered: &Gathered) -> String {
    let list: Vec<_> = SETTINGS
        .iter()
        .zip(&gathered.sources)
        .map(|(setting, source)| {
            json!({
                "name": setting.name,
                "value": (setting.toml)(&gathered.config),
                "from": source.to_string(),
                "variable": setting.variable(),
                "help": setting.help,
            })
        })
        .collect();
    format!("{:#}", serde_json::Value::from(list))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{ConfigArgs, gather};

    #[test]
    fn what_is_shown_is_a_file_that_gives_the_same_configuration() {
        let flags = ConfigArgs {
            set: vec!["delivery.retry_seconds=5,6".into(), "http=none".into()],
            ..ConfigArgs::default()
        };
        let gathered = gather(&flags, []).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shown.toml");
        std::fs::write(&path, show(&gathered, Format::Text)).unwrap();
        let again = gather(&ConfigArgs { config: Some(path), ..Default::default() }, []).unwrap();
        assert_eq!(again.config, gathered.config);
    }

    /// A setting without a line in the example does not get past here, nor one that left.
    #[test]
    fn the_example_configuration_is_every_setting_at_its_default() {
        let text = include_str!("../../../../examples/brevdue.toml");
        let gathered = gather(&ConfigArgs::default(), []).unwrap();
        let shown = show(&gathered, Format::Text).replace(" # default", "");
        let body: String = text
            .lines()
            .skip_while(|line| !line.is_empty())
            .skip(1)
            .map(|line| format!("{line}\n"))
            .collect();
        assert_eq!(body, shown, "examples/brevdue.toml is stale: write it with `brevdue config`");
    }
}
