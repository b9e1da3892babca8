//! `brevdue up` as its user meets it.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test")]

mod support;

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use brevdue_wire::country::Country;
use brevdue_wire::{Receipt, ReceiptStatus};
use support::person::Person;
use support::receipts::wait_for_receipt;
use support::server::{BREVDUE, Server};

#[test]
fn the_first_letters_are_in_the_inbox_and_the_printed_curl_line_adds_one_within_a_second() {
    let place = tempfile::tempdir().unwrap();
    let mut child = Command::new(BREVDUE)
        .args(["up", "--data", "my data", "--http", "127.0.0.1:0", "--https", "127.0.0.1:0"])
        .current_dir(place.path())
        .env("RUST_BACKTRACE", "0")
        .stdout(fs::File::create(place.path().join("out")).unwrap())
        .stderr(fs::File::create(place.path().join("log")).unwrap())
        .spawn()
        .unwrap();
    let said = wait_for(|| {
        let said = fs::read_to_string(place.path().join("out")).unwrap();
        said.contains("Ctrl-C").then_some(said)
    });
    let pages = said.lines().find_map(|line| line.trim().strip_prefix("pages")).unwrap().trim();
    let http = pages.trim_start_matches("http://").trim_end_matches('/').parse().unwrap();
    let told = support::http::Client::new(http).get("/testing/country").unwrap();
    let country: Country = told.json();
    let person = country.people.iter().find(|one| one.status == "REGISTERED").unwrap();
    let mut reader = Person::sign_in(http, person.id, &person.name);
    let inbox = wait_for(|| {
        let inbox = reader.get("/inbox");
        inbox.contains("Fyret lyser igen").then_some(inbox)
    });
    for label in ["Tid til fornyelse af dit pas", "Regning for bådplads", "Hvornår skal dit barn"]
    {
        assert!(inbox.contains(label), "{label}");
    }

    // As printed, from the same folder; sent twice, it is one letter.
    let curl = said.lines().find(|line| line.trim().starts_with("curl")).unwrap();
    for _ in 0..2 {
        let answer = shell(curl, place.path());
        let receipt: Receipt = serde_json::from_str(&answer).unwrap();
        assert_eq!(receipt.receipt_status, ReceiptStatus::Received);
    }
    let sent = Instant::now();
    let inbox = wait_for(|| {
        let inbox = reader.get("/inbox");
        inbox.contains("Dit første brev").then_some(inbox)
    });
    assert!(sent.elapsed() < Duration::from_secs(1), "{:?}", sent.elapsed());
    assert_eq!(inbox.matches("Dit første brev").count(), inbox.matches("Fyret lyser igen").count());

    // The line for a new letter each time works as often as it is pasted.
    let fresh = said.lines().find(|line| line.trim().starts_with("id=")).unwrap();
    let answers: Vec<Receipt> =
        (0..2).map(|_| serde_json::from_str(&shell(fresh, place.path())).unwrap()).collect();
    assert_ne!(answers[0].message_uuid, answers[1].message_uuid);

    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(fs::read_to_string(place.path().join("log")).unwrap(), "", "nothing to complain of");
}

