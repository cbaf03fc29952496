//! A table of the manifest: headings and rows, whatever kind of file it stands in.

use super::book::{self, BookOptions, Grid};
use super::files::Found;
use super::layout::{self, Laid};
use super::manifest::{Column, Table, What};
use super::place_layer;
use crate::domain::problem::{Problem, Severity};
use crate::framework::privacy::Gate;
use crate::framework::schema::Privacy;

/// Headings and rows.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) headings: Vec<String>,
    /// What is worth knowing of the file: its encoding, cleaned cells, hidden rows.
    pub(super) notes: Vec<Problem>,
    laid: Box<Laid>,
}

/// The cells of one row.
#[derive(Clone, Copy)]
pub(super) struct Cells<'a>(layout::Row<'a>);

impl<'a> Cells<'a> {
    /// The cell under a heading; empty where the row is shorter.
    pub(super) fn get(&self, column: usize) -> Option<&'a str> {
        Some(self.0.get(column))
    }
}

impl Sheet {
    /// Reads a file and stops it at the privacy gate; `added` are the words of the frameworks in use.
    pub(super) fn read(file: &Found, table: &Table, added: &Privacy) -> Result<Self, Problem> {
        let options = BookOptions { sheet: table.table.clone(), child: book::child::executable(), ..BookOptions::default() };
        let mut books = match table.what {
            What::Places => place_layer::of_file(&file.path, &file.shown_as)?.map(|book| vec![book]),
            _ => None,
        };
        let mut books = match books.take() {
            Some(books) => books,
            None => book::read_file(&file.path, &file.shown_as, &options)?,
        };
        // An archive gives several files, and a manifest names one table.
        let [_] = books.as_slice() else {
            return Err(Problem::new("E_BOOK_SEVERAL", Severity::Refused, &*file.shown_as));
        };
        let book = books.remove(0);
        if let Some(problem) = book.refused() {
            return Err(problem.clone());
        }
        let mut notes = book.notes;
        let wanted = wanted(table);
        let laid = book.sheets.into_iter().map(|grid| lay_out(grid, &wanted, &file.shown_as));
        // The sheet that has what the manifest names; the first one tells what is missing.
        let mut laid: Vec<Laid> = laid.collect();
        let has_all = |laid: &Laid| wanted.iter().all(|name| laid.headings.iter().any(|h| h.text == *name));
        let at = laid.iter().position(has_all).unwrap_or_default();
        if laid.is_empty() {
            return Err(Problem::new("E_TABLE_EMPTY", Severity::Refused, &*file.shown_as));
        }
        let mut laid = laid.swap_remove(at);
        notes.append(&mut laid.notes);
        let headings = laid.headings.iter().map(|h| h.text.clone()).collect();
        let this = Self { headings, notes, laid: Box::new(laid) };
        this.gate(file, table, added)?;
        Ok(this)
    }

    /// Refuses personal columns, all at once.
    fn gate(&self, file: &Found, table: &Table, added: &Privacy) -> Result<(), Problem> {
        let headings = self.headings.iter().filter(|h| !table.without.contains(h)).map(String::as_str);
        let personal: Vec<&str> = Gate.columns(headings, added).into_iter().map(|(heading, _)| heading).collect();
        let Some(first) = personal.first() else { return Ok(()) };
        let line = self.laid.cut.iter().find(|(_, why)| *why == layout::Cut::Heading).map_or(1, |(line, _)| *line);
        let quoted: Vec<String> = personal.iter().map(|h| format!("\"{h}\"")).collect();
        Err(Problem::new("E_PRIVACY_COLUMN", Severity::Refused, &*file.shown_as)
            .line(line.into())
            .field(*first)
            .arg(personal.join("、"))
            .arg(quoted.join(", ")))
    }

    /// Number of rows.
    pub(super) fn len(&self) -> usize {
        self.laid.len()
    }

    /// A row: its line and cells.
    pub(super) fn row(&self, n: usize) -> (u64, Cells<'_>) {
        let row = self.laid.row(n);
        (row.line().into(), Cells(row))
    }

    /// All rows.
    pub(super) fn rows(&self) -> impl Iterator<Item = (u64, Cells<'_>)> {
        (0..self.len()).map(|n| self.row(n))
    }

