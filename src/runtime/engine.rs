//! An open workspace: framework, manifest and store together.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::access::Access;
use crate::domain::id::Uid;
use crate::domain::page::Workspace;
use crate::domain::plan::{Applied, Choices, Plan, Rests};
use crate::domain::problem::{Problem, Severity};
use crate::domain::quality::Mended;
use crate::domain::request::{Command, Loaded, Outcome, Progress, Query, Stop, Write};
use crate::export;
use crate::framework::form::{self, Forms};
use crate::framework::{Framework, Parsed};
use crate::import::manifest::Manifest;
use crate::import::plan::{self, Scene};
use crate::import::repair::{self, Wanted};
use crate::import::{self, Summary};
use crate::store::{Mode, Reader, Store};

use super::folders;

/// How long hashing, checks and storing wait at most for the first map to be answered.
const FRAME_FIRST: Duration = Duration::from_millis(100);

/// An open workspace.
pub struct Engine {
    /// The store.
    pub store: Store,
    /// The folder, or the snapshot file.
    pub dir: PathBuf,
    /// What the folder's manifest says; `None` for a snapshot.
    source: Option<(Manifest, Arc<Framework>)>,
}

impl Engine {
    /// Opens a workspace folder or a published snapshot.
    ///
    /// # Errors
    /// Every mistake of the manifest or the framework at once, or why the store refuses.
    pub fn open(dir: &Path, read_only: bool) -> Result<Self, Vec<Problem>> {
        if dir.is_file() {
            let store = Store::open_snapshot(dir).map_err(|p| vec![p])?;
            return Ok(Self { store, dir: dir.to_path_buf(), source: None });
        }
        if !folders::is_workspace(dir) {
            return Err(vec![Problem::new("E_NO_MANIFEST", Severity::Refused, dir.join(folders::MANIFEST).display().to_string())]);
        }
        let manifest = Manifest::read(dir)?;
        let mut framework = frameworks(dir, &manifest)?;
        framework.forms = Forms::read(Some(&dir.join(form::FOLDER)), &framework);
        framework.forms.check_books(&export::form::check);
        let framework = Arc::new(framework);
        let mode = if read_only { Mode::ReadOnly } else { Mode::ReadWrite };
        let store = Store::open(dir, mode, Arc::clone(&framework)).map_err(|p| vec![p])?;
        Ok(Self { store, dir: dir.to_path_buf(), source: (!read_only).then_some((manifest, framework)) })
    }

    /// Whether anything can be recorded here.
    #[must_use]
    pub fn can_write(&self) -> bool {
        self.source.is_some()
    }

    /// What [`refresh`](Loader::refresh) needs, for another thread; `None` where nothing may be loaded.
    ///
    /// # Errors
    /// Why there is no second connection.
    pub fn loader(&self) -> Result<Option<Loader>, Problem> {
        let Some((manifest, framework)) = &self.source else { return Ok(None) };
        let writer = self.store.writer()?;
        let first = writer.lost_since(&manifest.county)?;
        let lost = first.map(|at| at.saturating_sub(BEFORE_IMPORTS).unwrap_or(at));
        Ok(Some(Loader { writer, lost, dir: self.dir.clone(), manifest: manifest.clone(), framework: Arc::clone(framework) }))
    }

    /// What plans, imports and undoes, for another thread; `None` where nothing may be loaded.
    ///
    /// # Errors
    /// Why there is no further connection.
    pub fn importer(&self) -> Result<Option<Importer>, Problem> {
        let Some((manifest, framework)) = &self.source else { return Ok(None) };
        Ok(Some(Importer {
            writer: self.store.writer()?,
            reader: self.store.reader()?,
            dir: self.dir.clone(),
            manifest: manifest.clone(),
            framework: Arc::clone(framework),
            stop: Stop::default(),
        }))
    }

    /// A reader with everything loaded: for commands that print and exit.
    ///
    /// # Errors
    /// Why a file was refused or the store does not answer.
    pub fn ready(&self, access: &Access, today: Date) -> Result<(Reader, Arc<Workspace>), Problem> {
        self.store.verify()?;
        let loaded = self.loader()?.map(|mut loader| loader.refresh(false, &mut |_| {})).transpose()?.unwrap_or_default();
        let mut reader = self.store.reader()?;
        let mut workspace = workspace(&mut reader, access, today)?;
        // The store knows of what it was given; a kept file that is missing it was not.
        let unknown: Vec<Problem> = loaded.problems.into_iter().filter(|p| !workspace.problems.contains(p)).collect();
        if !unknown.is_empty() {
            Arc::make_mut(&mut workspace).problems.extend(unknown);
        }
        Ok((reader, workspace))
    }
}

