//! Telling at once that a message is not among those of a run.
//!
//! A Bloom filter in blocks: each message sets a few bits of one block of 64 bytes, so that asking costs one
//! look at memory. Of messages that are not there some two in a thousand are said to be there; the index
//! then says no.

use brevdue_programme::storage::StorageError;

/// Words of 64 bits in a block.
const WORDS: usize = 8;

/// Messages of a filter: those of a full run; see [`super::runs::RUN`].
const MESSAGES: usize = 65_536;

/// Blocks of a filter: sixteen bits for each of its messages.
const BLOCKS: usize = MESSAGES * 16 / (WORDS * 64);

/// Bits of one message.
const BITS: u32 = 6;

/// Which bits stand for a message. Made once, asked of many filters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    block: usize,
    bits: [u64; WORDS],
}

impl Mark {
    /// Of a `messageUUID`. Whoever chooses UUIDs so that they share their bits makes us look into an index
    /// in vain, no more.
    pub(super) fn of(message: u128) -> Self {
        let (high, low) = ((message >> 64) as u64, message as u64);
        let first = mixed(low ^ mixed(high));
        let mut rest = mixed(first ^ 0x9E37_79B9_7F4A_7C15);
        let mut bits = [0; WORDS];
        for _ in 0..BITS {
            let bit = (rest & 511) as usize;
            bits[bit / 64] |= 1 << (bit % 64);
            rest >>= 9;
        }
        Self { block: (first % BLOCKS as u64) as usize, bits }
    }
}

/// Every bit of the result hangs on every bit of the number (the end of splitmix64).
fn mixed(mut number: u64) -> u64 {
    number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}

/// The messages of one run, nearly.
#[derive(Debug)]
pub(super) struct Filter(Box<[u64]>);

impl Filter {
    /// Of these messages.
    pub(super) fn of(messages: impl Iterator<Item = u128>) -> Self {
        let mut words = vec![0; BLOCKS * WORDS].into_boxed_slice();
        for message in messages {
            let Mark { block, bits } = Mark::of(message);
            let there = words[block * WORDS..].iter_mut();
            there.zip(bits).for_each(|(word, bit)| *word |= bit);
        }
        Self(words)
    }

    /// Whether a message may be among them.
    pub(super) fn may_hold(&self, mark: &Mark) -> bool {
        let there = &self.0[mark.block * WORDS..(mark.block + 1) * WORDS];
        there.iter().zip(mark.bits).all(|(word, bits)| word & bits == bits)
    }

    /// As it is kept.
    pub(super) fn bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    /// As it was kept.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, StorageError> {
        if bytes.len() != BLOCKS * WORDS * 8 {
            return Err(StorageError::Damaged("the filter of a run has another length".into()));
        }
        let words = bytes.chunks_exact(8).map(|eight| {
            eight.iter().rev().fold(0_u64, |word, byte| (word << 8) | u64::from(*byte))
        });
        Ok(Self(words.collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that look random.
    fn message(number: u64) -> u128 {
        u128::from(mixed(number)) << 64 | u128::from(mixed(!number))
    }

    #[test]
    fn a_full_filter_holds_all_of_its_messages_and_few_others() {
        let count = MESSAGES as u64;
        let filter = Filter::of((0..count).map(message));
        let kept = Filter::read(&filter.bytes()).unwrap();
        assert!((0..count).all(|number| kept.may_hold(&Mark::of(message(number)))));
        let others = (count..3 * count).filter(|number| kept.may_hold(&Mark::of(message(*number))));
        let wrong = others.count() as u64;
        assert!(wrong * 100 < 2 * count, "{wrong} of {} others", 2 * count);
        assert!(Filter::read(&[0; 8]).is_err());
    }
}
