//! Which frameworks there are, and which a workspace uses.

use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use crate::domain::problem::{Problem, Severity};
use crate::framework::{Framework, Parsed, read_text, shipped};
use crate::import::manifest::{self, Manifest};

/// Where a workspace keeps its frameworks.
pub const FOLDER: &str = "data/frameworks";

/// A framework that a workspace uses or may use.
pub struct Known {
    /// Its id, or the stem of its file where it does not load.
    pub id: String,
    /// Its file as shown to people.
    pub file: String,
    /// The manifest names it.
    pub used: bool,
    /// It comes with the program and is not in the workspace.
    pub shipped: bool,
    /// The framework, or its mistakes.
    pub framework: Result<Framework, Vec<Problem>>,
}

/// The frameworks that the manifest names, those in the workspace's folder, and the shipped ones.
#[must_use]
pub fn known(dir: Option<&Path>) -> Vec<Known> {
    let mut all: Vec<Known> = Vec::new();
    let mut parsed = Parsed::default();
    let mut add = |path: &Path, used: bool| {
        let file = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        let framework = Framework::load_among(path, &file, &mut parsed);
        let stem = path.file_stem().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        let id = framework.as_ref().map_or(stem, |f| f.id.clone());
        if !all.iter().any(|k| k.id == id) {
            all.push(Known { id, file, used, shipped: false, framework });
        }
    };
    if let Some(dir) = dir {
        if let Ok(manifest) = Manifest::read(dir) {
            for path in std::iter::once(&manifest.framework).chain(&manifest.frameworks) {
                add(&dir.join("maps").join(path), true);
            }
        }
        let mut files: Vec<PathBuf> = std::fs::read_dir(dir.join(FOLDER)).into_iter().flatten().flatten().map(|e| e.path()).collect();
        files.sort();
        files.iter().filter(|p| p.extension().is_some_and(|e| e == "toml")).for_each(|path| add(path, false));
    }
    let mut parsed = Parsed::default();
    for (stem, text) in shipped::ALL {
        let file = format!("{stem}.toml");
        let framework = Framework::parse_among(text, &file, &mut parsed);
        let id = framework.as_ref().map_or_else(|_| (*stem).to_owned(), |f| f.id.clone());
        if !all.iter().any(|k| k.id == id) {
            all.push(Known { id, file, used: false, shipped: true, framework });
        }
    }
    all
}

/// What [`choose`] did.
#[derive(Debug, PartialEq, Eq)]
pub struct Chosen {
    /// The frameworks now in use, the one that gives the tree first.
    pub ids: Vec<String>,
    /// Shipped files that were copied into the workspace.
    pub copied: Vec<String>,
}

/// Makes frameworks those of a workspace: copies shipped files that are missing and changes the
/// manifest, whose comments stay. The first that has levels of its own gives the tree; `standing` are
/// the codes of levels that units stand on.
///
/// # Errors
/// `E_NO_FRAMEWORK`, every mistake of the frameworks, `E_FRAMEWORK_LEVELS_LOST`, `E_DISK`; nothing is
/// changed then.
pub fn choose(dir: &Path, ids: &[String], standing: &[String]) -> Result<Chosen, Vec<Problem>> {
    let known = known(Some(dir));
    let (mut chosen, mut problems): (Vec<&Known>, Vec<Problem>) = (Vec::new(), Vec::new());
    for id in ids {
        match known.iter().find(|k| k.id == *id || k.file.strip_suffix(".toml") == Some(id)) {
            Some(k) if chosen.iter().any(|c| c.id == k.id) => {}
            Some(k) => chosen.push(k),
            None => problems.push(Problem::new("E_NO_FRAMEWORK", Severity::Refused, "").arg(id)),
        }
    }
    let mut parts: Vec<Framework> = Vec::new();
    for known in &chosen {
        match &known.framework {
            Ok(framework) => parts.push(framework.clone()),
            Err(found) => problems.extend(found.iter().cloned()),
        }
    }
    if !problems.is_empty() || parts.is_empty() {
        return Err(problems);
    }
    if let Some(tree) = parts.iter().position(|p| p.head.own_levels) {
        let (part, of) = (parts.remove(tree), chosen.remove(tree));
        parts.insert(0, part);
        chosen.insert(0, of);
    }
    let whole = Framework::combine(parts)?;
    let lost: Vec<&str> =
        standing.iter().map(String::as_str).filter(|code| whole.levels.iter().all(|l| l.code.as_str() != *code)).collect();
    if !lost.is_empty() {
        return Err(vec![Problem::new("E_FRAMEWORK_LEVELS_LOST", Severity::Refused, manifest::FILE).arg(lost.join(" "))]);
    }
    let failed = |path: &Path, e: std::io::Error| vec![Problem::new("E_DISK", Severity::Refused, path.display().to_string()).arg(e)];
    let manifest = Manifest::read(dir)?;
    let in_use: Vec<PathBuf> = std::iter::once(&manifest.framework).chain(&manifest.frameworks).cloned().collect();
    let mut copied = Vec::new();
    // What they extend is copied with them, so that the workspace stands alone.
    for part in &whole.parts {
        let Some(known) = known.iter().find(|k| k.id == part.id && k.shipped) else { continue };
        let path = dir.join(FOLDER).join(&known.file);
        std::fs::create_dir_all(dir.join(FOLDER))
            .and_then(|()| std::fs::write(&path, part.text.as_bytes()))
            .map_err(|e| failed(&path, e))?;
        copied.push(known.file.clone());
    }
    let path_of = |k: &Known| {
        let same = |p: &&PathBuf| p.file_name().is_some_and(|n| n.to_string_lossy() == k.file);
        in_use.iter().find(same).map_or_else(|| format!("../{FOLDER}/{}", k.file), |p| p.to_string_lossy().replace('\\', "/"))
    };
    let paths: Vec<String> = chosen.iter().map(|k| path_of(k)).collect();
    let file = dir.join(manifest::FILE);
    let text = read_text(&file, manifest::FILE)?;
    let changed = with_frameworks(&text, &paths)
        .ok_or_else(|| vec![Problem::new("E_MANIFEST_KEY_MISSING", Severity::Refused, manifest::FILE).arg("framework")])?;
    let part = file.with_extension("toml.part");
    std::fs::write(&part, changed).and_then(|()| std::fs::rename(&part, &file)).map_err(|e| failed(&file, e))?;
    Ok(Chosen { ids: chosen.iter().map(|k| k.id.clone()).collect(), copied })
}

