//! What the benches of the whole share: a sender with many connections, and the rivals.

#![allow(dead_code, unreachable_pub, missing_docs, reason = "each bench uses a part of it")]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "benches")]

pub mod postfix;
pub mod postgres;
pub mod sending;

use std::fs;

/// Bytes of a process that are in memory, of `/proc/<pid>/status`.
pub fn resident_bytes(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

/// Seconds of processor time a process has taken, of `/proc/<pid>/stat`.
pub fn processor_seconds(pid: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    // The name may hold spaces; what follows its bracket does not. User and system time are fields 14
    // and 15, in hundredths of a second on Linux.
    let after = stat.rsplit_once(") ").unwrap().1;
    let fields: Vec<&str> = after.split(' ').collect();
    (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / 100.0
}

pub fn median(mut list: Vec<f64>) -> f64 {
    list.sort_by(f64::total_cmp);
    list[list.len() / 2]
}

/// The value that a share of a sorted list does not exceed.
pub fn quantile(sorted: &[f64], share: f64) -> f64 {
    sorted[((sorted.len() - 1) as f64 * share) as usize]
}

/// A number from the environment, for a longer run than `make bench` makes.
pub fn setting(name: &str, default: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name} is a number")),
        Err(_) => default,
    }
}

/// Whether we measure, or `cargo test --benches` runs us to see that we work.
pub fn measures() -> bool {
    std::env::args().any(|argument| argument == "--bench")
}
