//! The log: a file in the state folder, never the screen.

use std::path::{Path, PathBuf};

use tracing_subscriber::EnvFilter;

/// Starts the daily log in the state folder (14 files are kept) and returns where it is. Without
/// a state folder, or where it cannot be written, there is no log and the program goes on.
#[must_use]
pub fn start(state: Option<&Path>) -> Option<(PathBuf, tracing_appender::non_blocking::WorkerGuard)> {
    let dir = state?.join("log");
    std::fs::create_dir_all(&dir).ok()?;
    let appender = tracing_appender::rolling::Builder::new()
        .rotation(tracing_appender::rolling::Rotation::DAILY)
        .filename_prefix("xiantu")
        .filename_suffix("log")
        .max_log_files(14)
        .build(&dir)
        .ok()?;
    let (writer, guard) = tracing_appender::non_blocking(appender);
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_from_env("XIANTU_LOG").unwrap_or_else(|_| EnvFilter::new("info")))
        .with_ansi(false)
        .with_writer(writer)
        .try_init()
        .ok()?;
    Some((dir, guard))
}
