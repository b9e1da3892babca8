//! What `--help` says, whole: reviewed like prose.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::process::Command;

#[test]
fn every_command_explains_itself() {
    for command in [
        "",
        "up",
        "conformance",
        "conformance receiver",
        "doctor",
        "config",
        "verify",
        "backup",
        "restore",
        "queue",
        "balance",
        "programme",
        "programme new",
        "programme status",
        "programme check",
        "programme export",
        "programme import",
        "programme links",
        "programme report",
        "programme catalogue",
        "programme catalogue export",
        "programme catalogue diff",
        "torture",
        "completions",
        "man",
        "memo",
        "memo check",
        "memo fix",
        "memo show",
        "memo explain",
        "memo calendar",
        "memo convert",
        "memo diff",
        "memo redact",
        "memo new",
        "memo pack",
        "memo unpack",
        "memo sample",
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_brevdue"))
            .args(command.split_whitespace())
            .arg("--help")
            .env("COLUMNS", "100")
            .output()
            .unwrap();
        assert!(output.status.success(), "{command}");
        let name = if command.is_empty() { "brevdue" } else { &command.replace(' ', "-") };
        insta::assert_snapshot!(format!("help-{name}"), String::from_utf8(output.stdout).unwrap());
    }
}

#[test]
fn a_command_that_is_none_ends_with_code_2() {
    let output = Command::new(env!("CARGO_BIN_EXE_brevdue")).arg("sned").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("send"));
}
