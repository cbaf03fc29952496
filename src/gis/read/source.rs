//! A file as a window of bytes that moves forward.

use std::io::{ErrorKind, Read};

use super::cursor::count_lines;

/// Window at first: stays in a core's second cache.
pub(super) const WINDOW_BYTES: usize = 256 << 10;
/// Largest window, so largest single feature or member that is read.
const MAX_WINDOW_BYTES: usize = 64 << 20;

/// Why the window could not grow.
pub(super) enum FillError {
    /// The file could not be read.
    Io(std::io::Error),
    /// One value is larger than [`MAX_WINDOW_BYTES`].
    TooLarge(usize),
}

/// The moving window.
pub(super) struct Source<'r> {
    input: &'r mut dyn Read,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// No more bytes follow the window.
    pub(super) ended: bool,
    /// 1-based line of the first unread byte.
    pub(super) line: u64,
    /// Bytes taken so far.
    pub(super) taken: u64,
}

impl<'r> Source<'r> {
    pub(super) fn new(input: &'r mut dyn Read, window_bytes: usize) -> Self {
        Self { input, buffer: vec![0; window_bytes], start: 0, end: 0, ended: false, line: 1, taken: 0 }
    }

    /// The unread bytes of the window.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Bytes read from the file so far.
    pub(super) fn read_bytes(&self) -> u64 {
        self.taken + (self.end - self.start) as u64
    }

    /// Moves past bytes of the window.
    pub(super) fn take(&mut self, count: usize) {
        self.line += count_lines(&self.buffer[self.start..self.start + count]);
        self.start += count;
        self.taken += count as u64;
    }

    /// Reads on, so that the window holds more than before or the file has ended.
    pub(super) fn fill(&mut self) -> Result<(), FillError> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.end == self.buffer.len() {
            if self.end >= MAX_WINDOW_BYTES {
                return Err(FillError::TooLarge(MAX_WINDOW_BYTES));
            }
            self.buffer.resize(self.end * 2, 0);
        }
        while self.end < self.buffer.len() {
            match self.input.read(&mut self.buffer[self.end..]) {
                Ok(0) => {
                    self.ended = true;
                    return Ok(());
                }
                Ok(n) => self.end += n,
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(FillError::Io(e)),
            }
        }
        Ok(())
    }
}
