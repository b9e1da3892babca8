//! Every limit of what is read from a stranger's file, with its unit.

/// Bytes of a file that is read, at most.
pub const FILE_BYTES: usize = 20 * 1024 * 1024;
/// Bytes a packed file may come to when it is unpacked; beyond it is taken for a bomb.
pub const INFLATED_BYTES: u64 = 96 * 1024 * 1024;
/// Files inside a packed file.
pub const INNER_FILES: usize = 500;
/// Elements of XML in a packed file, counted by their opening brackets.
pub const ELEMENTS: u64 = 12_000_000;
/// Rows of one sheet or list, its heading not counted.
pub const ROWS: usize = 50_000;
/// Columns of one sheet or list.
pub const COLUMNS: usize = 200;
/// Characters that a cell of a workbook holds; the number is Excel's.
pub const CELL_CHARACTERS: usize = 32_767;
/// Errors that are told of; the rest are counted.
pub const ERRORS: usize = 200;
/// Tasks of a project plan or list that is imported.
pub const TASKS: usize = 20_000;
/// Levels of nesting in a project plan's XML.
pub const DEPTH: usize = 64;
/// Reported conflicts in one import; beyond it the file is too old to be merged.
pub const CONFLICTS: usize = 5_000;
