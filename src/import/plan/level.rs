//! The level of a map whose codes are not known yet: guessed from what it is called, from its codes
//! and its place under what is loaded, and from how many units it has; asked, the likeliest first.

use rustc_hash::FxHashMap;

use super::map::Map;
use super::planner::Planner;
use super::report::answer;
use crate::domain::plan::{About, Answer};
use crate::domain::problem::{Problem, Spot};
use crate::domain::unit::Level;
use crate::gis::read::FieldSample;
use crate::import::match_unit::{Finder, Found};
use crate::import::names::plain;
use crate::store::boundaries::rings_of;
use crate::store::world::World;

/// What a sign weighs: a name says it outright, codes and places lie below something, numbers of units only fit.
const NAMED: i32 = 6;
const BELOW: i32 = 4;
const SAME_LENGTH: i32 = 2;
const SAME_COUNT: i32 = 2;
const INSIDE: i32 = 2;
const FITS: i32 = 1;
/// From here on a guess is worked with until it is answered, where no other level has as much.
const LIKELY: i32 = 4;
/// Share of the samples that has to fit.
const SHARE: f64 = 0.8;
/// Units of a level whose places are compared; with more it would take longer than it helps.
const PLACES_MAX: u32 = 200;
/// Shortest name of a level that is looked for in the name of a file, characters: in letters, else.
const WORD_CHARS: (usize, usize) = (3, 1);

/// How likely a level is, and the sign that weighs most.
#[derive(Clone, Debug, Default)]
struct Signs {
    score: i32,
    /// Weight, key of the text and its arguments.
    why: Option<(i32, &'static str, Vec<String>)>,
}

impl Signs {
    fn add(&mut self, weight: i32, why: &'static str, args: impl FnOnce() -> Vec<String>) {
        self.score += weight;
        if self.why.as_ref().is_none_or(|(most, ..)| weight > *most) {
            self.why = Some((weight, why, args()));
        }
    }
}

/// Levels, the likeliest first.
pub(super) struct Guess {
    levels: Vec<(usize, Signs)>,
}

impl Guess {
    /// The level that is likely enough to go on with until it is answered.
    pub(super) fn likely(&self) -> Option<usize> {
        let best = self.levels.first().filter(|(_, signs)| signs.score >= LIKELY)?;
        let second = self.levels.get(1).map_or(i32::MIN, |(_, signs)| signs.score);
        (best.1.score > second).then_some(best.0)
    }

    /// Every level as an answer.
    fn answers(&self, levels: &[Level]) -> Vec<Answer> {
        let of = |(level, signs): &(usize, Signs)| {
            let level = &levels[*level];
            match &signs.why {
                Some((_, why, args)) => answer(level.code.as_str(), why, args.clone()),
                None => answer(level.code.as_str(), "plan.why.level", vec![level.label.clone(), level.label_en.clone()]),
            }
        };
        self.levels.iter().map(of).collect()
    }
}

impl Planner<'_, '_> {
    /// Asks which level a map is of: nothing but a level.
    pub(super) fn ask_level(&mut self, guess: &Guess, spot: Spot) {
        let answers = guess.answers(&self.scene.framework.levels);
        self.report.ask(About::Target, spot, true, answers);
    }

