//! What a session remembers for the next one, in the state folder: the post that acts, theme,
//! language. Never anything about the data.

use std::fs;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::folders;

/// The remembered choices.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The post that records. Never a person's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post: Option<String>,
    /// Id of the theme.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theme: Option<String>,
    /// `zh` or `en`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
}

impl Settings {
    fn file() -> Option<PathBuf> {
        folders::state_dir().map(|dir| dir.join("settings.json"))
    }

    /// What was remembered; nothing where there is no file or it cannot be understood.
    #[must_use]
    pub fn read() -> Self {
        Self::file().and_then(|file| fs::read_to_string(file).ok()).and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
    }

    /// Remembers. Written beside and renamed, so that a power cut leaves the old or the new one.
    /// That it cannot be written is logged and no reason to stop.
    pub fn write(&self) {
        let Some(file) = Self::file() else { return };
        let write = || -> std::io::Result<()> {
            if let Some(dir) = file.parent() {
                fs::create_dir_all(dir)?;
            }
            let beside = file.with_extension("json.new");
            fs::write(&beside, serde_json::to_string_pretty(self)?)?;
            fs::rename(&beside, &file)
        };
        if let Err(error) = write() {
            tracing::warn!(%error, "settings not remembered");
        }
    }
}