/// The manifest's text with other frameworks; comments and everything else stay. `None` where it names
/// no framework.
fn with_frameworks(text: &str, paths: &[String]) -> Option<String> {
    let document = DeTable::parse(text).ok()?;
    let workspace = document.get_ref().get("workspace")?.get_ref().as_table()?;
    let quoted = |path: &String| toml::Value::String(path.clone()).to_string();
    let (tree, others) = paths.split_first()?;
    let others = format!("[{}]", others.iter().map(quoted).collect::<Vec<_>>().join(", "));
    let span = |key: &str| workspace.get(key).map(toml::Spanned::span);
    let (first, list) = (span("framework")?, span("frameworks"));
    let is_inline =
        matches!(document.get_ref().get("workspace")?.get_ref(), DeValue::Table(_)) && text[..first.start].trim_end().ends_with('{');
    if is_inline {
        return None;
    }
    let mut out = text.to_owned();
    // From the end to the front, so that the places stay right.
    match list {
        Some(list) if list.start > first.start => {
            out.replace_range(list, &others);
            out.replace_range(first, &quoted(tree));
        }
        Some(list) => {
            out.replace_range(first, &quoted(tree));
            out.replace_range(list, &others);
        }
        None => {
            let end = text[first.end..].find('\n').map_or(text.len(), |n| first.end + n);
            if paths.len() > 1 {
                out.insert_str(end, &format!("\nframeworks = {others}"));
            }
            out.replace_range(first, &quoted(tree));
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "# 说明\n[workspace]\nname = \"县\" # 名\ncounty = \"000001\"\nframework = \"../a.toml\" # 树\n\n# 图层\n";

    #[test]
    fn the_manifest_is_changed_and_its_comments_stay() {
        let paths = |list: &[&str]| list.iter().map(|p| (*p).to_owned()).collect::<Vec<_>>();
        let one = with_frameworks(MANIFEST, &paths(&["b.toml"])).expect("one");
        assert_eq!(one, MANIFEST.replace("../a.toml", "b.toml"));
        let two = with_frameworks(MANIFEST, &paths(&["b.toml", "c.toml"])).expect("two");
        assert_eq!(two, MANIFEST.replace("../a.toml", "b.toml").replace("# 树\n", "# 树\nframeworks = [\"c.toml\"]\n"));
        let three = with_frameworks(&two, &paths(&["d.toml", "e.toml", "f.toml"])).expect("three");
        assert_eq!(three, two.replace("b.toml", "d.toml").replace("[\"c.toml\"]", "[\"e.toml\", \"f.toml\"]"));
        assert!(Manifest::parse(&three).is_ok());
        assert_eq!(with_frameworks("[workspace]\nname = \"县\"\n", &paths(&["b.toml"])), None);
    }

    #[test]
    fn shipped_frameworks_are_copied_and_a_tree_without_the_levels_in_use_is_refused() {
        let dir = tempfile::tempdir().expect("a folder");
        super::super::create::create(dir.path(), "县", "000001").expect("a workspace");
        let base = known(Some(dir.path()));
        assert!(base.iter().any(|k| k.used && !k.shipped) && base.iter().any(|k| k.shipped));
        let other = base.iter().find(|k| k.shipped).expect("a shipped one");
        let before = std::fs::read_to_string(dir.path().join(manifest::FILE)).expect("the manifest");
        let lost = choose(dir.path(), std::slice::from_ref(&other.id), &["no-such".into()]).expect_err("lost");
        assert_eq!(lost[0].code, "E_FRAMEWORK_LEVELS_LOST");
        assert_eq!(choose(dir.path(), &["none".into()], &[]).expect_err("none")[0].code, "E_NO_FRAMEWORK");
        assert_eq!(std::fs::read_to_string(dir.path().join(manifest::FILE)).expect("the manifest"), before);
        let done = choose(dir.path(), std::slice::from_ref(&other.id), &[]).expect("done");
        assert!(done.copied.contains(&other.file) && dir.path().join(FOLDER).join(&other.file).is_file());
        let now = super::super::engine::frameworks(dir.path(), &Manifest::read(dir.path()).expect("reads")).expect("loads");
        assert_eq!(now.parts[0].id, other.id);
    }
}
