//! Taking the files of a round: whose each is, by the codes inside; what it changes, which is its own
//! unit's part only; and what is wrong with it.

mod afresh;
mod anchor;
mod named;
mod read;
mod word;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

pub(crate) use self::afresh::take_afresh;
use self::read::{Asked, Claim, Known, Read, Report, once};
pub(crate) use self::read::{Fault, Spot};
use super::book::{self, Book, BookOptions};
use super::plan;
use crate::domain::id::{IndicatorId, Uid};
use crate::domain::problem::{Problem, Severity};
use crate::domain::request::{Progress, Stop};
use crate::domain::round::{Form, Intake, IntakeFile, Outside, RoundPage, RoundRow, Taken};
use crate::domain::value::State;
use crate::framework::Framework;
use crate::store::hex;
use crate::store::load::NewValue;
use crate::store::round::{Owners, Part};

/// Files of one intake at most: of a province's round by mistake, or the wrong folder.
const FILES_MAX: usize = 2_000;
/// Folders below a folder that are looked into.
const DEPTH_MAX: usize = 4;

/// What files of a round are read with.
pub(crate) struct Desk<'a> {
    /// The workspace folder.
    pub(crate) dir: &'a Path,
    /// Framework in force.
    pub(crate) framework: &'a Framework,
    /// The board as it stands.
    pub(crate) page: &'a RoundPage,
    /// What is asked of each unit.
    pub(crate) forms: &'a [Form],
    /// Every unit by its code.
    pub(crate) owners: &'a Owners,
    /// How books are read.
    pub(crate) options: &'a BookOptions,
    /// Asks to stop: looked at before every file and at every row.
    pub(crate) stop: &'a Stop,
}

/// A file that came, read.
#[derive(Debug)]
pub(crate) struct Came {
    /// As it is shown.
    pub(crate) file: IntakeFile,
    /// Cells and rows that are wrong.
    pub(crate) faults: Vec<Fault>,
    /// Cells of codes that others answer for, and their place in [`Taken::outside`].
    outside: Vec<(Spot, usize)>,
    /// Its book; `None` where it could not be read.
    pub(crate) book: Option<Book>,
    /// Its values, each with the position of its sheet.
    values: Vec<(IndicatorId, Vec<(u32, NewValue)>)>,
    /// Where it lies; `None` where it must not be kept.
    keep: Option<PathBuf>,
}

/// Reads files, folders and archives: nothing is changed. `progress` hears which file is read.
///
/// # Errors
/// `E_STOPPED`.
pub(crate) fn look(desk: &Desk<'_>, files: &[PathBuf], progress: &mut dyn FnMut(Progress)) -> Result<(Intake, Vec<Came>), Problem> {
    let mut came: Vec<Came> = Vec::new();
    let paths = paths(files);
    let of = paths.len() as u64;
    for (done, path) in (0_u64..).zip(paths) {
        desk.stop.check()?;
        let name = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        progress(Progress::Reading { name, done, of });
        for one in desk.file(&path) {
            let again = came.iter().any(|c| c.file.taken.sha256 == one.file.taken.sha256 && c.file.unit.is_some());
            came.push(if again { one.again(desk.page.round.period, &came) } else { one });
        }
    }
    // What was stopped while it was read looks like a file that cannot be read.
    desk.stop.check()?;
    let mut hasher = Sha256::new();
    hasher.update(desk.page.version.to_le_bytes());
    for one in &came {
        hasher.update(one.file.taken.file.as_bytes());
        hasher.update(one.file.taken.sha256.as_bytes());
    }
    let files = came.iter().map(|c| c.file.clone()).collect();
    Ok((Intake { period: desk.page.round.period, files, digest: hex(&hasher.finalize()) }, came))
}

/// Keeps the files by their hash and gives the parts that the store takes.
///
/// # Errors
/// `E_DISK`, `E_DISK_FULL` where a file cannot be kept, `E_PLAN_CHANGED` where it was changed meanwhile:
/// nothing is taken then.
pub(crate) fn parts(dir: &Path, came: Vec<Came>) -> Result<Vec<Part>, Problem> {
    let mut parts = Vec::new();
    for mut one in came.into_iter().filter(|c| !c.file.skipped) {
        let Some((unit, code, _)) = one.file.unit else { continue };
        if let Some(from) = one.keep {
            one.file.taken.kept = plan::keep(dir, &(one.file.taken.file.clone(), from, one.file.taken.kept))?;
        }
        let sheets = one.book.map_or_else(Vec::new, |b| b.sheets.into_iter().map(|s| s.name).collect());
        parts.push(Part { unit, code, taken: one.file.taken, sheets, values: one.values });
    }
    Ok(parts)
}

