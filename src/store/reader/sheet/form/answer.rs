//! What goes into each cell of a form, who is counted in it, and who may or may not be.

use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::super::figure::{self, Figure};
use super::member::{LISTED, Looked, Member, Members, WHOLE, each_once, looked_at};
use crate::domain::decision::{LeadState, Said as Decided, lead_state};
use crate::domain::form::CellAt;
use crate::domain::id::Uid;
use crate::domain::period::Period;
use crate::domain::problem::Problem;
use crate::domain::sheet::{Cell, Lead, Words};
use crate::domain::unit::Subject;
use crate::domain::value::{Origin, State};
use crate::domain::view_state::ViewState;
use crate::framework::condition::Condition;
use crate::framework::form::{Counted, FormCell, Part, Said, What};
use crate::framework::schema::Basis;
use crate::framework::{Framework, Rule, Severity};
use crate::rules::{Hit, Program, Screening, Truth, number};
use crate::store::current;
use crate::store::reader::ask::{Ask, Place};
use crate::store::reader::covered;
use crate::store::reader::screening;

/// What goes into a cell.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Amount {
    Number {
        value: f64,
        unit: String,
    },
    Text(String),
    Day(Date),
    /// Nothing came: the cell stays empty.
    Missing,
    /// Reported as none.
    None,
    NotDue,
    /// 未配置.
    Unset,
}

impl Amount {
    fn of(n: usize) -> Self {
        Self::Number { value: super::count(n), unit: String::new() }
    }

    pub(super) fn cell(&self) -> Cell {
        match self {
            Self::Number { value, unit } => Cell::Number { value: *value, unit: unit.clone() },
            Self::Text(text) => Cell::Text(Words::data(text)),
            Self::Day(day) => Cell::Day(*day),
            Self::Missing => Cell::Missing,
            Self::None => Cell::Text(Words::key("panel.none")),
            Self::NotDue => Cell::Text(Words::key("panel.not_due")),
            Self::Unset => Cell::Unset,
        }
    }
}

/// What came of a cell.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Answer {
    pub(super) at: CellAt,
    pub(super) label: Words,
    pub(super) amount: Amount,
    pub(super) counted: Members,
    pub(super) doubtful: Members,
    /// Units that were due and have not reported, of an indicator.
    pub(super) due: usize,
    pub(super) lead: Option<Lead>,
    /// Definition, period.
    pub(super) about: Vec<Words>,
}

impl Answer {
    /// A cell about which nothing is known.
    pub(super) fn empty(at: CellAt) -> Self {
        let (counted, doubtful) = (Members::default(), Members::default());
        Self { at, label: Words::data(""), amount: Amount::Missing, counted, doubtful, due: 0, lead: None, about: Vec::new() }
    }

    pub(super) fn number(&self) -> Option<f64> {
        if let Amount::Number { value, .. } = self.amount { Some(value) } else { None }
    }

    /// Between which numbers it lies: those that cannot be told may all count or none, a unit that has not
    /// reported may add anything.
    pub(super) fn span(&self) -> Option<(f64, f64)> {
        let value = self.number().filter(|_| self.due == 0)?;
        Some((value, value + super::count(self.doubtful.all)))
    }

    /// How many it cannot tell of: they are not in the number.
    pub(super) fn open(&self) -> usize {
        self.doubtful.all + self.due
    }

    /// Number and 说不清.
    pub(super) fn words(&self) -> Words {
        match (self.number(), self.open()) {
            (Some(value), 0) => Words::data(number(value)),
            (Some(value), open) => Words::fill("panel.form.with_open", [Words::data(number(value)), Words::data(open.to_string())]),
            (None, _) => Words::key("panel.form.empty_cell"),
        }
    }

    pub(super) fn detail(&self) -> Vec<Words> {
        let mut lines = self.about.clone();
        if self.due > 0 {
            lines.push(Words::fill("panel.form.not_reported", [Words::data(self.due.to_string())]));
        }
        for (key, members) in [("panel.form.who_open", &self.doubtful), ("panel.form.who", &self.counted)] {
            if members.all == 0 {
                continue;
            }
            lines.push(Words::fill(key, [Words::data(members.all.to_string())]));
            lines.extend(members.listed.iter().map(|m| Words::data(format!("{}  {}", m.name, m.source).trim_end())));
            if members.all > members.listed.len() {
                lines.push(Words::fill("panel.form.more", [Words::data((members.all - members.listed.len()).to_string())]));
            }
        }
        lines
    }
}

