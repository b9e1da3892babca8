//! Documents and files: of letters to be read, of drafts to be written.

use brevdue_memo as memo;
use brevdue_memo::rules::{DocumentKind, file_type_is_allowed, filename_is_allowed};
use brevdue_wire::mailbox as wire;
use uuid::Uuid;

use super::drafts::{Draft, DraftDocument, DraftFile, show_document, show_file};
use super::listing::Entry;
use super::opening::{OpenMailbox, Right};
use super::showing::{documents, file_id};
use super::{MailboxError, limits, maybe_text, must_be, text};
use crate::{ContentRef, Exchange, Kept};

/// Where the bytes of a file are.
#[derive(Debug, Clone)]
pub enum FileBytes {
    /// In a letter, in Base64.
    InLetter {
        /// Where in it.
        content: memo::Content,
        /// The letter.
        letter: ContentRef,
    },
    /// By themselves.
    Alone(ContentRef),
}

/// A file to be read.
#[derive(Debug, Clone)]
pub struct OpenFile {
    /// Its media type, as the letter says.
    pub encoding_format: String,
    /// Its name, as the letter says.
    pub filename: String,
    /// How long it is.
    pub length_bytes: u64,
    /// Where it is.
    pub bytes: FileBytes,
}

const DOCUMENT: &str = "Document";
const FILE: &str = "File";

impl Exchange {
    /// The documents of a message.
    ///
    /// # Errors
    ///
    /// [`MailboxError::NotThere`].
    pub async fn documents(
        &self,
        open: &OpenMailbox,
        message: Uuid,
    ) -> Result<Vec<wire::Document>, MailboxError> {
        match self.entry(open, message).await? {
            Entry::Letter(row) => Ok(documents(open, &row, &self.read_letter(&row)?)),
            Entry::Draft(kept) => {
                Ok(kept.body.documents.iter().map(|one| show_document(&kept, one)).collect())
            }
        }
    }

    /// A document of a message.
    ///
    /// # Errors
    ///
    /// [`MailboxError::NotThere`].
    pub async fn document(
        &self,
        open: &OpenMailbox,
        message: Uuid,
        id: Uuid,
    ) -> Result<wire::Document, MailboxError> {
        let all = self.documents(open, message).await?;
        all.into_iter().find(|one| one.id == Some(id)).ok_or(MailboxError::NotThere("document"))
    }

    /// A file of a document.
    ///
    /// # Errors
    ///
    /// [`MailboxError::NotThere`].
    pub async fn file_of(
        &self,
        open: &OpenMailbox,
        message: Uuid,
        document: Uuid,
        id: Uuid,
    ) -> Result<wire::File, MailboxError> {
        let files = self.document(open, message, document).await?.files.unwrap_or_default();
        files.into_iter().find(|file| file.id == Some(id)).ok_or(MailboxError::NotThere("file"))
    }

    /// A file to be read.
    ///
    /// # Errors
    ///
    /// [`MailboxError::NotThere`], also for a file of a draft whose content has not come.
    pub async fn open_file(
        &self,
        open: &OpenMailbox,
        message: Uuid,
        document: Uuid,
        id: Uuid,
    ) -> Result<OpenFile, MailboxError> {
        let row = match self.entry(open, message).await? {
            Entry::Letter(row) => row,
            Entry::Draft(kept) => {
                let (_, file) = place(&kept.body, document, id)?;
                let content = file.content.and_then(|number| kept.contents.get(number));
                let content = content.ok_or(MailboxError::NotThere("content"))?;
                return Ok(OpenFile {
                    encoding_format: file.encoding_format.clone(),
                    filename: file.filename.clone(),
                    length_bytes: content.length_bytes,
                    bytes: FileBytes::Alone(content.clone()),
                });
            }
        };
        let letter = self.read_letter(&row)?;
        let shown = documents(open, &row, &letter);
        let number = shown.iter().position(|one| one.id == Some(document));
        let number = number.ok_or(MailboxError::NotThere("document"))?;
        let files = files_of(letter, number);
        let file = files.into_iter().enumerate().find(|(n, _)| file_id(document, *n) == id);
        let (_, file) = file.ok_or(MailboxError::NotThere("file"))?;
        Ok(OpenFile {
            length_bytes: file.content.len_bytes(),
            encoding_format: file.encoding_format,
            filename: file.filename,
            bytes: FileBytes::InLetter { content: file.content, letter: row.memo.content },
        })
    }