/// A file that was taken, read again as it is kept; `None` where it is gone.
pub(crate) fn again(desk: &Desk<'_>, taken: &Taken) -> Option<Came> {
    let path = desk.dir.join(plan::FOLDER).join(&taken.kept);
    let shown = taken.file.split('/').next().unwrap_or(&taken.file);
    let books = book::read_file(&path, shown, desk.options).ok()?;
    let book = books.into_iter().find(|b| b.file == taken.file)?;
    // Under another hash: it is read anew, not taken a second time.
    Some(desk.book(book, String::new()))
}

/// What is wrong with a cell.
pub(crate) enum Mark<'a> {
    /// Its content.
    Problem(&'a Problem),
    /// Its row belongs to another unit.
    Outside(&'a Outside),
}

/// The files behind what a person named, folders in the order of their names.
fn paths(files: &[PathBuf]) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for file in files {
        if file.is_dir() { walk(file, DEPTH_MAX, &mut out) } else { out.push(file.clone()) }
    }
    out.truncate(FILES_MAX);
    out
}

fn walk(folder: &Path, depth: usize, out: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()).collect();
    entries.sort();
    for path in entries {
        // Hidden files, and those an open office program leaves beside a workbook.
        let hidden = path.file_name().is_none_or(|n| n.to_string_lossy().starts_with(['.', '~']));
        // What a link leads to may lie above: it is not followed.
        match path.symlink_metadata() {
            Ok(meta) if !hidden && meta.is_dir() && depth > 0 => walk(&path, depth - 1, out),
            Ok(meta) if !hidden && meta.is_file() => out.push(path),
            _ => {}
        }
    }
}

