//! Where the headings stand, and what they are.

use super::super::book::{Cells, Grid, Kind, Merge};
use super::{Heading, words};
use crate::domain::text::clean_name;

/// Rows among which the headings are looked for.
const LOOK_ROWS: usize = 40;
/// Most lines of one header.
const LINES_MAX: usize = 5;

/// The header of a sheet, in rows of the grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// Its first row; what stands above is titles.
    pub(super) first: usize,
    /// The row after its last one.
    pub(super) end: usize,
    /// The row after the numbers of the columns, if there are any.
    pub(super) body: usize,
}

/// Finds the header: the first row that is as wide as the rows below it, is made of words, and is
/// not one text across the sheet; with the lines that belong to it.
pub(super) fn find(grid: &Grid) -> Header {
    let look = grid.len().min(LOOK_ROWS);
    let typical = typical_width(grid);
    let first = (0..look).find(|n| is_header(grid, *n, typical)).unwrap_or(0);
    let mut end = first + 1;
    while end < look && end - first < LINES_MAX && continues(grid, first, end) {
        end += 1;
    }
    let end = end.min(grid.len());
    let body = if end < grid.len() && is_numbering(grid.row(end)) { end + 1 } else { end };
    Header { first, end, body }
}

/// The number of cells that most rows near the top have.
fn typical_width(grid: &Grid) -> usize {
    let mut counts: Vec<usize> = grid.rows().take(4 * LOOK_ROWS).map(|row| held(row)).collect();
    counts.sort_unstable();
    // Titles and footers pull it down in short sheets.
    counts.get(counts.len() * 2 / 3).copied().unwrap_or_default()
}

fn held(row: Cells<'_>) -> usize {
    row.iter().filter(|t| !t.is_empty()).count()
}

/// Columns that a row covers with its own and its merged cells.
fn covered(grid: &Grid, n: usize) -> usize {
    let row = grid.row(n);
    let merged = merges_of(grid, n).filter(|m| m.left < m.right && !row.get(m.left as usize).is_empty() || m.top < row.number);
    held(row) + merged.map(|m| if m.top < row.number { m.right - m.left + 1 } else { m.right - m.left } as usize).sum::<usize>()
}

fn merges_of(grid: &Grid, n: usize) -> impl Iterator<Item = &Merge> {
    let number = grid.row(n).number;
    grid.merged.iter().filter(move |m| (m.top..=m.bottom).contains(&number))
}

fn is_header(grid: &Grid, n: usize, typical: usize) -> bool {
    let row = grid.row(n);
    let held = held(row);
    if typical <= 1 {
        return held == 1 && !merges_of(grid, n).any(|m| m.left < m.right) && !row.iter().any(|t| words::is_signed(&words::narrow(t)));
    }
    let texts = row.iter().filter(|t| !t.is_empty());
    let wordy = texts.clone().filter(|t| is_word(t)).count();
    let signed = texts.clone().any(|t| words::is_signed(&words::narrow(t)) || words::sheet_unit(t).is_some());
    // The heading of the year 2024 is a number; most headings are words.
    held >= 2 && covered(grid, n) * 2 > typical && wordy * 4 >= held * 3 && row_kinds_are_text(row) && !signed
}

fn row_kinds_are_text(row: Cells<'_>) -> bool {
    let values = (0..row.len()).filter(|n| matches!(row.kind(*n), Kind::Date | Kind::Bool | Kind::Error)).count();
    values * 4 <= held(row)
}

/// Whether a text is made of words: neither a number nor a code. 第10项 is, 12个 is not.
fn is_word(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let all = text.chars().filter(|c| !c.is_whitespace()).count();
    let few = if text.starts_with(|c: char| c.is_ascii_digit()) { digits * 2 < all } else { digits * 3 < all * 2 };
    few && text.chars().any(char::is_alphabetic)
}

