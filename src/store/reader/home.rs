//! The home page: rows, legend and totals of a place.

use super::ask::{Ask, Place, Zones};
use super::gauge::{Gauge, shown_at};
use super::what_if;
use crate::domain::indicator::{Classing, Indicator};
use crate::domain::page::{Class, HomePage, Legend, Row};
use crate::domain::problem::Problem;
use crate::domain::unit::Subject;
use crate::domain::value::{Shown, State};
use crate::domain::view_state::{Standing, ViewState};
use crate::framework::schema::{Rating, RatingKind};
use crate::gis::classify;

/// Classes at most: more cannot be told apart.
const CLASSES: usize = 5;

/// List, legend and totals of a view.
pub(super) fn home(ask: &Ask<'_>, view: &ViewState) -> Result<HomePage, Problem> {
    let world = &ask.world;
    let place = ask.standing_in(view.place)?;
    let listings = ask.listings(place);
    let (listing, table) = ask.listing(&view.listing, &listings);
    let indicator = ask.indicator(&view.indicator)?;
    let periods = ask.periods(indicator)?;
    let period = view.period.filter(|_| indicator.derived.is_none()).or(periods.last().copied());
    let zones = Zones::of(ask, &view.scope)?;
    let several = if view.scope.standings.contains(&Standing::SeveralZones) { Some(Zones::several(ask)?) } else { None };
    ask.table(table)?;
    let gauge = Gauge::new(ask, indicator, period, table, zones.as_ref())?;
    let lead_counts = ask.open_leads(table, zones.as_ref())?;
    let mark_counts =
        ask.tally(table, ask.marks()?.into_iter().map(|(p, m)| (p, u32::try_from(m.len()).unwrap_or(u32::MAX))), zones.as_ref());

    let range = world.range(place, table);
    let unscoped = u32::try_from(range.len()).unwrap_or(u32::MAX);
    let in_zones = range.filter(|row| zones.as_ref().is_none_or(|z| z.near[table][*row as usize]));
    let mut rows: Vec<(u32, Row)> = in_zones
        .map(|row| {
            let leads = lead_counts[row as usize];
            (row, this_row(ask, place, (table, row), gauge.shown(row), leads, mark_counts[row as usize]))
        })
        .filter(|(n, row)| {
            let lies = several.as_ref().is_some_and(|several| several[table][*n as usize]);
            view.scope.standings.is_empty() || view.scope.standings.iter().any(|s| stands(row, lies, *s))
        })
        .collect();
    let total = total(ask, &gauge, view, indicator, place, zones.as_ref(), rows.iter().map(|(n, _)| *n))?;
    if view.only_flagged {
        rows.retain(|(_, row)| row.leads > 0 || row.marks > 0);
    }
    let mut rows: Vec<Row> = rows.into_iter().map(|(_, row)| row).collect();
    let legend = legend(&gauge, indicator, levels(ask, indicator), view.classing, &mut rows);

    let view = ViewState { place: place.map(|p| ask.uid(p)), listing, period, ..view.clone() };
    let mut page = HomePage {
        view,
        version: ask.version,
        crumbs: ask.crumbs(place),
        indicator: std::sync::Arc::clone(indicator),
        period,
        rows,
        unscoped,
        legend,
        total,
        data_day: period.map(crate::domain::period::Period::end),
        listings,
        periods,
        leads: ask.leads_are()?,
        supposed: None,
    };
    if let Some(what_if) = page.view.what_if.clone() {
        what_if::suppose(ask, &what_if, table, zones.as_ref(), &mut page)?;
    }
    Ok(page)
}

fn this_row(ask: &Ask<'_>, place: Option<Place>, (table, row): Place, shown: Shown, leads: u32, marks: u32) -> Row {
    let world = &ask.world;
    let (columns, n) = (world.table(table), row as usize);
    let parent = columns.parent(row);
    let under = parent.filter(|p| Some(*p) != place && place != Some((table, row))).filter(|(above, _)| match place {
        Some((level, _)) => *above > level,
        // Above the top nothing is skipped but what lies between the top level and this one.
        None => *above > 0,
    });
    let child = (table + 1..world.levels.len()).find(|below| !world.range(Some((table, row)), *below).is_empty());
    Row {
        uid: columns.uids[n],
        subject: world.subject(table),
        code: columns.codes.get(n).to_owned(),
        name: columns.names.get(n).to_owned(),
        parent: parent.map(|p| ask.uid(p)),
        under: under.map(|p| world.name(p).to_owned()).unwrap_or_default(),
        shown,
        class: None,
        leads,
        marks,
        children: child.map_or(0, |below| u32::try_from(world.range(Some((table, row)), below).len()).unwrap_or(u32::MAX)),
        drawn: columns.drawn[n],
    }
}

