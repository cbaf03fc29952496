//! Threads that answer the core: one reads, one records, one loads.
//!
//! Recording has its own connection, so a mark never waits for a map that is being loaded.

use std::sync::mpsc;
use std::thread;

use jiff::Timestamp;
use jiff::civil::Date;
use tokio::sync::mpsc::UnboundedSender;

use crate::domain::access::{Access, Grant};
use crate::domain::request::{Command, Loaded, Progress, Query, RequestId, Write};
use crate::store::{Reader, Writer};
use crate::ui::Message;

use super::engine::Importer;
use super::engine::Loader;

/// Sends questions and commands to the threads. Dropping it ends them after what they hold.
pub struct Workers {
    ask: mpsc::Sender<(RequestId, Query)>,
    record: Option<mpsc::Sender<(RequestId, Command)>>,
    import: Option<mpsc::Sender<(RequestId, Job)>>,
    load: Option<mpsc::Sender<RequestId>>,
}

/// What the importing thread does: files are read on it, so that no question waits for them.
enum Job {
    Plan(Query),
    Write(Command),
}

impl Workers {
    /// Starts the threads; their answers arrive at `out`.
    #[must_use]
    pub fn start(
        reader: Reader,
        writer: Option<Writer>,
        loader: Option<Loader>,
        importer: Option<Importer>,
        access: Access,
        today: Date,
        out: &UnboundedSender<Message>,
    ) -> Self {
        let (ask, questions) = mpsc::channel();
        let answers = out.clone();
        thread::spawn(move || read(reader, &questions, &access, today, &answers));
        let record = writer.map(|writer| {
            let (record, commands) = mpsc::channel();
            let answers = out.clone();
            thread::spawn(move || write(writer, &commands, &answers));
            record
        });
        let load = loader.map(|loader| {
            let (load, removals) = mpsc::channel();
            let progress = out.clone();
            thread::spawn(move || self::load(loader, &removals, &progress));
            load
        });
        let import = importer.map(|importer| {
            let (import, jobs) = mpsc::channel();
            let answers = out.clone();
            thread::spawn(move || take_in(importer, &jobs, today, &answers));
            import
        });
        Self { ask, record, import, load }
    }

    /// Asks a question.
    pub fn ask(&self, request: RequestId, query: Query) {
        // The threads end only with the session.
        match &self.import {
            Some(import) if matches!(query, Query::Plan { .. } | Query::Intake { .. }) => {
                let _ = import.send((request, Job::Plan(query)));
            }
            _ => {
                let _ = self.ask.send((request, query));
            }
        }
    }

    /// Records. In a read-only session there is nobody to record: the command is dropped, and
    /// since it needs a permit that such a session cannot have, it was never made.
    pub fn record(&self, request: RequestId, command: Command) {
        if let Write::Removals = command.write() {
            if let Some(load) = &self.load {
                let _ = load.send(request);
            }
        } else if command.permit().grant() == Grant::Import {
            if let Some(import) = &self.import {
                let _ = import.send((request, Job::Write(command)));
            }
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
        let outcome = match job {
            Job::Plan(query) => importer.answer(&query, today, &mut tell),
            Job::Write(command) => importer.execute(&command, today, &mut tell),
        };
        if out.send(Message::Answer { request, outcome }).is_err() {
            return;
        }
    }
}

fn read(mut reader: Reader, questions: &mpsc::Receiver<(RequestId, Query)>, access: &Access, today: Date, out: &UnboundedSender<Message>) {
    while let Ok(first) = questions.recv() {
        let mut waiting = vec![first];
        waiting.extend(questions.try_iter());
        for (request, query) in newest(waiting) {
            let outcome = reader.answer(&query, access, today);
            if out.send(Message::Answer { request, outcome }).is_err() {
                return;
            }
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
fn load(mut loader: Loader, removals: &mpsc::Receiver<RequestId>, out: &UnboundedSender<Message>) {
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