#[test]
fn letters_go_their_way_though_the_disk_of_the_log_is_full() {
    let place = tempfile::tempdir().unwrap();
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let mut child = Command::new(BREVDUE)
        .args(["up", "--data", "data", "--http", "127.0.0.1:0", "--https", "none"])
        // Everything has something to say.
        .args(["--set", "log_filter=trace"])
        .current_dir(place.path())
        .stdout(fs::File::create(place.path().join("out")).unwrap())
        .stderr(full)
        .spawn()
        .unwrap();
    let said = wait_for(|| {
        let said = fs::read_to_string(place.path().join("out")).unwrap();
        let has_ended = child.try_wait().unwrap();
        assert_eq!(has_ended, None, "{said}");
        said.contains("Ctrl-C").then_some(said)
    });
    let curl = said.lines().find(|line| line.trim().starts_with("curl")).unwrap();
    let receipt: Receipt = serde_json::from_str(&shell(curl, place.path())).unwrap();
    assert_eq!(receipt.receipt_status, ReceiptStatus::Received);
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_second_start_uses_everything_again() {
    let mut server = Server::start(&[]);
    let first = server.country();
    let letter = fs::read(server.data.join("first-letter.xml")).unwrap();
    let mut client = server.client_of("tusindfryd-afsender");
    let uuid = uuid::Uuid::from_u128(0x5f0d5a9c_3c1e_4c6a_9a51_0f3b2c4d5e00);
    let path = format!("/apis/v1/memos/?memo-message-uuid={uuid}");
    let made = client.get(&format!("/testing/letter/{uuid}")).unwrap();
    assert_eq!(client.post(&path, "application/xml", &made.body).unwrap().status, 201);
    wait_for_receipt(&mut client, uuid, Duration::from_secs(20));
    let certificate = fs::read(server.data.join("certificates/tusindfryd-afsender.pem")).unwrap();
    server.stop();

    server.restart();
    let mut second = server.country();
    second.http = first.http.clone();
    second.sftp = first.sftp.clone();
    second.amqp = first.amqp.clone();
    assert_eq!(second, first, "ids, tokens and files stay");
    let kept = fs::read(server.data.join("certificates/tusindfryd-afsender.pem")).unwrap();
    assert_eq!(kept, certificate);
    assert_ne!(fs::read(server.data.join("first-letter.xml")).unwrap(), letter, "fresh each time");
    let receipt = wait_for_receipt(
        &mut server.client_of("tusindfryd-afsender"),
        uuid,
        Duration::from_secs(20),
    );
    assert_eq!(receipt.receipt_status, ReceiptStatus::Completed);
    server.stop();
}

/// The promise is 300 ms for the release build; this build does the same work more slowly, and shares
/// the machine. `make bench` measures the promise itself.
#[test]
fn a_later_start_answers_soon() {
    let mut server = Server::start(&["--https", "127.0.0.1:0"]);
    server.stop();
    let best = (0..3)
        .map(|_| {
            let begun = Instant::now();
            server.restart();
            assert_eq!(server.client().get("/testing/country").unwrap().status, 200);
            let taken = begun.elapsed();
            server.stop();
            taken
        })
        .min()
        .unwrap();
    println!("first answer after {best:?}");
    assert!(best < Duration::from_millis(1500), "{best:?}");
}

#[test]
fn two_servers_cannot_share_a_data_folder() {
    let server = Server::start(&[]);
    let data = server.data.display().to_string();
    let other = server.brevdue(
        &["up", "--data", &data, "--http", "127.0.0.1:0", "--https", "none"],
        server.data.parent().unwrap(),
    );
    assert_eq!(other.status.code(), Some(2));
    let said = String::from_utf8(other.stderr).unwrap();
    assert!(said.contains("error[store::open]"), "{said}");
    assert!(said.contains("open in another process"), "{said}");
    assert_eq!(server.client().get("/testing/country").unwrap().status, 200, "the first goes on");
}

#[test]
fn an_address_that_others_can_reach_ends_with_code_2() {
    let place = tempfile::tempdir().unwrap();
    for arguments in [
        ["--http", "0.0.0.0:0"],
        ["--https", "192.0.2.1:0"],
        ["--set", "country.push_endpoint=http://example.org/"],
    ] {
        let output = Command::new(BREVDUE)
            .arg("up")
            .args(arguments)
            .current_dir(place.path())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8(output.stderr).unwrap().contains("error[config::not-loopback]"));
    }
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0, "and makes nothing");
}

#[test]
fn a_port_that_is_taken_ends_with_code_2_and_says_what_to_do() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let place = tempfile::tempdir().unwrap();
    let output = Command::new(BREVDUE)
        .args(["up", "--http", &address, "--https", "none"])
        .current_dir(place.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains(&format!("cannot listen on {address}")), "{said}");
    assert!(said.contains("help: stop what listens there"), "{said}");
}

#[test]
fn doctor_finds_nothing_to_do_beside_a_running_server_and_reads_the_store_of_a_stopped_one() {
    let mut server = Server::start(&["--https", "127.0.0.1:0"]);
    let place = server.data.parent().unwrap().to_path_buf();
    let address = server.http.to_string();
    let doctor = |server: &Server| {
        let arguments = ["doctor", "--http", &address, "--https", "none", "--format", "json"];
        let output = server.brevdue(&arguments, &place);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let find = |check: &str| {
            let list = report["findings"].as_array().unwrap();
            let found = list.iter().find(|one| one["check"] == check).unwrap();
            found["what"].as_str().unwrap().to_owned()
        };
        (find("store"), find("http"))
    };
    let (store, port) = doctor(&server);
    assert!(store.contains("in use by a running server"), "{store}");
    assert!(port.contains("is ours"), "{port}");
    server.stop();
    let (store, port) = doctor(&server);
    assert_eq!(store, "sound");
    assert!(port.contains("is free"), "{port}");
}

