//! Risky formats are read in a process of their own with limits of memory, time and files, because
//! a crate that aborts cannot be caught.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::archive::Archive;
use super::limits::FILE_MAX_BYTES;
use super::{Book, BookOptions, Format, office, wire, xlsx};
use crate::domain::problem::{Problem, Severity};
use crate::domain::request::Stop;

/// Name of the hidden subcommand that the other process runs.
pub const COMMAND: &str = "read-book";

/// Address space of the reading process, bytes.
#[cfg(unix)]
const MEMORY_MAX_BYTES: u64 = 1 << 30;
/// Processor time of the reading process, seconds.
#[cfg(unix)]
const CPU_MAX_S: u64 = 30;
/// Longest wait for the reading process.
const WAIT_MAX: Duration = Duration::from_secs(60);
/// How often a person's wish to stop is looked at meanwhile.
const LOOK_AFTER: Duration = Duration::from_millis(20);
/// Most that is taken from the reading process, bytes.
const ANSWER_MAX_BYTES: u64 = 768 << 20;

/// The executable that reads risky files: this one, where it is the product and no test of it.
#[must_use]
pub fn executable() -> Option<PathBuf> {
    std::env::current_exe().ok().filter(|exe| exe.file_stem().is_some_and(|stem| stem == env!("CARGO_PKG_NAME")))
}

/// What is to be read: the first line, before the bytes of the file.
#[derive(Serialize, Deserialize)]
struct Order {
    format: Format,
    shown_as: String,
    sheet: Option<String>,
}

/// Reads a workbook in another process, or in this one where no executable is given.
pub(super) fn read(bytes: &[u8], format: Format, shown_as: &str, options: &BookOptions) -> Result<Book, Problem> {
    match &options.child {
        Some(exe) => ask(exe, bytes, format, shown_as, options),
        None => here(bytes, format, shown_as, options),
    }
}

fn here(bytes: &[u8], format: Format, shown_as: &str, options: &BookOptions) -> Result<Book, Problem> {
    match format {
        Format::Xlsx => xlsx::read(bytes, &mut Archive::open(bytes, shown_as)?, shown_as, options),
        _ => office::read(bytes, format, shown_as, options),
    }
}

fn ask(exe: &Path, bytes: &[u8], format: Format, shown_as: &str, options: &BookOptions) -> Result<Book, Problem> {
    let limit = || Problem::new("E_IMPORT_LIMIT", Severity::Refused, shown_as);
    let order = Order { format, shown_as: shown_as.to_owned(), sheet: options.sheet.clone() };
    let order = serde_json::to_vec(&order).map_err(|_| limit())?;
    let command = Command::new(exe).arg(COMMAND).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let mut child = Reaped(command.map_err(|e| Problem::new("E_IMPORT_READ", Severity::Refused, shown_as).arg(e))?);
    let (Some(mut stdin), Some(stdout)) = (child.0.stdin.take(), child.0.stdout.take()) else { return Err(limit()) };
    let answer = thread::scope(|scope| {
        scope.spawn(move || {
            // A child that died early closes the pipe; its silence is noticed below.
            let _ = stdin.write_all(&order).and_then(|()| stdin.write_all(b"\n")).and_then(|()| stdin.write_all(bytes));
        });
        let (send, answer) = mpsc::channel();
        scope.spawn(move || {
            let mut out = Vec::new();
            let read = stdout.take(ANSWER_MAX_BYTES).read_to_end(&mut out);
            // The receiver is gone where the deadline passed.
            let _ = send.send(read.map(|_| out));
        });
        let answer = wait(&answer, &options.stop);
        // Answered, stopped or out of time, it is over: the pipes close with the process and both threads end.
        let _ = child.0.kill();
        answer
    })?;
    let answer = answer.ok_or_else(limit)?;
    // A process that was killed by a limit, or aborted, did not finish its answer.
    wire::read(&answer, shown_as).unwrap_or_else(|| Err(limit()))
}

/// The answer of the other process; `None` where it gives none in time. Ends when it is asked to stop.
fn wait(answer: &mpsc::Receiver<io::Result<Vec<u8>>>, stop: &Stop) -> Result<Option<Vec<u8>>, Problem> {
    let deadline = Instant::now() + WAIT_MAX;
    loop {
        stop.check()?;
        match answer.recv_timeout(LOOK_AFTER) {
            Err(mpsc::RecvTimeoutError::Timeout) if Instant::now() < deadline => {}
            answer => return Ok(answer.ok().and_then(Result::ok)),
        }
    }
}

/// A process that is not left behind.
struct Reaped(Child);

impl Drop for Reaped {
    fn drop(&mut self) {
        // It has ended or is to end; either way it is waited for.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What the other process does: takes its limits, reads the order and the file from `input`, and
/// writes the book to `output`.
///
/// # Errors
/// Where the pipes break or the limits cannot be set.
pub fn serve(input: &mut dyn Read, output: &mut dyn Write) -> io::Result<()> {
    limit()?;
    let mut bytes = Vec::new();
    input.take(FILE_MAX_BYTES + (1 << 20)).read_to_end(&mut bytes)?;
    let split = bytes.iter().position(|b| *b == b'\n').ok_or(io::ErrorKind::InvalidInput)?;
    let order: Order = serde_json::from_slice(&bytes[..split]).map_err(io::Error::other)?;
    let options = BookOptions { sheet: order.sheet, ..BookOptions::default() };
    let book = here(&bytes[split + 1..], order.format, &order.shown_as, &options);
    wire::write(&book, &mut io::BufWriter::new(output))
}

#[cfg(unix)]
fn limit() -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    for (resource, most) in [(Resource::As, MEMORY_MAX_BYTES), (Resource::Cpu, CPU_MAX_S), (Resource::Fsize, 0), (Resource::Core, 0)] {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    Ok(())
}

/// Elsewhere the deadline of the asking process is the only limit.
#[cfg(not(unix))]
fn limit() -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_goes_on_and_on_ends_when_it_is_asked_to() {
        // Writes its argument until it is killed.
        let options = BookOptions { child: Some(PathBuf::from("yes")), ..BookOptions::default() };
        options.stop.ask();
        let stopped = read(b"...", Format::Xls, "a.xls", &options);
        assert_eq!(stopped.map_err(|p| p.code), Err("E_STOPPED".into()));
    }
}
