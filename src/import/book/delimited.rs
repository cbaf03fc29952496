//! Text files with separated columns: csv, tsv and their relatives.

use super::grid::{Grid, Kind};
use super::limits::{CELL_MAX_BYTES, CELLS_MAX};
use super::{Book, BookOptions, Format, encoding, marking};
use crate::domain::problem::{Problem, Severity};

/// Reads a text file whole.
pub(super) fn read(bytes: &[u8], shown_as: &str, options: &BookOptions) -> Result<Book, Problem> {
    let decoded = encoding::decode(bytes, options.encoding.as_deref(), shown_as)?;
    let refused = |code| Problem::new(code, Severity::Refused, shown_as);
    let text = decoded.text.as_ref();
    if text.contains('\0') {
        return Err(refused("E_BOOK_BINARY"));
    }
    let separator = separator(text);
    if let Some(line) = open_quote(text, separator) {
        return Err(refused("E_TABLE_QUOTE").line(line));
    }
    let mut grid = Grid::new("");
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    // The crate counts a CRLF as two lines, so lines are counted here.
    let mut lines = Lines { bytes: text.as_bytes(), at: 0, line: 1 };
    loop {
        let more = reader.read_record(&mut record).map_err(|e| refused("E_TABLE_CSV").line(lines.line).arg(e))?;
        if !more {
            break;
        }
        options.stop.check()?;
        let line = lines.upto(record.position().map_or(0, |p| usize::try_from(p.byte()).unwrap_or(0)));
        grid.begin(u32::try_from(line).unwrap_or(u32::MAX), false);
        for (column, cell) in record.iter().enumerate() {
            if cell.len() > CELL_MAX_BYTES {
                return Err(refused("E_TABLE_CELL_SIZE").line(line).arg(CELL_MAX_BYTES));
            }
            grid.push(column, Kind::Text, cell);
        }
        if grid.cells() > CELLS_MAX {
            return Err(refused("E_TABLE_CELLS").line(line).arg(CELLS_MAX));
        }
        marking::check_last_row(&mut grid, shown_as)?;
    }
    grid.finish();
    if grid.is_empty() {
        return Err(refused("E_TABLE_EMPTY"));
    }
    let mut book = Book::new(shown_as, Format::Delimited);
    book.encoding = Some(decoded.name.to_owned());
    book.guessed = decoded.guessed;
    if decoded.guessed {
        let seen = Problem::new("W_TABLE_ENCODING", Severity::Mark, shown_as).arg(decoded.name);
        book.notes.push(seen);
    }
    if let Some(rival) = decoded.rival {
        book.notes.push(Problem::new("W_TABLE_ENCODING_RIVAL", Severity::Mark, shown_as).arg(decoded.name).arg(rival));
    }
    book.push(grid);
    Ok(book)
}

/// Where reading stands, in the lines that a person sees: CRLF, LF and a lone CR end one each, also
/// inside quotes.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of the record that begins at a byte; the crate's position stands before the line
    /// breaks it skips.
    fn upto(&mut self, start: usize) -> u64 {
        let mut start = start.max(self.at);
        while matches!(self.bytes.get(start), Some(b'\r' | b'\n')) {
            start += 1;
        }
        let passed = self.bytes.get(self.at..start).unwrap_or_default();
        let alone = |n: usize| passed.get(n + 1) != Some(&b'\n');
        self.line += passed.iter().enumerate().filter(|(n, b)| **b == b'\n' || **b == b'\r' && alone(*n)).count() as u64;
        self.at = start;
        self.line
    }
}

