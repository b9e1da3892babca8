//! Every limit of the pages, with its unit, in one place.

/// Messages on one page of a folder.
pub(crate) const FOLDER_PAGE: u64 = 25;
/// People and companies on one page of the sign-in list.
pub(crate) const CONTACT_PAGE: u64 = 50;
/// Contacts looked through for a search.
pub(crate) const CONTACT_SEARCH: u64 = 10_000;
/// Seconds a signed-in session lasts.
pub(crate) const SESSION_SECONDS: i64 = 8 * 60 * 60;
/// Seconds the choice of language is remembered.
pub(crate) const LANGUAGE_SECONDS: i64 = 365 * 24 * 60 * 60;
/// Bytes of an ordinary form.
pub(crate) const FORM_BYTES: usize = 16 * 1024;
/// Bytes of an HTML document up to which it is cleaned and shown; longer ones are for download.
pub(crate) const SHOWN_HTML_BYTES: u64 = 2_000_000;
/// Tags of an HTML document up to which it is cleaned and shown.
pub(crate) const SHOWN_HTML_TAGS: usize = 20_000;
/// Milliseconds after which the cleaning of an HTML document is given up.
pub(crate) const CLEANING_MILLIS: u64 = 1_000;
/// Bytes of an HTML document parsed between two looks at the clock.
pub(crate) const CLEANING_STEP_BYTES: usize = 64;
/// Bytes of a plain text up to which it is shown in the page.
pub(crate) const SHOWN_TEXT_BYTES: u64 = 256_000;
/// Bytes read of a file to see whether it is what it says it is.
pub(crate) const SNIFFED_BYTES: u64 = 1024;
/// Documents and actions shown of one message; the rest are counted.
pub(crate) const SHOWN_ITEMS: usize = 200;
/// Bytes handed to the network at a time when a file is streamed.
pub(crate) const CHUNK_BYTES: usize = 64 * 1024;
/// Chunks waiting for the network while a file is streamed.
pub(crate) const CHUNKS_WAITING: usize = 4;
/// Characters of a title.
pub(crate) const TITLE_CHARACTERS: usize = 256;
/// Characters of the text of an answer.
pub(crate) const ANSWER_CHARACTERS: usize = 50_000;
/// Bytes of the fields of the answer form besides its files.
pub(crate) const ANSWER_FIELD_BYTES: usize = 4 * ANSWER_CHARACTERS;
/// Bytes of an answer that is too large that are still read, so that the browser hears the reason.
pub(crate) const DRAINED_BYTES: usize = 100_000_000;
/// Bytes set aside in an answer for everything but its attachments.
pub(crate) const ANSWER_ENVELOPE_BYTES: u64 = 512 * 1024;
/// Characters of a file name shown or offered for saving.
pub(crate) const FILE_NAME_CHARACTERS: usize = 150;
/// Moments shown in the live view.
pub(crate) const LIVE_MOMENTS: usize = 100;
/// People offered as recipients there.
pub(crate) const LIVE_PEOPLE: u64 = 20;
/// Letters that wait for their day shown there.
pub(crate) const LIVE_DELAYED: usize = 20;
/// Alarms shown there.
pub(crate) const LIVE_ALARMS: usize = 50;
/// Journeys of the clock, each of a year at most, to the end of a certificate.
pub(crate) const LIVE_JOURNEYS: u32 = 12;
/// Milliseconds between two looks for a letter that was just sent.
pub(crate) const LIVE_FILING_MILLIS: u64 = 25;
/// Such looks.
pub(crate) const LIVE_FILING_LOOKS: u32 = 80;
/// Moments taken at a time by one who watches.
pub(crate) const LIVE_BATCH: usize = 100;
/// Milliseconds between two looks for new moments.
pub(crate) const LIVE_LOOK_MILLIS: u64 = 300;
/// Looks after which a stream ends; the browser begins another.
pub(crate) const LIVE_LOOKS: u32 = 600;
/// Bytes of a form that describes an object of a programme.
pub(crate) const OBJECT_FORM_BYTES: usize = 512 * 1024;
/// Fields of such a form.
pub(crate) const OBJECT_FORM_FIELDS: usize = 5_000;
/// Rows on one page of a register.
pub(crate) const REGISTER_PAGE: usize = 100;
/// Suppliers whose report is offered on the page of reports.
pub(crate) const REPORT_SUPPLIERS: usize = 200;
/// Lines of history on one page.
pub(crate) const HISTORY_PAGE: usize = 100;
/// Notices on one page.
pub(crate) const NOTICE_PAGE: usize = 100;
/// Characters of a link that opens a mail program; mail programs cut longer ones.
pub(crate) const MAILTO_CHARACTERS: usize = 1_900;
/// Lines of history shown beside what they are about.
pub(crate) const HISTORY_SHOWN: usize = 20;
/// Characters of a comment.
pub(crate) const COMMENT_CHARACTERS: usize = 5_000;
/// Characters of what the list of programmes is searched for.
pub(crate) const SEARCH_CHARACTERS: usize = 100;
/// Programmes on one page of their list.
pub(crate) const PROGRAMME_PAGE: usize = 100;
/// Rows on one page of the task list.
pub(crate) const TASK_PAGE: usize = 100;
/// Cards in one column of the board; the rest are counted.
pub(crate) const BOARD_CARDS: usize = 50;
/// Rows drawn in the picture of the plan.
pub(crate) const PLAN_ROWS: usize = 400;
/// Rows on one page of the compliance matrix.
pub(crate) const MATRIX_PAGE: usize = 100;
/// Links to questionnaires that open nothing and are looked up in a minute, from all browsers together.
pub(crate) const GUESSES_A_MINUTE: u32 = 120;
/// Bytes of what a supplier answers in one form.
pub(crate) const SUPPLIER_FORM_BYTES: usize = 128 * 1024;
/// Characters of one answer of a supplier.
pub(crate) const SUPPLIER_ANSWER_CHARACTERS: usize =
    brevdue_programme::questionnaire::ANSWER_CHARACTERS;
