//! One table of exit codes for all commands.

/// Exit code of the process. The numbers are part of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// An unexpected failure inside the program.
    Internal = 1,
    /// The command line is wrong.
    Usage = 2,
    /// The input was refused; nothing was loaded from it.
    Input = 3,
    /// Done, with records kept aside; they are listed.
    Skipped = 4,
    /// The store is damaged.
    Damaged = 5,
    /// Another process holds the store.
    Busy = 6,
    /// The disk is full or cannot be written.
    Disk = 7,
    /// Not allowed: read-only session, missing grant, privacy gate.
    NotAllowed = 8,
}

impl Exit {
    /// The number given to the operating system.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }
}
