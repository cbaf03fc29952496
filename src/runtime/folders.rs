//! Where things lie: the workspace, the state folder, the last workspace.

use std::fs;
use std::path::{Path, PathBuf};

use etcetera::{AppStrategy, AppStrategyArgs, choose_app_strategy};

/// The file that makes a folder a workspace.
pub const MANIFEST: &str = "maps/manifest.toml";

/// The platform's state folder of this program (logs, last workspace); `None` without a home.
#[must_use]
pub fn state_dir() -> Option<PathBuf> {
    let strategy = strategy()?;
    Some(strategy.state_dir().unwrap_or_else(|| strategy.data_dir()))
}

/// The platform's configuration folder (keymap.toml).
#[must_use]
pub fn config_dir() -> Option<PathBuf> {
    strategy().map(|s| s.config_dir())
}

fn strategy() -> Option<impl AppStrategy> {
    choose_app_strategy(AppStrategyArgs { top_level_domain: String::new(), author: String::new(), app_name: "xiantu".to_owned() }).ok()
}

/// Whether a folder is a workspace.
#[must_use]
pub fn is_workspace(dir: &Path) -> bool {
    dir.join(MANIFEST).is_file()
}

/// The workspace of a bare `xiantu`: this folder, else the last one, else one beside the
/// executable (or above it, as in a build folder). `None` in an empty folder: it was made to become one.
#[must_use]
pub fn find_workspace() -> Option<PathBuf> {
    let here = std::env::current_dir().ok();
    if here.as_deref().is_some_and(is_empty) {
        return None;
    }
    here.filter(|dir| is_workspace(dir)).or_else(|| last_workspace().filter(|dir| is_workspace(dir))).or_else(beside_executable)
}

/// Whether a folder holds nothing.
#[must_use]
pub fn is_empty(dir: &Path) -> bool {
    fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_none())
}

/// A workspace beside the executable or in one of the three folders above it.
#[must_use]
pub fn beside_executable() -> Option<PathBuf> {
    let exe = std::env::current_exe().ok()?;
    exe.ancestors().skip(1).take(4).find(|dir| is_workspace(dir)).map(Path::to_path_buf)
}

/// The workspace opened last, as remembered in the state folder.
#[must_use]
pub fn last_workspace() -> Option<PathBuf> {
    let text = fs::read_to_string(state_dir()?.join("last-workspace")).ok()?;
    let path = text.trim_end_matches(['\n', '\r']);
    (!path.is_empty()).then(|| PathBuf::from(path))
}

/// Remembers the workspace. That it cannot be remembered is no reason to stop.
pub fn remember_workspace(dir: &Path) {
    let Some(state) = state_dir() else { return };
    let Ok(dir) = fs::canonicalize(dir) else { return };
    let Some(text) = dir.to_str() else { return };
    if fs::create_dir_all(&state).is_ok() {
        let _ = fs::write(state.join("last-workspace"), text);
    }
}

/// A path as a person types it: `~` is the home folder.
#[must_use]
pub fn expand_home(text: &str) -> PathBuf {
    let text = text.trim();
    match (text.strip_prefix('~'), etcetera::home_dir()) {
        (Some(""), Ok(home)) => home,
        (Some(rest), Ok(home)) if rest.starts_with(['/', '\\']) => home.join(rest.trim_start_matches(['/', '\\'])),
        _ => PathBuf::from(text),
    }
}
