//! Letters on paper leave as files: a folder for each, with a JSON file that says what it is.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use brevdue_exchange::Exchange;
use brevdue_exchange::municipal::{LetterFile, LetterSender, PrintJob};
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use crate::Gate;
use crate::causes::chain;
use crate::content::blocking;

/// Between two looks for letters.
const ROUND: Duration = Duration::from_secs(1);
/// Rounds between two rounds of forgetting what is long past.
const FORGET_ROUNDS: u32 = 3600;
/// Rounds to wait after a failure.
const REST_ROUNDS: u32 = 30;

/// Writes letters into a folder: `<id>/document.pdf`, `<id>/enclosure-1.pdf`, …, `<id>/job.json`. A
/// folder appears whole or not at all; who prints it removes it.
pub struct FileDrop {
    folder: PathBuf,
}

impl FileDrop {
    /// Letters go there. The folder is made with the first.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }
}

impl LetterSender for FileDrop {
    fn hand_over(&self, job: &PrintJob, files: Vec<LetterFile>) -> io::Result<()> {
        let (whole, part) =
            (self.folder.join(job.id.to_string()), self.folder.join(format!("{}.part", job.id)));
        if whole.exists() {
            return Ok(()); // Written before a crash, and not noted.
        }
        match fs::remove_dir_all(&part) {
            Err(fault) if fault.kind() != io::ErrorKind::NotFound => return Err(fault),
            _ => {}
        }
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&part)?;
        let new = |name: &str| {
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(part.join(name))
        };
        let mut names = Vec::with_capacity(files.len());
        for LetterFile { name, mut bytes } in files {
            let mut file = new(&name)?;
            io::copy(&mut bytes, &mut file)?;
            file.sync_all()?;
            names.push(name);
        }
        let mut file = new("job.json")?;
        let text = serde_json::json!({
            "id": job.id,
            "system": job.system,
            "transmissionId": job.transmission,
            "transaktionsId": job.transaction,
            "afsendelseIdentifikator": job.shipment,
            "files": names,
            "fields": job.fields.iter().map(|(path, text)| {
                serde_json::json!({ "path": path, "text": text })
            }).collect::<Vec<_>>(),
        });
        serde_json::to_writer_pretty(&mut file, &text)?;
        file.sync_all()?;
        File::open(&part)?.sync_all()?;
        fs::rename(&part, &whole)?;
        File::open(&self.folder)?.sync_all()
    }
}

/// Hands letters over until `stop`, each round inside the gate.
pub async fn run(
    exchange: Exchange,
    to: Arc<dyn LetterSender>,
    gate: Gate,
    stop: CancellationToken,
) {
    let mut rounds = tokio::time::interval(ROUND);
    rounds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let (mut rest, mut until_forgetting) = (0, 0);
    loop {
        tokio::select! {
            _ = rounds.tick() => {}
            () = stop.cancelled() => return,
        }
        if rest > 0 {
            rest -= 1;
            continue;
        }
        let forget = until_forgetting == 0;
        until_forgetting = if forget { FORGET_ROUNDS } else { until_forgetting - 1 };
        let _stay = gate.enter().await;
        let (exchange, to, runtime) = (exchange.clone(), Arc::clone(&to), Handle::current());
        let round = blocking(move || {
            runtime.block_on(async {
                exchange.hand_over_letters(&*to).await?;
                if forget { exchange.forget_old_calls().await.map(drop) } else { Ok(()) }
            })
        });
        let fault = match round.await {
            Ok(Ok(())) => continue,
            Ok(Err(fault)) => chain(&fault),
            Err(fault) => chain(&fault),
        };
        tracing::error!(fault, "letters could not be handed to the print supplier; trying again");
        rest = REST_ROUNDS;
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_letter_stands_whole_in_a_folder_of_its_own_and_once() {
        let place = tempfile::tempdir().unwrap();
        let to = FileDrop::new(place.path().join("print"));
        let job = PrintJob {
            id: Uuid::from_u128(7),
            system: Uuid::nil(),
            transmission: Uuid::nil(),
            transaction: Uuid::nil(),
            shipment: "a".into(),
            digest: String::new(),
            fields: vec![("x/y".into(), "z".into())],
        };
        let files = || {
            vec![LetterFile {
                name: "document.pdf".into(),
                bytes: Box::new(Cursor::new(b"%PDF".to_vec())),
            }]
        };
        to.hand_over(&job, files()).unwrap();
        to.hand_over(&job, files()).unwrap();
        let folder = place.path().join("print").join(job.id.to_string());
        assert_eq!(fs::read(folder.join("document.pdf")).unwrap(), b"%PDF");
        let text: serde_json::Value =
            serde_json::from_slice(&fs::read(folder.join("job.json")).unwrap()).unwrap();
        assert_eq!(text["fields"][0]["path"], "x/y");
        assert_eq!(fs::read_dir(place.path().join("print")).unwrap().count(), 1);
    }
}
