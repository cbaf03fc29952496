//! PLACE, `--level`, `--indicator`, `--period`, `--zone`, `--flagged`: the view that `list` and
//! `show` ask for, found the way a person names things.

use std::sync::Arc;

use clap::ArgMatches;

use crate::domain::access::Access;
use crate::domain::exit::Exit;
use crate::domain::id::Uid;
use crate::domain::indicator::{self, Indicator};
use crate::domain::page::{Hit, Workspace};
use crate::domain::period::BadPeriod;
use crate::domain::request::{Loaded, Query};
use crate::domain::text::quote;
use crate::domain::unit::Subject;
use crate::domain::view_state::{Listing, Standing, ViewState};
use crate::runtime::engine::expect;
use crate::store::Reader;

use super::{Common, Failure, ended, warn_of};

/// The states a scope may ask for, as words of the command line.
pub(super) const STATES: [(&str, Standing); 5] = [
    ("leads", Standing::Leads),
    ("marked", Standing::Marked),
    ("missing", Standing::Missing),
    ("no-geometry", Standing::NoGeometry),
    ("several-zones", Standing::SeveralZones),
];

/// An open workspace and the place that was named.
pub(super) struct Choice {
    pub reader: Reader,
    pub workspace: Arc<Workspace>,
    pub access: Access,
    /// The unit or branch that was named.
    pub subject: Option<Uid>,
    hit: Option<Hit>,
}

impl Choice {
    pub(super) fn open(common: &Common, m: &ArgMatches) -> Result<Self, Failure> {
        let access = Access::read_only();
        let engine = common.open()?;
        let (mut reader, workspace) = engine.ready(&access, common.today()).map_err(|p| Failure::problem(common.lang, &p))?;
        warn_of(common.lang, &workspace.problems);
        let hit = match m.get_one::<String>("place") {
            Some(place) => Some(find(common, &mut reader, &access, place)?),
            None => None,
        };
        Ok(Self { reader, workspace, access, subject: hit.as_ref().map(|h| h.uid), hit })
    }

    /// The view that the options name.
    pub(super) fn view(&self, common: &Common, m: &ArgMatches) -> Result<ViewState, Failure> {
        let mut view = self.standing(common, m)?;
        let workspace = &self.workspace;
        if let Some(level) = m.get_one::<String>("level") {
            let known = workspace
                .levels
                .iter()
                .find(|l| l.code.as_str() == level || l.label == *level || l.label_en == *level || l.synonyms.contains(level));
            let level = known.ok_or_else(|| {
                usage(common, "cli.no_level", level, workspace.levels.iter().map(|l| format!("{}({})", l.code, l.label)).collect())
            })?;
            view.listing = Listing::Units(level.code.clone());
        }
        if m.get_flag("branches") {
            view.listing = Listing::Branches;
        }
        for state in m.get_many::<String>("state").into_iter().flatten() {
            // Only these words pass the command line.
            view.scope.standings.extend(STATES.iter().filter(|(word, _)| word == state).map(|(_, standing)| *standing));
        }
        view.only_flagged = m.get_flag("flagged");
        Ok(view)
    }

    /// The view that PLACE, `--indicator`, `--period` and `--zone` name.
    pub(super) fn standing(&self, common: &Common, m: &ArgMatches) -> Result<ViewState, Failure> {
        let workspace = &self.workspace;
        let mut view = workspace.home.clone();
        if let Some(hit) = &self.hit {
            match hit.subject {
                Subject::Unit => {
                    view.place = Some(hit.uid);
                    view.listing = self.below(hit);
                }
                Subject::Branch => {
                    view.place = hit.place;
                    view.listing = Listing::Branches;
                }
            }
            view.selection = None;
        }
        if let Some(id) = m.get_one::<String>("indicator") {
            let with_label = |i: &Arc<Indicator>| format!("{}({})", i.id, i.label);
            view.indicator = match indicator::meant(&workspace.indicators, id).as_slice() {
                [one] => one.id.clone(),
                [] => return Err(usage(common, "cli.no_indicator", id, workspace.indicators.iter().map(with_label).collect())),
                several => return Err(usage(common, "cli.many_indicators", id, several.iter().map(|i| with_label(i)).collect())),
            };
        }
        if let Some(period) = m.get_one::<String>("period") {
            view.period =
                Some(period.parse().map_err(|BadPeriod(text)| Failure::new(Exit::Usage, common.lang.fill("cli.bad_period", &[&text])))?);
        }
        for zone in m.get_many::<String>("zone").into_iter().flatten() {
            let known = workspace.zones.iter().find(|(code, label)| code == zone || label == zone);
            let (code, _) = known
                .ok_or_else(|| usage(common, "cli.no_zone", zone, workspace.zones.iter().map(|(c, l)| format!("{c}({l})")).collect()))?;
            view.scope.zones.insert(code.clone());
        }
        Ok(view)
    }

    /// Done, or what was wrong with the files.
    pub(super) fn exit(&self) -> Exit {
        ended(&self.workspace.problems)
    }

    /// The level below a unit's own, or its branches on the lowest.
    fn below(&self, hit: &Hit) -> Listing {
        let levels = &self.workspace.levels;
        let own = levels.iter().position(|l| l.label == hit.kind || l.label_en == hit.kind || l.code.as_str() == hit.kind);
        match own.and_then(|n| levels.get(n + 1)) {
            Some(level) => Listing::Units(level.code.clone()),
            None => Listing::Branches,
        }
    }
}

/// What was named is not there: says what is.
fn usage(common: &Common, key: &str, wanted: &str, known: Vec<String>) -> Failure {
    Failure::new(Exit::Usage, common.lang.fill(key, &[&quote(wanted), &known.join(" ")]))
}

/// The one thing with this code, else with this name.
fn find(common: &Common, reader: &mut Reader, access: &Access, place: &str) -> Result<Hit, Failure> {
    let outcome = reader.answer(&Query::Find { text: place.to_owned(), limit: 50 }, access, common.today());
    let hits =
        expect(outcome, |l| if let Loaded::Found(hits) = l { Some(hits) } else { None }).map_err(|p| Failure::problem(common.lang, &p))?;
    let by_code: Vec<&Hit> = hits.iter().filter(|h| h.code == place).collect();
    let by_name: Vec<&Hit> = hits.iter().filter(|h| h.name == place).collect();
    let exact = if by_code.is_empty() { by_name } else { by_code };
    match exact.as_slice() {
        [hit] => Ok((*hit).clone()),
        [] => Err(Failure::new(Exit::Usage, common.lang.fill("cli.no_place", &[&quote(place)]))),
        several => {
            let codes: Vec<String> = several.iter().take(8).map(|h| format!("{} {}", h.code, h.path.join("›"))).collect();
            Err(Failure::new(Exit::Usage, common.lang.fill("cli.many_places", &[&quote(place), &several.len(), &codes.join(" · ")])))
        }
    }
}
