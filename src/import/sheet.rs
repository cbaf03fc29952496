//! A table of the office as rows of text, with the number of the row that the office sees.

use super::files::{Found, unreadable};
use super::manifest::Table;
use crate::domain::problem::{Problem, Severity};
use crate::framework::privacy::Gate;
use crate::store::foreign;

/// Largest csv that is read, bytes.
const SIZE_MAX_BYTES: u64 = 512 << 20;

/// Headings and rows.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) headings: Vec<String>,
    /// Physical line (csv) or rowid (SQLite) of each row, and its first cell.
    rows: Vec<(u64, usize)>,
    /// All cells, in one text: a table of a province has millions.
    text: String,
    /// Where each cell ends in `text`.
    ends: Vec<u32>,
}

/// The cells of one row.
#[derive(Clone, Copy)]
pub(super) struct Cells<'a> {
    sheet: &'a Sheet,
    first: usize,
    end: usize,
}

impl<'a> Cells<'a> {
    /// A cell; `None` where the row is shorter.
    pub(super) fn get(&self, column: usize) -> Option<&'a str> {
        let at = (self.first + column < self.end).then_some(self.first + column)?;
        let start = at.checked_sub(1).map_or(0, |n| self.sheet.ends[n]);
        Some(&self.sheet.text[start as usize..self.sheet.ends[at] as usize])
    }
}

impl Sheet {
    /// Reads a file and stops it at the privacy gate.
    pub(super) fn read(file: &Found, table: &Table) -> Result<Self, Problem> {
        let this = match &table.table {
            Some(name) => {
                let (headings, rows) = foreign::rows(&file.path, &file.shown_as, name)?;
                let mut sheet = Self::new(headings);
                rows.iter().for_each(|(row, cells)| sheet.push(*row, cells.iter().map(String::as_str)));
                sheet
            }
            None => Self::csv(file)?,
        };
        for heading in this.headings.iter().filter(|h| !table.without.contains(h)) {
            if let Some(rule) = Gate.column(heading) {
                return Err(Problem::new("E_PRIVACY_COLUMN", Severity::Refused, &*file.shown_as)
                    .line(1)
                    .field(heading)
                    .arg(heading)
                    .arg(rule));
            }
        }
        Ok(this)
    }

    fn new(headings: Vec<String>) -> Self {
        Self { headings, rows: Vec::new(), text: String::new(), ends: Vec::new() }
    }

    fn push<'c>(&mut self, line: u64, cells: impl Iterator<Item = &'c str>) {
        self.rows.push((line, self.ends.len()));
        for cell in cells {
            self.text.push_str(cell);
            // Files are refused long before 4 GB.
            self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        }
    }

    /// Number of rows.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// A row: its line and cells.
    pub(super) fn row(&self, n: usize) -> (u64, Cells<'_>) {
        let (line, first) = self.rows[n];
        (line, Cells { sheet: self, first, end: self.rows.get(n + 1).map_or(self.ends.len(), |(_, first)| *first) })
    }

    /// All rows.
    pub(super) fn rows(&self) -> impl Iterator<Item = (u64, Cells<'_>)> {
        (0..self.len()).map(|n| self.row(n))
    }

    fn csv(file: &Found) -> Result<Self, Problem> {
        if file.size > SIZE_MAX_BYTES {
            return Err(Problem::new("E_TABLE_SIZE", Severity::Refused, &*file.shown_as).arg(SIZE_MAX_BYTES >> 20));
        }
        let bytes = std::fs::read(&file.path).map_err(|e| unreadable(file, &e))?;
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        if let Err(e) = std::str::from_utf8(bytes) {
            let line = bytes[..e.valid_up_to()].iter().filter(|b| **b == b'\n').count() as u64 + 1;
            return Err(Problem::new("E_TABLE_ENCODING", Severity::Refused, &*file.shown_as).line(line));
        }
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
        let mut sheet = Self::new(Vec::new());
        let mut record = csv::StringRecord::new();
        // Lines are counted here: a CRLF is one, a quoted line break is one more.
        let (mut line, mut at) = (1, 0);
        while reader
            .read_record(&mut record)
            .map_err(|e| Problem::new("E_TABLE_CSV", Severity::Refused, &*file.shown_as).line(line).arg(e))?
        {
            let mut start = record.position().map_or(0, |p| usize::try_from(p.byte()).unwrap_or(0));
            while matches!(bytes.get(start), Some(b'\r' | b'\n')) {
                start += 1;
            }
            line += bytes[at..start].iter().filter(|b| **b == b'\n').count() as u64;
            at = start;
            let cells = record.iter().map(str::trim);
            if sheet.headings.is_empty() {
                sheet.headings = cells.map(str::to_owned).collect();
            } else if cells.clone().any(|c| !c.is_empty()) {
                sheet.push(line, cells);
            }
        }
        if sheet.headings.is_empty() {
            return Err(Problem::new("E_TABLE_EMPTY", Severity::Refused, &*file.shown_as));
        }
        Ok(sheet)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(bytes: &[u8]) -> Result<Sheet, Problem> {
        let dir = tempfile::tempdir().expect("folder");
        let path = dir.path().join("t.csv");
        std::fs::write(&path, bytes).expect("write");
        let size = bytes.len() as u64;
        Sheet::csv(&Found { path, shown_as: "t.csv".into(), stem: "t".into(), size, mtime_ms: 0 })
    }

    #[test]
    fn lines_are_those_a_person_sees() {
        let sheet = sheet("\u{feff}码,名\r\n01,甲\r\n\r\n02,\"乙\r\n丙\"\r\n03,丁".as_bytes()).expect("reads");
        assert_eq!(sheet.headings, ["码", "名"]);
        let lines: Vec<_> = sheet.rows().filter_map(|(line, cells)| Some((line, cells.get(0)?))).collect();
        assert_eq!(lines, [(2, "01"), (4, "02"), (6, "03")]);
    }

    #[test]
    fn other_encodings_are_refused_with_the_line() {
        let problem = sheet(b"a,b\n1,\xb4\xe5\n").expect_err("GB18030");
        assert_eq!((problem.code.as_str(), problem.spot.line), ("E_TABLE_ENCODING", Some(2)));
    }
}
