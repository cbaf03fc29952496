//! Units of one level, or the branches, as columns in the order of the tree; and their bytes.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::world::NONE;
use crate::domain::id::Uid;

/// Texts of all rows in one arena: an allocation per column, not per row.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Texts {
    text: String,
    ends: Vec<u32>,
}

impl Texts {
    pub(crate) const EMPTY: Self = Self { text: String::new(), ends: Vec::new() };

    pub(crate) fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
    }

    /// The text of a row.
    pub(crate) fn get(&self, row: usize) -> &str {
        let start = row.checked_sub(1).map_or(0, |n| self.ends[n]);
        &self.text[start as usize..self.ends[row] as usize]
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len()).map(|row| self.get(row))
    }

    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        numbers(out, self.ends.iter().copied());
        numbers(out, [u32::try_from(self.text.len()).unwrap_or(u32::MAX)]);
        out.extend_from_slice(self.text.as_bytes());
    }

    pub(crate) fn decode(bytes: &mut &[u8], rows: usize) -> Result<Self, ()> {
        let ends = read_numbers(bytes, rows)?;
        let len = read_numbers(bytes, 1)?[0] as usize;
        let text = std::str::from_utf8(bytes.split_off(..len).ok_or(())?).map_err(|_| ())?.to_owned();
        let sound =
            ends.is_sorted() && ends.last().map_or(0, |e| *e as usize) == len && ends.iter().all(|e| text.is_char_boundary(*e as usize));
        if sound { Ok(Self { text, ends }) } else { Err(()) }
    }
}

/// A row as it comes, before it has its place in the tree.
pub(super) struct Raw {
    pub(super) uid: Uid,
    pub(super) code: String,
    pub(super) name: String,
    pub(super) parent: Option<Uid>,
}

/// Units of one level, or the branches, in the order of the tree.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Table {
    /// Identity per row.
    pub(crate) uids: Vec<Uid>,
    /// Code per row.
    pub(crate) codes: Texts,
    /// Name per row.
    pub(crate) names: Texts,
    /// Per level above: the row above per row, or [`NONE`].
    pub(crate) above: Vec<Vec<u32>>,
    /// Per table below, the next one first: per row the rows there that lie below it.
    pub(crate) below: Vec<Vec<Range<u32>>>,
    /// Whether it has a boundary, per row.
    pub(crate) drawn: Vec<bool>,
    /// Rows by uid, open addressing with a power of two of slots; [`NONE`] where free.
    slots: Vec<u32>,
}

impl Table {
    pub(crate) const EMPTY: Self = Self {
        uids: Vec::new(),
        codes: Texts::EMPTY,
        names: Texts::EMPTY,
        above: Vec::new(),
        below: Vec::new(),
        drawn: Vec::new(),
        slots: Vec::new(),
    };

    /// Number of rows.
    pub(crate) fn len(&self) -> usize {
        self.uids.len()
    }