/// Whether a row has a standing; `several`: it lies in several zones.
fn stands(row: &Row, several: bool, standing: Standing) -> bool {
    match standing {
        Standing::SeveralZones => several,
        Standing::Leads => row.leads > 0,
        Standing::Marked => row.marks > 0,
        Standing::Missing => row.shown.reading.state == State::Missing,
        Standing::NoGeometry => !row.drawn,
    }
}

/// The place's own value: with a standing in the scope, of the rows that have it.
fn total(
    ask: &Ask<'_>,
    gauge: &Gauge<'_>,
    view: &ViewState,
    indicator: &Indicator,
    place: Option<Place>,
    zones: Option<&Zones>,
    rows: impl Iterator<Item = u32>,
) -> Result<Shown, Problem> {
    let units = ask.world.reporting(indicator);
    match place {
        Some(place) if view.scope.standings.is_empty() => shown_at(ask, indicator, view.period.or(newest(ask, indicator)?), place, zones),
        _ if view.scope.standings.is_empty() && indicator.derived.is_none() => {
            // Above several top units: all of them together.
            let top = ask.world.top().unwrap_or(0);
            let top = top.min(units.unwrap_or(top));
            let all = Gauge::new(ask, indicator, view.period.or(newest(ask, indicator)?), top, zones)?;
            match zones {
                None => all.all(),
                Some(zones) => all.together(ask.world.range(None, top).filter(|row| zones.near[top][*row as usize])),
            }
        }
        _ => gauge.together(rows),
    }
}

fn newest(ask: &Ask<'_>, indicator: &Indicator) -> Result<Option<crate::domain::period::Period>, Problem> {
    Ok(ask.periods(indicator)?.pop())
}

/// The names of what an indicator may be, the lowest first, where it is what a rating by levels looks at
/// and each has a class.
fn levels<'f>(ask: &Ask<'f>, indicator: &Indicator) -> &'f [String] {
    let named = |rating: &'f Rating| match &rating.kind {
        RatingKind::Levels { levels, metric, .. } if metric.as_ref() == Some(&indicator.id) => Some(levels.as_slice()),
        _ => None,
    };
    ask.framework.ratings.iter().filter_map(named).find(|levels| (2..=CLASSES).contains(&levels.len())).unwrap_or_default()
}

/// Cuts the classes over the rows and puts every row into its own; `levels` are classes of their own.
fn legend(gauge: &Gauge<'_>, indicator: &Indicator, levels: &[String], classing: Classing, rows: &mut [Row]) -> Legend {
    let levels = if indicator.bands.is_empty() { levels } else { &[] };
    // The first level is 1.
    let own: Vec<f64> = (2..=u32::try_from(levels.len()).unwrap_or_default()).map(f64::from).collect();
    let bands = if levels.is_empty() { &indicator.bands } else { &own };
    let policy = classing == Classing::Policy && !bands.is_empty() && gauge.bands_apply();
    let mut values: Vec<f64> = rows.iter().filter_map(|r| value(&r.shown)).collect();
    let classing = if classing == Classing::Policy && !policy { Classing::Quantile } else { classing };
    let bands: &[f64] = if policy { bands } else { &[] };
    let bounds = if values.is_empty() && !policy { Vec::new() } else { classify::bounds(&mut values, classing, bands, CLASSES) };
    let mut legend = Legend {
        policy,
        names: if policy { levels.to_vec() } else { Vec::new() },
        unit: gauge.unit().to_owned(),
        total: u32::try_from(rows.len()).unwrap_or(u32::MAX),
        no_geometry: u32::try_from(rows.iter().filter(|r| !r.drawn && r.subject == Subject::Unit).count()).unwrap_or(u32::MAX),
        classes: if values.is_empty() && !policy {
            Vec::new()
        } else {
            (0..=bounds.len()).map(|n| Class { from: n.checked_sub(1).map(|n| bounds[n]), to: bounds.get(n).copied(), count: 0 }).collect()
        },
        ..Legend::default()
    };
    for row in rows {
        match row.shown.reading.state {
            State::Value => {
                let class = value(&row.shown).map(|v| classify::class_of(v, &bounds));
                if let Some(class) = class.and_then(|c| legend.classes.get_mut(usize::from(c))) {
                    class.count += 1;
                }
                row.class = class;
            }
            State::Missing => legend.missing += 1,
            State::None => legend.none += 1,
            State::NotDue => legend.not_due += 1,
        }
    }
    legend
}

fn value(shown: &Shown) -> Option<f64> {
    shown.reading.value.filter(|v| shown.reading.state == State::Value && v.is_finite())
}
