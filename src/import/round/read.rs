//! A book as what it says about a round: whose units are in it, which readings, and what is wrong.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::anchor::{Anchored, code, has_codes, period_of};
use super::named::Names;
use super::word::{Joined, Said, join, plain, said};
use crate::domain::form_key::{self, Key, KeySheet, Part};
use crate::domain::id::{IndicatorId, Uid};
use crate::domain::indicator::Indicator;
use crate::domain::period::Period;
use crate::domain::problem::{Problem, Severity};
use crate::domain::value::Reading;
use crate::framework::Framework;
use crate::framework::privacy::Gate;
use crate::import::book::{Book, Kind, column_letters};
use crate::import::cell;
use crate::import::layout::{self, Laid};
use crate::import::profile::Profiles;
use crate::store::round::{Owner, Owners};

/// A field of the round: what is read, and of which period.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) indicator: Arc<Indicator>,
    pub(super) period: Period,
}

/// What a book is read with.
pub(super) struct Read<'a> {
    pub(super) round: Period,
    pub(super) asked: &'a [Asked],
    pub(super) owners: &'a Owners,
    pub(super) framework: &'a Framework,
    /// What a workspace's profiles say of headings.
    pub(super) known: &'a Known,
}

/// Headings, as they are compared, that profiles of a workspace give to indicators.
#[derive(Clone, Debug, Default)]
pub(super) struct Known(BTreeMap<String, (IndicatorId, Part)>);

impl Known {
    /// Those of a workspace folder.
    pub(super) fn of(dir: &Path, framework: &Framework) -> Self {
        let own = Profiles::open(dir).map(|profiles| profiles.own()).unwrap_or_default();
        let role = |role: &str| {
            let parts = [("", Part::Value), (".num", Part::Num), (".den", Part::Den)];
            let of = |i: &Arc<Indicator>| {
                let rest = role.strip_prefix(i.id.as_str()).or_else(|| role.strip_prefix(i.id.bare()))?;
                parts.iter().find(|(end, _)| *end == rest).map(|(_, part)| (i.id.clone(), *part))
            };
            framework.indicators.iter().find_map(of)
        };
        Self(own.iter().filter_map(|(heading, named)| Some((plain(heading), role(named)?))).collect())
    }
}

/// A cell of a book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Spot {
    /// Position of the sheet in the book.
    pub(crate) sheet: usize,
    /// Row as numbered on the sheet.
    pub(crate) row: u32,
    /// Column from 0; the whole row where it is `None`.
    pub(crate) column: Option<usize>,
}

/// Something wrong with one cell or row, and whose it is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fault {
    /// Where.
    pub(crate) spot: Spot,
    /// What.
    pub(crate) problem: Problem,
    /// The unit whose row it is; `None` where that is not known.
    pub(super) unit: Option<Uid>,
}

/// A reading of a book.
#[derive(Clone, Debug)]
pub(super) struct Claim {
    pub(super) unit: Uid,
    pub(super) indicator: IndicatorId,
    pub(super) period: Period,
    pub(super) reading: Reading,
    pub(super) spot: Spot,
}

/// A row with a unit of the county.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) owner: Owner,
    pub(super) spot: Spot,
}

