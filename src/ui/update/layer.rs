//! Places 点线 over the map, and outlines of sets of units beside the tree.

use crate::domain::map_layer::MapLayer;
use crate::domain::request::Query;
use crate::domain::scene::Raster;
use crate::domain::unit::Subject;
use crate::gis::compose::{Layer, Pin};
use crate::gis::raster::{cell_of, mask, trace};
use crate::ui::action::Action;
use crate::ui::model::{Ask, Model};

/// The sign of several kinds in one cell.
const SEVERAL: char = '+';

/// The sign of a kind of places: the n-th letter, which every terminal has in one cell.
pub(in crate::ui) fn sign(n: usize) -> char {
    char::from(b'A' + u8::try_from(n % 26).unwrap_or(0))
}

impl Model {
    /// Opens the menu of the kinds of places, where there are any.
    pub(super) fn open_places(&mut self) {
        if self.workspace.as_ref().is_some_and(|w| !w.place_kinds.is_empty()) {
            self.open(Action::Places);
        } else {
            let text = self.text("places.map.absent");
            self.refuse(text);
        }
    }

    /// Kinds hold at once and the menu stays, so that several can be chosen.
    pub(super) fn toggle_place(&mut self, chosen: usize) {
        let Some(kinds) = self.workspace.as_ref().map(|w| w.place_kinds.clone()) else { return };
        match kinds.get(chosen) {
            Some(kind) => {
                if !self.places.remove(kind) {
                    self.places.insert(kind.clone());
                }
            }
            None if chosen == kinds.len() => self.places.extend(kinds),
            None => {
                self.places.clear();
                self.close_overlay();
            }
        }
    }

    /// What lies over the map that is shown, where anything was chosen.
    pub(super) fn ask_for_layer(&mut self) {
        let branch = self.card.as_ref().filter(|card| card.subject == Subject::Branch && !card.spans.is_empty()).map(|card| card.uid);
        let branch = branch.filter(|uid| self.row().is_some_and(|row| row.uid == *uid));
        let scoped = self.home.as_ref().is_some_and(|home| !home.view.scope.zones.is_empty());
        if self.places.is_empty() && !scoped && branch.is_none() {
            if self.layer.take().is_some() {
                self.slots.remove(&Ask::Layer);
                self.dress();
            }
            return;
        }
        let (Some(home), Some(raster)) = (&self.home, &self.map.raster) else { return };
        let query = Query::Layer {
            view: crate::domain::view_state::ViewState { extent: None, selection: None, ..home.view.clone() },
            extent: raster.extent,
            size: raster.size,
            kinds: self.places.iter().cloned().collect(),
            branch,
        };
        self.want(Ask::Layer, query);
    }

    /// It came.
    pub(super) fn layer_loaded(&mut self, layer: std::sync::Arc<MapLayer>) {
        let sums = |layer: &MapLayer| layer.kinds.iter().fold([0, 0, 0], |[a, b, c], k| [a + k.drawn, b + k.out_of_season, c + k.nowhere]);
        // Said once, not with every step of the map.
        let new = self.layer.as_ref().is_none_or(|old| old.kinds != layer.kinds);
        if new && !layer.kinds.is_empty() {
            let [drawn, closed, nowhere] = sums(&layer);
            let lang = self.session.lang;
            let part = |key: &str, n: u32| if n > 0 { lang.fill(key, &[&n]) } else { String::new() };
            let (closed, nowhere) = (part("places.map.season", closed), part("places.map.no_place", nowhere));
            self.say(lang.fill("places.map.drawn", &[&drawn, &closed, &nowhere]));
        }
        self.layer = Some(layer);
        self.dress();
    }

    /// The layer in cells and samples of the raster.
    pub(super) fn laid(&self, raster: &Raster) -> Layer {
        let Some(layer) = &self.layer else { return Layer::default() };
        let width = self.width();
        let number = |kind: usize| {
            let kind = layer.kinds.get(kind).map_or("", |k| k.kind.as_str());
            self.workspace.as_ref().and_then(|w| w.place_kinds.iter().position(|k| k == kind)).unwrap_or(kind.len())
        };
        let mut pins: Vec<Pin> = Vec::new();
        for place in &layer.places {
            let labels = || {
                let full = if place.state.is_empty() { None } else { Some(format!("{} {}", place.name, place.state)) };
                full.into_iter().chain([place.name.clone()]).map(|text| (text.clone(), width.of(&text))).collect::<Vec<_>>()
            };
            for line in &place.lines_deg {
                // A line bears its sign in its middle.
                let Some((col, row)) = line.get(line.len() / 2).and_then(|at| cell_of(raster, *at)) else { continue };
                let sign = sign(number(place.kind));
                match pins.iter_mut().find(|pin| (pin.col, pin.row) == (col, row)) {
                    Some(pin) if pin.sign == sign => pin.labels.clear(),
                    Some(pin) => {
                        pin.sign = SEVERAL;
                        pin.labels.clear();
                    }
                    None => pins.push(Pin { col, row, sign, labels: labels() }),
                }
            }
        }
        let lines = layer.places.iter().flat_map(|place| &place.lines_deg).filter(|line| line.len() > 1);
        let outlines = layer.outlines.iter().map(|outline| mask(raster, outline.units_deg.iter().map(Vec::as_slice)));
        Layer { outlines: outlines.collect(), lines: trace(raster, lines), pins }
    }
}
