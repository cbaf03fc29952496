//! Threads that answer the core: one reads, one records, one loads, one imports, one lists folders, one
//! screens what the pages did not wait for.
//!
//! Recording has its own connection, so a mark never waits for a map that is being loaded.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;

use jiff::Timestamp;
use jiff::civil::Date;
use tokio::sync::mpsc::UnboundedSender;

use crate::domain::access::{Access, Grant};
use crate::domain::form::Exported;
use crate::domain::request::{Command, Export, Loaded, Outcome, Progress, Query, RequestId, Stop, Write};
use crate::export;
use crate::store::{Reader, Writer};
use crate::ui::Message;

use super::engine::{Importer, Loader, expect};
use super::{files, folders};

/// Sends questions and commands to the threads. Dropping it ends them after what they hold.
pub struct Workers {
    ask: mpsc::Sender<(RequestId, Question)>,
    record: Option<mpsc::Sender<(RequestId, Command)>>,
    import: Option<mpsc::Sender<(RequestId, Job)>>,
    /// A folder of a drive that does not answer keeps nobody waiting but this thread.
    files: mpsc::Sender<(RequestId, PathBuf)>,
    /// The plan that was asked for last: writing is never broken off.
    planning: Option<(RequestId, Stop)>,
    load: Option<mpsc::Sender<RequestId>>,
}

/// What the reading thread does.
enum Question {
    Answer(Query),
    /// A form is read and written to a file.
    Export(Export),
}

/// What the importing thread does: files are read on it, so that no question waits for them.
struct Job {
    work: Work,
    stop: Stop,
}

enum Work {
    Plan(Query),
    Write(Command),
}

impl Workers {
    /// Starts the threads; their answers arrive at `out`.
    #[must_use]
    pub fn start(
        (reader, screener): (Reader, Reader),
        writer: Option<Writer>,
        loader: Option<Loader>,
        importer: Option<Importer>,
        (access, today): (Access, Date),
        dir: &Path,
        out: &UnboundedSender<Message>,
    ) -> Self {
        let loading = Arc::new(AtomicBool::new(loader.is_some()));
        let (screen, awaited) = mpsc::channel();
        let (screened, still) = (out.clone(), Arc::clone(&loading));
        thread::spawn(move || self::screen(screener, &awaited, (today, &still), &screened));
        let (ask, questions) = mpsc::channel();
        let (answers, pending) = (out.clone(), screen.clone());
        thread::spawn(move || read(reader.never_waiting(), &questions, (&access, today), &pending, &answers));
        let record = writer.map(|writer| {
            let (record, commands) = mpsc::channel();
            let answers = out.clone();
            thread::spawn(move || write(writer, &commands, &answers));
            record
        });
        let load = loader.map(|loader| {
            let (load, removals) = mpsc::channel();
            let progress = out.clone();
            thread::spawn(move || self::load(loader, &removals, (&loading, &screen), &progress));
            load
        });
        let import = importer.map(|importer| {
            let (import, jobs) = mpsc::channel();
            let answers = out.clone();
            thread::spawn(move || take_in(importer, &jobs, today, &answers));
            import
        });
        let (list, folders) = mpsc::channel();
        let (answers, base) = (out.clone(), dir.to_path_buf());
        thread::spawn(move || list_files(&base, &folders, &answers));
        Self { ask, record, import, load, files: list, planning: None }
    }

    /// Asks a question.
    pub fn ask(&mut self, request: RequestId, query: Query) {
        // The threads end only with the session.
        match query {
            Query::Files { dir } => {
                let _ = self.files.send((request, dir));
            }
            Query::Plan { .. } | Query::Intake { .. } if self.import.is_some() => {
                // A plan of other choices takes its place.
                if let Some((_, stop)) = &self.planning {
                    stop.ask();
                }
                self.import(request, Work::Plan(query));
            }
            query => {
                let _ = self.ask.send((request, Question::Answer(query)));
            }
        }
    }