/// What a book says.
#[derive(Clone, Debug, Default)]
pub(super) struct Report {
    pub(super) seen: Vec<Seen>,
    pub(super) claims: Vec<Claim>,
    pub(super) faults: Vec<Fault>,
    pub(super) unused: Vec<String>,
    /// Every sheet is ticked as unchanged.
    pub(super) declared: bool,
    /// Period that it speaks of, where that is not the round's.
    pub(super) other_period: Option<Period>,
    /// Rows that were known by their names, where the book has no codes.
    pub(super) by_name: Option<usize>,
    /// A heading that announces personal data.
    pub(super) personal: Option<(String, &'static str)>,
}

impl Read<'_> {
    /// Reads a book.
    pub(super) fn book(&self, book: &Book) -> Report {
        let mut report = Report::default();
        let key = book
            .sheets
            .iter()
            .find(|s| s.name == form_key::SHEET)
            .and_then(|s| Key::parse(s.rows().map(|row| row.iter().collect::<Vec<_>>())));
        if let Some(key) = key {
            self.keyed(book, &key, &mut report);
            return report;
        }
        let grids = || book.sheets.iter().enumerate().filter(|(_, g)| !g.hidden);
        let mut sheets: Vec<(usize, Anchored)> =
            grids().filter_map(|(at, grid)| Some((at, Anchored::new(grid, &book.file, self.owners)?))).collect();
        if sheets.is_empty() {
            sheets = self.by_name(grids().map(|(at, grid)| (at, layout::sheet(grid.clone(), &book.file))).collect());
            let known = |(_, sheet): &(usize, Anchored)| sheet.rows.iter().filter(|(_, code)| self.owners.get(code).is_some()).count();
            report.by_name = Some(sheets.iter().map(known).sum()).filter(|rows| *rows > 0);
        }
        let mut others = Vec::new();
        for (at, sheet) in &sheets {
            let at = *at;
            if let Some(personal) =
                sheet.heads().find_map(|h| Gate.column_beside(h, &self.framework.privacy).map(|rule| (h.to_owned(), rule)))
            {
                report.personal = Some(personal);
                return report;
            }
            if let Some(period) = sheet.period(self.round.start().year()).filter(|p| !self.fits(*p)) {
                others.push((sheet, at, period));
                continue;
            }
            self.sheet(book, at, sheet, &mut report);
        }
        if report.seen.is_empty()
            && let Some((sheet, at, period)) = others.pop()
        {
            // Whose it is can be told all the same.
            report.other_period = Some(period);
            self.see(at, sheet, &mut report);
        }
        report
    }

    /// Sheets without codes, held by the names of the one unit that they fit.
    fn by_name(&self, laid: Vec<(usize, Laid)>) -> Vec<(usize, Anchored)> {
        let level = |asked: &Asked| self.framework.levels.iter().position(|l| l.code == asked.indicator.level);
        if laid.iter().any(|(_, sheet)| has_codes(sheet)) {
            return Vec::new();
        }
        let (places, sheets): (Vec<usize>, Vec<Laid>) = laid.into_iter().unzip();
        let Some(names) = Names::of(&sheets, self.owners, &self.asked.iter().filter_map(level).collect()) else { return Vec::new() };
        places.into_iter().zip(sheets).filter_map(|(at, sheet)| Some((at, Anchored::by_name(sheet, &names)?))).collect()
    }

    /// A period that holds the round's last day is the round's: its own, or that of a field with longer ones.
    fn fits(&self, period: Period) -> bool {
        period.start() <= self.round.end() && self.round.end() <= period.end()
    }

    /// The units of a sheet's rows.
    fn see(&self, at: usize, sheet: &Anchored, report: &mut Report) {
        for (n, code) in &sheet.rows {
            let spot = Spot { sheet: at, row: sheet.number(*n), column: Some(sheet.column(sheet.code)) };
            if let Some(owner) = self.owners.get(code) {
                report.seen.push(Seen { owner: owner.clone(), spot });
            }
        }
    }

    fn sheet(&self, book: &Book, at: usize, sheet: &Anchored, report: &mut Report) {
        let (layout, unused) = Layout::of(self, sheet);
        report.unused.extend(unused);
        for (n, code) in &sheet.rows {
            let row = Row { book, at, number: sheet.number(*n), code, column: sheet.column(sheet.code) };
            let Some(owner) = self.unit(&row, report) else { continue };
            let cell = |column: usize| (sheet.column(column), sheet.cell(*n, column));
            match &layout {
                Layout::Wide(columns) => {
                    for (asked, period, columns) in columns.iter().map(|(a, p, c)| (&self.asked[*a], *p, c)) {
                        if period.is_none_or(|p| p == asked.period || p == self.round) {
                            self.cells(&row, &owner, asked, columns, &cell, report);
                        }
                    }
                }
                Layout::Long { indicator, period, columns } => {
                    let word = plain(sheet.cell(*n, *indicator).1);
                    let of = period.and_then(|c| cell::find_period(sheet.cell(*n, c).1));
                    let named = self.asked.iter().find(|a| names(&a.indicator).any(|name| name == word));
                    if let Some(asked) = named.filter(|a| of.is_none_or(|p| p == a.period || p == self.round)) {
                        self.cells(&row, &owner, asked, columns, &cell, report);
                    }
                }
            }
        }
    }