/// Whether a row goes on with the header above it.
fn continues(grid: &Grid, first: usize, n: usize) -> bool {
    let (above, row) = (grid.row(n - 1), grid.row(n));
    let mut texts = row.iter().filter(|t| !t.is_empty());
    if texts.clone().all(|t| words::is_unit(words::narrow(t).trim_matches(['(', ')']))) && held(row) >= 1 {
        // A line of units: (个) (万元) (%).
        return true;
    }
    if !texts.all(is_word) || !row_kinds_are_text(row) {
        return false;
    }
    // Merged cells say so: one that began in the header and reaches this row, or a group above.
    let number = row.number;
    let begun = grid.row(first).number;
    let last = grid.len() - 1;
    let reaches = grid
        .merged
        .iter()
        .any(|m| (begun..number).contains(&m.top) && m.bottom >= number && (m.bottom <= begun + LINES_MAX as u32 || n == last));
    let grouped = merges_of(grid, n - 1)
        .any(|m| m.left < m.right && m.bottom == above.number && (m.left..=m.right).any(|c| !row.get(c as usize).is_empty()));
    if !grid.merged.is_empty() {
        return reaches || grouped;
    }
    // A text file has lost its merged cells: the line fills gaps of the one above, and leaves out
    // what stands on its own there.
    let width = above.len().max(row.len());
    let gaps = (0..width).filter(|c| above.get(*c).is_empty()).count();
    let fills = (0..width).filter(|c| above.get(*c).is_empty() && !row.get(*c).is_empty()).count();
    let both = (0..width).filter(|c| !above.get(*c).is_empty() && !row.get(*c).is_empty()).count();
    row.get(0).is_empty() && gaps > 0 && fills > 0 && both < width - both
}

/// A line that numbers the columns: 1 2 3, 甲 乙 1 2, (1) (2), A B C.
pub(super) fn is_numbering(row: Cells<'_>) -> bool {
    const STEMS: &str = "甲乙丙丁戊己庚辛";
    let mut next = 1_u32;
    let mut cells = 0;
    for text in row.iter().filter(|t| !t.is_empty()) {
        let text = words::narrow(text);
        let text = text.trim_matches(['(', ')']);
        cells += 1;
        if matches!(text, "栏次" | "序号" | "列次") || text.chars().count() == 1 && STEMS.contains(text) {
            continue;
        }
        // 3=1+2 explains a column by others.
        let number = text.split(['=', '/']).next().and_then(|n| n.parse::<u32>().ok());
        if number != Some(next) {
            return false;
        }
        next += 1;
    }
    cells >= 3 && next >= 3
}

/// The headings by column: the words of all lines joined, unit taken off.
pub(super) fn headings(grid: &Grid, header: &Header) -> Vec<Heading> {
    let width = grid.width();
    let lines: Vec<Vec<String>> = (header.first..header.end).map(|n| line(grid, header, n, width)).collect();
    let compose = |column: usize| {
        let mut parts: Vec<&str> = Vec::new();
        let mut unit = None;
        for text in lines.iter().map(|line| line[column].as_str()).filter(|t| !t.is_empty()) {
            let bare = words::narrow(text);
            let bracketed = bare.strip_prefix('(').and_then(|t| t.strip_suffix(')')).unwrap_or(&bare);
            if !parts.is_empty() && words::is_unit(bracketed) {
                unit = Some(bracketed.to_owned());
            } else if parts.last() != Some(&text) {
                parts.push(text);
            }
        }
        let (text, own) = words::unit_of(&parts.join("/"));
        Heading { text, unit: own.or(unit), column }
    };
    (0..width).map(compose).collect()
}

/// One line of the header with merged cells written into every column they cover.
fn line(grid: &Grid, header: &Header, n: usize, width: usize) -> Vec<String> {
    let row = grid.row(n);
    let mut out: Vec<String> = (0..width).map(|c| tidy(row.get(c))).collect();
    for merge in merges_of(grid, n).filter(|m| m.top == row.number) {
        let text = tidy(row.get(merge.left as usize));
        for column in merge.left..=merge.right.min(u32::try_from(width).unwrap_or(u32::MAX).saturating_sub(1)) {
            out[column as usize].clone_from(&text);
        }
    }
    // Without merged cells a group's name stands above its first column only.
    if grid.merged.is_empty() && n + 1 < header.end {
        let below = grid.row(n + 1);
        for column in 1..width {
            if out[column].is_empty() && !below.get(column).is_empty() && !below.get(column - 1).is_empty() {
                out[column] = out[column - 1].clone();
            }
        }
    }
    out
}

/// A heading without blanks between Chinese characters and with one blank elsewhere.
fn tidy(text: &str) -> String {
    let text = clean_name(text);
    let mut out = String::with_capacity(text.len());
    let mut blank = false;
    for c in text.chars() {
        if c.is_whitespace() {
            blank = true;
            continue;
        }
        if blank && c.is_ascii() && out.chars().next_back().is_some_and(|b| b.is_ascii()) {
            out.push(' ');
        }
        blank = false;
        out.push(c);
    }
    out
}