/// The frameworks that a manifest names, as one.
///
/// # Errors
/// Every mistake of all of them, or why they cannot stand together.
pub fn frameworks(dir: &Path, manifest: &Manifest) -> Result<Framework, Vec<Problem>> {
    let (mut parts, mut problems, mut parsed) = (Vec::new(), Vec::new(), Parsed::default());
    for path in std::iter::once(&manifest.framework).chain(&manifest.frameworks) {
        let shown = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        match Framework::load_among(&dir.join("maps").join(path), &shown, &mut parsed) {
            Ok(part) => parts.push(part),
            Err(found) => problems.extend(found.into_iter().filter(|p| !problems.contains(p)).collect::<Vec<_>>()),
        }
    }
    if problems.is_empty() { Framework::combine(parts) } else { Err(problems) }
}

/// How long before the first import the workspace's own files count as loaded, when all is made again.
const BEFORE_IMPORTS: jiff::SignedDuration = jiff::SignedDuration::from_mins(10);

/// Loads what is new in the workspace's files.
pub struct Loader {
    writer: crate::store::Writer,
    dir: PathBuf,
    manifest: Manifest,
    framework: Arc<Framework>,
    /// The files are loaded as of this moment, where reference.db lost the imports that came after.
    lost: Option<Timestamp>,
}

impl Loader {
    /// Shows the layers of a workspace that has nothing stored yet; [`Loader::refresh`] loads them.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn glance(&mut self, progress: &mut dyn FnMut(Progress)) -> Result<(), Problem> {
        let now = self.lost.unwrap_or_else(Timestamp::now);
        import::glance(&mut self.writer, &self.dir, &self.manifest, &self.framework, now, progress)?;
        self.writer.wait_until_seen(FRAME_FIRST);
        Ok(())
    }

    /// Loads what is new or changed since the last time, one layer or table per commit. A file
    /// that would make something disappear is left alone unless `apply_removals`.
    ///
    /// # Errors
    /// The problem that stopped it; what was committed before stays.
    pub fn refresh(&mut self, apply_removals: bool, progress: &mut dyn FnMut(Progress)) -> Result<Summary, Problem> {
        let now = self.lost.unwrap_or_else(Timestamp::now);
        let mut summary = import::refresh(&mut self.writer, &self.dir, &self.manifest, &self.framework, now, apply_removals, progress)?;
        let scene = Scene {
            dir: &self.dir,
            manifest: &self.manifest,
            framework: &self.framework,
            today: jiff::Zoned::now().date(),
            stop: &Stop::default(),
        };
        let rebuilt = plan::rebuild(&mut self.writer, &scene, progress)?;
        rebuilt.problems.iter().for_each(|problem| progress(Progress::Problem(problem.clone())));
        summary.problems.extend(rebuilt.problems);
        if rebuilt.made > 0 {
            summary.version = self.writer.version()?;
            progress(Progress::Changed { version: summary.version });
        }
        self.lost = None;
        screen(&mut self.writer, scene.today);
        Ok(summary)
    }
}

/// Keeps what comes of the rules. Where that fails, whoever asks screens anew.
fn screen(writer: &mut crate::store::Writer, today: Date) {
    if let Err(problem) = writer.screen(today) {
        tracing::info!(%problem, "leads are not kept");
    }
}

/// Plans imports, carries them out and takes them back.
pub struct Importer {
    pub(super) writer: crate::store::Writer,
    pub(super) reader: Reader,
    pub(super) dir: PathBuf,
    manifest: Manifest,
    pub(super) framework: Arc<Framework>,
    pub(super) stop: Stop,
}

impl Importer {
    /// What comes next ends when this is asked to.
    pub fn heed(&mut self, stop: Stop) {
        self.stop = stop;
    }

    /// Answers [`Query::Plan`] and [`Query::Intake`].
    ///
    /// # Errors
    /// Why the store does not answer, or that the question is another one. What is wrong with the
    /// files stands in the plan.
    pub fn answer(&mut self, query: &Query, today: Date, progress: &mut dyn FnMut(Progress)) -> Outcome {
        if let Query::Intake { period, files } = query {
            return self.intake(*period, files, today, progress);
        }
        let Query::Plan { files, choices } = query else { return Err(unexpected()) };
        let scene = Scene { dir: &self.dir, manifest: &self.manifest, framework: &self.framework, today, stop: &self.stop };
        plan::plan(&mut self.writer, &scene, files, choices, Timestamp::now(), progress).map(|plan| Loaded::Plan(Arc::new(plan)))
    }

