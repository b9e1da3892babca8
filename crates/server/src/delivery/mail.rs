//! Notices as mail, by the machine's own mail program.

use std::process::Stdio;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use brevdue_exchange::exchange::notices::{MailCarrier, NotCarried, Notice};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;
use tokio::time::timeout;

use super::gateways::NoticesStay;

/// Seconds the program gets for one notice.
const PATIENCE: Duration = Duration::from_secs(30);
/// Bytes of text in one encoded word of a header, and in one line of the text.
const WORD_BYTES: usize = 39;
const LINE_BYTES: usize = 57;

/// A program that takes a message on its standard input and reads from it whom it is for, such as
/// `/usr/sbin/sendmail -t -i`.
#[derive(Debug, Clone)]
pub struct MailCommand {
    program: String,
    arguments: Vec<String>,
}

impl MailCommand {
    /// The program and its arguments, parted by spaces; `None` when nothing is named. No shell looks
    /// at it.
    pub fn new(command: &str) -> Option<Self> {
        let mut words = command.split_whitespace().map(str::to_owned);
        let program = words.next()?;
        Some(Self { program, arguments: words.collect() })
    }

    async fn run(&self, message: &str) -> std::io::Result<()> {
        let mut running = Command::new(&self.program)
            .args(&self.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        if let Some(mut input) = running.stdin.take() {
            input.write_all(message.as_bytes()).await?;
            input.shutdown().await?;
        }
        let status = running.wait().await?;
        if status.success() { Ok(()) } else { Err(std::io::Error::other(status.to_string())) }
    }
}

#[async_trait]
impl MailCarrier for MailCommand {
    async fn carry(&self, notice: &Notice, letter: Option<Vec<u8>>) -> Result<(), NotCarried> {
        let Some(message) = message(notice, letter.as_deref()) else {
            return NoticesStay.carry(notice, letter).await;
        };
        match timeout(PATIENCE, self.run(&message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(NotCarried::Later(format!("the mail program failed: {error}"))),
            Err(_) => {
                let seconds = PATIENCE.as_secs();
                Err(NotCarried::Later(format!("the mail program took over {seconds} seconds")))
            }
        }
    }
}

/// The notice as a message, the letter as a file of it; `None` when it is for nobody.
fn message(notice: &Notice, letter: Option<&[u8]>) -> Option<String> {
    let to: Vec<&str> = notice.to.iter().map(String::as_str).filter(|to| is_plain(to)).collect();
    if to.is_empty() {
        return None;
    }
    let encoded = |bytes: &[u8]| STANDARD.encode(bytes);
    let subject: Vec<String> = words(&notice.subject)
        .map(|word| format!("=?utf-8?B?{}?=", encoded(word.as_bytes())))
        .collect();
    let lines = |bytes: &[u8]| -> String {
        bytes.chunks(LINE_BYTES).map(encoded).collect::<Vec<_>>().join("\n")
    };
    let text = format!(
        "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n{}\n",
        lines(notice.text.as_bytes())
    );
    let body = match letter {
        None => text,
        Some(letter) => format!(
            // No line of Base64 begins with two hyphens.
            "Content-Type: multipart/mixed; boundary=\"letter\"\n\n--letter\n{text}--letter\n\
             Content-Type: application/xml; name=\"letter.xml\"\n\
             Content-Disposition: attachment; filename=\"letter.xml\"\n\
             Content-Transfer-Encoding: base64\n\n{}\n--letter--\n",
            lines(letter)
        ),
    };
    Some(format!(
        "To: {}\nSubject: {}\nMessage-ID: <{}@notices.brevdue.invalid>\nAuto-Submitted: auto-generated\n\
         MIME-Version: 1.0\n{body}",
        to.join(",\n "),
        subject.join("\n "),
        notice.id,
    ))
}

/// Whether an address is one address and nothing else, so that it cannot make a header of its own.
pub(super) fn is_plain(address: &str) -> bool {
    let is_allowed = |byte: u8| {
        byte.is_ascii_graphic()
            && !matches!(byte, b',' | b';' | b'<' | b'>' | b'"' | b'(' | b')' | b':')
    };
    !address.starts_with('-') && address.contains('@') && address.bytes().all(is_allowed)
}

/// Parts that fit an encoded word; no character is cut.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (word, after) = rest.split_at(rest.floor_char_boundary(WORD_BYTES));
        rest = after;
        Some(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice(to: &[&str]) -> Notice {
        Notice {
            id: uuid::Uuid::from_u128(7),
            to: to.iter().map(|to| (*to).to_owned()).collect(),
            subject:
                "Modtagersystemet «Æblegrød» har ikke modtaget post i 3 dage, og det er ærgerligt"
                    .into(),
            text: "Digital Post har ikke kunnet aflevere.\n".repeat(3),
            system: None,
            letter: None,
            made_at: "2026-11-23T08:00:00.000Z".into(),
        }
    }

    #[test]
    fn a_notice_is_a_message_that_any_mail_program_reads() {
        let hostile =
            ["a@b.example\nBcc: c@d.example", "-oQ@b.example", "a@b.example, c@d.example", "intet"];
        let mut to = vec!["drift@veje.example", "post@veje.example"];
        to.extend(hostile);
        let message = message(&notice(&to), None).unwrap();
        assert!(message.is_ascii());
        assert!(message.lines().all(|line| line.len() <= 76), "{message}");
        let (head, text) = message.split_once("\n\n").unwrap();
        assert!(
            head.starts_with("To: drift@veje.example,\n post@veje.example\nSubject: =?utf-8?B?")
        );
        assert!(!head.contains("Bcc") && !head.contains("intet"), "{head}");
        let subject: String = head
            .split("=?utf-8?B?")
            .skip(1)
            .map(|word| STANDARD.decode(word.split("?=").next().unwrap()).unwrap())
            .map(|bytes| String::from_utf8(bytes).unwrap())
            .collect();
        assert_eq!(subject, notice(&[]).subject);
        let text = STANDARD.decode(text.replace('\n', "")).unwrap();
        assert_eq!(String::from_utf8(text).unwrap(), notice(&[]).text);
        assert_eq!(super::message(&notice(&hostile), None), None);
    }

    #[test]
    fn a_letter_goes_along_as_a_file() {
        let letter = "<Message>Æblegrød</Message>".repeat(50);
        let message = message(&notice(&["drift@veje.example"]), Some(letter.as_bytes())).unwrap();
        assert!(message.is_ascii() && message.lines().all(|line| line.len() <= 76), "{message}");
        let parts: Vec<&str> = message.split("--letter").collect();
        let [_, text, file, end] = parts[..] else { panic!("{message}") };
        assert_eq!(end, "--\n");
        let content = |part: &str| {
            let (head, lines) = part.split_once("\n\n").unwrap();
            assert!(head.contains("Content-Transfer-Encoding: base64"), "{head}");
            String::from_utf8(STANDARD.decode(lines.replace('\n', "")).unwrap()).unwrap()
        };
        assert_eq!((content(text), content(file)), (notice(&[]).text, letter));
    }

    #[tokio::test]
    async fn the_program_gets_the_message_and_its_failure_is_one() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        let to = ["drift@veje.example"];
        let tee = MailCommand::new(&format!("tee {}", out.display())).unwrap();
        tee.carry(&notice(&to), None).await.unwrap();
        assert_eq!(std::fs::read_to_string(out).unwrap(), message(&notice(&to), None).unwrap());
        for command in ["false", "/no/such/program"] {
            assert!(MailCommand::new(command).unwrap().carry(&notice(&to), None).await.is_err());
        }
        assert!(MailCommand::new(" ").is_none());
    }
}
