//! Cells of a worksheet: those that are named get a value and keep their style; formulas forget theirs.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

use quick_xml::events::BytesStart;

use super::edit::{Edits, Walk, attribute, name, prefix, without};
use crate::domain::form::{CellAt, Fill};
use crate::domain::problem::{Problem, Severity};
use crate::domain::text::is_hostile;

/// Cells by row and column.
type Wanted<'f> = BTreeMap<u32, BTreeMap<u16, &'f Fill>>;

/// A worksheet with cells filled in.
pub(super) fn filled(text: &str, cells: &[(CellAt, Fill)], shown_as: &str) -> Result<String, Problem> {
    let mut wanted = Wanted::new();
    for (at, fill) in cells {
        if wanted.entry(at.row).or_default().insert(at.column, fill).is_some() {
            return Err(Problem::new("E_FORM_TWICE", Severity::Refused, shown_as).field(at.to_string()).arg(at));
        }
    }
    merged(text, &wanted, shown_as)?;
    let mut pen = Pen { wanted, shown_as, edits: Edits::default(), columns: Vec::new(), prefix: String::new() };
    pen.page(text)?;
    Ok(pen.edits.apply(text))
}

/// A worksheet whose formulas forgot their values; `None` where there is nothing to forget.
pub(super) fn forgotten(text: &str, shown_as: &str) -> Result<Option<String>, Problem> {
    if !text.contains("<f") && !text.contains(":f") {
        return Ok(None);
    }
    filled(text, &[], shown_as).map(Some)
}

/// A cell inside a merged range shows nothing of its own: only the first one of a range does. One inside the
/// range of an array formula belongs to that formula.
fn merged(text: &str, wanted: &Wanted<'_>, shown_as: &str) -> Result<(), Problem> {
    let mut walk = Walk::new(text, shown_as);
    while let Some((tag, _)) = walk.next()? {
        let Some((local @ ("mergeCell" | "f"), e, _)) = tag.begins() else { continue };
        let whole = local == "f";
        if whole && !attribute(e, "t").is_some_and(|t| t == "array" || t == "dataTable") {
            continue;
        }
        let Some(range) = attribute(e, "ref") else { continue };
        let Some((first, last)) = corners(&range) else { continue };
        for (row, cells) in wanted.range(first.row..=last.row) {
            let mut inside = cells.range(first.column..=last.column);
            if let Some((column, _)) = inside.find(|(c, _)| whole || (*row, **c) != (first.row, first.column)) {
                let at = CellAt { row: *row, column: *column };
                let code = if whole { "E_FORM_FORMULA" } else { "E_FORM_MERGED" };
                let problem = Problem::new(code, Severity::Refused, shown_as).field(at.to_string()).arg(at);
                return Err(if whole { problem } else { problem.arg(range).arg(first) });
            }
        }
    }
    Ok(())
}

/// The corners of `A1:C2`.
fn corners(range: &str) -> Option<(CellAt, CellAt)> {
    let (first, last) = range.split_once(':').unwrap_or((range, range));
    let (first, last) = (CellAt::parse(first)?, CellAt::parse(last)?);
    (first.row <= last.row && first.column <= last.column).then_some((first, last))
}

/// Goes through a worksheet once and collects the changes.
struct Pen<'f> {
    wanted: Wanted<'f>,
    shown_as: &'f str,
    edits: Edits,
    /// Styles of columns: from, to (both 0-based, inclusive) and the number of the style.
    columns: Vec<(u16, u16, String)>,
    /// Prefix of the worksheet's own elements.
    prefix: String,
}

/// The row that is being read.
struct Line {
    row: u32,
    tag: Range<usize>,
    /// The style of the row, where it has one of its own.
    style: Option<String>,
    /// The column that a cell without a name is in.
    next: u16,
    /// Cells were put in.
    grew: bool,
}

/// The cell that is being read.
struct Open {
    at: CellAt,
    start: usize,
    style: Option<String>,
    formula: bool,
    /// Where its value stands.
    value: Option<Range<usize>>,
    value_start: usize,
}

