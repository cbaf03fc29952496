//! Tables of sheets in cells: wording, natural widths, and which columns fit a room. The screens and
//! plain text use the same.

use crate::domain::sheet::{Cell, Column, Table, Weight};
use crate::locale::Lang;
use crate::ui::capability::Symbols;
use crate::ui::number::plain;
use crate::ui::text::Width;

/// What stands between columns.
pub const GAP: &str = "  ";

/// What stands between the names of the path to a unit, as sheets say it.
const STEP: &str = "›";

/// Text columns are cut to no fewer cells before a column is left out.
const LEAST: u16 = 8;

/// Texts are cut to no fewer cells to keep a column that could be left out.
const EASY: u16 = 24;

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
        // What is small is not nothing: parts add up to their whole.
        "%" if value != 0.0 && value.abs() < 0.1 => format!("{value:.3}%"),
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
            Cell::Text(words) => {
                let text = self.lang.words(words);
                if self.symbols.step == STEP { text } else { text.replace(STEP, self.symbols.step) }
            }
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

    /// A cell by itself, without what aligns it under others.
    #[must_use]
    pub fn alone(&self, cell: &Cell) -> String {
        let text = self.cell(cell);
        if matches!(cell, Cell::Share { .. }) { text.split_whitespace().collect::<Vec<_>>().join(" ") } else { text }
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
    /// Columns that say nothing in any row: they only take room.
    pub bare: Vec<usize>,
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
        let says = |n: usize| table.rows.iter().any(|row| row.cells.get(n).is_some_and(|cell| !look.cell(cell).is_empty()));
        // Of an empty table the heads say what would stand there.
        let bare = (1..widths.len()).filter(|n| !table.rows.is_empty() && !says(*n)).collect();
        Self { share: (0..widths.len()).find(holds), widths, signs: table.rows.iter().any(|row| row.weight != Weight::Plain), bare }
    }

    /// Cells that the whole table asks for, texts that are long counted as far as they are easy to read.
    #[must_use]
    pub fn asks(&self, columns: &[Column]) -> u16 {
        let signs = if self.signs { SIGN } else { 0 };
        signs.saturating_add(easy(&self.told(columns), columns))
    }

    /// The columns that say something, with their widths.
    fn told(&self, columns: &[Column]) -> Vec<(usize, u16)> {
        self.widths.iter().copied().enumerate().take(columns.len()).filter(|(n, _)| !self.bare.contains(n)).collect()
    }

    /// The columns that fit into so many cells, with their widths: those that say nothing are not there; of the
    /// others those to spare go first, the highest first, as soon as texts could no longer be read with ease; then
    /// texts are cut; then what stands at the right goes. The first column always stays.
    #[must_use]
    pub fn fit(&self, columns: &[Column], room: u16) -> Vec<(usize, u16)> {
        let mut kept = self.told(columns);
        while easy(&kept, columns) > room {
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

/// Cells of columns with their gaps, long texts cut as far as they are easy to read.
fn easy(kept: &[(usize, u16)], columns: &[Column]) -> u16 {
    let cut = |(n, wide): &(usize, u16)| (*n, if columns[*n].right { *wide } else { (*wide).min(EASY) });
    total(&kept.iter().map(cut).collect::<Vec<_>>())
}

/// Cells of columns with their gaps.
#[must_use]
pub fn total(kept: &[(usize, u16)]) -> u16 {
    let gaps = u16::try_from(kept.len().saturating_sub(1) * GAP.len()).unwrap_or(u16::MAX);
    kept.iter().map(|(_, wide)| *wide).fold(gaps, u16::saturating_add)
}

/// A text in so many cells. Of the path to a unit the last names stay, which tell it from others.
fn cut(look: &Look, text: &str, cells: u16) -> String {
    let (ellipsis, step) = (look.symbols.ellipsis, [" ", look.symbols.step, " "].concat());
    let mut rest = text;
    while let Some((_, below)) = rest.split_once(&step).filter(|_| look.width.of(text) > cells) {
        rest = below;
        let short = [ellipsis, rest].concat();
        if look.width.of(&short) <= cells {
            return short;
        }
    }
    look.width.cut(rest, cells, ellipsis).into_owned()
}

/// A text in a column of so many cells, at its left or right.
#[must_use]
pub fn placed(look: &Look, text: &str, right: bool, cells: u16) -> String {
    let cut = cut(look, text, cells);
    let pad = " ".repeat(usize::from(cells.saturating_sub(look.width.of(&cut))));
    if right { format!("{pad}{cut}") } else { format!("{cut}{pad}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sheet::{Row, Words};
    use crate::ui::capability::Capability;

    fn look() -> Look {
        Look { lang: Lang::Zh, width: Width::new(false), symbols: Capability::default().symbols() }
    }

    #[test]
    fn cells_say_what_they_are() {
        let number = |value, unit: &str| Cell::Number { value, unit: unit.into() };
        let change = |value, unit: &str| Cell::Change { value, unit: unit.into() };
        for (cell, text) in [
            (Cell::Share { num: 5.0, den: 7.0 }, "5/7  71.4%"),
            (Cell::Share { num: 0.0, den: 0.0 }, "0/0"),
            (Cell::DaysLeft(12), "剩 12 天"),
            (Cell::DaysLeft(-3), "超期 3 天"),
            (Cell::DaysLeft(0), "今天"),
            (Cell::DaysLeft(i64::MIN), "超期 9223372036854775808 天"),
            (Cell::Stars { of: 3, max: 5 }, "★★★☆☆"),
            (Cell::Stars { of: 7, max: 0 }, "7★"),
            (Cell::Stars { of: 12, max: 30 }, "12/30★"),
            (Cell::Missing, "未报"),
            (Cell::Unset, "未配置"),
            (number(71.44, "%"), "71.4%"),
            (number(3.5, "万元"), "3.5 万元"),
            (change(-0.04, "%"), "-0.040% 降"),
            (change(3.0, ""), "+3 升"),
            (change(0.0, "%"), "0.0% 平"),
        ] {
            assert_eq!(look().cell(&cell), text);
        }
        assert_eq!(look().alone(&Cell::Share { num: 5.0, den: 7.0 }), "5/7 71.4%");
    }

    #[test]
    fn of_a_path_the_last_names_stay() {
        let cut = |text: &str, cells| placed(&look(), text, false, cells).trim_end().to_owned();
        let path = "河口镇 › 上坝村 › 第1网格";
        assert_eq!(cut(path, 25), path);
        assert_eq!(cut(path, 24), "…上坝村 › 第1网格");
        assert_eq!(cut(path, 12), "…第1网格");
        assert_eq!(cut(path, 6), "第1网…", "of the last name what fits");
        assert_eq!(cut("上坝村第1网格", 8), "上坝村…", "no path");
    }

    #[test]
    fn columns_to_spare_go_first_then_texts_are_cut() {
        let column = |right, spare| Column { head: Words::data("x"), right, spare };
        let columns = [column(false, 0), column(true, 1), column(true, 2), column(true, 0)];
        let cells = |wide: usize| Cell::Text(Words::data("x".repeat(wide)));
        let rows = vec![Row { cells: vec![cells(20), cells(5), cells(5), cells(5)], ..Row::default() }];
        let natural = Natural::of(&look(), &Table { columns: columns.to_vec(), rows, ..Table::default() });
        let fit = |room| natural.fit(&columns, room);
        assert_eq!(fit(41), [(0, 20), (1, 5), (2, 5), (3, 5)]);
        assert_eq!(fit(40), [(0, 20), (1, 5), (3, 5)]);
        assert_eq!(fit(30), [(0, 20), (3, 5)]);
        assert_eq!(fit(20), [(0, 13), (3, 5)]);
        assert_eq!(fit(12), [(0, 8)], "a number is never cut");
        assert_eq!(fit(3), [(0, 3)]);
        for room in 0..60 {
            assert!(total(&fit(room)) <= room);
        }
    }

    #[test]
    fn what_says_nothing_takes_no_room_and_long_texts_give_way_first() {
        let column = |right, spare| Column { head: Words::data("x"), right, spare };
        let columns = [column(false, 0), column(false, 1), column(true, 2)];
        let text = |wide: usize| Cell::Text(Words::data("x".repeat(wide)));
        let row = |cells| Row { cells, ..Row::default() };
        let of = |rows| Natural::of(&look(), &Table { columns: columns.to_vec(), rows, ..Table::default() });
        let natural = of(vec![row(vec![text(40), Cell::Empty, text(5)]), row(vec![text(10), text(0), text(5)])]);
        assert_eq!(natural.fit(&columns, 80), [(0, 40), (2, 5)]);
        assert_eq!(natural.fit(&columns, 31), [(0, 24), (2, 5)], "what is long is cut before a column goes");
        assert_eq!(natural.fit(&columns, 30), [(0, 30)]);
        assert_eq!(natural.asks(&columns), 31);
        assert_eq!(of(Vec::new()).fit(&columns, 80).len(), 3, "heads of an empty table stay");
    }
}
