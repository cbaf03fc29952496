//! A made-up workspace in memory, a harness that presses keys, and readable styled snapshots.

use std::fmt::Write as _;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::date;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};
use uuid::Uuid;

use crate::domain::access::Access;
use crate::domain::fact::Mark;
use crate::domain::id::Uid;
use crate::domain::indicator::{Direction, Indicator, Kind, Rollup};
use crate::domain::page::{
    Card, Class, Crumb, Figure, Freshness, Hit, HomePage, Lead, Legend, MarkRow, Provenance, ReadCount, Row, SourceRow, Tested, Workspace,
};
use crate::domain::period::Period;
use crate::domain::plan::Applied;
use crate::domain::problem::{Problem, Severity};
use crate::domain::request::{Command, Loaded, Query, Receipt, RequestId, Write};
use crate::domain::scene::{Anchor, Extent, MapSize, OUTSIDE, Raster, SAMPLES_X, SAMPLES_Y};
use crate::domain::sheet::{Cell, Sheet, Weight, Words};
use crate::domain::unit::{Level, Subject};
use crate::domain::value::{Reading, Shown, State};
use crate::domain::view_state::{Listing, ViewState};
use crate::ui::{Effect, Message, Model, Session, keys, update, view};

/// Units: 6 of the middle level with 4 leaves each; the second leaf of each has branches.
const MIDDLE: [&str; 6] = ["河口镇", "上坝乡", "青石桥镇", "𠅤家湾街道", "柳林镇", "北岭乡"];
const ACROSS: usize = 3;

#[derive(Clone)]
struct Unit {
    uid: Uid,
    level: &'static str,
    code: String,
    name: String,
    parent: Option<usize>,
}

/// The workspace in memory.
pub(super) struct Fake {
    units: Vec<Unit>,
    branches: Vec<(Uid, String, usize)>,
    marks: Vec<Mark>,
    version: u64,
    pub(super) indicators: Vec<Arc<Indicator>>,
    pub(super) writes: Vec<Write>,
    /// Batches that were taken back.
    withdrawn: Vec<i64>,
    /// No round was opened.
    pub(super) no_round: bool,
    /// Nothing has a boundary.
    pub(super) flat: bool,
    /// What was held back.
    pub(super) pending: Option<String>,
    /// The values are not loaded yet.
    pub(super) empty: bool,
    /// How new its leads are.
    pub(super) leads: Freshness,
    /// Every sheet, in place of the sample.
    pub(super) sheet: Option<Sheet>,
}

fn indicator(id: &str, label: &str, kind: Kind, unit: &str, direction: Direction) -> Arc<Indicator> {
    Arc::new(Indicator {
        id: id.into(),
        label: label.into(),
        label_en: format!("sample {id}"),
        short: label.chars().take(2).collect(),
        synonyms: vec![],
        unit: unit.into(),
        kind,
        level: "leaf".into(),
        direction,
        rollup: if unit == "%" { Rollup::Weighted } else { Rollup::Sum },
        min_share: 0.8,
        bands: vec![60.0, 70.0, 80.0, 90.0],
        threshold: None,
        derived: None,
        definition: "有党组织的 ÷ 全部".into(),
        document: "〔2024〕1号 第3条".into(),
        every_months: 3,
        lead: String::new(),
        checks: Vec::new(),
        coverage: None,
        material: Vec::new(),
    })
}

