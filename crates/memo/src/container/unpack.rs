//! Walking an archive: every file handed on, everything else passed over or refused.

use std::io::{self, Read};

use tar::{Archive, EntryType};

use super::decompress::{self, Shared, Unpacked};
use super::names::{forbidden_file_name, unsafe_name};
use super::{ContainerError, ContainerLimits, Entry};

/// Bytes of a long name or of pax attributes; names are far shorter.
const EXTENSION_BYTES: u64 = 64 * 1024;
const BLOCK_BYTES: u64 = 512;

/// Hands every file of a container to `each`, in order; returns how many.
///
/// Memory is bounded by the container's dictionary and small buffers. Directories are passed over.
///
/// # Errors
/// See [`ContainerError`]; an error of `each` comes back as [`ContainerError::Io`]. A container that is
/// cut off or damaged fails where the damage is met, after the entries before it were handed on.
pub fn unpack<R: Read>(
    source: R,
    limits: &ContainerLimits,
    each: &mut dyn FnMut(Entry<'_>) -> io::Result<()>,
) -> Result<usize, ContainerError> {
    let shared = Shared::default();
    let unpacked = decompress::open(source, limits, &shared)?;
    let mut archive = Archive::new(unpacked);
    let files = walk(&mut archive, limits, &shared, each)?;
    check_end(archive.into_inner(), &shared)?;
    Ok(files)
}

fn walk(
    archive: &mut Archive<Unpacked<'_>>,
    limits: &ContainerLimits,
    shared: &Shared,
    each: &mut dyn FnMut(Entry<'_>) -> io::Result<()>,
) -> Result<usize, ContainerError> {
    let mut files = 0;
    let mut directories = 0;
    // The name that an extension before the entry gives it.
    let mut long_name: Option<Vec<u8>> = None;
    // Raw, because otherwise names of any length would be collected for us.
    let entries = archive.entries().map_err(|error| shared.cause(&error))?.raw(true);
    for entry in entries {
        let mut entry = entry.map_err(|error| shared.cause(&error))?;
        let number = files + 1;
        let forbidden = |reason| ContainerError::Forbidden { entry: number, reason };
        match entry.header().entry_type() {
            EntryType::GNULongName => {
                let mut name = read_extension(&mut entry, shared)?;
                name.truncate(name.iter().position(|byte| *byte == 0).unwrap_or(name.len()));
                long_name = Some(name);
                continue;
            }
            EntryType::XHeader => {
                let records = read_extension(&mut entry, shared)?;
                let pax = path_in_pax(&records)?;
                long_name = pax.or(long_name);
                continue;
            }
            EntryType::XGlobalHeader => {
                read_extension(&mut entry, shared)?;
                continue;
            }
            EntryType::Regular => {}
            EntryType::Directory => {
                directories += 1;
                if directories > limits.entries {
                    return Err(ContainerError::TooLarge(format!(
                        "it has more than {} directories",
                        limits.entries
                    )));
                }
                let name = long_name.take().unwrap_or_else(|| entry.path_bytes().into_owned());
                let name =
                    String::from_utf8(name).map_err(|_| forbidden("its name is not UTF-8"))?;
                if let Some(reason) = unsafe_name(&name) {
                    return Err(forbidden(reason));
                }
                continue;
            }
            EntryType::Symlink | EntryType::Link | EntryType::GNULongLink => {
                return Err(forbidden("it is a link"));
            }
            EntryType::Char | EntryType::Block | EntryType::Fifo => {
                return Err(forbidden("it is a device"));
            }
            _ => return Err(forbidden("it is of an unusual kind")),
        }
        let name = long_name.take().unwrap_or_else(|| entry.path_bytes().into_owned());
        let name = String::from_utf8(name).map_err(|_| forbidden("its name is not UTF-8"))?;
        // A name with a slash at its end is a directory of archives from before ustar.
        if name.ends_with('/') && unsafe_name(&name).is_none() && entry.size() == 0 {
            continue;
        }
        if let Some(reason) = forbidden_file_name(&name) {
            return Err(forbidden(reason));
        }
        if files >= limits.entries {
            return Err(ContainerError::TooLarge(format!(
                "it has more than {} files",
                limits.entries
            )));
        }
        let length_bytes = entry.size();
        if length_bytes > limits.entry_bytes {
            let text = format!(
                "entry {number} has {length_bytes} bytes, over the limit of {}",
                limits.entry_bytes
            );
            return Err(ContainerError::TooLarge(text));
        }
        shared.file_begins();
        let mut reader = Whole { inner: &mut entry, left_bytes: length_bytes };
        each(Entry { number, name: &name, length_bytes, reader: &mut reader }).map_err(
            |error| {
                if reader.left_bytes > 0 {
                    shared.cause_of_taker(error)
                } else {
                    ContainerError::Io(error)
                }
            },
        )?;
        files += 1;
    }
    if long_name.is_some() {
        return Err(ContainerError::Unreadable("it ends with a name without an entry".to_owned()));
    }
    Ok(files)
}

/// An entry's bytes; fails instead of ending early, so that no cut-off message looks whole.
struct Whole<R> {
    inner: R,
    left_bytes: u64,
}

impl<R: Read> Read for Whole<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        if count == 0 && self.left_bytes > 0 && !buffer.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left_bytes -= count as u64;
        Ok(count)
    }
}