    /// Makes a plan, and carries it out where that is wanted and nothing stands in its way.
    ///
    /// # Errors
    /// Why it could not be saved; what is wrong with the files stands in the plan.
    pub fn import(
        &mut self,
        files: &[PathBuf],
        choices: &Choices,
        carry_out: bool,
        (actor, today): (&str, Date),
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(Plan, Option<Applied>), Problem> {
        let scene = Scene { dir: &self.dir, manifest: &self.manifest, framework: &self.framework, today, stop: &self.stop };
        let now = Timestamp::now();
        if carry_out {
            plan::import(&mut self.writer, &scene, files, choices, None, (actor, now), progress)
        } else {
            plan::plan(&mut self.writer, &scene, files, choices, now, progress).map(|plan| (plan, None))
        }
    }

    /// Mends the boundaries at or below a place, or of the whole county, where that is wanted; else
    /// only says what it would do.
    ///
    /// # Errors
    /// Why it could not be saved; nothing is changed then.
    pub fn repair(
        &mut self,
        below: Option<Uid>,
        carry_out: bool,
        (actor, today): (&str, Date),
    ) -> Result<(Vec<Mended>, Option<Applied>), Problem> {
        let scene = Scene { dir: &self.dir, manifest: &self.manifest, framework: &self.framework, today, stop: &self.stop };
        let (wanted, now) = (Wanted::Below(below), Timestamp::now());
        if carry_out {
            let (mended, applied) = repair::apply(&mut self.writer, &scene, wanted, None, (actor, now))?;
            return Ok((mended, Some(applied)));
        }
        repair::look(&mut self.writer, &scene, wanted, now).map(|mended| (mended, None))
    }

    /// Which later batches rest on some, before those are taken back.
    ///
    /// # Errors
    /// Why the store does not answer.
    pub fn rests(&mut self, batches: &[i64], today: Date) -> Result<Arc<Vec<Rests>>, Problem> {
        match self.reader.answer(&Query::Rests { batches: batches.to_vec() }, &Access::read_only(), today)? {
            Loaded::Rests(rests) => Ok(rests),
            _ => Err(unexpected()),
        }
    }

    /// Takes batches back, all or none.
    ///
    /// # Errors
    /// `E_BATCH_*`, or why it could not be saved.
    pub fn undo(&mut self, batches: &[i64], actor: &str, today: Date) -> Result<Applied, Problem> {
        let scene = Scene { dir: &self.dir, manifest: &self.manifest, framework: &self.framework, today, stop: &self.stop };
        plan::undo(&mut self.writer, &scene, batches, (actor, Timestamp::now()))
    }

    /// Carries out [`Write::Import`], [`Write::Undo`] and the writes of rounds.
    ///
    /// # Errors
    /// `E_PLAN_CHANGED`, `E_PLAN_OPEN`, `E_BATCH_*`, or why it could not be saved; nothing is
    /// changed then.
    pub fn execute(&mut self, command: &Command, today: Date, progress: &mut dyn FnMut(Progress)) -> Outcome {
        let scene = Scene { dir: &self.dir, manifest: &self.manifest, framework: &self.framework, today, stop: &self.stop };
        let (actor, now) = (command.permit().post().unwrap_or_default(), Timestamp::now());
        let applied = match command.write() {
            Write::Import { files, choices, digest } => {
                plan::apply(&mut self.writer, &scene, files, choices, Some(digest), (actor, now), progress)?
            }
            Write::Undo { batches } => plan::undo(&mut self.writer, &scene, batches, (actor, now))?,
            _ => {
                let outcome = self.round(command, today, progress);
                progress(Progress::Changed { version: self.writer.version()? });
                return outcome;
            }
        };
        // The next page counts what it changed; that it is kept for the next start need not be waited for.
        if let Err(problem) = self.writer.screen_again(today) {
            tracing::info!(%problem, "not screened again");
        }
        progress(Progress::Changed { version: applied.version });
        Ok(Loaded::Applied(Arc::new(applied)))
    }

    /// Keeps the leads as they are after what was carried out.
    pub fn keep_leads(&mut self, today: Date) {
        screen(&mut self.writer, today);
    }
}

/// Asks for the workspace itself.
///
/// # Errors
/// Why the store does not answer.
pub fn workspace(reader: &mut Reader, access: &Access, today: Date) -> Result<Arc<Workspace>, Problem> {
    match reader.answer(&Query::Workspace, access, today)? {
        Loaded::Workspace(workspace) => Ok(workspace),
        _ => Err(unexpected()),
    }
}

/// An answer of the wrong kind: a mistake of ours, worded like every other problem.
#[must_use]
pub fn unexpected() -> Problem {
    Problem::new("E_INTERNAL", Severity::Refused, "")
}

/// Takes the wanted kind out of an answer.
///
/// # Errors
/// The answer's own problem, or that it is of another kind.
pub fn expect<T>(outcome: Outcome, pick: impl FnOnce(Loaded) -> Option<T>) -> Result<T, Problem> {
    pick(outcome?).ok_or_else(unexpected)
}
