//! Putting back a flipped bit of a record. A head and a letter have a checksum each, and how far it is
//! off tells the bit; a letter has its SHA-256 besides, so that what is put back is what was written.

use brevdue_exchange::storage::{Digest, Spot};
use sha2::{Digest as _, Sha256};

use super::super::sums::{Flipped, flipped_of_crc};
use super::record::{HEAD_BYTES, Head, MAGIC};

/// Where a head's checksum stands, and from where on it covers the head.
const CHECK_AT: usize = 8;
const CHECKED_FROM: usize = 12;

/// How a record is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum State {
    /// As it was written.
    Whole,
    /// These bits were flipped: at most one of the head, one of the letter and one of what fills it up.
    Flipped(Vec<Flipped>),
    /// More than that.
    Damaged,
}

/// The head that was written at this place, and its flipped bit if it has one.
pub(super) fn head(bytes: &[u8; HEAD_BYTES], spot: Spot) -> Option<(Head, Option<Flipped>)> {
    if let Some(head) = Head::read(bytes, spot) {
        return Some((head, None));
    }
    let mut bytes = *bytes;
    let flipped = flipped_of_head(&bytes)?;
    flipped.mend(&mut bytes);
    // It names its place: what looks like one in the wrong place is none.
    Some((Head::read(&bytes, spot)?, Some(flipped)))
}

fn flipped_of_head(bytes: &[u8; HEAD_BYTES]) -> Option<Flipped> {
    if bytes[..CHECK_AT] != MAGIC {
        return only_bit(&bytes[..CHECK_AT], &MAGIC);
    }
    let (_, checked) = bytes.split_at(CHECKED_FROM);
    let check = crc32fast::hash(checked);
    let there = &bytes[CHECK_AT..CHECKED_FROM];
    if let Some(Flipped { byte, bit }) = only_bit(there, &check.to_le_bytes()) {
        return Some(Flipped { byte: byte + CHECK_AT, bit });
    }
    let written = there.first_chunk().map(|there| u32::from_le_bytes(*there))?;
    let Flipped { byte, bit } = flipped_of_crc(checked, written)?;
    Some(Flipped { byte: byte + CHECKED_FROM, bit })
}

/// Compares a record, from its head to the zeros behind the letter, with what its head says.
pub(super) fn state(record: &[u8], spot: Spot) -> State {
    let Some((head, of_head)) = record.first_chunk().and_then(|bytes| head(bytes, spot)) else {
        return State::Damaged;
    };
    let Some((letter, padding)) =
        record.get(HEAD_BYTES..).and_then(|rest| rest.split_at_checked(head.length as usize))
    else {
        return State::Damaged;
    };
    let mut flips: Vec<Flipped> = of_head.into_iter().collect();
    if crc32fast::hash(letter) != head.check {
        let Some((Flipped { byte, bit }, _)) = mended(letter, head.check, &head.digest) else {
            return State::Damaged;
        };
        flips.push(Flipped { byte: HEAD_BYTES + byte, bit });
    }
    if padding.iter().any(|byte| *byte != 0) {
        let zeros = vec![0; padding.len()];
        let Some(Flipped { byte, bit }) = only_bit(padding, &zeros) else { return State::Damaged };
        flips.push(Flipped { byte: HEAD_BYTES + letter.len() + byte, bit });
    }
    if flips.is_empty() { State::Whole } else { State::Flipped(flips) }
}

/// The letter as it was written, and its flipped bit; `None` when one bit does not explain it.
pub(super) fn mended(letter: &[u8], check: u32, digest: &Digest) -> Option<(Flipped, Vec<u8>)> {
    let flipped = flipped_of_crc(letter, check)?;
    let mut letter = letter.to_vec();
    flipped.mend(&mut letter);
    is_of(&letter, digest).then_some((flipped, letter))
}

/// Whether these bytes are the letter of this digest.
pub(super) fn is_of(letter: &[u8], digest: &Digest) -> bool {
    Digest(Sha256::digest(letter).into()) == *digest
}

/// The one bit in which these differ.
pub(super) fn only_bit(there: &[u8], written: &[u8]) -> Option<Flipped> {
    let mut off = there.iter().zip(written).map(|(a, b)| a ^ b).enumerate();
    let (byte, bits) = off.find(|(_, bits)| *bits != 0)?;
    let is_all = bits.is_power_of_two() && off.all(|(_, bits)| bits == 0);
    is_all.then(|| Flipped { byte, bit: bits.trailing_zeros() as u8 })
}

#[cfg(test)]
mod tests {
    use brevdue_exchange::{Lane, MemoKey, Origin, SystemId, TransmissionId};
    use brevdue_memo::Timestamp;
    use uuid::Uuid;

    use super::*;

    const SPOT: Spot = Spot { segment: 3, offset: 4096 };

    fn record() -> Vec<u8> {
        let letter = b"Et brev, som ikke bliver til otte.";
        let head = Head {
            spot: SPOT,
            length: letter.len() as u32,
            check: crc32fast::hash(letter),
            lane: Lane::Bulk,
            origin: Origin::System {
                system: SystemId(Uuid::from_u128(1)),
                organisation: brevdue_exchange::OrganisationId(Uuid::from_u128(2)),
            },
            claimed_uuid: None,
            received_at: Timestamp::from_millis(5),
            digest: Digest(Sha256::digest(letter).into()),
            key: MemoKey(Uuid::from_u128(3)),
            transmission: TransmissionId(Uuid::from_u128(4)),
        };
        let mut record = vec![0; head.record_bytes() as usize];
        head.write(record.first_chunk_mut().unwrap());
        record[HEAD_BYTES..HEAD_BYTES + letter.len()].copy_from_slice(letter);
        record
    }

    #[test]
    fn any_one_flipped_bit_of_a_record_is_found_and_two_of_a_part_are_not_guessed_at() {
        let mut record = record();
        assert_eq!(state(&record, SPOT), State::Whole);
        for at in 0..record.len() * 8 {
            let flipped = Flipped { byte: at / 8, bit: (at % 8) as u8 };
            flipped.mend(&mut record);
            assert_eq!(state(&record, SPOT), State::Flipped(vec![flipped]));
            let second = Flipped { byte: at / 8, bit: ((at + 3) % 8) as u8 };
            second.mend(&mut record);
            assert_eq!(state(&record, SPOT), State::Damaged, "{flipped:?}, {second:?}");
            second.mend(&mut record);
            flipped.mend(&mut record);
        }
    }

    #[test]
    fn a_record_in_anothers_place_is_none_however_whole() {
        assert_eq!(state(&record(), Spot { offset: 4104, ..SPOT }), State::Damaged);
    }
}