impl Fake {
    pub(super) fn new() -> Self {
        let mut units = Vec::new();
        let mut add = |level: &'static str, code: String, name: String, parent| {
            units.push(Unit { uid: Uid::of_unit("990121", "t", level, &code), level, code, name, parent });
            units.len() - 1
        };
        let top = add("top", "990121".into(), "青禾县".into(), None);
        let mut branches = Vec::new();
        for (m, name) in MIDDLE.iter().enumerate() {
            let mid = add("mid", format!("9901211{m:02}"), (*name).into(), Some(top));
            for l in 0..4 {
                let leaf = add("leaf", format!("9901211{m:02}{l:03}"), format!("第{}片", l + 1), Some(mid));
                if l == 1 {
                    for b in 0..2 {
                        branches.push((Uid::of_branch("990121", &format!("{m}-{b}")), format!("{name}第{}党支部", b + 1), leaf));
                    }
                }
            }
        }
        Self {
            units,
            branches,
            marks: Vec::new(),
            version: 1,
            indicators: vec![
                indicator("X-1", "覆盖率", Kind::Ratio, "%", Direction::Up),
                indicator("X-2", "待核线索", Kind::Count, "条", Direction::Down),
                indicator("X-3", "集体收入", Kind::Money, "万元", Direction::Up),
            ],
            writes: Vec::new(),
            withdrawn: Vec::new(),
            no_round: false,
            flat: false,
            leads: Freshness::Now,
            pending: None,
            empty: false,
            sheet: None,
        }
    }

    fn at(&self, uid: Uid) -> Option<usize> {
        self.units.iter().position(|u| u.uid == uid)
    }

    fn levels() -> Vec<Level> {
        let level = |code: &str, label: &str, parent: Option<&str>| Level {
            code: code.into(),
            label: label.into(),
            label_en: format!("{code}s"),
            synonyms: vec![],
            parent: parent.map(Into::into),
        };
        vec![level("top", "顶层", None), level("mid", "中层", Some("top")), level("leaf", "末层", Some("mid"))]
    }

    fn home_view(&self) -> ViewState {
        ViewState {
            place: Some(self.units[0].uid),
            listing: Listing::Units("mid".into()),
            indicator: self.indicators[0].id.clone(),
            period: None,
            as_of: Default::default(),
            scope: Default::default(),
            only_flagged: false,
            classing: Default::default(),
            extent: None,
            selection: None,
            what_if: None,
        }
    }

    fn shown(&self, unit: usize, indicator: &Indicator) -> Shown {
        let reading = match unit % 7 {
            _ if self.empty => Reading::MISSING,
            5 => Reading::MISSING,
            6 => Reading { state: State::NotDue, ..Reading::MISSING },
            _ if indicator.kind == Kind::Ratio => Reading::ratio((unit * 3 % 11 + 1) as f64, 12.0),
            _ => Reading::of((unit * 37 % 101) as f64),
        };
        let mut shown = indicator.show(reading);
        if self.units[unit].level != "leaf" {
            shown.origin = crate::domain::value::Origin::RolledUp;
            (shown.reported, shown.due) = (3, 4);
            shown.incomplete = unit % 4 == 1;
        }
        shown
    }

    fn marks_of(&self, uid: Uid) -> u32 {
        self.marks.iter().filter(|m| m.entity == uid).count() as u32
    }

    /// The units of the middle level.
    fn middle(&self) -> Vec<(Uid, String, String)> {
        self.below(None, "mid").into_iter().map(|n| (self.units[n].uid, self.units[n].code.clone(), self.units[n].name.clone())).collect()
    }

    fn below(&self, place: Option<usize>, level: &str) -> Vec<usize> {
        (0..self.units.len())
            .filter(|n| self.units[*n].level == level)
            .filter(|n| {
                let mut at = Some(*n);
                while let Some(here) = at {
                    if Some(here) == place || place.is_none() {
                        return true;
                    }
                    at = self.units[here].parent;
                }
                false
            })
            .collect()
    }

    fn crumbs(&self, place: Option<usize>) -> Vec<Crumb> {
        let mut out = Vec::new();
        let mut at = place;
        while let Some(n) = at {
            let unit = &self.units[n];
            out.insert(0, Crumb { uid: unit.uid, level: unit.level.into(), code: unit.code.clone(), name: unit.name.clone() });
            at = unit.parent;
        }
        out
    }

    fn home(&self, view: &ViewState) -> HomePage {
        // As the store does: what is left open, or is not there, is filled in.
        let top = Listing::Units("top".into());
        let view = &ViewState {
            place: view.place.or(Some(self.units[0].uid)),
            listing: if view.listing == top { Listing::Units("mid".into()) } else { view.listing.clone() },
            ..view.clone()
        };
        let indicator = self.indicators.iter().find(|i| i.id == view.indicator).unwrap_or(&self.indicators[0]).clone();
        let place = view.place.and_then(|uid| self.at(uid));
        let mut rows: Vec<Row> = match &view.listing {
            Listing::Units(level) => self
                .below(place, level.as_str())
                .into_iter()
                .map(|n| {
                    let unit = &self.units[n];
                    let shown = self.shown(n, &indicator);
                    Row {
                        uid: unit.uid,
                        subject: Subject::Unit,
                        code: unit.code.clone(),
                        name: unit.name.clone(),
                        parent: unit.parent.map(|p| self.units[p].uid),
                        under: String::new(),
                        class: shown.reading.value.map(|v| ((v / 20.0) as u8).min(4)),
                        shown,
                        leads: (n % 3) as u32,
                        marks: self.marks_of(unit.uid),
                        children: if unit.level == "leaf" { 0 } else { 4 },
                        drawn: n % 9 != 8,
                    }
                })
                .collect(),
            Listing::Branches => self
                .branches
                .iter()
                .filter(|(_, _, unit)| place.is_none_or(|p| self.below(Some(p), "leaf").contains(unit)))
                .map(|(uid, name, unit)| Row {
                    uid: *uid,
                    subject: Subject::Branch,
                    code: "0001".into(),
                    name: name.clone(),
                    parent: Some(self.units[*unit].uid),
                    under: String::new(),
                    shown: Shown { reading: Reading { state: State::NotDue, ..Reading::MISSING }, ..Shown::MISSING },
                    class: None,
                    leads: 1,
                    marks: self.marks_of(*uid),
                    children: 0,
                    drawn: true,
                })
                .collect(),
        };
        let unscoped = rows.len() as u32;
        if view.only_flagged {
            rows.retain(|row| row.marks > 0);
        }
        let count = |state| rows.iter().filter(|r| r.shown.reading.state == state).count() as u32;
        let bounds = [None, Some(20.0), Some(40.0), Some(60.0), Some(80.0), None];
        let classes = (0..5u8)
            .map(|n| Class {
                from: bounds[usize::from(n)],
                to: bounds[usize::from(n) + 1],
                count: rows.iter().filter(|r| r.class == Some(n)).count() as u32,
            })
            .collect();
        let periods: Vec<Period> = ["2025Q1", "2025Q2", "2025Q3"].iter().filter_map(|p| p.parse().ok()).filter(|_| !self.empty).collect();
        HomePage {
            view: view.clone(),
            version: self.version,
            crumbs: self.crumbs(place),
            period: view.period.or(periods.last().copied()),
            legend: Legend {
                names: Vec::new(),
                classes,
                policy: true,
                unit: indicator.unit.clone(),
                missing: count(State::Missing),
                none: count(State::None),
                not_due: count(State::NotDue),
                no_geometry: rows.iter().filter(|r| !r.drawn).count() as u32,
                total: rows.len() as u32,
            },
            indicator,
            rows,
            unscoped,
            total: Shown { reported: 20, due: 24, reading: Reading::ratio(20.0, 31.0), ..Shown::MISSING },
            data_day: Some(date(2025, 9, 30)),
            listings: vec![Listing::Units("mid".into()), Listing::Units("leaf".into()), Listing::Branches],
            periods,
            leads: self.leads,
            supposed: None,
        }
    }

    /// The box of a unit on a made-up land of 3 by 2 degrees.
    fn extent(&self, unit: usize) -> Extent {
        let cell = |m: usize| {
            let (x, y) = ((m % ACROSS) as f64, (m / ACROSS) as f64);
            Extent { min_x_deg: 110.0 + x, min_y_deg: 31.0 - y, max_x_deg: 111.0 + x, max_y_deg: 32.0 - y }
        };
        let this = &self.units[unit];
        let mids = self.below(Some(0), "mid");
        match this.level {
            "top" => cell(0).union(cell(5)),
            "mid" => cell(mids.iter().position(|m| *m == unit).unwrap_or(0)),
            _ => {
                let parent = this.parent.unwrap_or(0);
                let e = self.extent(parent);
                let n = unit - parent - 1;
                let (x, y) = ((n % 2) as f64 * 0.5, (n / 2) as f64 * 0.5);
                Extent {
                    min_x_deg: e.min_x_deg + x,
                    max_x_deg: e.min_x_deg + x + 0.5,
                    max_y_deg: e.max_y_deg - y,
                    min_y_deg: e.max_y_deg - y - 0.5,
                }
            }
        }
    }

    fn map(&self, view: &ViewState, size: MapSize) -> Option<Raster> {
        let place = view.place.and_then(|uid| self.at(uid)).unwrap_or(0);
        let level = match &view.listing {
            Listing::Units(level) => level.as_str().to_owned(),
            Listing::Branches => "leaf".to_owned(),
        };
        if self.flat {
            return None;
        }
        let units = self.below(Some(place), &level);
        let fit = self.extent(place).scaled(1.05);
        let extent = view.extent.unwrap_or(fit);
        let (cols, rows) = (usize::from(size.cols_cells), usize::from(size.rows_cells));
        let (width, height) = (cols * SAMPLES_X, rows * SAMPLES_Y);
        let boxes: Vec<Extent> = units.iter().map(|n| self.extent(*n)).collect();
        let mut samples = vec![OUTSIDE; width * height];
        for y in 0..height {
            for x in 0..width {
                let lon = extent.min_x_deg + (extent.max_x_deg - extent.min_x_deg) * (x as f64 + 0.5) / width as f64;
                let lat = extent.max_y_deg - (extent.max_y_deg - extent.min_y_deg) * (y as f64 + 0.5) / height as f64;
                // Wavy borders and a round coast, as land has them.
                let (lon, lat) = (lon + 0.07 * (7.0 * lat).sin() + 0.03 * (23.0 * lat).sin(), lat + 0.06 * (6.0 * lon).sin());
                if ((lon - 111.5) / 1.55).powi(4) + ((lat - 31.0) / 1.05).powi(4) > 1.0 {
                    continue;
                }
                let inside = |e: &Extent| lon >= e.min_x_deg && lon < e.max_x_deg && lat >= e.min_y_deg && lat < e.max_y_deg;
                if let Some(n) = boxes.iter().position(inside) {
                    samples[y * width + x] = n as u32;
                }
            }
        }
        let anchors = (0..units.len())
            .filter_map(|n| {
                let mut best: Option<Anchor> = None;
                for row in 0..rows {
                    let own: Vec<usize> =
                        (0..cols).filter(|col| samples[(row * SAMPLES_Y + 1) * width + col * SAMPLES_X] == n as u32).collect();
                    if let (Some(first), Some(last)) = (own.first(), own.last())
                        && best.is_none_or(|b| usize::from(b.room_cells) <= own.len())
                    {
                        best = Some(Anchor {
                            unit: n as u32,
                            x_cells: (first + last) as f32 / 2.0,
                            y_cells: row as u16,
                            room_cells: own.len() as u16,
                        });
                    }
                }
                best
            })
            .collect();
        let points = self
            .branches
            .iter()
            .filter(|(_, _, unit)| units.contains(unit))
            .enumerate()
            .map(|(n, (uid, _, _))| (*uid, (n as u16 * 7 + 3) % size.cols_cells.max(1), (n as u16 * 5 + 2) % size.rows_cells.max(1)))
            .collect();
        Some(Raster {
            version: self.version,
            extent,
            size,
            units: units.iter().map(|n| self.units[*n].uid).collect(),
            group: vec![OUTSIDE; units.len()],
            middle_deg: boxes.iter().map(Extent::centre_deg).collect(),
            samples,
            anchors,
            crowds: vec![],
            hidden_share: 0.0,
            points,
        })
    }

    fn card(&self, uid: Uid, view: &ViewState) -> Option<Card> {
        let branch = self.branches.iter().find(|b| b.0 == uid);
        let unit = branch.map(|b| b.2).or_else(|| self.at(uid))?;
        let this = &self.units[unit];
        let in_force = self.indicators.iter().find(|i| i.id == view.indicator).unwrap_or(&self.indicators[0]);
        Some(Card {
            uid,
            subject: if branch.is_some() { Subject::Branch } else { Subject::Unit },
            version: self.version,
            crumbs: self.crumbs(Some(unit)),
            code: this.code.clone(),
            name: branch.map_or(&this.name, |b| &b.1).clone(),
            kind: if branch.is_some() { "党支部".into() } else { this.level.into() },
            zones: vec!["牧区".into()],
            area_km2: Some(12.34),
            below: vec![("leaf".into(), 4)],
            branches: if this.level == "leaf" && !self.branches.iter().any(|b| b.2 == unit) {
                vec![]
            } else {
                vec![("党支部".into(), 2)]
            },
            entities: vec![],
            places: vec![],
            spans: vec![],
            fields: if branch.is_some() { vec![("书记任职".into(), "2023-05".into())] } else { vec![] },
            elsewhere: None,
            figures: self
                .indicators
                .iter()
                .filter(|i| i.id == in_force.id)
                .chain(self.indicators.iter().filter(|i| i.id != in_force.id))
                .map(|i| Figure {
                    indicator: i.clone(),
                    period: "2025Q3".parse().ok().filter(|_| !self.empty),
                    shown: self.shown(unit, i),
                    class: None,
                    trend: vec![Some(1.0), None, Some(3.0), Some(2.0), Some(5.0)],
                    breaks: Vec::new(),
                    corrections: fixtures::corrections(uid, &i.id, &self.writes),
                })
                .collect(),
            leads: vec![Lead {
                rule: "r1".into(),
                label: "书记出缺".into(),
                label_en: "No secretary".into(),
                weight: Weight::Look,
                kind: Some(1),
                relative: false,
                entity: uid,
                subject: Subject::Branch,
                name: this.name.clone(),
                tests: vec![Tested {
                    what: Words::data("书记出缺"),
                    indicator: None,
                    value: Cell::Text(Words::fill("leads.months", [Words::data("4")])),
                    sign: ">".into(),
                    threshold: Cell::Text(Words::fill("leads.months", [Words::data("3")])),
                    over: None,
                    period: None,
                    holds: Some(true),
                    missing: Vec::new(),
                    basis: String::new(),
                }],
                document: String::new(),
                article: String::new(),
                confidence: None,
                day: Some(date(2025, 9, 20)),
            }],
            findings: Vec::new(),
            marks: self.marks.iter().filter(|m| m.entity == uid).cloned().collect(),
            marks_below: 0,
        })
    }

    fn answer(&self, query: &Query) -> Loaded {
        match query {
            Query::Workspace => Loaded::Workspace(Arc::new(Workspace {
                name: "青禾县".into(),
                demo: true,
                version: self.version,
                levels: Self::levels(),
                counts: vec![1, 6, 24],
                has_branches: true,
                indicators: self.indicators.clone(),
                zones: vec![("n".into(), "农区".into()), ("m".into(), "牧区".into())],
                regions: vec![],
                place_kinds: vec!["服务站".into(), "牧道".into()],
                kinds: leads::kinds(),
                declared: leads::declared(),
                framework: "sample".into(),
                frameworks: vec![("f-1".into(), "第一体系".into(), "First framework".into())],
                home: self.home_view(),
                problems: vec![Problem::new("E_SAMPLE", Severity::Aside, "units.csv").line(3)],
                reads: vec![ReadCount { name: "mid".into(), read: 6, drawn: 5, listed: 1 }],
                pending: self.pending.clone(),
            })),
            Query::Home(view) => Loaded::Home(Arc::new(leads::supposed(self.home(view)))),
            Query::Map { view, size } => Loaded::Map(self.map(view, *size).map(Arc::new)),
            Query::Sheet { kind, view } => Loaded::Sheet(Arc::new(match &self.sheet {
                Some(sheet) => Sheet { kind: kind.clone(), ..sheet.clone() },
                None if leads::is_of(kind) => leads::sample(kind, view, self.branches[0].0),
                None => sheets::sample(kind, self.version, view, [self.units[1].uid, self.units[3].uid, self.branches[0].0]),
            })),
            Query::Layer { view, extent, kinds, .. } => Loaded::Layer(Arc::new(fixtures::layer(view, extent, kinds))),
            Query::Card { uid, view } => Loaded::Card(self.card(*uid, view).map(Arc::new)),
            Query::Provenance { uid, indicator, period, .. } => {
                let unit = self.at(*uid).unwrap_or(0);
                let indicator = self.indicators.iter().find(|i| i.id == *indicator).unwrap_or(&self.indicators[0]).clone();
                let corrections = fixtures::corrections(*uid, &indicator.id, &self.writes);
                Loaded::Provenance(Arc::new(Provenance {
                    uid: *uid,
                    corrections,
                    name: self.units[unit].name.clone(),
                    shown: self.shown(unit, &indicator),
                    indicator,
                    period: *period,
                    sources: vec![SourceRow {
                        file: "tables/grids.csv".into(),
                        part: String::new(),
                        sha256: "0123456789abcdef".repeat(4),
                        row: Some(12),
                        loaded: Timestamp::UNIX_EPOCH,
                        unit: "第1片".into(),
                        code: "990121100000".into(),
                        reading: Reading::ratio(3.0, 4.0),
                    }],
                    source_count: 1,
                    missing: vec![("990121100001".into(), "第2片".into())],
                    rests_on: vec![Words::key("panel.confidence_b")],
                    framework: "frameworks/sample.toml".into(),
                }))
            }
            Query::Find { text, limit } => Loaded::Found(Arc::new(
                self.units
                    .iter()
                    .filter(|u| u.name.contains(text.as_str()) || u.code.contains(text.as_str()))
                    .take(*limit)
                    .map(|u| Hit {
                        uid: u.uid,
                        subject: Subject::Unit,
                        kind: u.level.into(),
                        code: u.code.clone(),
                        name: u.name.clone(),
                        path: self.crumbs(u.parent).into_iter().map(|c| c.name).collect(),
                        place: u.parent.map(|p| self.units[p].uid),
                        listing: Listing::Units(u.level.into()),
                    })
                    .collect(),
            )),
            Query::Round { .. } if self.no_round => Loaded::Round(None),
            Query::Rounds if self.no_round => Loaded::Rounds(Arc::default()),
            Query::Round { period } => Loaded::Round(Some(Arc::new(fixtures::round(*period, &self.middle(), &self.indicators)))),
            Query::Rounds => Loaded::Rounds(Arc::new(fixtures::rounds())),
            // Files are read outside of the screens.
            Query::Intake { period, files } => Loaded::Intake(Arc::new(fixtures::intake(*period, files, &self.middle()))),
            Query::Forms { .. } | Query::Filled { .. } | Query::Screening(_) => Loaded::Forms(Arc::default()),
            Query::Plan { files, choices } => Loaded::Plan(Arc::new(fixtures::plan(files, choices))),
            Query::Batches => Loaded::Batches(Arc::new(fixtures::batches(&self.withdrawn))),
            Query::Rests { batches } => Loaded::Rests(Arc::new(fixtures::rests(batches))),
            Query::Quality { kind, .. } => {
                let units = [0, 1, 2].map(|n| &self.units[n]).map(|u| (u.uid, u.code.as_str(), u.name.as_str()));
                Loaded::Quality(Arc::new(fixtures::quality(units, *kind)))
            }
            Query::Files { dir } => Loaded::Files(Arc::new(fixtures::files(dir))),
            Query::Marks => Loaded::Marks(Arc::new(
                self.marks
                    .iter()
                    .map(|mark| MarkRow {
                        mark: mark.clone(),
                        name: self.at(mark.entity).map_or_else(String::new, |n| self.units[n].name.clone()),
                        path: vec!["青禾县".into()],
                        place: self.at(mark.entity).and_then(|n| self.units[n].parent).map(|p| self.units[p].uid),
                        listing: self.at(mark.entity).map_or(Listing::Branches, |n| Listing::Units(self.units[n].level.into())),
                    })
                    .collect(),
            )),
        }
    }

    fn write(&mut self, command: &Command) -> Loaded {
        self.version += 1;
        self.writes.push(command.write().clone());
        let fact = Uuid::from_u128(u128::from(self.version));
        let (entity, undo) = match command.write() {
            Write::Removals => {
                self.pending = None;
                return Loaded::Refreshed { version: self.version };
            }
            Write::Mark { entity, subject, reason, due } => {
                self.marks.push(Mark {
                    fact,
                    entity: *entity,
                    subject: *subject,
                    category: "follow-up".into(),
                    reason: reason.clone(),
                    due: *due,
                    actor: command.permit().post().unwrap_or_default().to_owned(),
                    at: Timestamp::UNIX_EPOCH,
                });
                (*entity, Some(Write::Clear { entity: *entity, raises: vec![fact], reason: String::new() }))
            }
            Write::Clear { entity, raises, .. } => {
                self.marks.retain(|m| !raises.contains(&m.fact));
                (*entity, None)
            }
            Write::Correct { entity, .. } => {
                (*entity, Some(Write::Uncorrect { entity: *entity, corrections: vec![fact], reason: String::new() }))
            }
            Write::Uncorrect { entity, .. } | Write::Unanswer { entity, .. } | Write::Undecide { entity, .. } => (*entity, None),
            Write::Answer { entity, .. } => {
                (*entity, Some(Write::Unanswer { entity: *entity, answers: vec![fact], reason: String::new() }))
            }
            Write::Confirm { entity, .. } | Write::Reject { entity, .. } => {
                (*entity, Some(Write::Undecide { entity: *entity, decisions: vec![fact], reason: String::new() }))
            }
            Write::RoundTake { period, files, .. } => {
                return Loaded::Intake(Arc::new(fixtures::intake(Some(*period), files, &self.middle())));
            }
            Write::RoundOpen { .. } | Write::RoundReturn { .. } | Write::RoundFinal { .. } => (self.units[0].uid, None),

            Write::Import { files, choices, .. } => {
                let counts = fixtures::plan(files, choices).counts;
                return Loaded::Applied(Arc::new(Applied { batches: vec![41, 42], version: self.version, counts }));
            }
            Write::Undo { batches } => {
                self.withdrawn.extend(batches);
                return Loaded::Applied(Arc::new(Applied { batches: batches.clone(), version: self.version, ..Applied::default() }));
            }
        };
        Loaded::Written(Box::new(Receipt {
            fact,
            entity,
            subject: Subject::Unit,
            name: self.at(entity).map_or_else(String::new, |n| self.units[n].name.clone()),
            amend: leads::amend(command.write(), (self.units[1].uid, &self.units[1].name)),
            write: command.write().clone(),
            undo,
            masked: 0,
            version: self.version,
        }))
    }
}

