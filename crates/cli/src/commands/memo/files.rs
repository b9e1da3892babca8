//! The messages that paths mean: files, folders, entries of containers, and standard input.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use brevdue_gateway::limits::own_container;
use brevdue_gateway::sender::{InputError, InputKind, Subfolders, inputs};
use brevdue_memo::container::{self, ContainerError, Part};
use brevdue_memo::{Finding, Severity};

use crate::report::Problem;

/// Standard input, as a path.
pub(super) const STDIN: &str = "-";

/// How much of standard input tells what it is.
const FIRST_BYTES: u64 = 64;

/// One message, or what should be one.
pub(super) struct Found<'a> {
    /// The file as people know it, with the entry's name after a slash.
    pub(super) place: String,
    /// The entry's number and name, when the file is a container.
    pub(super) entry: Option<(usize, &'a str)>,
    /// Where its bytes can be read again; none for standard input and for entries of containers.
    pub(super) path: Option<&'a Path>,
    /// Its bytes.
    pub(super) reader: &'a mut dyn Read,
}

/// A file, or standard input.
pub(super) struct Source {
    /// As people know it.
    pub(super) place: String,
    /// How long it is; 0 for standard input.
    pub(super) length_bytes: u64,
    /// None for standard input.
    file: Option<(PathBuf, InputKind)>,
}

/// Takes the messages of a file as they are found.
pub(super) trait Taker {
    /// Takes a message.
    ///
    /// # Errors
    /// When reading it fails.
    fn message(&mut self, found: Found<'_>) -> io::Result<()>;

    /// Something is wrong with the container or one of its entries. The good entries are taken all the
    /// same, as far as the container can be read.
    fn container(&mut self, place: &str, finding: Finding);

    /// Wraps the bytes of a file, to count or keep them.
    fn watch<'r>(&self, reader: Box<dyn Read + 'r>) -> Box<dyn Read + 'r> {
        reader
    }
}

/// Lists the files of `paths` in order, each once.
pub(super) fn list(paths: &[PathBuf], subfolders: Subfolders) -> Result<Vec<Source>, Problem> {
    let mut listed = Vec::new();
    let mut seen = HashSet::new();
    for path in paths {
        if path.as_os_str() == STDIN {
            if seen.insert(path.clone()) {
                listed.push(Source { place: "<stdin>".to_owned(), length_bytes: 0, file: None });
            }
            continue;
        }
        let inputs =
            inputs(std::slice::from_ref(path), subfolders).map_err(|e| paths_at_fault(&e))?;
        for input in inputs {
            if seen.insert(input.path.clone()) {
                let length_bytes = input.path.metadata().map_or(0, |metadata| metadata.len());
                let place = shown(&input.path);
                listed.push(Source { place, length_bytes, file: Some((input.path, input.kind)) });
            }
        }
    }
    Ok(listed)
}

impl Source {
    /// Hands each of its messages to `taker`, in order.
    pub(super) fn hand_to(&self, taker: &mut dyn Taker) -> Result<(), Problem> {
        let Some((path, kind)) = &self.file else { return self.standard_input(taker) };
        let file = File::open(path).map_err(|error| unreadable(&self.place, &error))?;
        self.read(*kind, Some(path), Box::new(file), taker)
    }

    fn standard_input(&self, taker: &mut dyn Taker) -> Result<(), Problem> {
        let mut input = io::stdin().lock();
        let mut first = Vec::new();
        let read = input.by_ref().take(FIRST_BYTES).read_to_end(&mut first);
        read.map_err(|error| unreadable(&self.place, &error))?;
        let kind = InputKind::by_first_bytes(&first).unwrap_or(InputKind::Message);
        self.read(kind, None, Box::new(Cursor::new(first).chain(input)), taker)
    }

    fn read(
        &self,
        kind: InputKind,
        path: Option<&Path>,
        reader: Box<dyn Read + '_>,
        taker: &mut dyn Taker,
    ) -> Result<(), Problem> {
        let mut reader = BufReader::new(taker.watch(reader));
        let place = &self.place;
        match kind {
            InputKind::Message => {
                // What is no plain file, such as a pipe, gives its bytes once.
                let path = path.filter(|path| path.is_file());
                let found = Found { place: place.clone(), entry: None, path, reader: &mut reader };
                taker.message(found).map_err(|error| unreadable(place, &error))
            }
            InputKind::Container => {
                let outcome = container::walk(reader, &own_container(), &mut |part| match part {
                    Part::File(entry) => taker.message(Found {
                        place: format!("{place}/{}", entry.name),
                        entry: Some((entry.number, entry.name)),
                        path: None,
                        reader: entry.reader,
                    }),
                    Part::Finding(finding) => {
                        taker.container(place, finding);
                        Ok(())
                    }
                });
                outcome.map(|_| ()).map_err(|error| unreadable(place, &error))
            }
        }
    }
}

/// Hands every message of `paths` to `each`, in order, and every error of a container to `broken`. The
/// good entries are handed out all the same, as far as the container can be read.
pub(super) fn walk(
    paths: &[PathBuf],
    subfolders: Subfolders,
    each: &mut dyn FnMut(Found<'_>) -> io::Result<()>,
    broken: &mut dyn FnMut(String, ContainerError),
) -> Result<(), Problem> {
    let mut pair = Pair { each, broken };
    list(paths, subfolders)?.iter().try_for_each(|source| source.hand_to(&mut pair))
}

/// Two functions as a taker.
struct Pair<'f> {
    each: &'f mut dyn FnMut(Found<'_>) -> io::Result<()>,
    broken: &'f mut dyn FnMut(String, ContainerError),
}

impl Taker for Pair<'_> {
    fn message(&mut self, found: Found<'_>) -> io::Result<()> {
        (self.each)(found)
    }

    fn container(&mut self, place: &str, finding: Finding) {
        if finding.severity == Severity::Error {
            (self.broken)(place.to_owned(), finding.into());
        }
    }
}

/// The bytes of a message in a file that can be read twice and is gone when dropped.
pub(super) fn spooled(reader: &mut dyn Read) -> io::Result<(File, u64)> {
    let mut file = tempfile::tempfile()?;
    let length_bytes = io::copy(reader, &mut file)?;
    file.rewind()?;
    Ok((file, length_bytes))
}

/// A path as seen from where the command was given.
pub(super) fn shown(path: &Path) -> String {
    static HERE: OnceLock<Option<PathBuf>> = OnceLock::new();
    let here = HERE.get_or_init(|| std::env::current_dir().and_then(std::fs::canonicalize).ok());
    let below = here.as_deref().and_then(|here| path.strip_prefix(here).ok());
    below.unwrap_or(path).display().to_string()
}

pub(super) fn unreadable(place: &str, error: &io::Error) -> Problem {
    Problem::command("memo::file", "a file could not be read or written").at(place).because(error)
}

pub(super) fn paths_at_fault(error: &InputError) -> Problem {
    let problem = Problem::command("memo::paths", error.to_string());
    match std::error::Error::source(error) {
        Some(cause) => problem.because(cause),
        None => problem,
    }
}
