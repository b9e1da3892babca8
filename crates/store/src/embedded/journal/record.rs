//! One record: a head of fixed size, the letter, and zeros up to the next multiple of 8.

use brevdue_exchange::storage::{ContentRef, Digest, Place, Spot};
use brevdue_exchange::{
    ContactId, Incoming, Lane, MemoKey, OrganisationId, Origin, StorageError, SystemId,
    TransmissionId,
};
use brevdue_memo::Timestamp;
use uuid::Uuid;

/// Bytes of a head.
pub(super) const HEAD_BYTES: usize = 176;

/// Records begin at multiples of this.
pub(super) const ALIGNMENT: u64 = 8;

/// What a head begins with. Its first byte is none of UTF-8.
pub(super) const MAGIC: [u8; 8] = *b"\x89BvdJ\r\n\x1a";

/// A letter.
const KIND: u8 = 1;

/// What a record says besides the letter's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    /// Where the record begins.
    pub(super) spot: Spot,
    /// Bytes of the letter.
    pub(super) length: u32,
    /// CRC-32 of the letter.
    pub(super) check: u32,
    pub(super) lane: Lane,
    pub(super) origin: Origin,
    pub(super) claimed_uuid: Option<Uuid>,
    pub(super) received_at: Timestamp,
    pub(super) digest: Digest,
    pub(super) key: MemoKey,
    pub(super) transmission: TransmissionId,
}

impl Head {
    /// The head of a letter that has no place yet.
    pub(super) fn of(incoming: &Incoming, bytes: &[u8]) -> Result<Self, StorageError> {
        let length = u32::try_from(bytes.len())
            .map_err(|_| StorageError::Failed("a letter too large for the journal".into()))?;
        Ok(Self {
            spot: Spot::default(),
            length,
            check: crc32fast::hash(bytes),
            lane: incoming.lane,
            origin: incoming.origin,
            claimed_uuid: incoming.claimed_uuid,
            received_at: incoming.received_at,
            digest: incoming.content.digest,
            key: incoming.key,
            transmission: incoming.transmission,
        })
    }

    /// The letter, with its bytes where they are.
    pub(super) fn incoming(&self) -> Incoming {
        Incoming {
            key: self.key,
            transmission: self.transmission,
            origin: self.origin,
            lane: self.lane,
            claimed_uuid: self.claimed_uuid,
            content: ContentRef {
                digest: self.digest,
                length_bytes: u64::from(self.length),
                place: Place::Journal(self.spot),
            },
            received_at: self.received_at,
        }
    }

    /// Bytes of the whole record.
    pub(super) fn record_bytes(&self) -> u64 {
        (HEAD_BYTES as u64 + u64::from(self.length)).next_multiple_of(ALIGNMENT)
    }

    pub(super) fn write(&self, head: &mut [u8; HEAD_BYTES]) {
        let mut put = |at: usize, bytes: &[u8]| head[at..at + bytes.len()].copy_from_slice(bytes);
        put(0, &MAGIC);
        put(12, &self.check.to_le_bytes());
        put(16, &self.spot.segment.to_le_bytes());
        put(20, &self.spot.offset.to_le_bytes());
        put(24, &self.length.to_le_bytes());
        let (by, first, second) = match self.origin {
            Origin::System { system, organisation } => (0, system.0, organisation.0),
            Origin::Mailbox(contact) => (1, contact.0, Uuid::nil()),
        };
        let lane = u8::from(self.lane == Lane::Bulk);
        put(28, &[KIND, lane, by, u8::from(self.claimed_uuid.is_some())]);
        put(32, &self.received_at.as_millis().to_le_bytes());
        put(40, &self.digest.0);
        put(72, self.key.0.as_bytes());
        put(88, self.transmission.0.as_bytes());
        put(104, first.as_bytes());
        put(120, second.as_bytes());
        put(136, self.claimed_uuid.unwrap_or_default().as_bytes());
        put(152, &[0; 24]);
        let check = crc32fast::hash(&head[12..]);
        head[8..12].copy_from_slice(&check.to_le_bytes());
    }

    /// Reads a head that should stand at this place; `None` when none does.
    pub(super) fn read(head: &[u8; HEAD_BYTES], spot: Spot) -> Option<Self> {
        let number = |at: usize| {
            let mut bytes = [0; 4];
            bytes.copy_from_slice(&head[at..at + 4]);
            u32::from_le_bytes(bytes)
        };
        let id = |at: usize| {
            let mut bytes = [0; 16];
            bytes.copy_from_slice(&head[at..at + 16]);
            Uuid::from_bytes(bytes)
        };
        if head[..8] != MAGIC || number(8) != crc32fast::hash(&head[12..]) {
            return None;
        }
        if (Spot { segment: number(16), offset: number(20) }) != spot || head[28] != KIND {
            return None;
        }
        let lane = if head[29] == 0 { Lane::Interactive } else { Lane::Bulk };
        let origin = match head[30] {
            0 => {
                Origin::System { system: SystemId(id(104)), organisation: OrganisationId(id(120)) }
            }
            _ => Origin::Mailbox(ContactId(id(104))),
        };
        let (mut millis, mut digest) = ([0; 8], [0; 32]);
        millis.copy_from_slice(&head[32..40]);
        digest.copy_from_slice(&head[40..72]);
        Some(Self {
            spot,
            length: number(24),
            check: number(12),
            lane,
            origin,
            claimed_uuid: (head[31] != 0).then(|| id(136)),
            received_at: Timestamp::from_millis(i64::from_le_bytes(millis)),
            digest: Digest(digest),
            key: MemoKey(id(72)),
            transmission: TransmissionId(id(88)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head() -> Head {
        Head {
            spot: Spot { segment: 7, offset: 4096 },
            length: 11,
            check: 0xDEAD_BEEF,
            lane: Lane::Bulk,
            origin: Origin::System {
                system: SystemId(Uuid::from_u128(1)),
                organisation: OrganisationId(Uuid::from_u128(2)),
            },
            claimed_uuid: Some(Uuid::from_u128(3)),
            received_at: Timestamp::from_millis(-5),
            digest: Digest([9; 32]),
            key: MemoKey(Uuid::from_u128(4)),
            transmission: TransmissionId(Uuid::from_u128(5)),
        }
    }

    #[test]
    fn a_head_reads_back_as_itself_and_nowhere_else() {
        let person = Origin::Mailbox(ContactId(Uuid::from_u128(8)));
        for head in
            [head(), Head { origin: person, claimed_uuid: None, lane: Lane::Interactive, ..head() }]
        {
            let mut bytes = [0xFF; HEAD_BYTES];
            head.write(&mut bytes);
            assert_eq!(Head::read(&bytes, head.spot), Some(head));
            assert_eq!(Head::read(&bytes, Spot { segment: 8, ..head.spot }), None);
        }
        assert_eq!(head().record_bytes(), 192);
    }

    #[test]
    fn no_flipped_bit_of_a_head_goes_unseen() {
        let mut bytes = [0; HEAD_BYTES];
        head().write(&mut bytes);
        for bit in 0..HEAD_BYTES * 8 {
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Head::read(&bytes, head().spot), None, "bit {bit}");
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
    }
}