/// A session over the made-up workspace.
pub(super) struct Harness {
    pub(super) model: Model,
    pub(super) fake: Fake,
    /// Effects that were no questions and no writes.
    pub(super) effects: Vec<Effect>,
    /// Answers are kept back.
    pub(super) hold: bool,
    pub(super) held: Vec<(RequestId, Query)>,
}

pub(super) fn session() -> Session {
    let mut session = Session::new(date(2025, 10, 12), Access::local(Some("某镇组织委员".into())));
    session.caps.glyphs = crate::gis::compose::Glyphs::Quadrant;
    session
}

impl Harness {
    pub(super) fn new(session: Session, size: (u16, u16)) -> Self {
        Self::over(Fake::new(), session, size)
    }

    pub(super) fn over(fake: Fake, session: Session, size: (u16, u16)) -> Self {
        let mut model = Model::new(session, size);
        let effects = model.start();
        let mut this = Self { model, fake, effects: Vec::new(), hold: false, held: Vec::new() };
        this.run(effects);
        this
    }

    /// Answers questions and does writes until nothing is left to do.
    pub(super) fn run(&mut self, mut effects: Vec<Effect>) {
        while !effects.is_empty() {
            let mut next = Vec::new();
            for effect in effects {
                match effect {
                    Effect::Ask { request, query } if self.hold => self.held.push((request, query)),
                    Effect::Ask { request, query } => {
                        let outcome = Ok(self.fake.answer(&query));
                        next.extend(update(&mut self.model, Message::Answer { request, outcome }));
                    }
                    Effect::Do { request, command } => {
                        let outcome = Ok(self.fake.write(&command));
                        next.extend(update(&mut self.model, Message::Answer { request, outcome }));
                    }
                    other => self.effects.push(other),
                }
            }
            effects = next;
        }
    }