impl Desk<'_> {
    /// The books of a file.
    fn file(&self, path: &Path) -> Vec<Came> {
        let shown = path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned());
        let read = book::read_file(path, &shown, self.options).and_then(|books| {
            let bytes = std::fs::read(path).map_err(|e| Problem::new("E_IMPORT_READ", Severity::Refused, &*shown).arg(e))?;
            Ok((books, hex(&Sha256::digest(&bytes))))
        });
        let (books, hash) = match read {
            Ok(read) => read,
            Err(problem) => return vec![Came::refused(&shown, problem)],
        };
        let many = books.len() > 1 || books.iter().any(|b| b.file != shown);
        books
            .into_iter()
            .map(|book| match book.refused() {
                Some(problem) => Came::refused(&book.file, problem.clone()),
                None => {
                    let sha256 = if many { content(&book) } else { hash.clone() };
                    let mut came = self.book(book, sha256);
                    came.file.taken.kept.clone_from(&hash);
                    came.keep = came.keep.is_some().then(|| path.to_owned());
                    came
                }
            })
            .collect()
    }

    /// What a book brings.
    fn book(&self, book: Book, sha256: String) -> Came {
        let asked: Vec<Asked> = self.page.fields.iter().map(|f| Asked { indicator: Arc::clone(&f.indicator), period: f.period }).collect();
        let known = Known::of(self.dir, self.framework);
        let with = Read { round: self.page.round.period, asked: &asked, owners: self.owners, framework: self.framework, known: &known };
        let report = with.book(&book);
        let mut taken = Taken { file: book.file.clone(), sha256, ..Taken::default() };
        let refused = |code: &str| Problem::new(code, Severity::Refused, &*book.file);
        if let Some((heading, rule)) = &report.personal {
            taken.problems.push(refused("E_PRIVACY_ROUND").field(heading).arg(heading).arg(rule));
            let unit = None;
            return Came { file: IntakeFile { unit, taken, skipped: true, correction: false }, keep: None, ..Came::empty(None) };
        }
        let row = match self.whose(&report) {
            Ok(row) => row,
            Err(problem) => {
                taken.problems.push(Problem { spot: refused("").spot, ..problem });
                return Came { file: IntakeFile { unit: None, taken, skipped: true, correction: false }, ..Came::empty(Some(book)) };
            }
        };
        let ours = answered_by(&report, row.uid);
        let (spots, outside) = self.outside(&report, row.uid);
        taken.outside = outside;
        taken.declared = report.declared;
        // Where nothing was found that is asked, its columns may be just that by other names.
        if !report.claims.is_empty() {
            taken.unused = report.unused.iter().collect::<BTreeSet<_>>().into_iter().cloned().collect();
        }
        let (claims, twice) = once(report.claims.into_iter().filter(|c| ours(c.unit)).collect());
        let mut faults: Vec<Fault> = report.faults.into_iter().filter(|f| f.unit.is_none_or(&ours)).collect();
        faults.extend(twice.into_iter().map(|c| Fault {
            spot: c.spot,
            problem: Problem::new("E_ROUND_TWICE", Severity::Aside, &*book.file).line(c.spot.row.into()).arg(self.code_of(&c)),
            unit: Some(c.unit),
        }));
        faults.sort_by_key(|f| f.spot);
        taken.problems.extend(faults.iter().map(|f| f.problem.clone()));
        let reported: Vec<&Claim> = claims.iter().filter(|c| c.reading.state != State::Missing).collect();
        if let Some(period) = report.other_period {
            taken.problems = vec![refused("E_ROUND_MONTH").arg(period).arg(self.page.round.period)];
            taken.outside.clear();
        } else if claims.is_empty() && faults.is_empty() {
            let labels: Vec<&str> = asked.iter().map(|a| a.indicator.label.as_str()).collect();
            taken.problems.push(refused("E_ROUND_EMPTY").arg(labels.join("、")));
        }
        if let Some(rows) = report.by_name {
            taken.problems.push(Problem::new("E_ROUND_BY_NAME", Severity::Mark, &*book.file).arg(rows).arg(&row.name));
        }
        let values = if report.other_period.is_some() { Vec::new() } else { values(&reported) };
        taken.cells = values.iter().map(|(_, v)| u32::try_from(v.len()).unwrap_or(u32::MAX)).sum();
        let blank = self.blank(row, &reported);
        if taken.cells > 0 && blank > 0 {
            taken.problems.push(Problem::new("E_ROUND_BLANK", Severity::Mark, &*book.file).arg(blank));
        }
        let mut skipped = false;
        if let Some(before) = row.receipts.iter().find(|r| r.taken.sha256 == taken.sha256) {
            let day = before.at.to_zoned(jiff::tz::TimeZone::system()).date();
            taken.problems = vec![Problem::new("E_ROUND_DUPLICATE", Severity::Mark, &*book.file).arg(day).arg(&before.taken.file)];
            skipped = true;
        }
        let unit = Some((row.uid, row.code.clone(), row.name.clone()));
        let file = IntakeFile { unit, taken, skipped, correction: row.frozen.is_some() };
        Came { file, faults, outside: spots.into_iter().zip(0..).collect(), values, keep: Some(PathBuf::new()), ..Came::empty(Some(book)) }
    }

    /// The unit that most of the codes belong to.
    fn whose(&self, report: &Report) -> Result<&RoundRow, Problem> {
        let mut votes: BTreeMap<Uid, BTreeSet<Uid>> = BTreeMap::new();
        for seen in &report.seen {
            if let Some(answers) = seen.owner.answers {
                votes.entry(answers).or_default().insert(seen.owner.uid);
            }
        }
        let all: usize = votes.values().map(BTreeSet::len).sum();
        let mut by_votes: Vec<(usize, Uid)> = votes.iter().map(|(unit, rows)| (rows.len(), *unit)).collect();
        by_votes.sort_unstable_by(|a, b| b.cmp(a));
        let row = |unit: Uid| self.page.rows.iter().find(|r| r.uid == unit);
        let Some((most, unit)) = by_votes.first() else { return Err(Problem::new("E_ROUND_NO_CODES", Severity::Refused, "")) };
        row(*unit).filter(|_| most * 2 > all).ok_or_else(|| {
            let names: Vec<&str> = by_votes.iter().take(4).filter_map(|(_, unit)| row(*unit).map(|r| r.name.as_str())).collect();
            Problem::new("E_ROUND_TOWNSHIP", Severity::Refused, "").arg(names.join("、"))
        })
    }

    /// Units in a file that others answer for.
    fn outside(&self, report: &Report, unit: Uid) -> (Vec<Spot>, Vec<Outside>) {
        let mut listed = BTreeSet::new();
        let name = |of: Uid| self.page.rows.iter().find(|r| r.uid == of).map_or_else(String::new, |r| r.name.clone());
        let others = report.seen.iter().filter_map(|s| Some((s, s.owner.answers.filter(|a| *a != unit)?)));
        others
            .filter(|(s, _)| listed.insert(s.owner.uid))
            .map(|(s, answers)| {
                let (code, row) = (s.owner.code.clone(), Some(s.spot.row.into()));
                (s.spot, Outside { code, name: s.owner.name.clone(), owner: name(answers), row })
            })
            .unzip()
    }

    fn code_of(&self, claim: &Claim) -> String {
        let rows = self.forms.iter().flat_map(|f| &f.sheets).flat_map(|s| &s.rows);
        rows.filter(|r| r.uid == claim.unit).map(|r| r.code.clone()).next().unwrap_or_default()
    }

    /// Cells that came before in this round and are blank in a later file.
    fn blank(&self, row: &RoundRow, reported: &[&Claim]) -> usize {
        if row.cells.came == 0 {
            return 0;
        }
        let now: BTreeSet<(Uid, &IndicatorId)> = reported.iter().map(|c| (c.unit, &c.indicator)).collect();
        let Some(form) = self.forms.iter().find(|f| f.uid == row.uid) else { return 0 };
        let known = form.sheets.iter().flat_map(|s| {
            let cells = s.rows.iter().flat_map(|r| s.fields.iter().zip(&r.cells).map(move |(f, c)| (r.uid, &f.indicator.id, c)));
            cells.filter(|(.., cell)| cell.is_some_and(|(_, of_this)| of_this))
        });
        known.filter(|(unit, indicator, _)| !now.contains(&(*unit, *indicator))).count()
    }
}