    /// Adds a document to a draft.
    ///
    /// # Errors
    ///
    /// See [`MailboxError`].
    pub async fn add_document(
        &self,
        open: &OpenMailbox,
        message: Uuid,
        wanted: &wire::Document,
    ) -> Result<wire::Document, MailboxError> {
        let mut kept = self.draft(open, message).await?;
        let document = DraftDocument {
            id: self.ids().random(),
            version: 1,
            kind: wire::DocumentType::Additional,
            document_id: None,
            label: None,
            files: Vec::new(),
        };
        if kept.body.documents.len() >= limits::DOCUMENTS {
            return Err(too_many("documents"));
        }
        let document = taken(document, wanted, &kept.body)?;
        kept.body.documents.push(document.clone());
        let kept = self.save_draft(open, kept).await?;
        Ok(show_document(&kept, &document))
    }

    /// Changes a document of a draft.
    ///
    /// # Errors
    ///
    /// See [`MailboxError`].
    pub async fn change_document(
        &self,
        open: &OpenMailbox,
        message: Uuid,
        id: Uuid,
        version: i64,
        wanted: &wire::Document,
    ) -> Result<wire::Document, MailboxError> {
        let mut kept = self.draft(open, message).await?;
        let number = position(&kept.body, id)?;
        let mut document = kept.body.documents.remove(number);
        must_be(version, document.version)?;
        document.version += 1;
        let document = taken(document, wanted, &kept.body)?;
        kept.body.documents.insert(number, document.clone());
        let kept = self.save_draft(open, kept).await?;
        Ok(show_document(&kept, &document))
    }

    /// Takes a document out of a draft, with its files.
    ///
    /// # Errors
    ///
    /// See [`MailboxError`].
    pub async fn remove_document(
        &self,
        open: &OpenMailbox,
        message: Uuid,
        id: Uuid,
        version: i64,
    ) -> Result<(), MailboxError> {
        let mut kept = self.draft(open, message).await?;
        let number = position(&kept.body, id)?;
        must_be(version, kept.body.documents[number].version)?;
        kept.body.documents.remove(number);
        tidy(&mut kept);
        self.save_draft(open, kept).await?;
        Ok(())
    }

    /// Adds a file to a document of a draft; its content follows.
    ///
    /// # Errors
    ///
    /// See [`MailboxError`].
    pub async fn add_file(
        &self,
        open: &OpenMailbox,
        message: Uuid,
        document: Uuid,
        wanted: &wire::File,
    ) -> Result<wire::File, MailboxError> {
        let mut kept = self.draft(open, message).await?;
        let number = position(&kept.body, document)?;
        let document = &mut kept.body.documents[number];
        if document.files.len() >= limits::FILES {
            return Err(too_many("files"));
        }
        let id = self.ids().random();
        let file = described(id, 1, None, document.kind, wanted)?;
        document.files.push(file.clone());
        document.version += 1;
        let kept = self.save_draft(open, kept).await?;
        Ok(show_file(&kept, &file))
    }

    /// Changes what a file of a draft is called.
    ///
    /// # Errors
    ///
    /// See [`MailboxError`].
    pub async fn change_file(
        &self,
        open: &OpenMailbox,
        message: Uuid,
        (document, id): (Uuid, Uuid),
        version: i64,
        wanted: &wire::File,
    ) -> Result<wire::File, MailboxError> {
        let mut kept = self.draft(open, message).await?;
        let kind = kept.body.documents[position(&kept.body, document)?].kind;
        let file = place_mut(&mut kept.body, document, id)?;
        must_be(version, file.version)?;
        *file = described(id, version + 1, file.content, kind, wanted)?;
        let file = file.clone();
        let kept = self.save_draft(open, kept).await?;
        Ok(show_file(&kept, &file))
    }