    /// Answers what was kept back.
    pub(super) fn release(&mut self) {
        self.hold = false;
        for (request, query) in std::mem::take(&mut self.held) {
            let outcome = Ok(self.fake.answer(&query));
            self.send(Message::Answer { request, outcome });
        }
    }

    pub(super) fn send(&mut self, message: Message) {
        let effects = update(&mut self.model, message);
        self.run(effects);
    }

    /// Presses the keys of a script.
    pub(super) fn press(&mut self, script: &str) -> &mut Self {
        for event in keys::script(script).expect("a good script") {
            self.send(Message::Key(event));
        }
        self
    }

    /// Names from the top to the place.
    pub(super) fn way(&self) -> Vec<String> {
        self.model.home.as_ref().map_or_else(Vec::new, |h| h.crumbs.iter().map(|c| c.name.clone()).collect())
    }

    /// Name of the selected row.
    pub(super) fn chosen(&self) -> String {
        self.model.row().map_or_else(String::new, |row| row.name.clone())
    }

    pub(super) fn toast(&self) -> String {
        self.model.toast.as_ref().map_or_else(String::new, |t| t.text.clone())
    }

    pub(super) fn buffer(&self) -> Buffer {
        self.terminal().backend().buffer().clone()
    }

    pub(super) fn terminal(&self) -> Terminal<TestBackend> {
        let (cols, rows) = self.model.size;
        let mut terminal = Terminal::new(TestBackend::new(cols, rows)).expect("a terminal in memory");
        terminal.draw(|frame| view(&self.model, frame)).expect("memory");
        terminal
    }