impl Came {
    /// Cells that are wrong, and why.
    pub(crate) fn marks(&self) -> impl Iterator<Item = (Spot, Mark<'_>)> {
        let faults = self.faults.iter().map(|f| (f.spot, Mark::Problem(&f.problem)));
        faults.chain(self.outside.iter().filter_map(|(spot, n)| Some((*spot, Mark::Outside(self.file.taken.outside.get(*n)?)))))
    }

    fn empty(book: Option<Book>) -> Self {
        let file = IntakeFile { unit: None, taken: Taken::default(), skipped: true, correction: false };
        Self { file, faults: Vec::new(), outside: Vec::new(), book, values: Vec::new(), keep: None }
    }

    fn refused(shown: &str, problem: Problem) -> Self {
        let mut this = Self::empty(None);
        this.file.taken.file = shown.to_owned();
        this.file.taken.problems.push(problem);
        this
    }

    /// The very same as a file before it in this intake.
    fn again(mut self, period: crate::domain::period::Period, before: &[Self]) -> Self {
        let first = before.iter().find(|c| c.file.taken.sha256 == self.file.taken.sha256);
        let name = first.map_or_else(String::new, |c| c.file.taken.file.clone());
        let file = self.file.taken.file.clone();
        self.file.taken.problems = vec![Problem::new("E_ROUND_DUPLICATE", Severity::Mark, file).arg(period).arg(name)];
        self.file.skipped = true;
        self
    }
}

/// Whether a unit in a file is one that `unit` answers for.
fn answered_by(report: &Report, unit: Uid) -> impl Fn(Uid) -> bool + use<> {
    let ours: BTreeSet<Uid> = report.seen.iter().filter(|s| s.owner.answers == Some(unit)).map(|s| s.owner.uid).collect();
    move |of| ours.contains(&of)
}

/// Hash of what a book says, for a file out of an archive.
fn content(book: &Book) -> String {
    let mut hasher = Sha256::new();
    for sheet in &book.sheets {
        hasher.update([0x1d]);
        hasher.update(sheet.name.as_bytes());
        for row in sheet.rows() {
            hasher.update([0x1e]);
            hasher.update(row.number.to_le_bytes());
            for cell in row.iter() {
                hasher.update([0x1f]);
                hasher.update(cell.as_bytes());
            }
        }
    }
    hex(&hasher.finalize())
}

/// Values by indicator, in the order in which the store keeps them.
fn values(claims: &[&Claim]) -> Vec<(IndicatorId, Vec<(u32, NewValue)>)> {
    let mut by: BTreeMap<IndicatorId, Vec<(u32, NewValue)>> = BTreeMap::new();
    for claim in claims {
        let value = NewValue { uid: claim.unit, period: claim.period, reading: claim.reading, row: claim.spot.row.into() };
        by.entry(claim.indicator.clone()).or_default().push((u32::try_from(claim.spot.sheet).unwrap_or(u32::MAX), value));
    }
    by.values_mut().for_each(|values| values.sort_by_key(|(_, v)| (v.period, v.uid)));
    by.into_iter().collect()
}