fn read_extension(entry: &mut impl Read, shared: &Shared) -> Result<Vec<u8>, ContainerError> {
    let mut bytes = Vec::new();
    entry
        .take(EXTENSION_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| shared.cause(&error))?;
    if bytes.len() as u64 > EXTENSION_BYTES {
        return Err(ContainerError::TooLarge(format!(
            "a name in it is longer than {EXTENSION_BYTES} bytes"
        )));
    }
    Ok(bytes)
}

/// The path among pax records, `length key=value` and a line feed each.
fn path_in_pax(records: &[u8]) -> Result<Option<Vec<u8>>, ContainerError> {
    let unreadable = || ContainerError::Unreadable("its pax attributes are damaged".to_owned());
    let mut path = None;
    let mut rest = records;
    while !rest.is_empty() && rest[0] != 0 {
        let space = memchr::memchr(b' ', rest).ok_or_else(unreadable)?;
        let length = std::str::from_utf8(&rest[..space]).ok().and_then(|text| text.parse().ok());
        let length: usize = length
            .filter(|length| *length > space + 1 && *length <= rest.len())
            .ok_or_else(unreadable)?;
        let record = rest[space + 1..length].strip_suffix(b"\n").ok_or_else(unreadable)?;
        let equals = memchr::memchr(b'=', record).ok_or_else(unreadable)?;
        match &record[..equals] {
            b"path" => path = Some(record[equals + 1..].to_vec()),
            // Only files of 8 GiB and more need it, and it would move where the next entry begins.
            b"size" => {
                return Err(ContainerError::TooLarge(
                    "it gives the size of a file as a pax attribute".to_owned(),
                ));
            }
            _ => {}
        }
        rest = &rest[length..];
    }
    Ok(path)
}

/// An archive ends with zeros, at least a block of them, and nothing after.
fn check_end(mut unpacked: Unpacked<'_>, shared: &Shared) -> Result<(), ContainerError> {
    if unpacked.trailing_zeros < BLOCK_BYTES {
        return Err(ContainerError::Unreadable("it is cut off before its end".to_owned()));
    }
    let mut buffer = [0; 8192];
    loop {
        let before = unpacked.trailing_zeros;
        let count = unpacked.read(&mut buffer).map_err(|error| shared.cause(&error))?;
        if count == 0 {
            return Ok(());
        }
        if unpacked.trailing_zeros != before + count as u64 {
            return Err(ContainerError::Unreadable(
                "it has data after the end of the archive".to_owned(),
            ));
        }
    }
}