    /// The screen as text.
    pub(super) fn text(&self) -> String {
        text(&self.buffer(), self.model.session.caps.ambiguous_wide)
    }

    /// The screen as text and its runs of style.
    pub(super) fn styled(&self) -> String {
        let buffer = self.buffer();
        let mut out = text(&buffer, self.model.session.caps.ambiguous_wide);
        out.push_str("--\n");
        for y in 0..buffer.area.height {
            let mut runs = String::new();
            let mut x = 0;
            while x < buffer.area.width {
                let of = |x: u16| {
                    let cell = &buffer[(x, y)];
                    (cell.fg, cell.bg, cell.modifier)
                };
                let style = of(x);
                let start = x;
                while x < buffer.area.width && of(x) == style {
                    x += 1;
                }
                if style != (Color::Reset, Color::Reset, Modifier::empty()) {
                    let _ = write!(runs, " {start}-{} {}/{}", x - 1, style.0, style.1);
                    if !style.2.is_empty() {
                        let _ = write!(runs, " {:?}", style.2);
                    }
                    runs.push(';');
                }
            }
            if !runs.is_empty() {
                let _ = writeln!(out, "{y}:{}", runs.trim_end_matches(';'));
            }
        }
        out
    }
}

/// The rows of a buffer as a terminal of that width would show them; the halves of wide glyphs are
/// left out.
pub(super) fn text(buffer: &Buffer, ambiguous_wide: bool) -> String {
    let width = crate::ui::text::Width::new(ambiguous_wide);
    let mut out = String::new();
    for y in 0..buffer.area.height {
        let mut line = String::new();
        let mut x = 0;
        while x < buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            line.push_str(symbol);
            x += width.of(symbol).max(1);
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

mod desk;
mod fixtures;
mod forms;
mod layer;
mod leads;
mod screens;
mod scripts;
mod sheets;