    /// Writes a form into a workbook of its own.
    pub fn export(&mut self, request: RequestId, export: Export) {
        let _ = self.ask.send((request, Question::Export(export)));
    }

    /// Ends work whose answer nobody waits for any more.
    pub fn cancel(&mut self, request: RequestId) {
        if let Some((_, stop)) = self.planning.take_if(|(planning, _)| *planning == request) {
            stop.ask();
        }
    }

    fn import(&mut self, request: RequestId, work: Work) {
        let Some(import) = &self.import else { return };
        let stop = Stop::default();
        if matches!(work, Work::Plan(_)) {
            self.planning = Some((request, stop.clone()));
        }
        let _ = import.send((request, Job { work, stop }));
    }

    /// Records. In a read-only session there is nobody to record: the command is dropped, and
    /// since it needs a permit that such a session cannot have, it was never made.
    pub fn record(&mut self, request: RequestId, command: Command) {
        if let Write::Removals = command.write() {
            if let Some(load) = &self.load {
                let _ = load.send(request);
            }
        } else if command.permit().grant() == Grant::Import {
            self.import(request, Work::Write(command));
        } else if let Some(record) = &self.record {
            let _ = record.send((request, command));
        }
    }
}

fn take_in(mut importer: Importer, jobs: &mpsc::Receiver<(RequestId, Job)>, today: Date, out: &UnboundedSender<Message>) {
    while let Ok((request, job)) = jobs.recv() {
        let mut tell = |progress| {
            let _ = out.send(Message::Progress(progress));
        };
        importer.heed(job.stop.clone());
        // What was taken back while it waited is not even begun.
        let writes = matches!(job.work, Work::Write(_));
        let outcome = job.stop.check().and_then(|()| match job.work {
            Work::Plan(query) => importer.answer(&query, today, &mut tell),
            Work::Write(command) => importer.execute(&command, today, &mut tell),
        });
        tell(Progress::Done);
        if out.send(Message::Answer { request, outcome }).is_err() {
            return;
        }
        if writes {
            importer.keep_leads(today);
        }
    }
}

/// Of several folders asked for only the last matters.
fn list_files(base: &Path, folders: &mpsc::Receiver<(RequestId, PathBuf)>, out: &UnboundedSender<Message>) {
    while let Ok(first) = folders.recv() {
        let (request, dir) = folders.try_iter().last().unwrap_or(first);
        if out.send(Message::Answer { request, outcome: files::list(base, &dir) }).is_err() {
            return;
        }
    }
}

/// Answers; `pending` hears of every list whose leads are not those of the day.
fn read(
    mut reader: Reader,
    questions: &mpsc::Receiver<(RequestId, Question)>,
    (access, today): (&Access, Date),
    pending: &mpsc::Sender<()>,
    out: &UnboundedSender<Message>,
) {
    while let Ok(first) = questions.recv() {
        let mut waiting = vec![first];
        waiting.extend(questions.try_iter());
        for (request, query) in newest(waiting) {
            let outcome = match query {
                Question::Answer(query) => reader.answer(&query, access, today),
                Question::Export(export) => write_form(&mut reader, export, access, today),
            };
            if matches!(&outcome, Ok(Loaded::Home(home)) if !home.leads.is_now()) {
                let _ = pending.send(());
            }
            if out.send(Message::Answer { request, outcome }).is_err() {
                return;
            }
        }
    }
}

/// Screens what a list did not wait for, and says when that is done. While files are being loaded a
/// screening would be of a state that is gone before anybody sees it.
fn screen(mut reader: Reader, awaited: &mpsc::Receiver<()>, (today, loading): (Date, &AtomicBool), out: &UnboundedSender<Message>) {
    while let Ok(()) = awaited.recv() {
        let _others = awaited.try_iter().count();
        match reader.screen(today, loading.load(Ordering::Acquire)) {
            Ok(true) => {
                if out.send(Message::Progress(Progress::Screened)).is_err() {
                    return;
                }
            }
            Ok(false) => {}
            Err(problem) => tracing::warn!(%problem, "screening stopped"),
        }
    }
}

