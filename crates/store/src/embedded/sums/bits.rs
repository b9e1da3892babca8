//! Finding the one bit that makes bytes what they were.
//!
//! A checksum is a linear function of the bits it covers: how far it is off tells which single bit was
//! flipped, without trying them one by one. A second damaged bit makes the answer «none».

/// One flipped bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Flipped {
    /// Byte, from 0.
    pub(in super::super) byte: usize,
    /// Bit, from 0, the lowest.
    pub(in super::super) bit: u8,
}

impl Flipped {
    /// Flips it back.
    pub(in super::super) fn mend(self, bytes: &mut [u8]) {
        bytes[self.byte] ^= 1 << self.bit;
    }
}

/// The polynomial of CRC-32 (IEEE 802.3), reflected.
const POLYNOMIAL: u32 = 0xEDB8_8320;

/// The flipped bit of `bytes`, whose CRC-32 was `expected`; `None` when no single bit explains it.
///
/// No two single bits of up to 11 KB change a CRC-32 alike, and no two of them cancel out.
pub(in super::super) fn flipped_of_crc(bytes: &[u8], expected: u32) -> Option<Flipped> {
    let off = crc32fast::hash(bytes) ^ expected;
    if off == 0 {
        return None;
    }
    // What each bit of the last byte changes; then of the byte before it, which is followed by one byte more.
    let mut changes: [u32; 8] = std::array::from_fn(|bit| after_zeros(1 << bit));
    for byte in (0..bytes.len()).rev() {
        if let Some(bit) = changes.iter().position(|change| *change == off) {
            return Some(Flipped { byte, bit: bit as u8 });
        }
        for change in &mut changes {
            *change = after_zeros(*change & 0xFF) ^ (*change >> 8);
        }
    }
    None
}

/// The remainder after eight steps.
fn after_zeros(mut remainder: u32) -> u32 {
    for _ in 0..8 {
        remainder = (remainder >> 1) ^ (POLYNOMIAL & (remainder & 1).wrapping_neg());
    }
    remainder
}

/// SQLite's checksum over the write-ahead log: two sums over words of four bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in super::super) struct WalSum(pub(in super::super) u32, pub(in super::super) u32);

/// How the words of a write-ahead log are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Words {
    Little,
    Big,
}

impl Words {
    fn read(self, bytes: [u8; 4]) -> u32 {
        match self {
            Self::Little => u32::from_le_bytes(bytes),
            Self::Big => u32::from_be_bytes(bytes),
        }
    }
}

impl WalSum {
    /// The sum after these bytes; a multiple of eight.
    pub(in super::super) fn after(self, bytes: &[u8], words: Words) -> Self {
        let Self(mut a, mut b) = self;
        for [c, d, e, f, g, h, i, j] in bytes.as_chunks::<8>().0 {
            a = a.wrapping_add(words.read([*c, *d, *e, *f])).wrapping_add(b);
            b = b.wrapping_add(words.read([*g, *h, *i, *j])).wrapping_add(a);
        }
        Self(a, b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(length: u32) -> Vec<u8> {
        (0..length).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
    }

    #[test]
    fn any_one_flipped_bit_of_a_page_is_found_by_its_crc() {
        let page = bytes(4096);
        let expected = crc32fast::hash(&page);
        assert_eq!(flipped_of_crc(&page, expected), None);
        for byte in (0..4096).step_by(37).chain([4095]) {
            for bit in 0..8 {
                let flip = Flipped { byte, bit };
                let mut damaged = page.clone();
                flip.mend(&mut damaged);
                assert_eq!(flipped_of_crc(&damaged, expected), Some(flip));
            }
        }
    }

    #[test]
    fn two_flipped_bits_are_not_taken_for_one() {
        let page = bytes(4096);
        let expected = crc32fast::hash(&page);
        for (first, second) in [(0, 1), (5, 4000), (100, 101), (2000, 2008), (4094, 4095)] {
            let mut damaged = page.clone();
            damaged[first] ^= 0x10;
            damaged[second] ^= 0x02;
            assert_eq!(flipped_of_crc(&damaged, expected), None);
        }
    }
}