    /// The unit of a row; a code that no unit has is a fault.
    fn unit(&self, row: &Row<'_>, report: &mut Report) -> Option<Owner> {
        let spot = Spot { sheet: row.at, row: row.number, column: Some(row.column) };
        let Some(owner) = self.owners.get(row.code) else {
            let code = if report.by_name.is_some() { "E_ROUND_NAME" } else { "E_ROUND_CODE" };
            report.faults.push(Fault { spot, problem: row.problem(code, row.column).arg(row.code), unit: None });
            return None;
        };
        report.seen.push(Seen { owner: owner.clone(), spot });
        Some(owner.clone())
    }

    /// One reading of a row.
    fn cells<'c>(
        &self,
        row: &Row<'_>,
        owner: &Owner,
        asked: &Asked,
        columns: &Columns,
        cell: &dyn Fn(usize) -> (usize, (Kind, &'c str)),
        report: &mut Report,
    ) {
        // A parent's row is its subtotal; the units themselves are asked.
        if self.framework.levels.get(owner.level).is_none_or(|l| l.code != asked.indicator.level) {
            return;
        }
        let mut wrong = |column: usize, problem: Problem| {
            let spot = Spot { sheet: row.at, row: row.number, column: Some(column) };
            report.faults.push(Fault { spot, problem, unit: Some(owner.uid) });
        };
        let mut parts = [Said::Nothing; 3];
        for (part, column) in parts.iter_mut().zip(columns.all()).filter_map(|(p, c)| Some((p, c?))) {
            let (column, (kind, text)) = cell(column);
            match said(kind, text, &asked.indicator) {
                Some(said) => *part = said,
                None => return wrong(column, row.problem("E_ROUND_NUMBER", column).arg(text)),
            }
        }
        let Some(first) = columns.all().into_iter().flatten().next().map(|c| cell(c).0) else { return };
        let of_num = columns.num.map_or(first, |c| cell(c).0);
        match join(&asked.indicator, parts[0], parts[1], parts[2]) {
            Joined::Reading(reading) => report.claims.push(Claim {
                unit: owner.uid,
                indicator: asked.indicator.id.clone(),
                period: asked.period,
                reading,
                spot: Spot { sheet: row.at, row: row.number, column: Some(first) },
            }),
            Joined::Half => wrong(of_num, row.problem("E_ROUND_PART", of_num)),
            Joined::Over(num, den) => wrong(of_num, row.problem("E_ROUND_OVER", of_num).arg(num).arg(den)),
            Joined::Negative(n) => wrong(first, row.problem("E_ROUND_NEGATIVE", first).arg(n)),
        }
    }

    /// A template filled in: its hidden sheet says what every column is.
    fn keyed(&self, book: &Book, key: &Key, report: &mut Report) {
        if !self.fits(key.period) || key.period.months() != self.round.months() {
            report.other_period = Some(key.period);
        }
        let mut ticks = Vec::new();
        for (at, grid, of) in
            book.sheets.iter().enumerate().filter_map(|(at, g)| Some((at, g, key.sheets.iter().find(|s| s.name == g.name)?)))
        {
            let (row, column) = of.unchanged;
            ticks.push(grid.rows().find(|r| r.number == row).is_some_and(|r| plain(r.get(usize::from(column))) == "是"));
            let columns = self.keyed_columns(of);
            for cells in grid.rows().filter(|r| r.number >= of.first_row && !r.get(0).is_empty()) {
                let code = code(cells.get(0));
                let row = Row { book, at, number: cells.number, code: &code, column: 0 };
                let Some(owner) = self.unit(&row, report) else { continue };
                if report.other_period.is_none() {
                    for (asked, columns) in &columns {
                        self.cells(&row, &owner, asked, columns, &|c| (c, (cells.kind(c), cells.get(c))), report);
                    }
                }
            }
        }
        report.declared = !ticks.is_empty() && ticks.iter().all(|t| *t);
    }

    fn keyed_columns(&self, of: &KeySheet) -> Vec<(&Asked, Columns)> {
        let mut out: Vec<(&Asked, Columns)> = Vec::new();
        for c in &of.columns {
            let Some(asked) = self.asked.iter().find(|a| a.indicator.id == c.indicator && a.period == c.period) else { continue };
            let at = out.iter().position(|(a, _)| std::ptr::eq(*a, asked)).unwrap_or_else(|| {
                out.push((asked, Columns::default()));
                out.len() - 1
            });
            *out[at].1.part(c.part) = Some(usize::from(c.column));
        }
        out
    }
}

/// A row of a sheet, as problems name it.
struct Row<'a> {
    book: &'a Book,
    at: usize,
    number: u32,
    code: &'a str,
    /// Column of the code.
    column: usize,
}

