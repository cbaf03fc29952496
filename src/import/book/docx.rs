//! Tables of a document: `word/document.xml` of the Office Open XML.

use quick_xml::events::{BytesStart, Event};

use super::archive::Archive;
use super::grid::{Grid, Kind, Merge};
use super::limits::{CELL_MAX_BYTES, CELLS_MAX, COLUMNS_MAX, MERGES_MAX, SHEETS_MAX};
use super::xml::{Part, attribute, push_text};
use super::{Book, BookOptions, Format, marking};
use crate::domain::problem::{Problem, Severity};

/// The part with the text.
pub(super) const DOCUMENT: &str = "word/document.xml";

/// Paragraphs above a table that are kept: its title, the period, the unit of its figures.
const ABOVE_MAX: usize = 5;

/// Reads all tables of a document.
pub(super) fn read(archive: &mut Archive<'_>, shown_as: &str, options: &BookOptions) -> Result<Book, Problem> {
    let refused = |code: &str| Problem::new(code, Severity::Refused, shown_as);
    let at = archive.find(DOCUMENT).ok_or_else(|| refused("E_BOOK_BROKEN"))?;
    let mut part = Part::new(archive.reader(at)?, shown_as, DOCUMENT).heeding(&options.stop);
    let mut walk = Walk {
        shown_as,
        book: Book::new(shown_as, Format::Docx),
        above: Vec::new(),
        texts: 0,
        tables: 0,
        table: None,
        nested: 0,
        text: String::new(),
        in_text: false,
    };
    let mut buffer = Vec::new();
    while let Some(event) = part.next(&mut buffer)? {
        match &event {
            Event::Start(e) => walk.start(e)?,
            Event::End(e) => walk.end(e.local_name().as_ref())?,
            other if walk.in_text => push_text(other, &mut walk.text),
            _ => {}
        }
    }
    if walk.book.sheets.is_empty() {
        return Err(refused("E_DOCX_NO_TABLE"));
    }
    Ok(walk.book)
}

/// A table being read.
struct Table {
    grid: Grid,
    row: u32,
    column: usize,
    span: usize,
    /// The cell goes on below one that was begun in a row above.
    below: Option<bool>,
    /// Cells that may go on below: column, columns, first row.
    open: Vec<(usize, usize, u32)>,
}

struct Walk<'a> {
    shown_as: &'a str,
    book: Book,
    above: Vec<String>,
    /// Paragraphs with text so far.
    texts: usize,
    tables: usize,
    table: Option<Table>,
    /// Tables inside a cell: their text stays in the cell.
    nested: usize,
    text: String,
    in_text: bool,
}

impl Walk<'_> {
    fn start(&mut self, e: &BytesStart<'_>) -> Result<(), Problem> {
        let name = e.local_name();
        match (name.as_ref(), &mut self.table) {
            ("t", _) => self.in_text = true,
            ("tab" | "br" | "cr", _) if !self.text.is_empty() => self.text.push(' '),
            ("tbl", Some(_)) => self.nested += 1,
            ("tbl", none) => {
                self.tables += 1;
                if self.tables > SHEETS_MAX {
                    return Err(Problem::new("E_TABLE_CELLS", Severity::Refused, self.shown_as).arg(SHEETS_MAX));
                }
                let mut grid = Grid::new(format!("#{}", self.tables));
                grid.above = std::mem::take(&mut self.above);
                *none = Some(Table { grid, row: 0, column: 0, span: 1, below: None, open: Vec::new() });
                self.text.clear();
            }
            ("tr", Some(table)) if self.nested == 0 => {
                table.row += 1;
                table.column = 0;
                table.grid.begin(table.row, false);
            }
            ("gridBefore", Some(table)) if self.nested == 0 => table.column += number(e).unwrap_or_default(),
            ("tc", Some(table)) if self.nested == 0 => {
                (table.span, table.below) = (1, None);
                self.text.clear();
            }
            ("gridSpan", Some(table)) if self.nested == 0 => table.span = number(e).unwrap_or(1).max(1),
            ("vMerge", Some(table)) if self.nested == 0 => table.below = Some(attribute(e, "val").as_deref() != Some("restart")),
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, name: &str) -> Result<(), Problem> {
        match (name, &mut self.table) {
            ("t", _) => self.in_text = false,
            ("p", None) => {
                let text = std::mem::take(&mut self.text);
                if !text.trim().is_empty() {
                    self.texts += 1;
                    if self.texts <= 10 {
                        marking::check(std::iter::once(text.as_str()), self.shown_as)?;
                    }
                    if self.above.len() == ABOVE_MAX {
                        self.above.remove(0);
                    }
                    self.above.push(crate::domain::text::clean_name(&text).into_owned());
                }
            }
            // Paragraphs of one cell are one text.
            ("p", Some(_)) if !self.text.is_empty() => self.text.push('\n'),
            ("tc", Some(table)) if self.nested == 0 => {
                let refused = |code| Problem::new(code, Severity::Refused, self.shown_as).line(table.row.into());
                if table.column + table.span > COLUMNS_MAX as usize {
                    return Err(refused("E_XLSX_WIDE").arg(COLUMNS_MAX));
                }
                if self.text.len() > CELL_MAX_BYTES {
                    return Err(refused("E_TABLE_CELL_SIZE").arg(CELL_MAX_BYTES));
                }
                if table.grid.cells() > CELLS_MAX || table.open.len() > MERGES_MAX {
                    return Err(refused("E_TABLE_CELLS").arg(CELLS_MAX));
                }
                table.end_of_cell(&self.text);
                self.text.clear();
            }
            ("tr", Some(table)) if self.nested == 0 => {
                table.grid.finish();
                marking::check_last_row(&mut table.grid, self.shown_as)?;
            }
            ("tbl", Some(_)) if self.nested > 0 => self.nested -= 1,
            ("tbl", table) => {
                if let Some(table) = table.take() {
                    self.book.push(table.grid);
                }
                self.text.clear();
            }
            _ => {}
        }
        Ok(())
    }
}

