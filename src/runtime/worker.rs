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
use crate::domain::request::{Command, Loaded, Progress, Query, RequestId, Stop, Write};
use crate::store::{Reader, Writer};
use crate::ui::Message;

use super::engine::Importer;
use super::engine::Loader;
use super::files;

/// Sends questions and commands to the threads. Dropping it ends them after what they hold.
pub struct Workers {
    ask: mpsc::Sender<(RequestId, Query)>,
    record: Option<mpsc::Sender<(RequestId, Command)>>,
    import: Option<mpsc::Sender<(RequestId, Job)>>,
    /// A folder of a drive that does not answer keeps nobody waiting but this thread.
    files: mpsc::Sender<(RequestId, PathBuf)>,
    /// The plan that was asked for last: writing is never broken off.
    planning: Option<(RequestId, Stop)>,
    load: Option<mpsc::Sender<RequestId>>,
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
                let _ = self.ask.send((request, query));
            }
        }
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
    questions: &mpsc::Receiver<(RequestId, Query)>,
    (access, today): (&Access, Date),
    pending: &mpsc::Sender<()>,
    out: &UnboundedSender<Message>,
) {
    while let Ok(first) = questions.recv() {
        let mut waiting = vec![first];
        waiting.extend(questions.try_iter());
        for (request, query) in newest(waiting) {
            let outcome = reader.answer(&query, access, today);
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

/// Of several waiting questions of one kind only the newest matters: whoever holds down an arrow
/// key wants the card where it stops. The order of the kinds is kept.
fn newest(waiting: Vec<(RequestId, Query)>) -> Vec<(RequestId, Query)> {
    let kind = |q: &Query| std::mem::discriminant(q);
    let mut kept: Vec<(RequestId, Query)> = Vec::with_capacity(waiting.len());
    for (request, query) in waiting.into_iter().rev() {
        if !kept.iter().any(|(_, k)| kind(k) == kind(&query)) {
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
        let find = |text: &str| Query::Find { text: text.to_owned(), limit: 1 };
        let waiting = vec![(RequestId(1), find("a")), (RequestId(2), Query::Marks), (RequestId(3), find("ab"))];
        let kept: Vec<u64> = newest(waiting).into_iter().map(|(r, _)| r.0).collect();
        assert_eq!(kept, [2, 3]);
    }
}
