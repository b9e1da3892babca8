//! Which compression a container has, by its first bytes.

use crate::rulebook::{self, Rule};

const LZMA_HEADER_BYTES: usize = 13;

#[derive(Clone, Copy)]
pub(super) enum Compression {
    Tar,
    Lzma { dictionary_bytes: u64, unpacked_bytes: Option<u64> },
    Xz,
    Gzip,
    Zstandard,
}

impl Compression {
    /// The compression, or the rule that what is no container breaks. `start` holds the first 512 bytes,
    /// or all there are.
    pub(super) fn of(start: &[u8]) -> Result<Self, &'static Rule> {
        match start {
            [] => Err(&rulebook::CONTAINER_EMPTY),
            [0xFD, b'7', b'z', b'X', b'Z', 0, ..] => Ok(Self::Xz),
            [0x1F, 0x8B, ..] => Ok(Self::Gzip),
            [0x28, 0xB5, 0x2F, 0xFD, ..] => Ok(Self::Zstandard),
            [b'P', b'K', ..] => Err(&rulebook::CONTAINER_IS_ZIP),
            [b'7', b'z', 0xBC, 0xAF, ..] => Err(&rulebook::CONTAINER_IS_7Z),
            [0xEF, 0xBB, 0xBF, b'<', ..] => Err(&rulebook::CONTAINER_IS_XML),
            _ if start.trim_ascii_start().starts_with(b"<") => Err(&rulebook::CONTAINER_IS_XML),
            _ if is_tar(start) => Ok(Self::Tar),
            _ => Self::lzma(start).ok_or(&rulebook::CONTAINER_UNKNOWN),
        }
    }

    /// LZMA-alone has no signature, only a header that makes sense or does not, and a zero with which
    /// every encoder begins.
    fn lzma(start: &[u8]) -> Option<Self> {
        let header: &[u8; LZMA_HEADER_BYTES] = start.first_chunk()?;
        let properties = header[0];
        let (lc, lp) = (properties % 9, properties / 9 % 5);
        // The LZMA SDK takes lc + lp over 4; liblzma, and so `xz`, does not.
        if properties >= 225 || lc + lp > 4 || start.get(LZMA_HEADER_BYTES).is_some_and(|b| *b != 0)
        {
            return None;
        }
        let dictionary_bytes =
            u64::from(u32::from_le_bytes([header[1], header[2], header[3], header[4]]));
        let size = u64::from_le_bytes(*header.last_chunk()?);
        Some(Self::Lzma { dictionary_bytes, unpacked_bytes: (size != u64::MAX).then_some(size) })
    }
}

/// Whether a block is a tar header: by its magic, or by its checksum for those before ustar. An archive
/// of nothing begins with its end, which is zeros.
fn is_tar(start: &[u8]) -> bool {
    let Some(block) = start.first_chunk::<512>() else { return false };
    block[257..262] == *b"ustar" || checksum_fits(block) || block.iter().all(|byte| *byte == 0)
}

/// Whether the checksum of a tar header is that of its bytes.
pub(in crate::container) fn checksum_fits(block: &[u8; 512]) -> bool {
    let sum: u32 = block
        .iter()
        .enumerate()
        .map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u32::from(*byte) })
        .sum();
    let written =
        std::str::from_utf8(&block[148..156]).unwrap_or_default().trim_matches([' ', '\0']);
    u32::from_str_radix(written, 8) == Ok(sum)
}
