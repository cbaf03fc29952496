//! The demo county, built into the program, so that `xiantu` alone on a laptop can show it.

use std::fs;
use std::path::PathBuf;

use crate::domain::problem::{Problem, Severity};

use super::folders;

macro_rules! files {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/", $path)))),*]
    };
}

/// Path within the workspace and content.
const FILES: &[(&str, &[u8])] = files![
    "maps/manifest.toml",
    "maps/county.geojson",
    "maps/towns.geojson",
    "maps/villages.geojson",
    "maps/grids.geojson",
    "data/frameworks/qinghe.toml",
    "data/frameworks/base.toml",
    "data/frameworks/gansu-wuqu.toml",
    "data/frameworks/huzhang-shida.toml",
    "data/frameworks/anning-wuxin.toml",
    "data/units.csv",
    "data/branches.csv",
    "data/entities.csv",
    "data/values.csv",
    "data/corrections.csv",
    "data/zones.csv",
    "data/regions.csv",
    "data/links.csv",
    "data/places.csv",
    "data/items.csv",
];

/// Unpacks the demo into the state folder where it is not there yet, and returns its folder.
/// A file that differs from the program's own is replaced, so that an update reaches the demo.
///
/// # Errors
/// That there is no state folder, or that it cannot be written.
pub fn unpack() -> Result<PathBuf, Problem> {
    let Some(state) = folders::state_dir() else {
        return Err(Problem::new("E_NO_STATE_FOLDER", Severity::Refused, ""));
    };
    let dir = state.join("demo");
    for (path, bytes) in FILES {
        let file = dir.join(path);
        let write = || -> std::io::Result<()> {
            if fs::read(&file).is_ok_and(|there| there == *bytes) {
                return Ok(());
            }
            if let Some(parent) = file.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(&file, bytes)
        };
        write().map_err(|e| Problem::new("E_DISK", Severity::Refused, file.display().to_string()).arg(e))?;
    }
    Ok(dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_that_the_manifest_names_is_built_in() {
        let (_, manifest) = FILES[0];
        let manifest: toml::Table = std::str::from_utf8(manifest).expect("utf-8").parse().expect("toml");
        let named =
            ["layer", "table"].into_iter().filter_map(|k| manifest.get(k)?.as_array()).flatten().filter_map(|t| t.get("file")?.as_str());
        for file in named {
            let path = file.strip_prefix("../").map_or_else(|| format!("maps/{file}"), str::to_owned);
            assert!(FILES.iter().any(|(p, _)| *p == path), "{path}");
        }
    }
}