/// What goes into every cell, in their order.
pub(super) fn answers(ask: &Ask<'_>, view: &ViewState, cells: &[FormCell], period: Period) -> Result<Vec<Answer>, Problem> {
    let scene = Scene::new(ask, view, cells, period, false)?;
    cells.iter().enumerate().map(|(n, cell)| scene.answer(n, cell)).collect()
}

/// What goes into one cell, and whom it counts with all that was looked at.
pub(super) fn whole(ask: &Ask<'_>, view: &ViewState, cell: &FormCell, period: Period) -> Result<Answer, Problem> {
    Scene::new(ask, view, std::slice::from_ref(cell), period, true)?.answer(0, cell)
}

/// The conditions on branches and units as rules, and what came of them.
struct Screened {
    /// The cell of each rule.
    cells: Vec<usize>,
    framework: Framework,
    screening: Screening,
}

/// The conditions on branches and units, each as a rule of its own, at every row: what is counted is told by
/// the same engine as the leads. The id of a rule is the number of its cell.
fn screened(ask: &Ask<'_>, cells: &[FormCell], days: f64) -> Result<Screened, Problem> {
    let rule = |(n, cell): (usize, &FormCell)| {
        let What::Count { of, when: Some(when) } = &cell.what else { return None };
        let (subject, level) = match of {
            Counted::Branches => (Subject::Branch, None),
            Counted::Units(level) => (Subject::Unit, Some(level.clone())),
            Counted::Entities(_) => return None,
        };
        let rule = Rule {
            id: n.to_string(),
            label: String::new(),
            label_en: String::new(),
            subject,
            level,
            when: when.in_period(days),
            basis: Basis::default(),
            severity: Severity::Info,
            kind: None,
            enabled: true,
            material: Vec::new(),
        };
        Some((n, rule))
    };
    let (cells, rules): (Vec<usize>, Vec<Rule>) = cells.iter().enumerate().filter_map(rule).unzip();
    let (levels, indicators) = (ask.framework.levels.clone(), ask.framework.indicators.clone());
    let framework = Framework { levels, indicators, rules, ..Framework::default() };
    let program = Arc::new(Program::compile(&framework, ask.world.at.day));
    let data = screening::data(ask, &program)?;
    Ok(Screened { cells, framework, screening: Screening::new(program, data) })
}

struct Scene<'a> {
    ask: &'a Ask<'a>,
    view: &'a ViewState,
    period: Period,
    place: Option<Place>,
    /// Days from the first of the period to the day.
    days: f64,
    screened: Screened,
    /// Whom a cell counts is told with all that was looked at.
    whole: bool,
}

impl<'a> Scene<'a> {
    fn new(ask: &'a Ask<'a>, view: &'a ViewState, cells: &[FormCell], period: Period, whole: bool) -> Result<Self, Problem> {
        for table in 0..ask.world.tables() {
            ask.table(table)?;
        }
        let days = period.start().until(ask.world.at.day).map_or(0, |span| span.get_days()).into();
        let screened = screened(ask, cells, days)?;
        Ok(Self { ask, view, period, place: ask.standing_in(view.place)?, days, screened, whole })
    }

    fn answer(&self, n: usize, cell: &FormCell) -> Result<Answer, Problem> {
        let label = |otherwise: Words| cell.label.as_ref().map_or(otherwise, |(zh, en)| Words::both(zh, en));
        let plain = Answer { label: label(Words::data("")), ..Answer::empty(cell.at) };
        Ok(match &cell.what {
            What::Text(said) => {
                let (key, amount) = self.said(*said)?;
                Answer { label: label(Words::key(key)), amount, ..plain }
            }
            What::Kind(kind) => match self.ask.framework.kinds.iter().find(|k| k.number == *kind) {
                Some(of) => {
                    let (counted, doubtful) = self.confirmed(*kind)?;
                    let label = label(Words::both(&of.label, &of.label_en));
                    Answer { label, amount: Amount::of(counted.all), counted, doubtful, ..plain }
                }
                None => {
                    let of = Words::fill("panel.form.kind", [Words::data(kind.to_string())]);
                    Answer { label: label(of), amount: Amount::Unset, ..plain }
                }
            },
            What::Indicator { id, part } => {
                let Some(indicator) = self.ask.framework.indicators.iter().find(|i| i.id == *id) else {
                    return Ok(Answer { amount: Amount::Unset, ..plain });
                };
                let own = label(Words::both(&indicator.label, &indicator.label_en));
                match self.figure(id)? {
                    Some(figure) => reported(&figure, *part, Answer { label: own, ..plain }),
                    None => Answer { label: own, lead: Some(Lead::Indicator(id.clone())), ..plain },
                }
            }
            What::Count { of, when } => {
                let counted = match of {
                    Counted::Entities(kind) => self.entities(kind, when.as_ref())?,
                    Counted::Branches => self.rows(n, self.ask.world.branch_table(), when.is_some())?,
                    Counted::Units(level) => match self.ask.world.level(level) {
                        Some(table) => self.rows(n, table, when.is_some())?,
                        None => None,
                    },
                };
                match counted {
                    Some(_) if when.as_ref().is_some_and(Condition::is_unset) => Answer { amount: Amount::Unset, ..plain },
                    Some((counted, doubtful)) => Answer { amount: Amount::of(counted.all), counted, doubtful, ..plain },
                    // No list of them was loaded, which is not 0.
                    None => plain,
                }
            }
        })
    }