/// Bytes of a questionnaire that is brought back as a workbook.
pub(crate) const SUPPLIER_SHEET_BYTES: usize = 2 * 1024 * 1024;
/// Bytes of the form that brings one, that are still read so that the browser hears why not.
pub(crate) const SUPPLIER_SHEET_FORM_BYTES: usize = 20 * 1024 * 1024;
/// Days that a link to a questionnaire works, where nobody says otherwise.
pub(crate) const QUESTIONNAIRE_DAYS: i32 = 28;

/// Bytes of a form that brings a catalogue, and what is beside it.
pub(crate) const CATALOGUE_FORM_BYTES: usize =
    brevdue_programme::catalogue::CATALOGUE_BYTES + 64 * 1024;
/// Items of two catalogues that are shown side by side; the rest are counted.
pub(crate) const COMPARED_ITEMS: usize = 300;
/// Bytes of a field beside a file of evidence.
pub(crate) const EVIDENCE_FIELD_BYTES: usize = 1024;
/// Bytes of a form that brings evidence: a file, and what is beside it.
pub(crate) const EVIDENCE_FORM_BYTES: usize = brevdue_office::limits::FILE_BYTES + 64 * 1024;
/// Lines of history in the log that is downloaded, at most.
pub(crate) const REPORT_HISTORY: usize = 1_000;
/// Files that were brought to programmes and are kept while somebody decides, from all browsers together.
pub(crate) const UPLOADS: usize = 32;
/// Bytes of all of them together; the oldest goes first.
pub(crate) const UPLOADS_BYTES: usize = 48 * 1024 * 1024;
/// Seconds for which such a file is kept.
pub(crate) const UPLOAD_SECONDS: i64 = 60 * 60;
/// Such files that are read at once; others wait.
pub(crate) const UPLOADS_READ: usize = 2;
/// Bytes of the form that brings one, with the file, that are still read so that the browser hears why not.
pub(crate) const UPLOAD_FORM_BYTES: usize = 100_000_000;
/// Bytes of a field of that form that is no file.
pub(crate) const UPLOAD_FIELD_BYTES: usize = 1_024;
/// Differences on one page of an import.
pub(crate) const IMPORT_PAGE: usize = 200;
/// Characters of a value shown there; a longer one is cut.
pub(crate) const IMPORT_VALUE_CHARACTERS: usize = 300;
/// Lines of history that are looked through for whoever changed a field meanwhile.
pub(crate) const IMPORT_HISTORY: usize = 50;
/// Days that a calendar's link works, where nobody says otherwise.
pub(crate) const FEED_DAYS: i32 = 365;
/// Days that it works at most.
pub(crate) const FEED_MOST_DAYS: i32 = 2 * 365;
/// Characters of what a calendar's link is called.
pub(crate) const FEED_NAME_CHARACTERS: usize = 100;
/// Calendars by a link that are open at once in one programme.
pub(crate) const FEEDS: usize = 500;
/// How often a calendar is reckoned again because somebody else was told at the same time.
pub(crate) const FEED_TRIES: usize = 5;
