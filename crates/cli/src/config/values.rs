//! How each kind of value is read from text and written back.

use std::net::{Ipv4Addr, SocketAddr};
use std::ops::Range;
use std::path::PathBuf;

use brevdue_exchange::policy::{Days, HtmlPolicy, ReceiptTiming};
use brevdue_programme::storage::{KeptMonths, KeptObservations};
use brevdue_server::delivery::SmtpTls;

/// A kind of value. Reading what was written gives the same value.
pub(super) trait Value: Sized {
    /// Reads it; the error says what is wanted.
    fn parse(text: &str) -> Result<Self, String>;
    /// Writes it as TOML.
    fn toml(&self) -> String;
}

/// Form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum LogForm {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

macro_rules! numbers {
    ($($Number:ty)*) => {$(
        impl Value for $Number {
            fn parse(text: &str) -> Result<Self, String> {
                let digits = text.replace('_', "");
                match digits.parse::<$Number>() {
                    Ok(number) if number >= 1 => Ok(number),
                    _ => Err(format!("a whole number from 1 to {}", <$Number>::MAX)),
                }
            }
            fn toml(&self) -> String {
                self.to_string()
            }
        }
    )*};
}

numbers!(u32 u64 usize i64);

impl Value for bool {
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "true" | "yes" | "1" => Ok(true),
            "false" | "no" | "0" => Ok(false),
            _ => Err("true or false".into()),
        }
    }
    fn toml(&self) -> String {
        self.to_string()
    }
}

impl Value for String {
    fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() { Err("a text that is not empty".into()) } else { Ok(text.into()) }
    }
    fn toml(&self) -> String {
        quoted(self)
    }
}

impl Value for PathBuf {
    fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() { Err("a path".into()) } else { Ok(text.into()) }
    }
    fn toml(&self) -> String {
        quoted(&self.to_string_lossy())
    }
}

impl Value for SocketAddr {
    fn parse(text: &str) -> Result<Self, String> {
        let wanted = || "an address with a port, such as 127.0.0.1:8010 or [::1]:8010".to_owned();
        if let Some(port) = text.strip_prefix("localhost:") {
            let port = port.parse().map_err(|_| wanted())?;
            return Ok((Ipv4Addr::LOCALHOST, port).into());
        }
        text.parse().map_err(|_| wanted())
    }
    fn toml(&self) -> String {
        quoted(&self.to_string())
    }
}

/// `none` stands for no value: TOML has no word for it.
impl<T: Value> Value for Option<T> {
    fn parse(text: &str) -> Result<Self, String> {
        if text == "none" {
            return Ok(None);
        }
        T::parse(text).map(Some).map_err(|wanted| format!("{wanted}, or none"))
    }
    fn toml(&self) -> String {
        self.as_ref().map_or_else(|| quoted("none"), Value::toml)
    }
}

macro_rules! words {
    ($($Type:ident $wanted:literal { $($Variant:ident = $word:literal)* })*) => {$(
        impl Value for $Type {
            fn parse(text: &str) -> Result<Self, String> {
                match text {
                    $($word => Ok(Self::$Variant),)*
                    _ => Err($wanted.into()),
                }
            }
            fn toml(&self) -> String {
                quoted(match self { $(Self::$Variant => $word,)* })
            }
        }
    )*};
}

words! {
    LogForm "text or json" { Text = "text" Json = "json" }
    HtmlPolicy "any, lenient or strict" { Any = "any" Lenient = "lenient" Strict = "strict" }
    SmtpTls "starttls, tls or plain" { StartTls = "starttls" Tls = "tls" Plain = "plain" }
    ReceiptTiming "validated or delivered" { Validated = "validated" Delivered = "delivered" }
}

impl Value for Days {
    fn parse(text: &str) -> Result<Self, String> {
        let wanted = |_| format!("a whole number from 0 to {}", u32::MAX);
        text.replace('_', "").parse().map(Self).map_err(wanted)
    }
    fn toml(&self) -> String {
        self.0.to_string()
    }
}

macro_rules! bounded {
    ($($Type:ident)*) => {$(
        impl Value for $Type {
            fn parse(text: &str) -> Result<Self, String> {
                let number = text.replace('_', "").parse().ok();
                number.and_then(Self::new).ok_or_else(|| {
                    format!("a whole number from {} to {}", Self::LEAST, Self::MOST)
                })
            }
            fn toml(&self) -> String {
                self.get().to_string()
            }
        }
    )*};
}

bounded!(KeptMonths KeptObservations);

/// Hours of a day, the last one not included.
impl Value for Range<i8> {
    fn parse(text: &str) -> Result<Self, String> {
        let hours = text.split_once('-').and_then(|(from, until)| {
            let (from, until) = (from.trim().parse().ok()?, until.trim().parse().ok()?);
            (0 <= from && from < until && until <= 24).then_some(from..until)
        });
        hours.ok_or_else(|| "two hours from 0 to 24, such as 7-22".into())
    }
    fn toml(&self) -> String {
        quoted(&format!("{}-{}", self.start, self.end))
    }
}

/// A list; in flags and variables its parts are parted by commas.
impl Value for Vec<i64> {
    fn parse(text: &str) -> Result<Self, String> {
        let list: Result<Self, String> =
            text.split(',').map(|part| i64::parse(part.trim())).collect();
        list.map_err(|_| "whole numbers from 1, parted by commas".into())
    }
    fn toml(&self) -> String {
        let parts: Vec<String> = self.iter().map(ToString::to_string).collect();
        format!("[{}]", parts.join(", "))
    }
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.into()).to_string()
}