    fn said(&self, said: Said) -> Result<(&'static str, Amount), Problem> {
        let world = &self.ask.world;
        let name = |place: Option<Place>| place.map_or(Amount::Missing, |place| Amount::Text(world.name(place).to_owned()));
        Ok(match said {
            Said::Place => ("panel.form.text_place", name(self.place)),
            Said::Period => ("panel.form.text_period", Amount::Text(self.period.to_string())),
            Said::Day => ("panel.form.text_day", Amount::Day(world.at.day)),
            Said::Unit => ("panel.form.text_unit", name(self.ask.standing_in(None)?)),
        })
    }

    /// An indicator in the newest of its periods that lies in that of the form.
    fn figure(&self, id: &crate::domain::id::IndicatorId) -> Result<Option<Figure<'_>>, Problem> {
        let Some(indicator) = self.ask.framework.indicators.iter().find(|i| i.id == *id) else { return Ok(None) };
        let day = self.ask.world.at.day;
        let fits = |p: &Period| p.start() <= day && p.end() >= self.period.start() && p.start() <= self.period.end();
        let period = self.ask.periods(indicator)?.into_iter().rev().find(fits);
        if period.is_none() && indicator.derived.is_none() {
            return Ok(None);
        }
        figure::at_place(self.ask, &ViewState { period, ..self.view.clone() }, id, None)
    }

    /// The rows of a table at the place for which the condition of a cell holds, and those of which it cannot
    /// be told; `None` where none of them were ever loaded.
    fn rows(&self, n: usize, table: usize, asked: bool) -> Result<Option<(Members, Members)>, Problem> {
        let world = &self.ask.world;
        if world.len(table) == 0 {
            return Ok(None);
        }
        let Screened { cells, framework, screening } = &self.screened;
        let rule = cells.iter().position(|cell| *cell == n);
        let truth = |row| match rule {
            Some(rule) => screening.truth(Hit { table, row, rule }).unwrap_or(Truth::Unknown),
            None if asked => Truth::Unknown,
            None => Truth::Holds,
        };
        let mut found = (Members::default(), Members::default());
        // A place below the table has none of its own in it.
        for row in world.range(self.place, table) {
            let into = match truth(row) {
                Truth::Holds => &mut found.0,
                Truth::Unknown => &mut found.1,
                Truth::Fails => continue,
            };
            let looked = || {
                let why = rule.and_then(|rule| screening.why(framework, Hit { table, row, rule }));
                why.map_or_else(Looked::default, |why| (each_once(why.tests.into_iter().map(|t| (t.what, t.value))), why.missing))
            };
            let (place, uid) = ((table, row), self.ask.uid((table, row)));
            into.add(self.most(), || self.member(world.name(place), (uid, uid), self.above(place), looked))?;
        }
        Ok(Some(found))
    }

    fn entities(&self, kind: &str, when: Option<&Condition>) -> Result<Option<(Members, Members)>, Problem> {
        let (ask, all) = (self.ask, covered::entities(self.ask)?);
        let mut of_kind = all.iter().filter(|e| covered::is_word(ask.framework, kind, &e.kind)).peekable();
        if of_kind.peek().is_none() {
            return Ok(None);
        }
        let mut found = (Members::default(), Members::default());
        let when = when.map(|when| when.in_period(self.days));
        for entity in of_kind.filter(|e| self.place.is_none_or(|above| e.place == above || ask.world.lies_in(e.place, above))) {
            let told = |when| covered::told(ask, when, entity);
            let into = match when.as_ref().map_or(Truth::Holds, told) {
                Truth::Holds => &mut found.0,
                Truth::Unknown => &mut found.1,
                Truth::Fails => continue,
            };
            let looked = || when.as_ref().map_or_else(Looked::default, |when| looked_at(ask, when, entity));
            into.add(self.most(), || self.member(&entity.name, (entity.uid, ask.uid(entity.place)), Some(entity.place), looked))?;
        }
        Ok(Some(found))
    }

    /// Those confirmed by the day as cases of a kind, and those about which people disagree.
    fn confirmed(&self, kind: u8) -> Result<(Members, Members), Problem> {
        let (ask, zone) = (self.ask, TimeZone::system());
        let mut found = (Members::default(), Members::default());
        for (uid, decisions) in ask.decisions() {
            let Some(place) = ask.seen(*uid)?.filter(|p| self.place.is_none_or(|above| *p == above || ask.world.lies_in(*p, above))) else {
                continue;
            };
            let by_the_day = || decisions.iter().filter(|d| d.at.to_zoned(zone.clone()).date() <= ask.world.at.day);
            let cases = by_the_day().filter(|d| matches!(d.said, Decided::Confirmed { kind: of, .. } if of == kind));
            let states: Vec<LeadState> = cases.clone().map(|d| lead_state(by_the_day(), &d.rule, &d.basis)).collect();
            let into = match states.iter().max() {
                Some(LeadState::Confirmed) => &mut found.0,
                Some(_) => &mut found.1,
                None => continue,
            };
            let looked = || {
                let document = cases.clone().filter_map(|d| match &d.said {
                    Decided::Confirmed { document, .. } => Some((document.clone(), d.at.to_zoned(zone.clone()).date())),
                    _ => None,
                });
                let said = document.last().map(|(document, day)| {
                    [(Words::key("leads.col.document"), Cell::Text(Words::data(document))), (Words::key("leads.col.when"), Cell::Day(day))]
                });
                let split = (states.iter().max() != Some(&LeadState::Confirmed)).then(|| Words::key("panel.form.split"));
                (said.into_iter().flatten().collect(), split.into_iter().collect())
            };
            into.add(self.most(), || self.member(ask.world.name(place), (*uid, *uid), self.above(place), looked))?;
        }
        Ok(found)
    }

    /// The unit above.
    fn above(&self, place: Place) -> Option<Place> {
        self.ask.world.table(place.0).parent(place.1)
    }

    /// How many are named.
    fn most(&self) -> usize {
        if self.whole { WHOLE } else { LISTED }
    }

    /// Someone with file and row: itself, and where Enter leads.
    fn member(&self, name: &str, (own, uid): (Uid, Uid), unit: Option<Place>, looked: impl FnOnce() -> Looked) -> Result<Member, Problem> {
        let world = &self.ask.world;
        let spot = current::origin(self.ask.connection, world, own)?;
        let line = spot.line.map(|line| format!(":{line}")).unwrap_or_default();
        let way = unit.iter().flat_map(|unit| world.way(*unit)).map(|place| world.name(place).to_owned()).collect();
        let (looked, missing) = if self.whole { looked() } else { Looked::default() };
        Ok(Member { own, name: name.to_owned(), uid, way, source: format!("{}{line}", spot.file), looked, missing })
    }
}