impl Table {
    fn end_of_cell(&mut self, text: &str) {
        let (column, span, row) = (self.column, self.span, self.row);
        self.column += span;
        let wide = |top, bottom| Merge { top, bottom, left: column as u32, right: (column + span - 1) as u32 };
        let begun = self.open.iter().position(|(c, s, _)| *c == column && *s == span);
        if let (Some(true), Some(begun)) = (self.below, begun) {
            let top = self.open[begun].2;
            match self.grid.merged.iter_mut().find(|m| m.top == top && m.left == column as u32) {
                Some(merge) => merge.bottom = row,
                None => self.grid.merged.push(wide(top, row)),
            }
            return;
        }
        self.open.retain(|(c, s, _)| c + s <= column || *c >= column + span);
        if self.below == Some(false) {
            self.open.push((column, span, row));
        }
        if span > 1 {
            self.grid.merged.push(wide(row, row));
        }
        self.grid.push(column, Kind::Text, text);
    }
}

fn number(e: &BytesStart<'_>) -> Option<usize> {
    attribute(e, "val")?.parse().ok().filter(|n| *n <= COLUMNS_MAX as usize)
}

#[cfg(test)]
mod tests {
    use super::super::archive::tests::packed;
    use super::*;

    fn read_body(body: &str) -> Result<Book, String> {
        let xml = format!(r#"<?xml version="1.0"?><w:document xmlns:w="x"><w:body>{body}</w:body></w:document>"#);
        let bytes = packed(&[(DOCUMENT, xml.as_bytes())]);
        let mut archive = Archive::open(&bytes, "a.docx").expect("opens");
        read(&mut archive, "a.docx", &BookOptions::default()).map_err(|p| p.code)
    }

    fn cell(text: &str, properties: &str) -> String {
        format!("<w:tc><w:tcPr>{properties}</w:tcPr><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>")
    }

    #[test]
    fn tables_keep_their_merged_cells_and_the_lines_above() {
        let restart = r#"<w:vMerge w:val="restart"/>"#;
        let body = [
            "<w:p><w:r><w:t>青禾县一览表</w:t></w:r></w:p><w:tbl><w:tr>".to_owned(),
            cell("名称", restart),
            cell("党组织", r#"<w:gridSpan w:val="2"/>"#),
            "</w:tr><w:tr>".to_owned(),
            cell("", "<w:vMerge/>"),
            cell("总数", ""),
            cell("一&amp;二", ""),
            "</w:tr></w:tbl>".to_owned(),
        ];
        let book = read_body(&body.concat()).expect("reads");
        let grid = &book.sheets[0];
        assert_eq!(grid.above, ["青禾县一览表"]);
        let rows: Vec<Vec<&str>> = grid.rows().map(|r| r.iter().collect()).collect();
        assert_eq!(rows, [vec!["名称", "党组织"], vec!["", "总数", "一&二"]]);
        assert_eq!(grid.merged, [Merge { top: 1, bottom: 1, left: 1, right: 2 }, Merge { top: 1, bottom: 2, left: 0, right: 0 }]);
    }

    #[test]
    fn documents_without_a_table_or_with_a_mark_are_refused() {
        assert_eq!(read_body("<w:p><w:r><w:t>通知</w:t></w:r></w:p>"), Err("E_DOCX_NO_TABLE".into()));
        let marked = "<w:p><w:r><w:t>机密</w:t></w:r><w:r><w:t>★1年</w:t></w:r></w:p><w:tbl><w:tr></w:tr></w:tbl>";
        assert_eq!(read_body(marked), Err("E_BOOK_CLASSIFIED".into()));
    }
}