impl Row<'_> {
    fn problem(&self, code: &str, column: usize) -> Problem {
        let name = &self.book.sheets[self.at].name;
        let many = self.book.sheets.iter().filter(|s| !s.hidden).count() > 1;
        let letters = column_letters(column);
        let field = if many { format!("{name} {letters}") } else { letters };
        Problem::new(code, Severity::Aside, &*self.book.file).line(self.number.into()).field(field)
    }
}

/// Where the parts of a reading stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Columns {
    value: Option<usize>,
    num: Option<usize>,
    den: Option<usize>,
}

impl Columns {
    fn all(&self) -> [Option<usize>; 3] {
        [self.value, self.num, self.den]
    }

    fn part(&mut self, part: Part) -> &mut Option<usize> {
        match part {
            Part::Value => &mut self.value,
            Part::Num => &mut self.num,
            Part::Den => &mut self.den,
        }
    }
}

/// A column per field, or a row per reading.
enum Layout {
    /// Field asked, period of the heads, columns.
    Wide(Vec<(usize, Option<Period>, Columns)>),
    /// Columns of the indicator's name, of the period, and of the parts.
    Long { indicator: usize, period: Option<usize>, columns: Columns },
}

/// Heads that carry nothing and are not worth a word.
const PLAIN_HEADS: [&str; 6] = ["序号", "编号", "no", "no.", "#", "序"];
/// Heads of the parts of a reading in a long table, and of its period.
const VALUE_HEADS: [&str; 4] = ["数值", "值", "数", "value"];
const NUM_HEADS: [&str; 3] = ["分子", "num", "numerator"];
const DEN_HEADS: [&str; 3] = ["分母", "den", "denominator"];
const PERIOD_HEADS: [&str; 5] = ["期间", "月份", "时间", "报告期", "period"];

impl Layout {
    /// The layout of a sheet, and the heads in it that nothing uses.
    fn of(with: &Read<'_>, sheet: &Anchored) -> (Self, Vec<String>) {
        let width = sheet.width();
        let heads: Vec<String> = sheet.heads().map(plain).collect();
        let is = |c: usize, words: &[&str]| words.contains(&&*heads[c]);
        let column = |words: &[&str]| (0..width).find(|c| is(*c, words));
        if let Some(indicator) = (0..width).find(|c| *c != sheet.code && with.names_indicators(sheet, *c)) {
            let columns = Columns { value: column(&VALUE_HEADS), num: column(&NUM_HEADS), den: column(&DEN_HEADS) };
            return (Self::Long { indicator, period: column(&PERIOD_HEADS), columns }, Vec::new());
        }
        let mut out: Vec<(usize, Option<Period>, Columns)> = Vec::new();
        let mut unused = Vec::new();
        let mut group: Option<&Arc<Indicator>> = None;
        for c in (0..width).filter(|c| *c != sheet.code && !heads[*c].is_empty()) {
            let known = with.known.0.get(&heads[c]);
            let part = known.map_or_else(|| part_of(&heads[c]), |(_, part)| *part);
            // Where only the first column of a group carries its name, the others follow it.
            let bare =
                known.is_none() && part != Part::Value && [NUM_HEADS.as_slice(), DEN_HEADS.as_slice()].concat().contains(&&*heads[c]);
            let indicator = match known {
                Some((id, _)) => with.framework.indicators.iter().find(|i| i.id == *id),
                None if bare => group,
                None => with.indicator(&heads[c]),
            };
            group = indicator;
            let Some(indicator) = indicator else {
                if !PLAIN_HEADS.contains(&&*heads[c]) && !is(c, &PERIOD_HEADS) && !with.names_units(sheet, c) {
                    unused.push(sheet.head(c).to_owned());
                }
                continue;
            };
            // Known to the framework, but not asked now.
            let Some(asked) = with.asked.iter().position(|a| a.indicator.id == indicator.id) else { continue };
            let year = with.round.start().year();
            let period = period_of(sheet.head(c), year);
            let at = out.iter().position(|(a, p, _)| *a == asked && *p == period).unwrap_or_else(|| {
                out.push((asked, period, Columns::default()));
                out.len() - 1
            });
            // The first of two columns with one name.
            out[at].2.part(part).get_or_insert(c);
        }
        (Self::Wide(out), unused)
    }
}