    /// Takes a file out of a draft.
    ///
    /// # Errors
    ///
    /// See [`MailboxError`].
    pub async fn remove_document_file(
        &self,
        open: &OpenMailbox,
        message: Uuid,
        (document, id): (Uuid, Uuid),
        version: i64,
    ) -> Result<(), MailboxError> {
        let mut kept = self.draft(open, message).await?;
        must_be(version, place_mut(&mut kept.body, document, id)?.version)?;
        let number = position(&kept.body, document)?;
        let document = &mut kept.body.documents[number];
        document.files.retain(|file| file.id != id);
        document.version += 1;
        tidy(&mut kept);
        self.save_draft(open, kept).await?;
        Ok(())
    }

    /// That content may be put into a file of a draft; asked before the content is taken in.
    ///
    /// # Errors
    ///
    /// See [`MailboxError`].
    pub async fn awaits_content(
        &self,
        open: &OpenMailbox,
        message: Uuid,
        (document, id): (Uuid, Uuid),
        version: i64,
    ) -> Result<(), MailboxError> {
        let mut kept = self.draft(open, message).await?;
        must_be(version, place_mut(&mut kept.body, document, id)?.version)
    }

    /// Puts content into a file of a draft.
    ///
    /// # Errors
    ///
    /// See [`MailboxError`].
    pub async fn put_content(
        &self,
        open: &OpenMailbox,
        message: Uuid,
        (document, id): (Uuid, Uuid),
        version: i64,
        content: ContentRef,
    ) -> Result<wire::FileContent, MailboxError> {
        let mut kept = self.draft(open, message).await?;
        let number = kept.contents.len();
        let file = place_mut(&mut kept.body, document, id)?;
        must_be(version, file.version)?;
        file.content = Some(number);
        file.version += 1;
        let file = file.clone();
        kept.contents.push(content);
        tidy(&mut kept);
        let bytes: u64 = kept.contents.iter().map(|content| content.length_bytes).sum();
        if bytes > self.policy().authority_memo_bytes {
            let message = "the files of the draft are larger together than any message may be";
            return Err(MailboxError::field("FileContent", "file", message));
        }
        let kept = self.save_draft(open, kept).await?;
        let (_, kept_file) = place(&kept.body, document, id)?;
        Ok(wire::FileContent {
            id: Some(id),
            version: Some(file.version),
            file_size: show_file(&kept, kept_file).file_size,
            message: Some(self.show_draft(open, &kept)),
        })
    }

    pub(super) async fn draft(
        &self,
        open: &OpenMailbox,
        id: Uuid,
    ) -> Result<Kept<Draft>, MailboxError> {
        open.must(Right::Write)?;
        match self.entry(open, id).await? {
            Entry::Draft(kept) => Ok(*kept),
            Entry::Letter(_) => Err(MailboxError::Stands {
                code: "message.not.draft",
                message: "the message was sent and stays as it is; only drafts are written",
            }),
        }
    }
}

fn too_many(what: &'static str) -> MailboxError {
    MailboxError::field("Message", what, format!("there are as many {what} as there may be"))
}

/// Lets go of contents that no file names, and numbers the rest anew.
fn tidy(kept: &mut Kept<Draft>) {
    let before = std::mem::take(&mut kept.contents);
    for file in kept.body.documents.iter_mut().flat_map(|document| &mut document.files) {
        let content = file.content.and_then(|number| before.get(number));
        file.content = content.map(|content| {
            kept.contents.push(content.clone());
            kept.contents.len() - 1
        });
    }
}

