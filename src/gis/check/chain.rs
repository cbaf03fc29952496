//! Sums of directed edges, in which an edge and its reverse cancel.

use std::collections::hash_map::Entry;

use rustc_hash::FxHashMap;

/// A snapped place as one number, in the order of longitude and latitude.
pub(super) fn pack(at: [i32; 2]) -> u64 {
    // The sign bit is turned, so that the order of numbers is that of coordinates.
    let [x, y] = at.map(|v| u64::from(v.cast_unsigned() ^ 0x8000_0000));
    x << 32 | y
}

fn unpack(packed: u64) -> [i32; 2] {
    [packed >> 32, packed & 0xffff_ffff].map(|v| (v as u32 ^ 0x8000_0000).cast_signed())
}

/// Directed edges with their multiplicity.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Chain {
    /// Per edge from the lesser to the greater place how often it is run through, less how often
    /// backwards; never 0.
    net: FxHashMap<(u64, u64), i32>,
}

impl Chain {
    /// With room for so many edges.
    pub(super) fn with_capacity(edges: usize) -> Self {
        Self { net: FxHashMap::with_capacity_and_hasher(edges, Default::default()) }
    }

    /// Adds an edge `times` over.
    pub(super) fn add(&mut self, from: [i32; 2], to: [i32; 2], times: i32) {
        let (a, b) = (pack(from), pack(to));
        if a == b {
            return;
        }
        let (key, times) = if a < b { ((a, b), times) } else { ((b, a), -times) };
        self.add_net(key, times);
    }

    fn add_net(&mut self, key: (u64, u64), times: i32) {
        match self.net.entry(key) {
            Entry::Occupied(mut found) => {
                *found.get_mut() += times;
                if *found.get() == 0 {
                    found.remove();
                }
            }
            Entry::Vacant(free) => {
                free.insert(times);
            }
        }
    }

    /// The chain as closed loops, in snapped units. Chains of rings are always closed: at every
    /// place as many edges begin as end.
    pub(super) fn loops(&self) -> Vec<Vec<[f64; 2]>> {
        let mut edges: Vec<(u64, u64)> = Vec::with_capacity(self.net.len());
        for (&(a, b), &times) in &self.net {
            let edge = if times > 0 { (a, b) } else { (b, a) };
            edges.extend(std::iter::repeat_n(edge, times.unsigned_abs() as usize));
        }
        edges.sort_unstable();
        let mut used = vec![false; edges.len()];
        // Per place the first edge from it that may still be free, at the place of its first edge.
        let mut free: Vec<usize> = (0..edges.len()).collect();
        let mut loops = Vec::new();
        for start in 0..edges.len() {
            if used[start] {
                continue;
            }
            let mut line = Vec::new();
            let mut at = Some(start);
            while let Some(n) = at {
                used[n] = true;
                line.push(unpack(edges[n].0).map(f64::from));
                let to = edges[n].1;
                let first = edges.partition_point(|e| e.0 < to);
                at = (first < edges.len() && edges[first].0 == to).then(|| free[first]).and_then(|from| {
                    let next = (from..edges.len()).take_while(|m| edges[*m].0 == to).find(|m| !used[*m]);
                    free[first] = next.map_or(edges.len(), |m| m + 1);
                    next
                });
            }
            loops.push(line);
        }
        loops
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ring(chain: &mut Chain, places: &[[i32; 2]], times: i32) {
        for n in 0..places.len() {
            chain.add(places[n], places[(n + 1) % places.len()], times);
        }
    }

    #[test]
    fn neighbours_leave_the_border_around_both() {
        let mut chain = Chain::default();
        ring(&mut chain, &[[0, 0], [5, 0], [5, 5], [0, 5]], 1);
        ring(&mut chain, &[[5, 0], [9, 0], [9, 5], [5, 5]], 1);
        let loops = chain.loops();
        assert_eq!((loops.len(), loops[0].len()), (1, 6));
        ring(&mut chain, &[[0, 0], [5, 0], [9, 0], [9, 5], [5, 5], [0, 5]], -1);
        assert!(chain.net.is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn loops_have_the_edges_of_the_chain(rings in prop::collection::vec(prop::collection::vec([-3_i32..3, -3_i32..3], 1..12), 0..6)) {
            let mut chain = Chain::default();
            rings.iter().for_each(|r| ring(&mut chain, r, 1));
            let mut back = chain.clone();
            for line in chain.loops() {
                let places: Vec<[i32; 2]> = line.iter().map(|p| p.map(|v| v as i32)).collect();
                ring(&mut back, &places, -1);
            }
            prop_assert!(back.net.is_empty());
        }

        #[test]
        fn places_come_back(x in any::<i32>(), y in any::<i32>()) {
            prop_assert_eq!(unpack(pack([x, y])), [x, y]);
        }
    }
}