    /// The unit of measure of a column: in brackets at its end, or of the whole sheet.
    pub(super) fn unit(&self, column: usize) -> Option<String> {
        let heading = self.laid.headings.get(column)?;
        let bracketed = || {
            let inner = heading.text.trim_end().strip_suffix([')', '）'])?;
            Some(inner[inner.rfind(['(', '（'])?..].trim_start_matches(['(', '（']).to_owned())
        };
        heading.unit.clone().or_else(bracketed).or_else(|| self.laid.unit.clone())
    }

    /// Position of a column.
    pub(super) fn column(&self, name: &str, file: &Found) -> Result<usize, Problem> {
        let mut found = self.headings.iter().enumerate().filter(|(_, h)| *h == name).map(|(n, _)| n);
        match (found.next(), found.next()) {
            (Some(n), None) => Ok(n),
            (None, _) => Err(Problem::new("E_TABLE_COLUMN", Severity::Refused, &*file.shown_as)
                .line(1)
                .field(name)
                .arg(name)
                .arg(self.headings.join(", "))),
            (Some(_), Some(_)) => {
                Err(Problem::new("E_TABLE_COLUMN_TWICE", Severity::Refused, &*file.shown_as).line(1).field(name).arg(name))
            }
        }
    }
}

/// The columns that the manifest names.
fn wanted(table: &Table) -> Vec<&str> {
    let roles = table.columns.values().flat_map(|column| match column {
        Column::One(name) => vec![name.as_str()],
        Column::Parts { num, den } => vec![num.as_str(), den.as_str()],
    });
    table.key.iter().map(String::as_str).chain(roles).collect()
}

/// A table whose first row has what the manifest names is taken as it is: nothing is cut from it.
fn lay_out(grid: Grid, wanted: &[&str], shown_as: &str) -> Laid {
    let is_plain = grid.merged.is_empty() && !grid.is_empty() && wanted.iter().all(|name| grid.row(0).iter().any(|text| text == *name));
    if is_plain { layout::plain(grid) } else { layout::sheet(grid, shown_as) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], key: &str) -> Result<Sheet, Problem> {
        let dir = tempfile::tempdir().expect("folder");
        let path = dir.path().join("t.csv");
        std::fs::write(&path, bytes).expect("write");
        let size = bytes.len() as u64;
        let table = Table {
            name: "t".into(),
            root: "".into(),
            files: Vec::new(),
            table: None,
            what: What::Values,
            key: vec![key.into()],
            level: None,
            columns: std::collections::BTreeMap::new(),
            period: None,
            known: None,
            without: Vec::new(),
            source: String::new(),
            licence: String::new(),
            sha256: None,
        };
        Sheet::read(&Found { path, shown_as: "t.csv".into(), stem: "t".into(), size, mtime_ms: 0 }, &table, &Privacy::default())
    }

    fn lines(sheet: &Sheet) -> Vec<(u64, &str)> {
        sheet.rows().filter_map(|(line, cells)| Some((line, cells.get(0)?))).collect()
    }

    #[test]
    fn lines_are_those_a_person_sees() {
        let sheet = read("\u{feff}码,名\r\n01,甲\r\n\r\n02,\"乙\r\n丙\"\r\n03,丁".as_bytes(), "码").expect("reads");
        assert_eq!(sheet.headings, ["码", "名"]);
        assert_eq!(lines(&sheet), [(2, "01"), (4, "02"), (6, "03")]);
    }

    #[test]
    fn tables_with_titles_and_in_gbk_are_taken() {
        let text = "青禾县一览表,,\n编码,名称,数\n01,甲村,1\n合计,,1\n";
        let sheet = read(&encoding_rs::GBK.encode(text).0, "编码").expect("reads");
        assert_eq!((sheet.headings.join(","), lines(&sheet)), ("编码,名称,数".into(), vec![(3, "01")]));
        assert_eq!(sheet.notes.iter().map(|n| n.code.as_str()).collect::<Vec<_>>(), ["W_TABLE_ENCODING"]);
    }

    #[test]
    fn a_plain_table_keeps_every_row() {
        let sheet = read("编码,数\n01,1\n合计,1\n".as_bytes(), "编码").expect("reads");
        assert_eq!(sheet.len(), 2);
    }

    #[test]
    fn personal_columns_are_named_all_at_once() {
        let problem = read("编码,姓名,数,联系电话\n01,x,1,2\n".as_bytes(), "编码").expect_err("personal");
        assert_eq!((problem.code.as_str(), problem.spot.line), ("E_PRIVACY_COLUMN", Some(1)));
        assert_eq!(problem.args, ["姓名、联系电话", "\"姓名\", \"联系电话\""]);
    }
}
