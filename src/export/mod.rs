//! Files that leave the program: templates, files given back, faults for the survey bureau. What comes from data is written as text
//! cells and never as a formula, and only into cells of a workbook's body.

pub mod faults;
pub mod form;
pub mod returned;
mod style;
pub mod template;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use rust_xlsxwriter::{Workbook, XlsxError};

use crate::domain::problem::{Problem, Severity};
use crate::domain::text::is_hostile;

/// Writes a workbook whole or not at all.
fn save(mut book: Workbook, to: &Path) -> Result<(), Problem> {
    let failed = |e: &dyn std::fmt::Display| Problem::new("E_NOT_SAVED", Severity::Refused, to.display().to_string()).arg(e);
    write_whole(&book.save_to_buffer().map_err(|e| failed(&e))?, to)
}

/// Writes a file whole or not at all: beside its place first, then into it.
fn write_whole(bytes: &[u8], to: &Path) -> Result<(), Problem> {
    let failed = |e: &dyn std::fmt::Display| Problem::new("E_NOT_SAVED", Severity::Refused, to.display().to_string()).arg(e);
    let beside = beside(bytes, to)?;
    std::fs::rename(&beside, to).map_err(|e| {
        let _ = std::fs::remove_file(&beside);
        failed(&e)
    })
}

/// Writes a file that is not there yet, whole or not at all; `false` where there is one already, which stays
/// as it is.
///
/// # Errors
/// `E_NOT_SAVED`.
fn write_new(bytes: &[u8], to: &Path) -> Result<bool, Problem> {
    let failed = |e: &dyn std::fmt::Display| Problem::new("E_NOT_SAVED", Severity::Refused, to.display().to_string()).arg(e);
    if to.symlink_metadata().is_ok() {
        return Ok(false);
    }
    let beside = beside(bytes, to)?;
    // A second name for the finished file, which is refused where the name is taken: renaming would not be.
    let linked = std::fs::hard_link(&beside, to);
    let written = match &linked {
        Ok(()) => Ok(true),
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
        // Where a file system has no second names, the name is taken by an empty file first.
        Err(_) => match std::fs::File::create_new(to) {
            Ok(_) => std::fs::rename(&beside, to).map(|()| true).map_err(|e| {
                let _ = std::fs::remove_file(to);
                failed(&e)
            }),
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
            Err(e) => Err(failed(&e)),
        },
    };
    let _ = std::fs::remove_file(&beside);
    written
}

/// The bytes in a file beside another one, down on the disk.
fn beside(bytes: &[u8], to: &Path) -> Result<PathBuf, Problem> {
    let failed = |e: &dyn std::fmt::Display| Problem::new("E_NOT_SAVED", Severity::Refused, to.display().to_string()).arg(e);
    let mut name = to.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let beside = to.with_file_name(name);
    if let Some(folder) = to.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|e| failed(&e))?;
    }
    let written = std::fs::File::create(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.map_err(|e| {
        let _ = std::fs::remove_file(&beside);
        failed(&e)
    })?;
    Ok(beside)
}

/// What a writer of workbooks says is a mistake of ours: a name or a size that was not checked before.
fn ours(error: &XlsxError) -> Problem {
    Problem::new("E_INTERNAL", Severity::Refused, "").arg(error)
}

/// A name that every file system takes: without separators, signs of the shell and hostile characters.
#[must_use]
pub fn file_name(parts: &[&str]) -> String {
    let name: String = parts.join(" ").chars().filter(|c| !is_hostile(*c)).take(80).collect();
    let name: String = name.chars().map(|c| if "/\\:*?\"<>|".contains(c) { '_' } else { c }).collect();
    name.trim_matches([' ', '.']).to_owned()
}

/// A name that a workbook takes for a sheet: at most 31 UTF-16 units, without its own signs.
fn sheet_name(text: &str, taken: &[String]) -> String {
    let clean: String = text.chars().filter(|c| !is_hostile(*c)).map(|c| if "[]:*?/\\".contains(c) { ' ' } else { c }).collect();
    let clean = clean.trim().trim_matches('\'').to_owned();
    let clean = if clean.is_empty() { "1".to_owned() } else { clean };
    let cut = |text: &str, units: usize| {
        let mut left = units;
        text.chars().take_while(|c| left.checked_sub(c.len_utf16()).inspect(|n| left = *n).is_some()).collect::<String>()
    };
    let mut name = cut(&clean, 31);
    let mut n = 2;
    // A workbook does not tell upper from lower case.
    while taken.iter().any(|t| t.to_lowercase() == name.to_lowercase()) {
        name = format!("{} {n}", cut(&clean, 27));
        n += 1;
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_file_systems_and_workbooks() {
        assert_eq!(file_name(&["099", "甲/乙\u{202e}镇", "2025-10"]), "099 甲_乙镇 2025-10");
        assert_eq!(sheet_name("村/社区", &[]), "村 社区");
        assert_eq!(sheet_name("甲", &["甲".into()]), "甲 2");
        assert!(sheet_name(&"𠀋".repeat(40), &[]).encode_utf16().count() <= 31);
        assert_eq!(sheet_name("''", &[]), "1");
    }
}
