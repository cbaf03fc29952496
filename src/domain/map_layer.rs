//! What is drawn over the map beside units and branches: places 点线 of chosen kinds, and the outlines of
//! sets of units beside the tree.

use serde::{Deserialize, Serialize};

use super::id::Uid;

/// A line of positions in longitude and latitude, degrees; one position is a point.
pub type LineDeg = Vec<[f64; 2]>;

/// Places and outlines.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct MapLayer {
    /// Version of the data.
    pub version: u64,
    /// The kinds that were asked for, in their order, with what of them is drawn and what not.
    pub kinds: Vec<PlaceKind>,
    /// Places of these kinds that touch the extent, open on the day.
    pub places: Vec<MapPlace>,
    /// Outlines: regions in scope, the units of a branch over several.
    pub outlines: Vec<Outline>,
}

/// A kind of places, counted at the place and in the scope of the view.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceKind {
    /// Its word; empty where the table names none.
    pub kind: String,
    /// Places that are on the map, or would be in another extent.
    pub drawn: u32,
    /// Places closed on the day.
    pub out_of_season: u32,
    /// Places without a position.
    pub nowhere: u32,
}

/// A place on the map.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MapPlace {
    /// Identity.
    pub uid: Uid,
    /// Which of [`MapLayer::kinds`].
    pub kind: usize,
    /// Name.
    pub name: String,
    /// 达标, 改造中, 待改, 闲置 …; empty: not told.
    pub state: String,
    /// Its points or lines.
    pub lines_deg: Vec<LineDeg>,
}

/// A set of units drawn as one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outline {
    /// Its name.
    pub label: String,
    /// Rings per unit.
    pub units_deg: Vec<Vec<LineDeg>>,
}

/// Whether a place with a season is open in a month, 1–12. A season may pass the end of the year:
/// from 11 to 3.
#[must_use]
pub fn is_open(season: Option<(i8, i8)>, month: i8) -> bool {
    season.is_none_or(|(from, to)| if from <= to { (from..=to).contains(&month) } else { month >= from || month <= to })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_season_may_pass_the_end_of_the_year() {
        let months = |season| (1..=12).filter(|m| is_open(season, *m)).collect::<Vec<i8>>();
        assert_eq!(months(Some((5, 10))), [5, 6, 7, 8, 9, 10]);
        assert_eq!(months(Some((11, 3))), [1, 2, 3, 11, 12]);
        assert_eq!(months(Some((7, 7))), [7]);
        assert_eq!(months(None).len(), 12);
    }
}
