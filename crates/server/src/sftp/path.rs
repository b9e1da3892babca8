//! Paths: eight folders that are always the same, and names in them. Nothing else can be said.

use brevdue_exchange::files::FILE_NAME_BYTES;

/// A folder of the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Place {
    Root,
    Memo,
    Receipts,
    /// Where senders write messages and archives.
    Upload,
    /// What of it could not be read.
    Rejected,
    /// What waits for a receiver.
    Download,
    /// Technical receipts of uploads.
    Technical,
    /// Business receipts that wait for a sender.
    Business,
    /// Where receivers write their receipts.
    Answers,
    /// The list of who is registered.
    List,
}

/// What a path names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Path {
    Folder(Place),
    File(Place, String),
}

/// Why a path names nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoPath {
    /// It may not be written like that.
    Refused,
    /// There is no such folder.
    Nothing,
}

const FOLDERS: [(Place, &str); 10] = [
    (Place::Root, "/"),
    (Place::Memo, "/memo"),
    (Place::Upload, "/memo/upload"),
    (Place::Rejected, "/memo/rejected"),
    (Place::Download, "/memo/download"),
    (Place::Receipts, "/receipts"),
    (Place::Technical, "/receipts/technical"),
    (Place::Business, "/receipts/business"),
    (Place::Answers, "/receipts/upload"),
    (Place::List, "/tilmeldingsliste"),
];

impl Place {
    /// The folders in this one, by their names.
    pub(super) fn folders(self) -> impl Iterator<Item = (&'static str, Self)> {
        let own = self.path().trim_end_matches('/');
        FOLDERS.into_iter().filter_map(move |(place, path)| {
            let name = path.strip_prefix(own)?.strip_prefix('/')?;
            (!name.is_empty() && !name.contains('/')).then_some((name, place))
        })
    }

    pub(super) fn path(self) -> &'static str {
        FOLDERS.iter().find(|(place, _)| *place == self).map_or("/", |(_, path)| path)
    }

    /// Whether files can be written here.
    pub(super) fn takes_files(self) -> bool {
        matches!(self, Self::Upload | Self::Answers)
    }

    fn holds_files(self) -> bool {
        !matches!(self, Self::Root | Self::Memo | Self::Receipts)
    }
}

impl Path {
    /// Reads a path; one that does not begin at the root begins there all the same.
    pub(super) fn parse(text: &str) -> Result<Self, NoPath> {
        if text.len() > PATH_BYTES {
            return Err(NoPath::Refused);
        }
        let parts: Vec<&str> =
            text.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
        if parts.iter().any(|part| !is_name(part)) {
            return Err(NoPath::Refused);
        }
        let folder = |parts: &[&str]| {
            let path = format!("/{}", parts.join("/"));
            FOLDERS.iter().find(|(_, own)| *own == path).map(|(place, _)| *place)
        };
        if let Some(place) = folder(&parts) {
            return Ok(Self::Folder(place));
        }
        let Some((name, above)) = parts.split_last() else { return Err(NoPath::Nothing) };
        match folder(above).filter(|place| place.holds_files()) {
            Some(place) => Ok(Self::File(place, (*name).to_owned())),
            None => Err(NoPath::Nothing),
        }
    }

    /// The path that a client means by a path with `..` in it. Above the root is the root.
    pub(super) fn canonical(text: &str) -> Option<String> {
        if text.len() > PATH_BYTES {
            return None;
        }
        let mut parts: Vec<&str> = Vec::new();
        for part in text.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop();
                }
                part if is_name(part) => parts.push(part),
                _ => return None,
            }
        }
        Some(format!("/{}", parts.join("/")))
    }
}

/// Bytes of a path: the longest folder, a name, and some slashes too many.
const PATH_BYTES: usize = 64 + FILE_NAME_BYTES;

/// A name that can stand in a folder of any system: no separator of paths, nothing that is not seen,
/// nothing hidden.
fn is_name(part: &str) -> bool {
    !part.starts_with('.')
        && part.len() <= FILE_NAME_BYTES
        && !part.chars().any(|c| c.is_control() || c == '\\' || is_unseen(c))
}

/// Marks of writing direction and of no width, which make a name look like another.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fffd}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_a_folder_or_a_file_in_it_and_never_anything_else() {
        let long = format!("/memo/upload/{}", "a".repeat(FILE_NAME_BYTES + 1));
        let file = |place, name: &str| Ok(Path::File(place, name.into()));
        for (text, expected) in [
            ("/", Ok(Path::Folder(Place::Root))),
            ("", Ok(Path::Folder(Place::Root))),
            (".", Ok(Path::Folder(Place::Root))),
            ("/memo/upload/", Ok(Path::Folder(Place::Upload))),
            ("memo//./upload", Ok(Path::Folder(Place::Upload))),
            ("/memo/upload/a.xml", file(Place::Upload, "a.xml")),
            ("receipts/upload/a.json", file(Place::Answers, "a.json")),
            ("/tilmeldingsliste/x.csv", file(Place::List, "x.csv")),
            ("/memo/upload/æ ø.xml", file(Place::Upload, "æ ø.xml")),
            ("/a.xml", Err(NoPath::Nothing)),
            ("/memo/a.xml", Err(NoPath::Nothing)),
            ("/memo/upload/a/b.xml", Err(NoPath::Nothing)),
            ("/etc/passwd", Err(NoPath::Nothing)),
            ("/memo/upload/../download/a.xml", Err(NoPath::Refused)),
            ("..", Err(NoPath::Refused)),
            ("/memo/upload/...xml", Err(NoPath::Refused)),
            ("/memo/upload/.hidden", Err(NoPath::Refused)),
            ("/memo/upload/a\\b.xml", Err(NoPath::Refused)),
            ("/memo/upload/a\0.xml", Err(NoPath::Refused)),
            ("/memo/upload/a\n.xml", Err(NoPath::Refused)),
            ("/memo/upload/a\u{202e}lmx.xml", Err(NoPath::Refused)),
            (&long, Err(NoPath::Refused)),
        ] {
            assert_eq!(Path::parse(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_client_that_goes_up_stays_in() {
        for (text, expected) in [
            (".", Some("/")),
            ("/memo/..", Some("/")),
            ("/memo/upload/../download", Some("/memo/download")),
            ("../../../etc/passwd", Some("/etc/passwd")),
            ("/..", Some("/")),
            ("/a\0b", None),
        ] {
            assert_eq!(Path::canonical(text).as_deref(), expected, "{text:?}");
        }
        assert_eq!(Path::parse("/etc/passwd"), Err(NoPath::Nothing), "and nothing is there");
    }

    #[test]
    fn every_folder_is_found_by_walking_down() {
        let mut found = vec![Place::Root];
        let mut next = 0;
        while let Some(place) = found.get(next).copied() {
            found.extend(place.folders().map(|(_, place)| place));
            next += 1;
        }
        assert_eq!(found.len(), FOLDERS.len());
    }
}