impl<'f> Pen<'f> {
    fn page(&mut self, text: &str) -> Result<(), Problem> {
        let mut walk = Walk::new(text, self.shown_as);
        let (mut line, mut cell): (Option<Line>, Option<Open>) = (None, None);
        let (mut next_row, mut inside, mut seen) = (0, false, false);
        while let Some((tag, range)) = walk.next()? {
            if let Some((local, e, closed)) = tag.begins() {
                match local {
                    "worksheet" => self.prefix = prefix(name(e)).to_owned(),
                    "dimension" => {
                        if let Some(of) = attribute(e, "ref")
                            && let Some(wider) = self.wider(&of)
                        {
                            self.edits.replace(range.clone(), text[range].replacen(&of, &wider, 1));
                        }
                    }
                    "col" => self.column(e),
                    "sheetData" => {
                        (inside, seen) = (!closed, true);
                        if closed {
                            let rows = self.rows_before(CellAt::ROWS);
                            if !rows.is_empty() {
                                let name = name(e);
                                let open = text[range.clone()].trim_end_matches('>').trim_end_matches('/').trim_end();
                                self.edits.replace(range, format!("{open}>{rows}</{name}>"));
                            }
                        }
                    }
                    "row" if inside => {
                        let row = match attribute(e, "r") {
                            Some(r) => r.parse::<u32>().ok().and_then(|r| r.checked_sub(1)).filter(|r| *r >= next_row),
                            None => Some(next_row),
                        };
                        let row = row.filter(|r| *r < CellAt::ROWS).ok_or_else(|| walk.broken(&"row"))?;
                        next_row = row + 1;
                        let rows = self.rows_before(row);
                        self.edits.replace(range.start..range.start, rows);
                        let own = attribute(e, "customFormat").is_some_and(|v| v == "1" || v == "true");
                        let style = attribute(e, "s").filter(|_| own);
                        let mut this = Line { row, tag: range, style, next: 0, grew: false };
                        if closed {
                            self.empty_row(text, &mut this, name(e));
                        } else {
                            line = Some(this);
                        }
                    }
                    "c" => {
                        let Some(line) = &mut line else { continue };
                        let column = match attribute(e, "r") {
                            Some(r) => CellAt::parse(&r).filter(|at| at.row == line.row && at.column >= line.next).map(|at| at.column),
                            None => Some(line.next),
                        };
                        let column = column.filter(|c| *c < CellAt::COLUMNS).ok_or_else(|| walk.broken(&"c"))?;
                        line.next = column + 1;
                        let before = self.cells_before(line, column);
                        self.edits.replace(range.start..range.start, before);
                        let at = CellAt { row: line.row, column };
                        let this = Open { at, start: range.start, style: attribute(e, "s"), formula: false, value: None, value_start: 0 };
                        if closed {
                            self.cell(this, range.end)?;
                        } else {
                            cell = Some(this);
                        }
                    }
                    "f" => cell.iter_mut().for_each(|cell| cell.formula = true),
                    "v" => {
                        if let Some(cell) = &mut cell {
                            cell.value_start = range.start;
                            cell.value = closed.then_some(range);
                        }
                    }
                    _ => {}
                }
            } else if tag.ends("v") {
                cell.iter_mut().for_each(|cell| cell.value = Some(cell.value_start..range.end));
            } else if tag.ends("c") {
                if let Some(cell) = cell.take() {
                    self.cell(cell, range.end)?;
                }
            } else if tag.ends("row") {
                if let Some(mut line) = line.take() {
                    let rest = self.cells_before(&mut line, CellAt::COLUMNS);
                    self.edits.replace(range.start..range.start, rest);
                    self.grown(text, &line);
                }
            } else if tag.ends("sheetData") {
                let rows = self.rows_before(CellAt::ROWS);
                self.edits.replace(range.start..range.start, rows);
                inside = false;
            }
        }
        if !seen {
            return Err(walk.broken(&"sheetData"));
        }
        Ok(())
    }

    /// The extent of the worksheet with the cells that are filled in; `None` where it has them already.
    fn wider(&self, extent: &str) -> Option<String> {
        let (first, last) = corners(extent)?;
        let cells = || self.wanted.iter().flat_map(|(row, cells)| cells.keys().map(|column| CellAt { row: *row, column: *column }));
        let (mut from, mut to) = (first, last);
        for at in cells() {
            from = CellAt { row: from.row.min(at.row), column: from.column.min(at.column) };
            to = CellAt { row: to.row.max(at.row), column: to.column.max(at.column) };
        }
        ((from, to) != (first, last)).then(|| format!("{from}:{to}"))
    }

    fn column(&mut self, e: &BytesStart<'_>) {
        let number = |key| attribute(e, key)?.parse::<u16>().ok()?.checked_sub(1);
        if let (Some(min), Some(max), Some(style)) = (number("min"), number("max"), attribute(e, "style")) {
            self.columns.push((min, max, style));
        }
    }

