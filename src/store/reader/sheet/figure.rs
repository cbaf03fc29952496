//! Readings as the sheets show them.

use std::sync::Arc;

use crate::domain::id::{IndicatorId, Uid};
use crate::domain::indicator::{Indicator, Kind};
use crate::domain::period::Period;
use crate::domain::problem::Problem;
use crate::domain::sheet::{Cell, Lead, Words};
use crate::domain::value::{Reading, Shown, State};
use crate::domain::view_state::{Scope, ViewState};
use crate::framework::condition::Condition;
use crate::framework::schema::{Basis, Named};
use crate::rules::Record;
use crate::store::reader::ask::{Ask, Place, Zones};
use crate::store::reader::gauge::{Gauge, shown_at};

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

/// A unit of the reporting level at the place, with what it reported.
pub(super) struct Own {
    pub(super) place: Place,
    pub(super) uid: Uid,
    pub(super) name: String,
    /// Name of the unit above.
    pub(super) under: String,
    pub(super) reading: Reading,
}

/// What every unit of an indicator's level reported at the place of the view, in scope.
pub(super) fn each(ask: &Ask<'_>, view: &ViewState, indicator: &Indicator) -> Result<Vec<Own>, Problem> {
    let Some(level) = ask.world.level(&indicator.level) else { return Ok(Vec::new()) };
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
        .map(|row| Own {
            place: (level, row),
            uid: table.uids[row as usize],
            name: table.names.get(row as usize).to_owned(),
            under: table.parent(row).map_or_else(String::new, |above| ask.world.name(above).to_owned()),
            reading: gauge.shown(row).reading,
        })
        .collect())
}

/// Whether a condition holds for a unit or branch; `None` where it cannot be told. None at all holds.
pub(super) fn applies(ask: &Ask<'_>, when: Option<&Condition>, place: Place) -> Result<Option<bool>, Problem> {
    let Some(when) = when else { return Ok(Some(true)) };
    let branch = place.0 == ask.world.branch_table();
    let fields = if branch { ask.fields(place.1)? } else { Vec::new() };
    let kind = if branch { ask.world.branches().kinds.get(place.1 as usize) } else { "" };
    let mut readings = Vec::new();
    for id in when.indicators() {
        let Some(indicator) = ask.framework.indicators.iter().find(|i| i.id == *id) else { continue };
        let of = if branch { ask.world.table(place.0).parent(place.1) } else { Some(place) };
        let Some(of) = of else { continue };
        let period = ask.periods(indicator)?.into_iter().rev().find(|p| p.start() <= ask.world.at.day);
        let shown = shown_at(ask, indicator, period, of, None)?;
        readings.extend(shown.reading.value.filter(|_| shown.reading.state == State::Value && !shown.incomplete).map(|v| (id, v)));
    }
    let field = |heading: &str| match heading {
        "kind" | "类型" => Some(kind.to_owned()),
        "name" | "名称" => Some(ask.world.name(place).to_owned()),
        "code" | "编码" => Some(ask.world.table(place.0).codes.get(place.1 as usize).to_owned()),
        heading => fields.iter().find(|(h, _)| h == heading).map(|(_, cell)| cell.clone()),
    };
    let reading = |id: &IndicatorId| readings.iter().find(|(of, _)| *of == id).map(|(_, value)| *value);
    Ok(Record { field: &field, reading: &reading, day: ask.world.at.day }.told(when).known())
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
    if let Some(confidence) = basis.confidence {
        lines.push(Words::key(match confidence {
            crate::framework::schema::Confidence::A => "panel.confidence_a",
            crate::framework::schema::Confidence::B => "panel.confidence_b",
            crate::framework::schema::Confidence::C => "panel.confidence_c",
        }));
    }
    lines
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
