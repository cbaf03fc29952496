//! How much of a file is read: a table of a county is far below, what is above is a mistake or an attack.

/// Largest text file, bytes.
pub(super) const TEXT_MAX_BYTES: u64 = 512 << 20;
/// Largest workbook, document or archive, bytes.
pub(super) const FILE_MAX_BYTES: u64 = 128 << 20;
/// Cells of one file, gaps inside rows included.
pub(super) const CELLS_MAX: usize = 12_000_000;
/// Bytes of one cell (a spreadsheet keeps 32,767 characters).
pub(super) const CELL_MAX_BYTES: usize = 4 * 32_767;
/// Bytes of all cells of one sheet.
pub(super) const SHEET_MAX_BYTES: usize = 1 << 29;
/// Columns of a sheet that hold something.
pub(super) const COLUMNS_MAX: u32 = 1_024;
/// Rows of a sheet (the last row of a spreadsheet program).
pub(super) const ROWS_MAX: u32 = 1_048_576;
/// Sheets of a workbook, tables of a document.
pub(super) const SHEETS_MAX: usize = 256;
/// Merged ranges of a sheet.
pub(super) const MERGES_MAX: usize = 100_000;
/// Shared strings of a workbook.
pub(super) const STRINGS_MAX: u64 = 2_000_000;