/// The names that an indicator goes by, as they are compared.
fn names(indicator: &Indicator) -> impl Iterator<Item = String> {
    let all = [indicator.id.as_str(), &indicator.label, &indicator.label_en, &indicator.short];
    all.into_iter().filter(|n| !n.is_empty()).map(plain).collect::<Vec<_>>().into_iter()
}

fn part_of(head: &str) -> Part {
    if NUM_HEADS.iter().any(|w| head.contains(w)) {
        Part::Num
    } else if DEN_HEADS.iter().any(|w| head.contains(w)) {
        Part::Den
    } else {
        Part::Value
    }
}

impl Read<'_> {
    /// The indicator that a head names: the one whose longest name stands in it.
    fn indicator(&self, head: &str) -> Option<&Arc<Indicator>> {
        let longest = |i: &Indicator| names(i).filter(|n| head.contains(n.as_str())).map(|n| n.chars().count()).max();
        self.framework.indicators.iter().filter_map(|i| Some((longest(i)?, i))).max_by_key(|(n, _)| *n).map(|(_, i)| i)
    }

    /// Whether a column holds names of indicators: most of its cells do.
    fn names_indicators(&self, sheet: &Anchored, column: usize) -> bool {
        let known: std::collections::BTreeSet<String> = self.framework.indicators.iter().flat_map(|i| names(i)).collect();
        share(sheet, column, |text| known.contains(&plain(text))) > 0.5
    }

    /// Whether a column holds names or codes of units, of the row's own or of those above it.
    fn names_units(&self, sheet: &Anchored, column: usize) -> bool {
        let own = |n: usize, text: &str| {
            let row = &sheet.rows[n].1;
            self.owners.get(row).is_some_and(|o| o.name == text) || self.owners.get(&code(text)).is_some()
        };
        let rows = sheet.rows.len().min(50);
        let same = (0..rows).filter(|n| own(*n, sheet.cell(sheet.rows[*n].0, column).1)).count();
        let distinct: std::collections::BTreeSet<&str> = (0..rows).map(|n| sheet.cell(sheet.rows[n].0, column).1).collect();
        // Text that is the same all the way down is a township's name.
        same * 2 > rows || (distinct.len() == 1 && rows > 1 && distinct.iter().all(|t| !t.is_empty() && t.parse::<f64>().is_err()))
    }
}

/// Share of the first rows whose cell passes.
fn share(sheet: &Anchored, column: usize, pass: impl Fn(&str) -> bool) -> f64 {
    let rows = sheet.rows.len().min(50);
    let good = sheet.rows.iter().take(rows).filter(|(n, _)| pass(sheet.cell(*n, column).1)).count();
    if rows == 0 { 0.0 } else { good as f64 / rows as f64 }
}

/// Readings by indicator and unit, each once; where two differ the first stands and the second is a fault.
pub(super) fn once(claims: Vec<Claim>) -> (Vec<Claim>, Vec<Claim>) {
    let mut seen: BTreeMap<(IndicatorId, Uid), Reading> = BTreeMap::new();
    let (mut kept, mut twice) = (Vec::new(), Vec::new());
    for claim in claims {
        match seen.get(&(claim.indicator.clone(), claim.unit)) {
            Some(before) if *before == claim.reading => {}
            Some(_) => twice.push(claim),
            None => {
                seen.insert((claim.indicator.clone(), claim.unit), claim.reading);
                kept.push(claim);
            }
        }
    }
    (kept, twice)
}
