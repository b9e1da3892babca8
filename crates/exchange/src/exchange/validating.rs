//! Telling what would be refused, before it is sent.

use brevdue_memo::rules::html_faults;

use super::Exchange;
use super::codes::{ErrorCode, HTML};
use crate::policy::HtmlPolicy;

/// One thing that would have a letter refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What its receipt would say.
    pub code: &'static ErrorCode,
    /// In words, English.
    pub message: String,
}

impl Exchange {
    /// What an HTML file has that a policy refuses; without one, by the policy letters are held to.
    pub fn html_faults(&self, html: &[u8], policy: Option<HtmlPolicy>) -> Vec<Fault> {
        let Some(profile) = policy.unwrap_or(self.policy().html).profile() else {
            return Vec::new();
        };
        let faults = html_faults(html, profile).into_iter();
        faults
            .map(|(_, english)| Fault {
                code: &HTML,
                message: format!("the HTML file has {english}"),
            })
            .collect()
    }
}
