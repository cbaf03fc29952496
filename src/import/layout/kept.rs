//! A sheet as it is kept where its file must not be: what was read of it, without the columns that
//! were left out, and nothing of the rows that are no data.

use serde::{Deserialize, Serialize};

use super::super::book::{Grid, Kind};
use super::{Heading, Laid, words};
use crate::domain::period::Period;
use crate::framework::privacy::Gate;
use crate::import::cell;

/// A laid out sheet in rows of JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::import) struct Kept {
    sheet: String,
    hidden: bool,
    headings: Vec<Heading>,
    /// The period that the title says; the title itself may name anybody.
    title: Option<Period>,
    period: Option<Period>,
    unit: Option<String>,
    rows: Vec<KeptRow>,
}

/// A row of data: its number on the original sheet, then per heading the text, and a letter of its kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct KeptRow(u32, Vec<String>, String);

/// Letters of the kinds of cells, in the order of [`Kind`].
const KINDS: [(char, Kind); 6] =
    [('-', Kind::Empty), ('t', Kind::Text), ('n', Kind::Number), ('d', Kind::Date), ('b', Kind::Bool), ('e', Kind::Error)];

impl Laid {
    /// What may be kept of it: the data under headings that are not left out.
    pub(in crate::import) fn kept(&self, without: &dyn Fn(&str) -> bool) -> Kept {
        let held: Vec<bool> = self.headings.iter().map(|h| !h.text.is_empty() && !without(&h.text)).collect();
        let letter = |kind: Kind| KINDS.iter().find(|(_, k)| *k == kind).map_or('-', |(letter, _)| *letter);
        let rows = self.rows().map(|row| {
            let texts = held.iter().enumerate().map(|(n, held)| if *held { row.get(n).to_owned() } else { String::new() });
            let kinds = held.iter().enumerate().map(|(n, held)| if *held { letter(row.kind(n)) } else { '-' });
            KeptRow(row.line(), texts.collect(), kinds.collect())
        });
        Kept {
            sheet: self.sheet.clone(),
            hidden: self.hidden,
            headings: self.headings.clone(),
            title: self.title.as_deref().and_then(cell::find_period),
            period: self.period,
            unit: self.unit.clone(),
            rows: rows.collect(),
        }
    }

    /// Whether the file of this sheet holds what nobody looked at or what names persons: columns
    /// without a heading, hidden rows, footers, and lines above the table signed by who filled it in.
    pub(in crate::import) fn has_more(&self) -> bool {
        self.signed || self.headings.iter().any(|h| h.text.is_empty())
    }
}

impl Kept {
    /// The sheet as it was laid out; `None` where it is not one that was kept.
    pub(in crate::import) fn laid(self) -> Option<Laid> {
        let mut grid = Grid::new(self.sheet.clone());
        let mut last = 0;
        for KeptRow(number, texts, kinds) in &self.rows {
            if *number <= last || texts.len() != self.headings.len() {
                return None;
            }
            last = *number;
            grid.begin(*number, false);
            for ((heading, text), letter) in self.headings.iter().zip(texts).zip(kinds.chars()) {
                let kind = KINDS.iter().find(|(l, _)| *l == letter)?.1;
                grid.push(heading.column, kind, text);
            }
        }
        grid.finish();
        let rows = (0..u32::try_from(grid.len()).ok()?).collect();
        let Self { sheet, hidden, headings, title, period, unit, .. } = self;
        let title = title.map(|period| period.to_string());
        let (cut, notes, filled) = Default::default();
        Some(Laid { sheet, hidden, headings, title, period, unit, cut, notes, signed: false, grid, rows, filled })
    }
}

/// Whether a line above the table says who filled it in.
pub(super) fn is_signed(line: &str) -> bool {
    let narrow = words::narrow(line);
    words::is_signed(&narrow) || words::is_bare_label(&narrow) || Gate.value_looks_personal(line)
}

#[cfg(test)]
mod tests {
    use super::super::sheet;
    use super::*;

    #[test]
    fn a_kept_sheet_is_read_as_it_was_but_for_what_was_left_out() {
        let mut grid = Grid::new("表");
        let rows = [
            (1, vec!["2025年9月一览表"]),
            (3, vec!["编码", "数(个)", "联系人", ""]),
            (4, vec!["01", "2", "某甲", "某乙"]),
            (6, vec!["02", "", "某丙"]),
            (9, vec!["填表人:某丁", "电话:1"]),
        ];
        for (number, cells) in rows {
            grid.begin(number, false);
            for (column, text) in cells.into_iter().enumerate() {
                grid.push(column, if text == "2" { Kind::Number } else { Kind::Text }, text);
            }
        }
        grid.finish();
        let laid = sheet(grid, "a.xlsx");
        assert!(laid.has_more());
        let kept = laid.kept(&|heading| heading == "联系人");
        let text = serde_json::to_string(&kept).expect("JSON");
        assert!(!text.contains('某') && !text.contains("电话"), "{text}");
        let read: Kept = serde_json::from_str(&text).expect("what was written");
        let again = read.laid().expect("a sheet");
        assert_eq!((&again.headings, again.period, again.len()), (&laid.headings, laid.period, laid.len()));
        for (was, is) in laid.rows().zip(again.rows()) {
            assert_eq!((is.line(), is.get(0), is.get(1), is.kind(1)), (was.line(), was.get(0), was.get(1), was.kind(1)));
            assert_eq!((is.get(2), is.get(3)), ("", ""));
            assert_eq!(again.place(is, 1), laid.place(was, 1));
        }
    }
}