/// The separator: the one of `,` `;` tab `|` that the first lines hold most evenly, outside quotes.
fn separator(text: &str) -> u8 {
    const LINES: usize = 20;
    let count = |separator: u8| {
        let mut quoted = false;
        let mut counts = vec![0_usize];
        for b in text.bytes().take(64 << 10) {
            match b {
                b'"' => quoted = !quoted,
                b'\n' if !quoted => {
                    if counts.len() == LINES {
                        break;
                    }
                    counts.push(0);
                }
                b if b == separator && !quoted => {
                    if let Some(last) = counts.last_mut() {
                        *last += 1;
                    }
                }
                _ => {}
            }
        }
        counts.sort_unstable_by(|a, b| b.cmp(a));
        // Titles and blank lines hold none: what most of the fuller half of the lines hold counts.
        (counts.get(counts.len() / 4).copied().unwrap_or(0), counts[0])
    };
    let best = [b'|', b';', b'\t', b','].into_iter().map(|s| (count(s), s)).max_by_key(|(n, _)| *n);
    best.filter(|((_, most), _)| *most > 0).map_or(b',', |(_, s)| s)
}

/// The line on which a quote opens that is never closed: the rest of the file would be one cell.
fn open_quote(text: &str, separator: u8) -> Option<u64> {
    if !text.contains('"') {
        return None;
    }
    let (mut line, mut opened, mut fresh, mut quoted) = (1_u64, 1_u64, true, false);
    let mut bytes = text.bytes().peekable();
    while let Some(b) = bytes.next() {
        if b == b'\n' || b == b'\r' && bytes.peek() != Some(&b'\n') {
            line += 1;
        }
        if quoted {
            if b == b'"' && bytes.next_if_eq(&b'"').is_none() {
                quoted = false;
            }
        } else if b == b'"' && fresh {
            (quoted, opened) = (true, line);
        }
        fresh = !quoted && (b == separator || b == b'\n' || b == b'\r');
    }
    quoted.then_some(opened)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Rows = Vec<(u32, Vec<String>)>;

    fn rows(text: &str) -> Result<Rows, (String, Option<u64>)> {
        let book = read(text.as_bytes(), "t.csv", &BookOptions::default()).map_err(|p| (p.code, p.spot.line))?;
        Ok(book.sheets[0].rows().map(|r| (r.number, r.iter().map(str::to_owned).collect())).collect())
    }

    #[test]
    fn lines_are_those_a_person_sees() {
        let wanted = |lines: [u32; 4]| -> Rows {
            let cells = [["码", "名"], ["01", "甲"], ["02", "乙 丙"], ["03", "丁"]];
            lines.into_iter().zip(cells).map(|(n, c)| (n, c.map(str::to_owned).to_vec())).collect()
        };
        let text = "码,名\n01,甲\n\n02,\"乙\n丙\"\n03,丁\n";
        assert_eq!(rows(text), Ok(wanted([1, 2, 4, 6])));
        assert_eq!(rows(&text.replace('\n', "\r\n")), Ok(wanted([1, 2, 4, 6])));
        assert_eq!(rows(&text.replace('\n', "\r")), Ok(wanted([1, 2, 4, 6])));
        assert_eq!(rows(&format!("\u{feff}{text}")), Ok(wanted([1, 2, 4, 6])));
    }

    #[test]
    fn separators_are_recognised_below_titles() {
        for separator in [",", ";", "\t", "|"] {
            let text = "一览表\n编码,名称,值\n01,甲,1\n02,乙,2\n".replace(',', separator);
            assert_eq!(rows(&text).map(|r| r[1].1.len()), Ok(3), "{separator:?}");
        }
        assert_eq!(rows("名称\n甲\n").map(|r| r.len()), Ok(2), "one column has no separator");
    }

    #[test]
    fn an_open_quote_is_named_where_it_opens() {
        assert_eq!(rows("a,b\r\n1,\"甲\r\n2,乙\r\n"), Err(("E_TABLE_QUOTE".into(), Some(2))));
        assert_eq!(rows("a,b\n1,5\"\n2,\"\"\"乙\"\"\"\n").map(|r| r[2].1[1].clone()), Ok("\"乙\"".to_owned()));
    }
}