    /// The style that a new cell has: that of its row, else that of its column.
    fn style_of(&self, line: Option<&Line>, column: u16) -> Option<String> {
        let of_column = || self.columns.iter().find(|(min, max, _)| (*min..=*max).contains(&column)).map(|(.., style)| style.clone());
        line.and_then(|l| l.style.clone()).or_else(of_column)
    }

    /// The rows before one that the worksheet does not have yet.
    fn rows_before(&mut self, row: u32) -> String {
        let later = self.wanted.split_off(&row);
        let mut out = String::new();
        for (row, cells) in std::mem::replace(&mut self.wanted, later) {
            let _ = write!(out, "<{0}row r=\"{1}\">", self.prefix, row + 1);
            for (column, fill) in cells {
                self.element(&mut out, CellAt { row, column }, self.style_of(None, column).as_deref(), fill);
            }
            let _ = write!(out, "</{}row>", self.prefix);
        }
        out
    }

    /// The cells of a row before a column that the worksheet does not have yet.
    fn cells_before(&mut self, line: &mut Line, column: u16) -> String {
        let Some(cells) = self.wanted.get_mut(&line.row) else { return String::new() };
        let later = cells.split_off(&column);
        let before = std::mem::replace(cells, later);
        let mut out = String::new();
        line.grew |= !before.is_empty();
        for (column, fill) in before {
            self.element(&mut out, CellAt { row: line.row, column }, self.style_of(Some(line), column).as_deref(), fill);
        }
        out
    }

    /// A row without any cell.
    fn empty_row(&mut self, text: &str, line: &mut Line, name: &str) {
        let cells = self.cells_before(line, CellAt::COLUMNS);
        self.wanted.remove(&line.row);
        if !cells.is_empty() {
            let open = without(&text[line.tag.clone()], "spans");
            let open = open.trim_end_matches('>').trim_end_matches('/').trim_end();
            self.edits.replace(line.tag.clone(), format!("{open}>{cells}</{name}>"));
        }
    }

    /// A row that has got more cells: the hint where they end may be wrong now and is left out.
    fn grown(&mut self, text: &str, line: &Line) {
        self.wanted.remove(&line.row);
        if line.grew {
            self.edits.replace(line.tag.clone(), without(&text[line.tag.clone()], "spans"));
        }
    }

    /// A cell that is there.
    fn cell(&mut self, cell: Open, end: usize) -> Result<(), Problem> {
        let fill = self.wanted.get_mut(&cell.at.row).and_then(|cells| cells.remove(&cell.at.column));
        match (fill, cell.value) {
            (Some(_), _) if cell.formula => {
                Err(Problem::new("E_FORM_FORMULA", Severity::Refused, self.shown_as).field(cell.at.to_string()).arg(cell.at))
            }
            (Some(fill), _) => {
                let mut out = String::new();
                self.element(&mut out, cell.at, cell.style.as_deref(), fill);
                self.edits.replace(cell.start..end, out);
                Ok(())
            }
            (None, Some(value)) if cell.formula => {
                self.edits.replace(value, "");
                Ok(())
            }
            (None, _) => Ok(()),
        }
    }

    fn element(&self, out: &mut String, at: CellAt, style: Option<&str>, fill: &Fill) {
        let p = &self.prefix;
        let _ = write!(out, "<{p}c r=\"{at}\"");
        if let Some(style) = style {
            let _ = write!(out, " s=\"{}\"", escape(style));
        }
        match fill {
            Fill::Number(number) if number.is_finite() => {
                let _ = write!(out, "><{p}v>{number}</{p}v></{p}c>");
            }
            Fill::Text(text) => {
                let _ = write!(out, " t=\"inlineStr\"><{p}is><{p}t xml:space=\"preserve\">{}</{p}t></{p}is></{p}c>", escape(text));
            }
            Fill::Number(_) | Fill::Blank => out.push_str("/>"),
        }
    }
}

/// A text as the content of an element or attribute: without what XML or a terminal cannot hold, and so that
/// nothing in it is read as an escape of the format (`_x000D_`, ECMA-376 part 1, 22.9.2.19).
fn escape(text: &str) -> String {
    let clean: String = text.chars().filter(|c| !is_hostile(*c)).collect();
    let mut out = String::with_capacity(clean.len());
    let mut rest = clean.as_str();
    while let Some(at) = rest.find("_x") {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let hex = after.as_bytes().get(2..6).is_some_and(|h| h.iter().all(u8::is_ascii_hexdigit));
        out.push_str(if hex && after.as_bytes().get(6) == Some(&b'_') { "_x005F_" } else { "_" });
        rest = &after[1..];
    }
    out.push_str(rest);
    quick_xml::escape::escape(out.as_str()).into_owned()
}
