//! Prints of chains: a number per set of directed edges that is 0 where edges and their reverses
//! cancel, and hardly ever else.

/// Odd constants without pattern (digits of π and of the golden ratio).
const FIRST: u64 = 0x9E37_79B9_7F4A_7C15;
const SECOND: u64 = 0x2437_54A7_8D31_3199;
const LAST: u64 = 0xBF58_476D_1CE4_E5B9;

/// Two random numbers of a place.
#[derive(Clone, Copy)]
pub(super) struct Place(u64, u64);

impl Place {
    pub(super) fn of(at: [i32; 2]) -> Self {
        let key = super::chain::pack(at);
        let mix = |z: u64| {
            let z = (z ^ (z >> 32)).wrapping_mul(LAST);
            z ^ (z >> 29)
        };
        Self(mix(key.wrapping_mul(FIRST)), mix(key.wrapping_mul(SECOND) ^ FIRST))
    }

    /// The print of the edge to another place; that of the reverse is its negative, so that sums
    /// over chains cancel as the chains do.
    pub(super) fn edge_to(self, to: Self) -> u64 {
        self.0.wrapping_mul(to.1).wrapping_sub(to.0.wrapping_mul(self.1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edge_and_its_reverse_cancel_and_a_detour_does_not() {
        let [a, b, c] = [[1, 2], [30, 4], [-5, 1_800_000_000]].map(Place::of);
        assert_eq!(a.edge_to(b).wrapping_add(b.edge_to(a)), 0);
        assert_eq!(a.edge_to(a), 0);
        assert_ne!(a.edge_to(b).wrapping_add(b.edge_to(c)), a.edge_to(c));
    }
}