fn position(draft: &Draft, document: Uuid) -> Result<usize, MailboxError> {
    let position = draft.documents.iter().position(|one| one.id == document);
    position.ok_or(MailboxError::NotThere("document"))
}

fn place(draft: &Draft, document: Uuid, file: Uuid) -> Result<(usize, &DraftFile), MailboxError> {
    let number = position(draft, document)?;
    let file = draft.documents[number].files.iter().find(|one| one.id == file);
    file.map(|file| (number, file)).ok_or(MailboxError::NotThere("file"))
}

fn place_mut(
    draft: &mut Draft,
    document: Uuid,
    file: Uuid,
) -> Result<&mut DraftFile, MailboxError> {
    let number = position(draft, document)?;
    let file = draft.documents[number].files.iter_mut().find(|one| one.id == file);
    file.ok_or(MailboxError::NotThere("file"))
}

/// The files of the n-th document, in the order of [`documents`].
fn files_of(letter: memo::Message, number: usize) -> Vec<memo::File> {
    let Some(body) = letter.body else { return Vec::new() };
    let main = std::iter::once(body.main_document.files);
    let additional = body.additional_documents.into_iter().map(|one| one.files);
    let technical = body.technical_documents.into_iter().map(|one| one.files);
    main.chain(additional).chain(technical).nth(number).unwrap_or_default()
}

/// A document as the client wants it, beside the `others` of its draft.
fn taken(
    mut document: DraftDocument,
    wanted: &wire::Document,
    others: &Draft,
) -> Result<DraftDocument, MailboxError> {
    let Some(kind) = wanted.document_type else {
        let message = "documentType is missing: MAIN, ADDITIONAL or TECHNICAL";
        return Err(MailboxError::field(DOCUMENT, "documentType", message));
    };
    let of_kind = others.documents.iter().filter(|other| other.kind == kind).count();
    let limit = match kind {
        wire::DocumentType::Main => 1,
        wire::DocumentType::Additional => limits::ADDITIONAL_DOCUMENTS,
        wire::DocumentType::Technical => limits::DOCUMENTS,
    };
    if of_kind >= limit {
        let message = "a message has one MAIN document and at most 10 ADDITIONAL ones";
        return Err(MailboxError::field(DOCUMENT, "documentType", message));
    }
    document.kind = kind;
    document.label = maybe_text(DOCUMENT, "label", wanted.label.as_deref(), limits::TEXT)?;
    document.document_id =
        maybe_text(DOCUMENT, "documentId", wanted.document_id.as_deref(), limits::TEXT)?;
    Ok(document)
}

/// A file that a letter may carry.
fn described(
    id: Uuid,
    version: i64,
    content: Option<usize>,
    kind: wire::DocumentType,
    wanted: &wire::File,
) -> Result<DraftFile, MailboxError> {
    let given = |field: &Option<String>| field.clone().unwrap_or_default();
    let encoding_format =
        text(FILE, "encodingFormat", &given(&wanted.encoding_format), limits::TEXT)?;
    let filename = text(FILE, "filename", &given(&wanted.filename), limits::TEXT)?;
    let language = given(&wanted.language).to_ascii_lowercase();
    if language.len() != 2 || !language.bytes().all(|byte| byte.is_ascii_lowercase()) {
        let message = "language is a code of two letters, for example da";
        return Err(MailboxError::field(FILE, "language", message));
    }
    if !filename_is_allowed(&filename) {
        let message = "filename holds a character that is not allowed [MEMO-R-010]";
        return Err(MailboxError::field(FILE, "filename", message));
    }
    let readers = match kind {
        wire::DocumentType::Technical => DocumentKind::Technical,
        _ => DocumentKind::ForPeople,
    };
    if !file_type_is_allowed(&filename, &encoding_format, readers) {
        let message = "the file is of a type that is not allowed [MEMO-R-121]";
        return Err(MailboxError::field(FILE, "encodingFormat", message));
    }
    Ok(DraftFile { id, version, encoding_format, filename, language, content })
}
