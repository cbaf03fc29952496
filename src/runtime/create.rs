//! A new workspace: a folder with a manifest and the usual levels.

use std::path::Path;

use crate::domain::problem::{Problem, Severity};

use super::folders::MANIFEST;

/// The framework that a new workspace starts with.
const BASE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/frameworks/base.toml"));
/// Where it lies in the workspace.
const FRAMEWORK: &str = "data/frameworks/base.toml";

/// County code of a workspace where nobody gave one: the first part of every key, so it stays.
pub const NO_COUNTY: &str = "000000";

/// Makes a folder a workspace. What is there already stays.
///
/// # Errors
/// `E_DISK` where it cannot be written.
pub fn create(dir: &Path, name: &str, county: &str) -> Result<(), Problem> {
    let failed = |path: &Path, e: std::io::Error| Problem::new("E_DISK", Severity::Refused, path.display().to_string()).arg(e);
    let write = |file: &str, text: &str| {
        let path = dir.join(file);
        if path.exists() {
            return Ok(());
        }
        let folder = path.parent().unwrap_or(dir);
        std::fs::create_dir_all(folder).map_err(|e| failed(folder, e))?;
        std::fs::write(&path, text).map_err(|e| failed(&path, e))
    };
    write(FRAMEWORK, BASE)?;
    // The manifest last: it makes the folder a workspace.
    let mut workspace = toml::Table::new();
    for (key, value) in [("name", name), ("county", county), ("framework", "../data/frameworks/base.toml")] {
        workspace.insert(key.to_owned(), value.into());
    }
    let mut manifest = toml::Table::new();
    manifest.insert("workspace".to_owned(), workspace.into());
    write(MANIFEST, &toml::to_string(&manifest).unwrap_or_default())
}
