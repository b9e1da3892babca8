//! What we pack, and who reads it.

use std::io::{self, Read};

use brevdue_memo::container::{ContainerLimits, DictionarySize, PackOptions, Packer, unpack};
use liblzma::stream::Stream;

use crate::making::{files, pack, stock, unpacked};

#[test]
fn what_we_pack_we_unpack() {
    for count in [0, 1, 3, 100] {
        let files = files(count);
        assert_eq!(unpacked(&pack(&files)).unwrap(), files);
    }
}

#[test]
fn our_containers_begin_and_end_as_the_official_libraries_expect() {
    for (size, dictionary) in [
        (DictionarySize::MiB4, [0, 0, 0x40, 0]),
        (DictionarySize::MiB8, [0, 0, 0x80, 0]),
        (DictionarySize::MiB16, [0, 0, 0, 1]),
        (DictionarySize::MiB32, [0, 0, 0, 2]),
        (DictionarySize::MiB64, [0, 0, 0, 4]),
        (DictionarySize::MiB128, [0, 0, 0, 8]),
    ] {
        let mut packer =
            Packer::with_options(Vec::new(), &PackOptions { dictionary: size }).unwrap();
        for (name, content) in files(3) {
            packer.append(&name, content.len() as u64, &mut content.as_slice()).unwrap();
        }
        let container = packer.finish().unwrap();
        assert_eq!(container[0], 0x5D);
        assert_eq!(container[1..5], dictionary);
        assert_eq!(container[5..13], [0xFF; 8]);
        assert_eq!(unpacked(&container).unwrap(), files(3));
        let mut archive = Vec::new();
        let stream = Stream::new_lzma_decoder(u64::MAX).unwrap();
        liblzma::bufread::XzDecoder::new_stream(container.as_slice(), stream)
            .read_to_end(&mut archive)
            .unwrap();
        assert_eq!(archive.len() % 10240, 0);
        assert_eq!(&archive[257..265], b"ustar\x0000");
        assert_eq!(&archive[100..108], b"0000644\0");
        assert!(archive[archive.len() - 1024..].iter().all(|byte| *byte == 0));
    }
    assert_eq!(pack(&files(1))[1..5], [0, 0, 0, 1], "16 MiB unless asked for another");
}

#[test]
fn a_packer_refuses_content_of_another_length_and_odd_names() {
    let mut packer = Packer::new(Vec::new()).unwrap();
    assert!(packer.append("a.xml", 3, &mut &b"ab"[..]).is_err());
    let mut packer = Packer::new(Vec::new()).unwrap();
    assert!(packer.append("a.xml", 3, &mut &b"abcd"[..]).is_err());
    for name in ["../a.xml", "/a.xml", "æ.xml", &"a".repeat(101), ""] {
        let mut packer = Packer::new(Vec::new()).unwrap();
        assert!(packer.append(name, 0, &mut io::empty()).is_err(), "{name}");
    }
}

#[test]
fn a_container_of_a_thousand_letters_is_read_by_stock_tools_and_by_us() {
    use brevdue_memo::letter::{SampleOptions, sample};
    use brevdue_memo::{Limits, MemoVersion, PartyId, Timestamp, read, write};
    let people: Vec<PartyId> = (0..100)
        .map(|number| PartyId::parse("CPR", &format!("01010100{number:02}")).unwrap())
        .collect();
    let options = SampleOptions {
        version: MemoVersion::V1_2,
        sender: (PartyId::parse("CVR", "12345678").unwrap(), "Ærøby Kommune"),
        recipients: &people,
        created: Timestamp::from_millis(1_700_000_000_000),
        text_bytes: 2_000,
    };
    let mut packer = Packer::new(Vec::new()).unwrap();
    let mut packed_bytes = 0;
    for letter in sample(1, 1000, &options) {
        let mut document = Vec::new();
        write(&letter, io::Cursor::new([]), &mut document).unwrap();
        packed_bytes += document.len();
        let name = format!("{}.xml", letter.header.message_uuid);
        packer.append(&name, document.len() as u64, &mut document.as_slice()).unwrap();
    }
    let container = packer.finish().unwrap();
    let mut reached = std::collections::BTreeSet::new();
    let count = unpack(container.as_slice(), &ContainerLimits::default(), &mut |entry| {
        let reading = read(&mut *entry.reader, &Limits::default())?;
        let message = reading.message.unwrap_or_else(|| panic!("{:?}", reading.findings.list));
        assert_eq!(entry.name, format!("{}.xml", message.header.message_uuid));
        reached.insert(message.header.recipient.party().unwrap());
        Ok(())
    });
    assert_eq!(count.unwrap(), 1000);
    assert_eq!(reached.len(), 100);
    println!("{packed_bytes} bytes of letters in a container of {}", container.len());
    if let Some(listing) = stock("xz --format=lzma -dc | tar t", &container) {
        assert_eq!(String::from_utf8(listing).unwrap().lines().count(), 1000);
    }
}