#[test]
fn doctor_says_70_for_a_store_that_is_damaged() {
    let mut server = Server::start(&[]);
    server.stop();
    let database = server.store().join("brevdue.sqlite");
    let mut bytes = fs::read(&database).unwrap();
    for byte in bytes.iter_mut().skip(4096).step_by(7) {
        *byte ^= 0x55;
    }
    fs::File::create(&database).unwrap().write_all(&bytes).unwrap();
    let output = server.brevdue(
        &["doctor", "--http", "127.0.0.1:0", "--https", "none"],
        server.data.parent().unwrap(),
    );
    assert_eq!(output.status.code(), Some(70), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(String::from_utf8(output.stdout).unwrap().contains("restore the last backup"));
}

#[test]
fn a_system_without_certificate_or_with_anothers_is_told_so_over_https() {
    let server = Server::start(&["--https", "127.0.0.1:0"]);
    let country = server.country();
    let https = country.https.clone().unwrap();
    let own = server.system("tusindfryd-afsender");
    let other = server.system("fyrtaarn-afsender");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let ask = |identity: Option<&brevdue_wire::country::CountrySystem>| {
        let mut builder =
            reqwest::Client::builder().no_proxy().tls_certs_only([reqwest::Certificate::from_pem(
                &fs::read(&country.certificate_authority).unwrap(),
            )
            .unwrap()]);
        if let Some(system) = identity {
            let mut pem = fs::read(&system.certificate).unwrap();
            pem.extend(fs::read(&system.key).unwrap());
            builder = builder.identity(reqwest::Identity::from_pem(&pem).unwrap());
        }
        let request = builder
            .build()
            .unwrap()
            .get(format!("{https}/apis/v1/receipts/"))
            .header("authorization", &own.authorization);
        runtime.block_on(async { request.send().await.unwrap().status().as_u16() })
    };
    assert_eq!(ask(Some(&own)), 200);
    assert_eq!(ask(Some(&other)), 401, "a certificate of another organisation");
    assert_eq!(ask(None), 401, "no certificate");
}

fn shell(line: &str, folder: &std::path::Path) -> String {
    let output = Command::new("sh")
        .args(["-c", line])
        .current_dir(folder)
        .stderr(Stdio::null())
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

fn wait_for<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "it did not come");
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_text_message_ends_in_the_sink_and_its_sender_is_told() {
    let server = Server::start(&["--https", "none"]);
    let uuid: uuid::Uuid = "6d9b7d0a-52f7-4b38-9a7c-0c5f0c0ffee1".parse().unwrap();
    let message = format!(
        r#"<memo:Message xmlns:memo="https://DigitalPost.dk/MeMo-1" memoVersion="1.2">
<memo:MessageHeader><memo:messageType>NEMSMS</memo:messageType>
<memo:messageUUID>{uuid}</memo:messageUUID><memo:label>Husk</memo:label>
<memo:notification>Husk din tid i morgen kl. 9</memo:notification>
<memo:Sender><memo:senderID>12345678</memo:senderID><memo:idType>CVR</memo:idType>
<memo:label>Tusindfryd Kommune</memo:label></memo:Sender>
<memo:Recipient><memo:recipientID>2211771212</memo:recipientID><memo:idType>CPR</memo:idType>
</memo:Recipient></memo:MessageHeader></memo:Message>"#
    );
    let mut sender = server.client_of("tusindfryd-afsender");
    let path = format!("/apis/v1/memos/?memo-message-uuid={uuid}");
    let answer = sender.post(&path, "application/xml", message.as_bytes()).unwrap();
    assert_eq!(answer.status, 201, "{}", answer.text());
    let receipt = wait_for_receipt(&mut sender, uuid, Duration::from_secs(20));
    assert_eq!(receipt.receipt_status, ReceiptStatus::Completed, "{receipt:?}");
    let sunk: serde_json::Value = server.client().get("/testing/text-messages").unwrap().json();
    assert_eq!(sunk["totalElements"], 1);
    assert_eq!(sunk["content"][0]["to"], "20000001");
    assert_eq!(sunk["content"][0]["text"], "Husk din tid i morgen kl. 9");
}
