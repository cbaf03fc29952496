//! A book as bytes, from the process that reads a risky file to the one that asked for it. What
//! arrives is not trusted: the other side may have been talked into anything.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use super::grid::{Grid, Kind, Merge, Row};
use super::{Book, Format};
use crate::domain::problem::Problem;
use crate::domain::text::is_hostile;

/// Everything but the cells.
#[derive(Serialize, Deserialize)]
struct Head {
    format: Format,
    encoding: Option<String>,
    guessed: bool,
    notes: Vec<Problem>,
    sheets: Vec<Sheet>,
}

#[derive(Serialize, Deserialize)]
struct Sheet {
    name: String,
    hidden: bool,
    above: Vec<String>,
    merged: Vec<Merge>,
    rows: usize,
    cells: usize,
    text: usize,
}

/// A book, or why there is none.
type Answer = Result<Head, Problem>;

/// Bytes of a row: number, first cell, hidden.
const ROW_BYTES: usize = 9;

/// Writes a book or its refusal.
pub(super) fn write(book: &Result<Book, Problem>, out: &mut impl Write) -> io::Result<()> {
    let head: Answer = book.as_ref().map_err(Clone::clone).map(|book| Head {
        format: book.format,
        encoding: book.encoding.clone(),
        guessed: book.guessed,
        notes: book.notes.clone(),
        sheets: book.sheets.iter().map(Sheet::of).collect(),
    });
    let head = serde_json::to_vec(&head).map_err(io::Error::other)?;
    out.write_all(&(head.len() as u64).to_le_bytes())?;
    out.write_all(&head)?;
    for grid in book.iter().flat_map(|b| &b.sheets) {
        let mut cells = Vec::with_capacity(grid.rows.len() * ROW_BYTES + grid.ends.len() * 5);
        for row in &grid.rows {
            cells.extend(row.number.to_le_bytes());
            cells.extend(row.first.to_le_bytes());
            cells.push(u8::from(row.hidden));
        }
        grid.ends.iter().for_each(|end| cells.extend(end.to_le_bytes()));
        cells.extend(grid.kinds.iter().map(|kind| *kind as u8));
        out.write_all(&cells)?;
        out.write_all(grid.text.as_bytes())?;
    }
    out.flush()
}

impl Sheet {
    fn of(grid: &Grid) -> Self {
        Self {
            name: grid.name.clone(),
            hidden: grid.hidden,
            above: grid.above.clone(),
            merged: grid.merged.clone(),
            rows: grid.rows.len(),
            cells: grid.ends.len(),
            text: grid.text.len(),
        }
    }

    fn read(self, mut take: impl FnMut(usize) -> Option<Vec<u8>>) -> Option<Grid> {
        let word = |b: &[u8]| u32::from_le_bytes([b[0], b[1], b[2], b[3]]);
        let row = |b: &[u8]| Row { number: word(b), first: word(&b[4..]), hidden: b[8] != 0 };
        let rows: Vec<Row> = take(self.rows.checked_mul(ROW_BYTES)?)?.chunks_exact(ROW_BYTES).map(row).collect();
        let ends: Vec<u32> = take(self.cells.checked_mul(4)?)?.chunks_exact(4).map(word).collect();
        let kinds = take(self.cells)?.into_iter().map(Kind::of).collect::<Option<Vec<_>>>()?;
        let text = String::from_utf8(take(self.text)?).ok()?;
        let in_order = rows.windows(2).all(|w| w[0].number < w[1].number && w[0].first < w[1].first)
            && rows.first().is_none_or(|r| r.first == 0 && r.number > 0)
            && rows.last().is_none_or(|r| (r.first as usize) < ends.len())
            && ends.windows(2).all(|w| w[0] <= w[1])
            && ends.iter().all(|end| text.is_char_boundary(*end as usize))
            && !text.chars().any(is_hostile);
        let Self { name, hidden, above, merged, .. } = self;
        in_order.then_some(Grid { name, hidden, above, merged, rows, text, ends, kinds, cleaned: None })
    }
}

/// Reads what [`write`] wrote; `None` where it is not that.
pub(super) fn read(bytes: &[u8], file: &str) -> Option<Result<Book, Problem>> {
    let (len, rest) = bytes.split_at_checked(8)?;
    let len = usize::try_from(u64::from_le_bytes(len.try_into().ok()?)).ok()?;
    let (head, mut rest) = rest.split_at_checked(len)?;
    let head = match serde_json::from_slice::<Answer>(head).ok()? {
        Ok(head) => head,
        Err(problem) => return Some(Err(problem)),
    };
    let mut take = |n: usize| {
        let (taken, left) = rest.split_at_checked(n)?;
        rest = left;
        Some(taken.to_vec())
    };
    let sheets = head.sheets.into_iter().map(|sheet| sheet.read(&mut take)).collect::<Option<Vec<_>>>()?;
    let Head { format, encoding, guessed, notes, .. } = head;
    Some(Ok(Book { file: file.to_owned(), format, encoding, guessed, sheets, notes }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn book(cells: &[Vec<String>]) -> Book {
        let mut grid = Grid::new("表");
        grid.merged.push(Merge { top: 1, bottom: 1, left: 0, right: 2 });
        for (n, row) in (1..).zip(cells) {
            grid.begin(n, n % 2 == 0);
            row.iter().enumerate().for_each(|(column, text)| grid.push(column, Kind::Text, text));
        }
        let mut book = Book::new("a.xls", Format::Xls);
        book.push(grid);
        book
    }

    fn written(book: &Result<Book, Problem>) -> Vec<u8> {
        let mut out = Vec::new();
        write(book, &mut out).expect("memory");
        out
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

        #[test]
        fn a_book_arrives_as_it_was_sent(cells in prop::collection::vec(prop::collection::vec("[a-z上坝村𠅤 ]{0,4}", 0..4), 0..6)) {
            let sent = Ok(book(&cells));
            prop_assert_eq!(read(&written(&sent), "a.xls"), Some(sent));
        }

        #[test]
        fn broken_bytes_are_no_book(at in 0_usize..400, byte in any::<u8>(), cut in 0_usize..400) {
            let mut bytes = written(&Ok(book(&[vec!["上坝村".into(), "2".into()], vec!["".into(), "3".into()]])));
            let at = at % bytes.len();
            bytes[at] = byte;
            bytes.truncate(bytes.len() - cut.min(bytes.len()));
            if let Some(Ok(book)) = read(&bytes, "a.xls") {
                // Whatever arrived can be walked without a panic.
                prop_assert!(book.sheets.iter().flat_map(|g| g.rows().map(|r| r.iter().count())).sum::<usize>() < 1000);
            }
        }
    }

    #[test]
    fn a_refusal_arrives_too() {
        let refusal = Err(Problem::new("E_BOOK_BROKEN", crate::domain::problem::Severity::Refused, "a.xls"));
        assert_eq!(read(&written(&refusal), "a.xls"), Some(refusal));
    }
}