/// A figure as a cell.
fn reported(figure: &Figure<'_>, part: Part, plain: Answer) -> Answer {
    let (shown, reading) = (&figure.shown, &figure.shown.reading);
    let value = match part {
        Part::Value => reading.value,
        Part::Num => reading.num,
        Part::Den => reading.den,
    };
    let unit = if part == Part::Value { figure.unit.clone() } else { String::new() };
    let amount = match (reading.state, value.filter(|v| v.is_finite())) {
        (State::Value, Some(value)) => Amount::Number { value, unit },
        (State::None, Some(value)) if part != Part::Value => Amount::Number { value, unit },
        (State::None, _) => Amount::None,
        (State::NotDue, _) => Amount::NotDue,
        (State::Value | State::Missing, _) => Amount::Missing,
    };
    let rolled = shown.origin == Origin::RolledUp;
    let mut about = Vec::new();
    if let Some(period) = figure.period {
        about.push(Words::fill("panel.form.reading", [Words::data(period.to_string())]));
    }
    if !figure.indicator.definition.is_empty() {
        about.push(Words::data(&figure.indicator.definition));
    }
    let due = if rolled { shown.due.saturating_sub(shown.reported) as usize } else { 0 };
    Answer { amount, due, about, lead: Some(figure.lead()), ..plain }
}
