//! The hidden sheet of a template: what its cells are, so that reading it back is exact.
//!
//! Rows of text. First `xiantu-round`, version; then `period` and `unit`; then per sheet `sheet`, its name,
//! row of its first unit, row and column of 本月未变; then per column of values `column`, sheet, column,
//! indicator, part (`value`, `num`, `den`), period. Rows and columns are 1-based, as people count them.

use super::id::IndicatorId;
use super::period::Period;

/// Name of the hidden sheet.
pub const SHEET: &str = "_xiantu";

const MARK: &str = "xiantu-round";
const VERSION: &str = "1";

/// Which part of a reading a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The value itself.
    Value,
    /// Numerator.
    Num,
    /// Denominator.
    Den,
}

impl Part {
    const ALL: [(Self, &'static str); 3] = [(Self::Value, "value"), (Self::Num, "num"), (Self::Den, "den")];

    fn word(self) -> &'static str {
        Self::ALL.iter().find(|(part, _)| *part == self).map_or("", |(_, word)| word)
    }
}

/// A column of values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyColumn {
    /// Column, from 0.
    pub column: u16,
    /// Indicator.
    pub indicator: IndicatorId,
    /// Part of its reading.
    pub part: Part,
    /// Period of the values.
    pub period: Period,
}

/// A sheet of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySheet {
    /// Name.
    pub name: String,
    /// Row of the first unit, as numbered on the sheet; the code stands in the first column.
    pub first_row: u32,
    /// Row and column (from 0) of 本月未变.
    pub unchanged: (u32, u16),
    /// Columns of values.
    pub columns: Vec<KeyColumn>,
}

/// The key of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Period of the round.
    pub period: Period,
    /// Code of the unit that answers.
    pub unit: String,
    /// Sheets.
    pub sheets: Vec<KeySheet>,
}

impl Key {
    /// As rows of text.
    #[must_use]
    pub fn rows(&self) -> Vec<Vec<String>> {
        let mut rows = vec![
            vec![MARK.to_owned(), VERSION.to_owned()],
            vec!["period".to_owned(), self.period.to_string()],
            vec!["unit".to_owned(), self.unit.clone()],
        ];
        for sheet in &self.sheets {
            let (row, column) = sheet.unchanged;
            let numbers = [sheet.first_row, row, u32::from(column) + 1].map(|n| n.to_string());
            rows.push(["sheet".to_owned(), sheet.name.clone()].into_iter().chain(numbers).collect());
            for c in &sheet.columns {
                rows.push(vec![
                    "column".to_owned(),
                    sheet.name.clone(),
                    (u32::from(c.column) + 1).to_string(),
                    c.indicator.to_string(),
                    c.part.word().to_owned(),
                    c.period.to_string(),
                ]);
            }
        }
        rows
    }

    /// From rows of text; `None` where they are no key, or one that this version does not know.
    #[must_use]
    pub fn parse<'a, R: IntoIterator<Item = &'a str>>(rows: impl IntoIterator<Item = R>) -> Option<Self> {
        let mut rows = rows.into_iter().map(|row| row.into_iter().collect::<Vec<&str>>());
        let mut pair =
            |name: &str| rows.next().filter(|row| row.first() == Some(&name)).and_then(|row| row.get(1).map(|v| (*v).to_owned()));
        if pair(MARK)? != VERSION {
            return None;
        }
        let mut this = Self { period: pair("period")?.parse().ok()?, unit: pair("unit")?, sheets: Vec::new() };
        for row in rows {
            match row.as_slice() {
                ["sheet", name, first_row, row, column, ..] => {
                    let unchanged = (row.parse().ok()?, column.parse::<u16>().ok()?.checked_sub(1)?);
                    let sheet = KeySheet { name: (*name).to_owned(), first_row: first_row.parse().ok()?, unchanged, columns: Vec::new() };
                    this.sheets.push(sheet);
                }
                ["column", name, column, indicator, part, period, ..] => {
                    let column = KeyColumn {
                        column: column.parse::<u16>().ok()?.checked_sub(1)?,
                        indicator: IndicatorId::from(*indicator),
                        part: Part::ALL.iter().find(|(_, word)| word == part)?.0,
                        period: period.parse().ok()?,
                    };
                    this.sheets.iter_mut().find(|s| s.name == *name)?.columns.push(column);
                }
                _ => return None,
            }
        }
        Some(this)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_back_and_nothing_else_does() {
        let period: Period = "2025-10".parse().expect("a period");
        let column = |column, part| KeyColumn { column, indicator: "X-1".into(), part, period };
        let key = Key {
            period,
            unit: "099".into(),
            sheets: vec![KeySheet {
                name: "甲".into(),
                first_row: 6,
                unchanged: (3, 2),
                columns: vec![column(3, Part::Num), column(4, Part::Den), column(5, Part::Value)],
            }],
        };
        let rows = key.rows();
        let parse = |rows: &[Vec<String>]| Key::parse(rows.iter().map(|row| row.iter().map(String::as_str).collect::<Vec<_>>()));
        assert_eq!(parse(&rows), Some(key));
        assert_eq!(parse(&rows[1..]), None);
        let mut other = rows;
        other[0][1] = "2".into();
        assert_eq!(parse(&other), None);
        assert_eq!(parse(&[]), None);
    }
}