/// Fills a form in and writes it, never over a file that is there.
fn write_form(reader: &mut Reader, export: Export, access: &Access, today: Date) -> Outcome {
    let Export { form, view, to } = export;
    let to = folders::expand_home(&to.to_string_lossy());
    let outcome = reader.answer(&Query::Filled { name: form, view }, access, today);
    let filled = expect(outcome, |l| if let Loaded::Filled(filled) = l { Some(filled) } else { None })?;
    let to = export::form::write_new(&filled, &to)?;
    let to = to.canonicalize().unwrap_or(to);
    Ok(Loaded::Exported(Arc::new(Exported { to, cells: filled.cells.len(), open: filled.open, failed: filled.failed })))
}

/// Of several waiting questions of one kind only the newest matters: whoever holds down an arrow
/// key wants the card where it stops. The order of the kinds is kept; every file is written.
fn newest(waiting: Vec<(RequestId, Question)>) -> Vec<(RequestId, Question)> {
    let same = |a: &Question, b: &Question| match (a, b) {
        (Question::Answer(a), Question::Answer(b)) => std::mem::discriminant(a) == std::mem::discriminant(b),
        _ => false,
    };
    let mut kept: Vec<(RequestId, Question)> = Vec::with_capacity(waiting.len());
    for (request, query) in waiting.into_iter().rev() {
        if !kept.iter().any(|(_, k)| same(k, &query)) {
            kept.push((request, query));
        }
    }
    kept.reverse();
    kept
}

fn write(mut writer: Writer, commands: &mpsc::Receiver<(RequestId, Command)>, out: &UnboundedSender<Message>) {
    while let Ok((request, command)) = commands.recv() {
        let outcome = writer.execute(&command, Timestamp::now(), command.permit().post().unwrap_or_default());
        if out.send(Message::Answer { request, outcome }).is_err() {
            return;
        }
    }
}

/// Loads what is new; then, whenever a person agrees to it, what makes something disappear.
fn load(
    mut loader: Loader,
    removals: &mpsc::Receiver<RequestId>,
    (loading, screen): (&AtomicBool, &mpsc::Sender<()>),
    out: &UnboundedSender<Message>,
) {
    let mut progress = |progress| {
        let _ = out.send(Message::Progress(progress));
    };
    match loader.glance(&mut progress).and_then(|()| loader.refresh(false, &mut progress)) {
        Ok(summary) => {
            tracing::info!("workspace loaded");
            if let Some(pending) = summary.pending {
                progress(Progress::Pending(pending));
            }
        }
        Err(problem) => {
            tracing::warn!(%problem, "loading stopped");
            progress(Progress::Problem(problem));
        }
    }
    loading.store(false, Ordering::Release);
    let _ = screen.send(());
    progress(Progress::Done);
    while let Ok(request) = removals.recv() {
        let outcome = loader.refresh(true, &mut progress).map(|summary| Loaded::Refreshed { version: summary.version });
        progress(Progress::Done);
        let _ = out.send(Message::Answer { request, outcome });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_newest_question_of_a_kind_is_answered() {
        let find = |text: &str| Question::Answer(Query::Find { text: text.to_owned(), limit: 1 });
        let file = || {
            let view = crate::domain::view_state::ViewState {
                place: None,
                listing: crate::domain::view_state::Listing::Branches,
                indicator: "X-1".into(),
                period: None,
                as_of: Default::default(),
                scope: Default::default(),
                only_flagged: false,
                classing: Default::default(),
                extent: None,
                selection: None,
                what_if: None,
            };
            Question::Export(Export { form: "a".into(), view, to: "a.xlsx".into() })
        };
        let marks = Question::Answer(Query::Marks);
        let waiting = vec![(1, find("a")), (2, marks), (3, file()), (4, find("ab")), (5, file())];
        let kept: Vec<u64> = newest(waiting.into_iter().map(|(n, q)| (RequestId(n), q)).collect()).into_iter().map(|(r, _)| r.0).collect();
        assert_eq!(kept, [2, 3, 4, 5]);
    }
}