    /// The row of a unit.
    pub(crate) fn row(&self, uid: Uid) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        let mut slot = hash(uid) & (self.slots.len() - 1);
        loop {
            match self.slots[slot] {
                NONE => return None,
                row if self.uids[row as usize] == uid => return Some(row),
                _ => slot = (slot + 1) & (self.slots.len() - 1),
            }
        }
    }

    /// The level and row right above a row: the lowest level that it lies in.
    pub(crate) fn parent(&self, row: u32) -> Option<(usize, u32)> {
        let above = self.above.iter().enumerate().rev();
        above.map(|(level, rows)| (level, rows[row as usize])).find(|(_, row)| *row != NONE)
    }

    fn index(&mut self) {
        self.slots = vec![NONE; (self.uids.len() * 2).next_power_of_two()];
        for (row, uid) in (0u32..).zip(&self.uids) {
            let mut slot = hash(*uid) & (self.slots.len() - 1);
            while self.slots[slot] != NONE {
                slot = (slot + 1) & (self.slots.len() - 1);
            }
            self.slots[slot] = row;
        }
    }

    /// Puts rows into the order of the tree below `levels`, and adds to these what lies below
    /// them; beside it the order: which of `rows` each row was.
    pub(super) fn build(rows: Vec<Raw>, levels: &mut [Self]) -> (Self, Vec<usize>) {
        let depth = levels.len();
        let mut places: FxHashMap<Uid, (usize, u32)> = FxHashMap::default();
        let mut way = |raw: &Raw| -> Vec<u32> {
            let mut way = vec![NONE; depth];
            let find = |uid: Uid| levels.iter().enumerate().find_map(|(level, table)| Some((level, table.row(uid)?)));
            // Neighbours have the same parent: most ways are known already.
            let parent = raw.parent.and_then(|uid| match places.get(&uid) {
                Some(place) => Some(*place),
                None => find(uid).inspect(|place| {
                    places.insert(uid, *place);
                }),
            });
            if let Some((level, row)) = parent {
                for (above, slot) in way.iter_mut().enumerate().take(level) {
                    *slot = levels[level].above[above][row as usize];
                }
                way[level] = row;
            }
            way
        };
        let ways: Vec<u32> = rows.iter().flat_map(&mut way).collect();
        let way = |n: usize| &ways[n * depth..(n + 1) * depth];
        // NONE is the largest number, but must come first, so that a range below a unit of an
        // upper level is whole.
        let key = |n: usize| way(n).iter().map(|row| row.wrapping_add(1));
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_by(|a, b| key(*a).cmp(key(*b)).then_with(|| rows[*a].code.cmp(&rows[*b].code)));
        let mut table = Self { above: vec![Vec::with_capacity(rows.len()); depth], drawn: vec![false; rows.len()], ..Self::default() };
        let mut below: Vec<Vec<Range<u32>>> = levels.iter().map(|level| vec![0..0; level.len()]).collect();
        for (at, &n) in (0u32..).zip(&order) {
            for (level, &row) in way(n).iter().enumerate() {
                table.above[level].push(row);
                if row != NONE {
                    let range = &mut below[level][row as usize];
                    if range.start == range.end {
                        range.start = at;
                    }
                    range.end = at + 1;
                }
            }
            let raw = &rows[n];
            table.uids.push(raw.uid);
            table.codes.push(&raw.code);
            table.names.push(&raw.name);
        }
        for (level, below) in levels.iter_mut().zip(below) {
            level.below.push(below);
        }
        table.index();
        (table, order)
    }

    /// A fingerprint of the order of rows, to tell whether a stored column still fits.
    pub(super) fn fingerprint(&self) -> u64 {
        use std::hash::Hasher as _;
        let mut hasher = rustc_hash::FxHasher::default();
        for uid in &self.uids {
            hasher.write(uid.as_bytes());
        }
        hasher.write_usize(self.uids.len());
        hasher.finish()
    }

    /// Numbers of rows, of levels above and of tables below, then the columns; little-endian.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.len() * 64);
        numbers(&mut out, [self.len(), self.above.len(), self.below.len()].map(|n| u32::try_from(n).unwrap_or(u32::MAX)));
        self.uids.iter().for_each(|uid| out.extend_from_slice(uid.as_bytes()));
        self.codes.encode(&mut out);
        self.names.encode(&mut out);
        self.above.iter().for_each(|rows| numbers(&mut out, rows.iter().copied()));
        self.below.iter().for_each(|ranges| numbers(&mut out, ranges.iter().flat_map(|r| [r.start, r.end])));
        out.extend(self.drawn.iter().map(|d| u8::from(*d)));
        out
    }

    /// What [`Table::encode`] wrote, and what of the bytes is left.
    pub(super) fn decode(mut bytes: &[u8]) -> Result<(Self, &[u8]), ()> {
        let [rows, above, below] = read_numbers(&mut bytes, 3)?[..] else { return Err(()) };
        let rows = rows as usize;
        let uids = bytes.split_off(..rows.checked_mul(16).ok_or(())?).ok_or(())?;
        let mut table = Self {
            uids: uids.as_chunks::<16>().0.iter().map(|b| Uid(uuid::Uuid::from_bytes(*b))).collect(),
            codes: Texts::decode(&mut bytes, rows)?,
            names: Texts::decode(&mut bytes, rows)?,
            ..Self::default()
        };
        for _ in 0..above {
            table.above.push(read_numbers(&mut bytes, rows)?);
        }
        for _ in 0..below {
            table.below.push(read_numbers(&mut bytes, rows * 2)?.as_chunks::<2>().0.iter().map(|[start, end]| *start..*end).collect());
        }
        table.drawn = bytes.split_off(..rows).ok_or(())?.iter().map(|d| *d != 0).collect();
        table.index();
        Ok((table, bytes))
    }
}

/// Uids are hashes themselves: their first bytes are as good as any.
fn hash(uid: Uid) -> usize {
    let bytes = uid.as_bytes();
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize
}

fn numbers(out: &mut Vec<u8>, numbers: impl IntoIterator<Item = u32>) {
    numbers.into_iter().for_each(|n| out.extend_from_slice(&n.to_le_bytes()));
}

fn read_numbers(bytes: &mut &[u8], count: usize) -> Result<Vec<u32>, ()> {
    let taken = bytes.split_off(..count.checked_mul(4).ok_or(())?).ok_or(())?;
    Ok(taken.as_chunks::<4>().0.iter().map(|b| u32::from_le_bytes(*b)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(code: &str, parent: Option<Uid>) -> Raw {
        Raw { uid: Uid::of_unit("990121", "admin", "x", code), code: code.into(), name: format!("名{code}"), parent }
    }

    #[test]
    fn rows_lie_below_rows_and_survive_their_bytes() {
        let (top, _) = Table::build(vec![raw("b", None), raw("a", None)], &mut []);
        let (a, b) = (top.uids[0], top.uids[1]);
        let mut levels = vec![top];
        let (leaf, order) = Table::build(vec![raw("3", Some(b)), raw("2", Some(a)), raw("1", Some(b)), raw("0", None)], &mut levels);
        assert_eq!(order, [3, 1, 2, 0], "what has nothing above comes first");
        assert_eq!(leaf.codes.iter().collect::<Vec<_>>(), ["0", "2", "1", "3"]);
        assert_eq!(levels[0].below, [vec![1..2, 2..4]]);
        assert_eq!((leaf.parent(0), leaf.parent(3)), (None, Some((0, 1))));
        assert_eq!((leaf.row(leaf.uids[2]), leaf.row(a)), (Some(2), None));
        for table in [&levels[0], &leaf] {
            let bytes = table.encode();
            assert_eq!(Table::decode(&bytes), Ok((table.clone(), &[][..])));
            assert_eq!(Table::decode(&bytes[..bytes.len() - 1]), Err(()));
        }
    }
}
