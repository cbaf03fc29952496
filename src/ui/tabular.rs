//! Tables of sheets in cells: wording, natural widths, and which columns fit a room. The screens and
//! plain text use the same.

use crate::domain::sheet::{Cell, Column, Table, Weight};
use crate::locale::Lang;
use crate::ui::capability::Symbols;
use crate::ui::number::plain;
use crate::ui::text::Width;

/// What stands between columns.
pub const GAP: &str = "  ";

/// Text columns are cut to no fewer cells before a column is left out.
const LEAST: u16 = 8;

/// Nothing asks for more: the details have it whole.
const WIDEST: u16 = 80;

/// Most stars that are drawn one by one.
const DRAWN: u8 = 10;

/// How a table is worded and measured.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Language.
    pub lang: Lang,
    /// What measures.
    pub width: Width,
    /// Glyphs.
    pub symbols: &'static Symbols,
}

/// The sign of a weight, as wide as [`SIGN`]: never colour alone.
#[must_use]
pub fn sign(weight: Weight) -> &'static str {
    match weight {
        Weight::Plain => "",
        Weight::Good => "+",
        Weight::Look => "!",
        Weight::Urgent => "!!",
        Weight::Dim => ".",
    }
}

/// Cells of the column of signs.
pub const SIGN: u16 = 3;

/// A number with its unit of measure.
fn amount(value: f64, unit: &str) -> String {
    match unit {
        "" => plain(value),
        "%" if value.is_finite() => format!("{value:.1}%"),
        unit => format!("{} {unit}", plain(value)),
    }
}

impl Look {
    /// A cell in words.
    #[must_use]
    pub fn cell(&self, cell: &Cell) -> String {
        let t = |key: &str| self.lang.text(key);
        match cell {
            Cell::Empty => String::new(),
            Cell::Text(words) => self.lang.words(words),
            Cell::Number { value, unit } => amount(*value, unit),
            Cell::Share { num, den } => share(*num, *den),
            Cell::Change { value, unit } => {
                let (sign, word) = match value {
                    value if *value > 0.0 => ("+", "sheet.cell.up"),
                    value if *value < 0.0 => ("-", "sheet.cell.down"),
                    _ => ("", "sheet.cell.level"),
                };
                format!("{sign}{} {}", amount(value.abs(), unit), t(word))
            }
            Cell::Day(day) => day.to_string(),
            Cell::DaysLeft(0) => t("sheet.cell.today").to_owned(),
            Cell::DaysLeft(days) => {
                let key = if *days < 0 { "sheet.cell.over" } else { "sheet.cell.left" };
                self.lang.fill(key, &[&days.unsigned_abs()])
            }
            Cell::Flag(yes) => {
                let glyph = self.symbols.flags[usize::from(!yes)];
                if glyph.is_empty() { t(if *yes { "sheet.yes" } else { "sheet.no" }).to_owned() } else { glyph.to_owned() }
            }
            Cell::Stars { of, max } => self.stars(*of, *max),
            Cell::Missing => t("sheet.cell.missing").to_owned(),
            Cell::Unset => t("sheet.cell.unset").to_owned(),
        }
    }

    fn stars(&self, of: u8, max: u8) -> String {
        let [won, open] = self.symbols.stars;
        if max > DRAWN || of > max {
            let most = if max == 0 { String::new() } else { format!("/{max}") };
            return format!("{of}{most}{won}");
        }
        won.repeat(usize::from(of)) + &open.repeat(usize::from(max - of))
    }
}

/// `5/7  71.4%`; without a percentage where there is nothing under the line.
fn share(num: f64, den: f64) -> String {
    if den > 0.0 && num.is_finite() {
        format!("{}/{} {:>6}", plain(num), plain(den), format!("{:.1}%", num / den * 100.0))
    } else {
        format!("{}/{}", plain(num), plain(den))
    }
}

/// What the columns of a table ask for. Worked out once per table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Natural {
    /// Cells of each column, its head included.
    pub widths: Vec<u16>,
    /// The first column that holds shares.
    pub share: Option<usize>,
    /// Some row has a sign.
    pub signs: bool,
}

impl Natural {
    /// Of a table.
    #[must_use]
    pub fn of(look: &Look, table: &Table) -> Self {
        let mut widths: Vec<u16> = table.columns.iter().map(|column| look.width.of(&look.lang.words(&column.head))).collect();
        for row in &table.rows {
            for (wide, cell) in widths.iter_mut().zip(&row.cells) {
                *wide = (*wide).max(look.width.of(&look.cell(cell)).min(WIDEST));
            }
        }
        let holds = |n: &usize| table.rows.iter().any(|row| matches!(row.cells.get(*n), Some(Cell::Share { .. })));
        Self { share: (0..widths.len()).find(holds), widths, signs: table.rows.iter().any(|row| row.weight != Weight::Plain) }
    }

    /// The columns that fit into so many cells, with their widths: those to spare go first, the highest
    /// first; then texts are cut; then what stands at the right goes. The first column always stays.
    #[must_use]
    pub fn fit(&self, columns: &[Column], room: u16) -> Vec<(usize, u16)> {
        let mut kept: Vec<(usize, u16)> = self.widths.iter().copied().enumerate().take(columns.len()).collect();
        while total(&kept) > room {
            let spare = |n: &usize| columns[kept[*n].0].spare;
            match (0..kept.len()).filter(|n| spare(n) > 0).max_by_key(spare) {
                Some(n) => drop(kept.remove(n)),
                None => break,
            }
        }
        while total(&kept) > room {
            let text = |at: &usize| !columns[kept[*at].0].right && kept[*at].1 > LEAST;
            match (0..kept.len()).filter(text).max_by_key(|at| kept[*at].1) {
                Some(at) => kept[at].1 -= 1,
                None if kept.len() > 1 => drop(kept.pop()),
                None => break,
            }
        }
        if let [(_, wide)] = kept.as_mut_slice() {
            *wide = (*wide).min(room);
        }
        kept
    }
}

/// Cells of columns with their gaps.
#[must_use]
pub fn total(kept: &[(usize, u16)]) -> u16 {
    let gaps = u16::try_from(kept.len().saturating_sub(1) * GAP.len()).unwrap_or(u16::MAX);
    kept.iter().map(|(_, wide)| *wide).fold(gaps, u16::saturating_add)
}

/// A text in a column of so many cells, at its left or right.
#[must_use]
pub fn placed(look: &Look, text: &str, right: bool, cells: u16) -> String {
    let cut = look.width.cut(text, cells, look.symbols.ellipsis);
    let pad = " ".repeat(usize::from(cells.saturating_sub(look.width.of(&cut))));
    if right { format!("{pad}{cut}") } else { format!("{cut}{pad}") }
}
