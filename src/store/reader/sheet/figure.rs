//! Readings as the sheets show them.

use std::sync::Arc;

use crate::domain::id::{IndicatorId, Uid};
use crate::domain::indicator::{Indicator, Kind};
use crate::domain::period::Period;
use crate::domain::problem::Problem;
use crate::domain::sheet::{Cell, Lead, Words};
use crate::domain::value::{Reading, Shown, State};
use crate::domain::view_state::{Scope, ViewState};
use crate::framework::schema::{Basis, Named};
use crate::store::reader::ask::{Ask, Place, Zones};
use crate::store::reader::gauge::Gauge;

/// An indicator at a place in its newest period.
pub(super) struct Figure<'a> {
    pub(super) indicator: &'a Arc<Indicator>,
    pub(super) period: Option<Period>,
    pub(super) shown: Shown,
    /// Unit of measure of what is shown.
    pub(super) unit: String,
    /// Whose number it is; `None` above several top units.
    pub(super) uid: Option<Uid>,
}

impl Figure<'_> {
    pub(super) fn cell(&self) -> Cell {
        cell(&self.shown.reading, self.indicator.kind == Kind::Ratio || self.unit == "%", &self.unit)
    }

    /// To where the number comes from.
    pub(super) fn lead(&self) -> Lead {
        match self.uid {
            Some(uid) => Lead::Number { uid, indicator: self.indicator.id.clone(), period: self.period },
            None => Lead::Indicator(self.indicator.id.clone()),
        }
    }
}

/// A reading as a cell.
pub(super) fn cell(reading: &Reading, share: bool, unit: &str) -> Cell {
    match reading {
        Reading { state: State::Value, num: Some(num), den: Some(den), .. } if share => Cell::Share { num: *num, den: *den },
        Reading { state: State::Value, value: Some(value), .. } => Cell::Number { value: *value, unit: unit.to_owned() },
        Reading { state: State::None, .. } => Cell::Text(Words::key("panel.none")),
        Reading { state: State::NotDue, .. } => Cell::Text(Words::key("panel.not_due")),
        Reading { .. } => Cell::Missing,
    }
}

/// The newest period of an indicator that has begun by the day; the one of the view where it has it.
pub(super) fn period(ask: &Ask<'_>, view: &ViewState, indicator: &Indicator) -> Result<Option<Period>, Problem> {
    let periods = ask.periods(indicator)?;
    Ok(view.period.filter(|p| periods.contains(p)).or_else(|| periods.into_iter().rev().find(|p| p.start() <= ask.world.at.day)))
}

/// An indicator at the place of the view, in its scope and in a zone if one is named; `None` where the
/// frameworks in use have no such indicator.
pub(super) fn at_place<'a>(ask: &Ask<'a>, view: &ViewState, id: &IndicatorId, zone: Option<&str>) -> Result<Option<Figure<'a>>, Problem> {
    let Some(indicator) = ask.framework.indicators.iter().find(|i| i.id == *id) else { return Ok(None) };
    let period = period(ask, view, indicator)?;
    let place = ask.standing_in(view.place)?;
    let mut scope = view.scope.clone();
    if let Some(zone) = zone {
        scope = Scope { zones: [zone.to_owned()].into(), ..scope };
    }
    let mut zones = Zones::of(ask, &scope)?;
    if let (Some(zones), true, Some(level)) = (&mut zones, zone.is_some(), ask.world.level(&indicator.level)) {
        zones.raise(level);
    }
    let (mut shown, unit) = match place {
        Some((table, row)) => {
            let gauge = Gauge::new(ask, indicator, period, table, zones.as_ref())?;
            (gauge.shown(row), gauge.unit().to_owned())
        }
        None => {
            let table = ask.world.top().unwrap_or(0);
            ask.table(table)?;
            let gauge = Gauge::new(ask, indicator, period, table, zones.as_ref())?;
            (gauge.all()?, gauge.unit().to_owned())
        }
    };
    // A zone that has none of the units that report it: nothing is asked there.
    if zone.is_some() && shown.due == 0 && shown.reading.state == State::Missing {
        shown.reading.state = State::NotDue;
    }
    Ok(Some(Figure { indicator, period, shown, unit, uid: place.map(|place| ask.uid(place)) }))
}

/// A unit of the reporting level at the place, or a branch, with what it reported.
pub(super) struct Own {
    pub(super) place: Place,
    pub(super) uid: Uid,
    pub(super) reading: Reading,
}

impl Own {
    /// Its name.
    pub(super) fn name(&self, ask: &Ask<'_>) -> Cell {
        Cell::Text(Words::data(ask.world.name(self.place)))
    }

    /// The unit above.
    pub(super) fn under(&self, ask: &Ask<'_>) -> Words {
        Words::data(ask.path_above(self.place))
    }
}

/// What every unit of an indicator's level, or every branch, reported at the place of the view, in scope.
pub(super) fn each(ask: &Ask<'_>, view: &ViewState, indicator: &Indicator) -> Result<Vec<Own>, Problem> {
    let Some(level) = ask.world.reporting(indicator) else { return Ok(Vec::new()) };
    let period = period(ask, view, indicator)?;
    let table = ask.table(level)?;
    let gauge = Gauge::new(ask, indicator, period, level, None)?;
    let zones = Zones::of(ask, &view.scope)?;
    let rows = match ask.standing_in(view.place)? {
        Some((at, row)) if at == level => row..row + 1,
        Some((at, _)) if at > level => 0..0,
        place => ask.world.range(place, level),
    };
    let in_scope = |row: &u32| zones.as_ref().is_none_or(|z| z.own[level][*row as usize]);
    Ok(rows
        .filter(in_scope)
        .map(|row| Own { place: (level, row), uid: table.uids[row as usize], reading: gauge.shown(row).reading })
        .collect())
}

/// A label in both languages.
pub(super) fn label(named: &Named) -> Words {
    Words::both(&named.label, &named.label_en)
}

/// What something rests on, a line each.
pub(super) fn basis(basis: &Basis) -> Vec<Words> {
    let mut lines = Vec::new();
    if basis.document.is_empty() {
        lines.push(Words::fill("panel.document", [Words::key("ui.not_configured")]));
    } else {
        lines.push(Words::fill("panel.document", [Words::data(format!("{} {}", basis.document, basis.article).trim())]));
    }
    lines.extend(known(basis));
    lines
}

/// How a document is known, and from when to when it is in force.
pub(in crate::store::reader) fn known(basis: &Basis) -> Vec<Words> {
    let mut lines = Vec::new();
    if let Some(confidence) = basis.confidence {
        lines.push(Words::key(match confidence {
            crate::framework::schema::Confidence::A => "panel.confidence_a",
            crate::framework::schema::Confidence::B => "panel.confidence_b",
            crate::framework::schema::Confidence::C => "panel.confidence_c",
        }));
    }
    lines.extend(basis.in_force());
    lines
}

/// What something rests on where the framework says so: of things that need no document, none is missing.
pub(super) fn basis_given(given: &Basis) -> Vec<Words> {
    if *given == Basis::default() { Vec::new() } else { basis(given) }
}

/// The framework that an id belongs to: what stands before the `/`.
pub(super) fn owner(id: &str) -> &str {
    id.split_once('/').map_or("", |(framework, _)| framework)
}

/// The name of the framework that an id belongs to.
pub(super) fn owner_name(ask: &Ask<'_>, id: &str) -> Words {
    let part = ask.framework.parts.iter().find(|part| part.id == owner(id));
    part.map_or_else(|| Words::data(owner(id)), |part| Words::both(&part.name, &part.name_en))
}