    /// Which level a map may be of. `id` is the property with its codes.
    pub(super) fn guess_level(&self, map: &Map, id: Option<&FieldSample>, world: &World) -> Result<Guess, Problem> {
        let levels = &self.scene.framework.levels;
        let mut all: Vec<Signs> = vec![Signs::default(); levels.len()];
        let label = |n: usize| vec![levels[n].label.clone(), levels[n].label_en.clone()];
        for (n, word) in named(levels, map) {
            all[n].add(NAMED, "plan.why.level_named", || vec![word]);
        }
        let loaded: Vec<usize> = (0..levels.len()).filter(|n| world.len(*n) > 0).collect();
        let codes = id.map_or(&[][..], |field| &field.values);
        // Codes that begin with those of a level lie below it.
        let below = loaded.iter().rev().filter(|n| **n + 1 < levels.len()).find(|n| {
            let finder = Finder::new(world, **n..**n + 1);
            share(codes, |code| code.char_indices().skip(1).any(|(end, _)| finder.by_code(&code[..end]) != Found::None)) >= SHARE
        });
        let around = if below.is_some() { None } else { self.around(map, &loaded, world)? };
        for (above, weight) in below.map(|n| (*n, BELOW)).into_iter().chain(around.map(|n| (n, INSIDE))) {
            for (n, signs) in all.iter_mut().enumerate() {
                match n {
                    n if n == above + 1 => signs.add(weight, "plan.why.level_below", || label(above)),
                    n if n > above => signs.score += FITS,
                    _ => signs.score -= weight,
                }
            }
        }
        let length = usual_length(codes.iter().map(String::as_str));
        let features: u64 = map.files().map(|m| m.overview.features).sum();
        for n in loaded.iter().copied() {
            let table = world.table(n);
            if length.is_some() && usual_length(table.codes.iter().take(codes.len().max(1))) == length {
                all[n].add(SAME_LENGTH, "plan.why.level_length", || label(n));
            }
            let count = u64::from(world.len(n));
            if count == features {
                all[n].add(SAME_COUNT, "plan.why.level_count", || label(n));
            }
            // A level has no more units than the one below it.
            for (other, signs) in all.iter_mut().enumerate() {
                if other < n && features > count || other > n && features < count && below.is_none() && around.is_none() {
                    signs.score -= FITS;
                }
            }
        }
        // What is not there yet comes first, from the top.
        if let Some(first) = (0..levels.len()).find(|n| !loaded.contains(n)) {
            let alone = loaded.is_empty() && features == 1;
            all[first].add(if alone { BELOW } else { FITS }, "plan.why.level_next", || label(first));
        }
        let mut levels: Vec<(usize, Signs)> = all.into_iter().enumerate().collect();
        levels.sort_by_key(|(_, signs)| std::cmp::Reverse(signs.score));
        Ok(Guess { levels })
    }

    /// The lowest level with a unit around the whole map.
    fn around(&self, map: &Map, loaded: &[usize], world: &World) -> Result<Option<usize>, Problem> {
        let Some([least, most]) = map.overview.extent.filter(|_| self.choices.crs.is_none()) else { return Ok(None) };
        for n in loaded.iter().rev().copied().filter(|n| n + 1 < world.levels.len() && world.len(*n) <= PLACES_MAX) {
            for uid in &world.table(n).uids {
                let rings = rings_of(self.load.connection(), world, *uid)?;
                let (mut low, mut high) = ([f64::MAX; 2], [f64::MIN; 2]);
                for place in rings.iter().flatten() {
                    for axis in 0..2 {
                        low[axis] = low[axis].min(place[axis]);
                        high[axis] = high[axis].max(place[axis]);
                    }
                }
                if (0..2).all(|axis| low[axis] <= least[axis] && most[axis] <= high[axis]) {
                    return Ok(Some(n));
                }
            }
        }
        Ok(None)
    }
}

/// Levels whose names stand in that of the file or layer: those with the longest, which may be a part
/// of another's.
fn named(levels: &[Level], map: &Map) -> Vec<(usize, String)> {
    let name = format!("{} {}", map.item.found.stem, map.file.layer().unwrap_or_default());
    let name = plain(&name);
    let mut found: Vec<(usize, String)> = Vec::new();
    for (n, level) in levels.iter().enumerate() {
        let words = [level.code.as_str(), &level.label, &level.label_en].into_iter().chain(level.synonyms.iter().map(String::as_str));
        // A label can have several words: 村/社区.
        let words = words.flat_map(|word| word.split('/')).map(plain).filter(|word| {
            let least = if word.is_ascii() { WORD_CHARS.0 } else { WORD_CHARS.1 };
            word.chars().count() >= least && name.contains(word.as_str())
        });
        found.extend(words.max_by_key(|word| word.chars().count()).map(|word| (n, word)));
    }
    let longest = found.iter().map(|(_, word)| word.chars().count()).max().unwrap_or_default();
    found.retain(|(_, word)| word.chars().count() == longest);
    found
}

/// The length that most codes have.
fn usual_length<'c>(codes: impl Iterator<Item = &'c str>) -> Option<usize> {
    let mut counts: FxHashMap<usize, usize> = FxHashMap::default();
    codes.for_each(|code| *counts.entry(code.trim().len()).or_default() += 1);
    counts.into_iter().max_by_key(|(length, count)| (*count, *length)).map(|(length, _)| length)
}

fn share(values: &[String], holds: impl Fn(&str) -> bool) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "at most some dozens of samples")]
    let share = values.iter().filter(|v| holds(v)).count() as f64 / values.len().max(1) as f64;
    share
}

impl Map {
    /// What maps of unknown levels are put in order by: upper levels have shorter codes and fewer units.
    pub(super) fn size(&self, id: Option<&FieldSample>) -> (usize, u64) {
        let length = usual_length(id.into_iter().flat_map(|f| f.values.iter().map(String::as_str)));
        (length.unwrap_or(usize::MAX), self.files().map(|m| m.overview.features).sum())
    }
}
