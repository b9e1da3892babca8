//! Which files a command line means: messages and containers, in a fixed order, each once.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::limits::FILES;

/// A file to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Where, from the root.
    pub path: PathBuf,
    /// What, by name or first bytes.
    pub kind: InputKind,
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputKind {
    /// One message.
    Message,
    /// A container of messages.
    Container,
}

/// Whether folders inside folders are looked into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Subfolders {
    /// Only the folder itself.
    #[default]
    LeftOut,
    /// All the way down. Links to folders are not followed.
    Included,
}

/// Why there is nothing to send. The command must change.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// The path is not there or may not be read.
    #[error("{} cannot be read", path.display())]
    Unreadable {
        /// As given.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A named file is neither.
    #[error("{} is neither a message (.xml) nor a container (.tar.lzma, .tar.xz, .tar.gz, .tar.zst)", path.display())]
    NotOurs {
        /// As given.
        path: PathBuf,
    },
    /// A folder holds nothing to send.
    #[error("the folder {} holds no message and no container", path.display())]
    Empty {
        /// As given.
        path: PathBuf,
    },
    /// Too many for one run.
    #[error("there are more than {FILES} files, the limit of one run; pack them in containers")]
    TooMany,
}

impl InputKind {
    /// What a file is by its name: the ending, in any case.
    pub fn by_name(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
        let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
        match () {
            () if ends(&[".xml"]) => Some(Self::Message),
            () if ends(&[".lzma", ".xz", ".tgz", ".tar.gz", ".tar.zst"]) => Some(Self::Container),
            () => None,
        }
    }

    /// What a file is by its first bytes.
    pub fn by_first_bytes(bytes: &[u8]) -> Option<Self> {
        const CONTAINERS: [&[u8]; 4] =
            [b"\xfd7zXZ\0", b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\x5d\x00\x00"];
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        if text.trim_ascii_start().starts_with(b"<") {
            Some(Self::Message)
        } else if CONTAINERS.iter().any(|signature| bytes.starts_with(signature)) {
            Some(Self::Container)
        } else {
            None
        }
    }
}

/// Lists the files of `paths`: a named file whatever its ending, of a folder those that end like a
/// message or a container, sorted by name. Hidden files are left out of folders.
///
/// # Errors
/// See [`InputError`].
pub fn inputs(paths: &[PathBuf], subfolders: Subfolders) -> Result<Vec<Input>, InputError> {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    for path in paths {
        let unreadable = |source| InputError::Unreadable { path: path.clone(), source };
        let whole = fs::canonicalize(path).map_err(unreadable)?;
        let mut listed = Vec::new();
        if whole.is_dir() {
            list(&whole, subfolders, &mut listed)?;
            if listed.is_empty() {
                return Err(InputError::Empty { path: path.clone() });
            }
        } else {
            let kind = match InputKind::by_name(&whole) {
                Some(kind) => kind,
                None => sniff(&whole)
                    .map_err(unreadable)?
                    .ok_or_else(|| InputError::NotOurs { path: path.clone() })?,
            };
            listed.push(Input { path: whole, kind });
        }
        found.extend(listed.into_iter().filter(|input| seen.insert(input.path.clone())));
        if found.len() > FILES {
            return Err(InputError::TooMany);
        }
    }
    Ok(found)
}

/// Adds what stands in `folder`, its files sorted by name and then its folders, without recursion.
fn list(folder: &Path, subfolders: Subfolders, found: &mut Vec<Input>) -> Result<(), InputError> {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let unreadable = |source| InputError::Unreadable { path: folder.clone(), source };
        let mut here = Vec::new();
        let mut below = Vec::new();
        for entry in fs::read_dir(&folder).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            let path = entry.path();
            let kind = entry.file_type().map_err(unreadable)?;
            if kind.is_dir() {
                below.push(path);
            } else if let Some(kind) = InputKind::by_name(&path)
                && path.is_file()
            {
                here.push(Input { path, kind });
            }
            if found.len() + here.len() > FILES || folders.len() + below.len() > FILES {
                return Err(InputError::TooMany);
            }
        }
        here.sort_by(|a, b| a.path.cmp(&b.path));
        found.append(&mut here);
        if subfolders == Subfolders::Included {
            below.sort_by(|a, b| b.cmp(a));
            folders.append(&mut below);
        }
    }
    Ok(())
}

fn sniff(path: &Path) -> io::Result<Option<InputKind>> {
    let mut first = Vec::new();
    File::open(path)?.take(64).read_to_end(&mut first)?;
    Ok(InputKind::by_first_bytes(&first))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(inputs: &[Input]) -> Vec<String> {
        let name = |input: &Input| input.path.file_name().unwrap().to_string_lossy().into_owned();
        inputs.iter().map(name).collect()
    }

    #[test]
    fn a_folder_gives_its_messages_and_containers_sorted_and_each_once() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.xml", "a.XML", "c.tar.lzma", "notes.txt", ".hidden.xml", "d.xml.part"] {
            fs::write(folder.path().join(name), "<a/>").unwrap();
        }
        fs::create_dir(folder.path().join("inner")).unwrap();
        fs::write(folder.path().join("inner/e.xml"), "<a/>").unwrap();
        let paths = [folder.path().join("b.xml"), folder.path().to_owned()];
        let flat = inputs(&paths, Subfolders::LeftOut).unwrap();
        assert_eq!(names(&flat), ["b.xml", "a.XML", "c.tar.lzma"]);
        let deep = inputs(&paths, Subfolders::Included).unwrap();
        assert_eq!(names(&deep), ["b.xml", "a.XML", "c.tar.lzma", "e.xml"]);
    }

    #[test]
    fn a_named_file_is_known_by_its_first_bytes_when_its_name_does_not_tell() {
        for (bytes, expected) in [
            (&b"\xef\xbb\xbf\n<Message/>"[..], Some(InputKind::Message)),
            (b"\x5d\x00\x00\x00\x08\xff", Some(InputKind::Container)),
            (b"\xfd7zXZ\0", Some(InputKind::Container)),
            (b"%PDF-1.7", None),
            (b"", None),
        ] {
            assert_eq!(InputKind::by_first_bytes(bytes), expected);
        }
    }

    #[test]
    fn what_cannot_be_sent_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let pdf = folder.path().join("letter.pdf");
        fs::write(&pdf, "%PDF").unwrap();
        let refused = |path: PathBuf| inputs(&[path], Subfolders::LeftOut).unwrap_err();
        assert!(matches!(refused(pdf), InputError::NotOurs { .. }));
        assert!(matches!(refused(folder.path().join("gone.xml")), InputError::Unreadable { .. }));
        assert!(matches!(refused(folder.path().to_owned()), InputError::Empty { .. }));
    }
}
