//! A sheet held by the codes in it: whatever stands around them, the rows with codes of units are the
//! data, what stands above them are titles and heads, and rows without one are totals and footers.

use rustc_hash::FxHashMap;

use super::word::plain;
use crate::import::book::Grid;
use crate::store::round::Owners;

/// Shortest code that is taken for one though no unit has it.
const CODE_CHARS: usize = 6;

/// A sheet with its code column, heads and data rows.
pub(super) struct Anchored<'g> {
    grid: &'g Grid,
    /// Cells of merged ranges and the first cell of each: (row as numbered, column).
    spans: FxHashMap<(u32, usize), (u32, usize)>,
    /// Position of each row by its number.
    places: FxHashMap<u32, usize>,
    /// Column of the codes.
    pub(super) code: usize,
    /// Text of each column's heads, from above, each once.
    pub(super) heads: Vec<Vec<String>>,
    /// Texts above the heads.
    pub(super) titles: Vec<String>,
    /// Positions of the data rows, with the code as it is compared.
    pub(super) rows: Vec<(usize, String)>,
}

/// A code as it is compared: half-width, without blanks and the sign that keeps it text.
pub(super) fn code(text: &str) -> String {
    plain(text).trim_start_matches('\'').to_uppercase()
}

impl<'g> Anchored<'g> {
    /// Holds a sheet by its codes; `None` where not one is of the county.
    pub(super) fn new(grid: &'g Grid, owners: &Owners) -> Option<Self> {
        let mut this = Self {
            grid,
            spans: spans(grid),
            places: FxHashMap::default(),
            code: 0,
            heads: Vec::new(),
            titles: Vec::new(),
            rows: Vec::new(),
        };
        this.places = (0..grid.len()).map(|n| (grid.row(n).number, n)).collect();
        let width = grid.width();
        let mut known = vec![0u32; width];
        for row in grid.rows() {
            for (column, text) in row.iter().enumerate().filter(|(_, t)| t.len() >= 2) {
                known[column] += u32::from(owners.get(&code(text)).is_some());
            }
        }
        // Parents' codes may stand in a column of their own: the codes that differ most are the rows'.
        let most = known.iter().copied().max().filter(|n| *n > 0)?;
        let distinct = |column: usize| {
            let texts: std::collections::BTreeSet<&str> = grid.rows().map(|r| r.get(column)).filter(|t| !t.is_empty()).collect();
            texts.len()
        };
        this.code = (0..width).filter(|c| known[*c] * 2 >= most).max_by_key(|c| (distinct(*c), std::cmp::Reverse(*c)))?;
        let looks = |text: &str| {
            text.len() >= CODE_CHARS && text.bytes().any(|b| b.is_ascii_digit()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
        };
        for n in 0..grid.len() {
            let text = code(this.text(n, this.code));
            if owners.get(&text).is_some() || looks(&text) {
                this.rows.push((n, text));
            }
        }
        let first = this.rows.first()?.0;
        this.heads = vec![Vec::new(); width];
        // Heads stand right above the data; what is above them, or names one thing only, is a title.
        let texts = |n: usize| (0..width).map(|c| this.text(n, c)).collect::<Vec<&str>>();
        let is_head = |n: &usize| {
            let distinct: std::collections::BTreeSet<&str> = texts(*n).into_iter().filter(|t| !t.is_empty()).collect();
            distinct.len() > 1 && !distinct.iter().any(|t| t.contains(['：', ':']))
        };
        let heads = (0..first).rev().take_while(is_head).count();
        let mut all = vec![Vec::new(); width];
        for n in first - heads..first {
            for (head, text) in all.iter_mut().zip(texts(n)).filter(|(_, t)| !t.is_empty()) {
                if head.last().is_none_or(|last| last != text) {
                    head.push(text.to_owned());
                }
            }
        }
        let titles = (0..first - heads).flat_map(|n| grid.row(n).iter().filter(|t| !t.is_empty()).map(str::to_owned).collect::<Vec<_>>());
        (this.titles, this.heads) = (grid.above.iter().cloned().chain(titles).collect(), all);
        Some(this)
    }

    /// The text of a cell; of a merged one, that of its first cell.
    pub(super) fn text(&self, n: usize, column: usize) -> &'g str {
        let row = self.grid.row(n);
        let own = row.get(column);
        if !own.is_empty() || self.spans.is_empty() {
            return own;
        }
        let first = self.spans.get(&(row.number, column)).and_then(|(top, left)| Some((*self.places.get(top)?, *left)));
        first.map_or("", |(n, left)| self.grid.row(n).get(left))
    }

    /// The number of a row as the office sees it.
    pub(super) fn number(&self, n: usize) -> u32 {
        self.grid.row(n).number
    }

    /// The heads of a column as one text.
    pub(super) fn head(&self, column: usize) -> String {
        self.heads.get(column).map(|parts| parts.join(" ")).unwrap_or_default()
    }
}

/// Largest merged range that is followed, cells: a whole sheet merged into one is decoration.
const SPAN_MAX_CELLS: u64 = 20_000;

fn spans(grid: &Grid) -> FxHashMap<(u32, usize), (u32, usize)> {
    let mut spans = FxHashMap::default();
    for merge in &grid.merged {
        let cells = u64::from(merge.bottom.saturating_sub(merge.top) + 1) * u64::from(merge.right.saturating_sub(merge.left) + 1);
        if cells > SPAN_MAX_CELLS {
            continue;
        }
        for row in merge.top..=merge.bottom {
            for column in merge.left..=merge.right {
                spans.insert((row, column as usize), (merge.top, merge.left as usize));
            }
        }
    }
    spans
}
