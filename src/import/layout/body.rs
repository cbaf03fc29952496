//! Which rows below the headings are data.

use rustc_hash::FxHashMap;

use super::super::book::{Cells, Grid, Kind};
use super::header::{Header, is_numbering};
use super::{Cut, words};

/// Rows at the end of a sheet among which a label without a colon is a footer.
const TAIL_ROWS: usize = 8;
/// Cells at the beginning of a row among which 合计 stands.
const KEY_CELLS: usize = 3;

/// The rows of data, in rows of the grid, and all others with the reason.
pub(super) fn rows(grid: &Grid, header: &Header, above: &[String]) -> (Vec<u32>, Vec<(u32, Cut)>) {
    let mut cut: Vec<(u32, Cut)> = Vec::new();
    for (n, row) in grid.rows_in(0..header.body).enumerate() {
        let why = match n {
            n if n < header.first => Cut::Title,
            n if n < header.end => Cut::Heading,
            _ => Cut::Numbering,
        };
        cut.push((row.number, why));
    }
    let mut out = Vec::with_capacity(grid.len() - header.body);
    let tail = grid.len().saturating_sub(TAIL_ROWS).max(header.body);
    let wide = grid.width() >= 3;
    let mut remark = false;
    for n in header.body..grid.len() {
        let row = grid.row(n);
        let mut why = reason(grid, header, row, above, n >= tail);
        // Lines under a remark go on with it.
        if why.is_none() && remark && wide && row.iter().filter(|t| !t.is_empty()).count() == 1 {
            why = Some(Cut::Footer);
        }
        remark = why == Some(Cut::Footer);
        match why {
            Some(why) => cut.push((row.number, why)),
            None => out.push(u32::try_from(n).unwrap_or(u32::MAX)),
        }
    }
    (out, cut)
}

fn reason(grid: &Grid, header: &Header, row: Cells<'_>, above: &[String], in_tail: bool) -> Option<Cut> {
    let mut keys = row.iter().filter(|t| !t.is_empty()).take(KEY_CELLS);
    let first = keys.clone().next()?;
    if let Some(total) = keys.find_map(words::total) {
        return Some(if total { Cut::Total } else { Cut::Subtotal });
    }
    // Words before figures: most rows begin with a code and are settled here.
    if !first.as_bytes()[0].is_ascii_digit() || row.number < 100 {
        if is_repeat(grid, header, row, above) {
            return Some(Cut::Repeat);
        }
        if is_footer(row, first, in_tail) {
            return Some(Cut::Footer);
        }
    }
    row.hidden.then_some(Cut::Hidden)
}

/// The headings again, or a title, or the numbers of the columns.
fn is_repeat(grid: &Grid, header: &Header, row: Cells<'_>, above: &[String]) -> bool {
    let texts = row.iter().filter(|t| !t.is_empty()).count();
    let same = |n: usize| {
        let heading = grid.row(n);
        (0..row.len()).filter(|c| !row.get(*c).is_empty() && row.get(*c) == heading.get(*c)).count()
    };
    (header.first..header.end).any(|n| same(n) * 3 >= texts * 2)
        || texts == 1 && row.iter().any(|t| above.iter().any(|line| line == t))
        || header.body > header.end && is_numbering(row)
}

fn is_footer(row: Cells<'_>, first: &str, in_tail: bool) -> bool {
    let narrow = words::narrow(first);
    if words::is_signed(&narrow) {
        return true;
    }
    if !in_tail {
        return false;
    }
    let cells = row.iter().filter(|t| !t.is_empty());
    // 填表人 | 张三 | 电话 | … in cells of their own; numbers would make it data.
    let has_numbers = (0..row.len()).any(|c| row.kind(c) == Kind::Number);
    words::is_bare_label(&narrow) && !has_numbers
        || words::is_remark(&narrow) && cells.clone().count() <= 2
        || words::is_labelled(&narrow) && !has_numbers && cells.clone().skip(1).all(|t| words::is_labelled(&words::narrow(t)))
}

/// Most cells that are filled: merged cells that lie over one another could ask for any number.
const FILLED_MAX: usize = 4_000_000;

/// Vertical merges among rows of data: every cell below the first takes its text.
pub(super) fn fill(grid: &Grid, rows: &[u32]) -> FxHashMap<(u32, u32), u32> {
    let mut out = FxHashMap::default();
    let mut left = FILLED_MAX;
    let number = |n: u32| grid.row(n as usize).number;
    for merge in grid.merged.iter().filter(|m| m.top < m.bottom) {
        // The text may stand in a row that was cut (hidden).
        let Some(source) = grid.find(merge.top).and_then(|n| u32::try_from(n).ok()) else { continue };
        let from = rows.partition_point(|n| number(*n) <= merge.top);
        for row in rows[from..].iter().take_while(|n| number(**n) <= merge.bottom) {
            let Some(rest) = left.checked_sub(1) else { return out };
            left = rest;
            out.insert((*row, merge.left), source);
        }
    }
    out
}
