//! What has to be sent, as pieces of one look each, and the order in which they cost least.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use super::pen::{Look, Pen};

/// Cells of a row that stand side by side and are sent with one style.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) y: usize,
    /// First column.
    pub(super) from: usize,
    /// Column after the last.
    pub(super) to: usize,
    pub(super) look: Look,
    /// Plain blanks to the end of the row: erased in one stroke.
    pub(super) erase: bool,
}

/// About how many bytes bring the cursor from one cell to another of the screen.
fn way(cursor: Option<(usize, usize)>, x: usize, y: usize) -> usize {
    let digits = |n: usize| 1 + usize::from(n > 9) + usize::from(n > 99);
    match cursor {
        Some(at) if at == (x, y) => 0,
        Some((cx, cy)) if cy == y && cx < x => {
            if x - cx == 1 {
                3
            } else {
                3 + digits(x - cx)
            }
        }
        _ => 4 + digits(y + 1) + if x == 0 { 0 } else { digits(x + 1) },
    }
}

/// Pieces that are still to be sent, and what was sent last.
///
/// On a line of 24-bit colours a change of style is dearer than a jump, in 16 colours a jump is:
/// so the next piece is always the cheapest of a few that are likely: the one that follows, the
/// next ones of the same style, the first that was left behind.
pub(super) struct Queue<'p> {
    pieces: &'p [Piece],
    sent: Vec<bool>,
    /// Pieces of each look, in the order of the screen.
    by_look: FxHashMap<Look, VecDeque<usize>>,
    /// Everything before it was sent.
    first: usize,
    /// The piece after the one sent last.
    next: usize,
}

impl<'p> Queue<'p> {
    pub(super) fn new(pieces: &'p [Piece]) -> Self {
        let mut by_look: FxHashMap<Look, VecDeque<usize>> = FxHashMap::default();
        for (n, piece) in pieces.iter().enumerate() {
            by_look.entry(piece.look).or_default().push_back(n);
        }
        Self { pieces, sent: vec![false; pieces.len()], by_look, first: 0, next: 0 }
    }

    /// The piece that costs least from here.
    pub(super) fn take(&mut self, pen: Pen, cursor: Option<(usize, usize)>) -> Option<Piece> {
        while self.sent.get(self.first) == Some(&true) {
            self.first += 1;
        }
        if self.first == self.pieces.len() {
            return None;
        }
        let follows = Some(self.next).filter(|n| self.sent.get(*n) == Some(&false));
        let alike = pen.looks().map(|look| self.of_look(look));
        let cost = |n: &usize| {
            let piece = &self.pieces[*n];
            way(cursor, piece.from, piece.y) + pen.cost(pen.toward(piece.look))
        };
        let best = [follows, alike[0], alike[1], Some(self.first)].into_iter().flatten().min_by_key(cost)?;
        self.sent[best] = true;
        self.next = best + 1;
        Some(self.pieces[best])
    }

    /// The first piece of a look that was not sent.
    fn of_look(&mut self, look: Look) -> Option<usize> {
        let queue = self.by_look.get_mut(&look)?;
        while self.sent[*queue.front()?] {
            queue.pop_front();
        }
        queue.front().copied()
    }
}
