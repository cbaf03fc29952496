//! The append-only log of facts: writing with a hash chain, reading, checking.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::error::{damaged, sql};
use crate::domain::fact::{Body, Fact, FactId};
use crate::domain::id::Uid;
use crate::domain::problem::{Problem, Severity};

/// Tag of the hash of a fact, so that it can never be mistaken for another hash.
const FACT_TAG: &[u8] = b"xntu-fact-v1\0";

/// Everything of a fact that is hashed, as stored.
struct Head {
    id: FactId,
    author: Uuid,
    seq: i64,
    prev: Vec<u8>,
    hlc_ms: i64,
    hlc_n: i64,
    kind: String,
    v: i64,
    entity: Uid,
    base: Vec<u8>,
    actor: String,
    roster: i64,
    body_hash: Vec<u8>,
}

impl Head {
    /// SHA-256 over the tag and the columns, each with its length before it.
    fn hash(&self, county: &str) -> [u8; 32] {
        let mut hasher = Sha256::new();
        hasher.update(FACT_TAG);
        let numbers = [self.seq, self.hlc_ms, self.hlc_n, self.v, self.roster].map(i64::to_le_bytes);
        let texts: [&[u8]; 9] = [
            county.as_bytes(),
            self.id.as_bytes(),
            self.author.as_bytes(),
            &self.prev,
            self.kind.as_bytes(),
            self.entity.as_bytes(),
            &self.base,
            self.actor.as_bytes(),
            &self.body_hash,
        ];
        for part in texts.into_iter().chain(numbers.iter().map(<[u8; 8]>::as_slice)) {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        hasher.finalize().into()
    }
}

/// A new fact, before it has a place in the log.
pub(super) struct New<'a> {
    pub(super) county: &'a str,
    pub(super) entity: Uid,
    pub(super) actor: &'a str,
    pub(super) now: Timestamp,
    pub(super) body: &'a Body,
}

/// Appends a fact and returns its id once it is committed.
pub(super) fn append(connection: &mut Connection, new: &New<'_>) -> Result<FactId, Problem> {
    let file = connection.path().unwrap_or_default().to_owned();
    append_inner(connection, new, &file).map_err(|e| match e {
        Failure::Sql(e) => sql(&e, &file),
        Failure::Problem(p) => p,
    })
}

enum Failure {
    Sql(rusqlite::Error),
    Problem(Problem),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

fn append_inner(connection: &mut Connection, new: &New<'_>, file: &str) -> Result<FactId, Failure> {
    let wrong = |e: serde_json::Error| Failure::Problem(damaged(file, e));
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let author = device(&transaction)?;
    let last: Option<(i64, Vec<u8>)> = transaction
        .query_row(
            "SELECT seq, hashes FROM envelope WHERE county = ?1 AND author = ?2 ORDER BY seq DESC LIMIT 1",
            params![new.county, author.as_bytes()],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    let (seq, prev) = last.map_or((1, Vec::new()), |(seq, hash)| (seq + 1, hash));
    let (seen_ms, seen_n): (Option<i64>, Option<i64>) = transaction
        .query_row("SELECT hlc_ms, hlc_n FROM fact ORDER BY hlc_ms DESC, hlc_n DESC LIMIT 1", [], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?
        .unwrap_or_default();
    // A hybrid clock: never behind what was seen, so that showing by time keeps the order.
    let now = new.now.as_millisecond();
    let (hlc_ms, hlc_n) = match (seen_ms, seen_n) {
        (Some(ms), Some(n)) if ms >= now => (ms, n + 1),
        _ => (now, 0),
    };
    let heads = heads(&transaction, new.county, new.entity)?;
    let body = serde_json::to_vec(new.body).map_err(wrong)?;
    let salt = Uuid::new_v4().into_bytes();
    let (kind, v) = new.body.kind();
    let head = Head {
        id: Uuid::new_v4(),
        author,
        seq,
        prev,
        hlc_ms,
        hlc_n,
        kind: kind.to_owned(),
        v: i64::from(v),
        entity: new.entity,
        base: heads.iter().flat_map(|id| *id.as_bytes()).collect(),
        actor: new.actor.to_owned(),
        roster: 0,
        body_hash: hash_body(&salt, &body).to_vec(),
    };
    transaction.execute(
        "INSERT INTO fact (county, id, author, seq, prev, hlc_ms, hlc_n, kind, v, entity, base, actor, roster, body_hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        params![
            new.county,
            head.id.as_bytes(),
            author.as_bytes(),
            head.seq,
            head.prev,
            head.hlc_ms,
            head.hlc_n,
            head.kind,
            head.v,
            head.entity.as_bytes(),
            head.base,
            head.actor,
            head.roster,
            head.body_hash
        ],
    )?;
    transaction.execute(
        "INSERT INTO body (county, fact, salt, bytes) VALUES (?1, ?2, ?3, ?4)",
        params![new.county, head.id.as_bytes(), salt, body],
    )?;
    transaction.execute(
        "INSERT INTO envelope (county, author, seq, hashes, signature) VALUES (?1, ?2, ?3, ?4, x'')",
        params![new.county, author.as_bytes(), head.seq, head.hash(new.county)],
    )?;
    // What was just written is read again and its hashes are computed anew before it counts.
    let mut stored = 0u32;
    walk(&transaction, Which::Fact(new.county, head.id), &mut |_, _, _| stored += 1)?
        .map_err(|what| Failure::Problem(damaged(file, what)))?;
    if stored != 1 {
        return Err(Failure::Problem(damaged(file, "a fact just written is not there")));
    }
    transaction.commit()?;
    Ok(head.id)
}

/// This device's id, drawn once.
fn device(connection: &Connection) -> rusqlite::Result<Uuid> {
    let found: Option<[u8; 16]> = connection.query_row("SELECT author FROM device", [], |row| row.get(0)).optional()?;
    if let Some(bytes) = found {
        return Ok(Uuid::from_bytes(bytes));
    }
    let new = Uuid::new_v4();
    connection.execute("INSERT INTO device (author) VALUES (?1)", [new.as_bytes()])?;
    Ok(new)
}

/// Facts of an entity that no other fact of it names as its base.
fn heads(connection: &Connection, county: &str, entity: Uid) -> rusqlite::Result<Vec<FactId>> {
    let mut statement = connection.prepare_cached("SELECT id, base FROM fact WHERE county = ?1 AND entity = ?2 ORDER BY n")?;
    let mut heads: Vec<FactId> = Vec::new();
    let mut rows = statement.query(params![county, entity.as_bytes()])?;
    while let Some(row) = rows.next()? {
        let base = ids(row.get_ref(1)?.as_blob()?);
        heads.retain(|id| !base.contains(id));
        heads.push(Uuid::from_bytes(row.get(0)?));
    }
    Ok(heads)
}

fn ids(bytes: &[u8]) -> Vec<FactId> {
    bytes.as_chunks::<16>().0.iter().map(|b| Uuid::from_bytes(*b)).collect()
}

fn hash_body(salt: &[u8], body: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(salt).chain_update(body).finalize().into()
}

/// Number of facts: rises with every one and never falls.
pub(super) fn count(connection: &Connection) -> rusqlite::Result<u64> {
    connection.prepare_cached("SELECT coalesce(max(n), 0) FROM fact")?.query_row([], |row| row.get(0))
}

/// How far a log was verified: everything up to a fact, and the last fact of every device then.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Checkpoint {
    /// Place of the last fact in the log.
    n: i64,
    /// Place, number and hash of the last fact of each device.
    heads: BTreeMap<Uuid, (i64, u64, String)>,
}

impl Checkpoint {
    /// Whether the log still has the facts that were the last ones then.
    pub(super) fn fits(&self, connection: &Connection) -> rusqlite::Result<bool> {
        let mut statement = connection.prepare_cached(
            "SELECT f.author, e.hashes FROM fact f JOIN envelope e ON e.county = f.county AND e.author = f.author AND e.seq = f.seq
             WHERE f.n = ?1",
        )?;
        for (author, (n, _, hash)) in &self.heads {
            let found: Option<([u8; 16], Vec<u8>)> = statement.query_row([n], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
            if found.is_none_or(|(who, hashes)| who != *author.as_bytes() || hex(&hashes) != *hash) {
                return Ok(false);
            }
        }
        Ok(!self.heads.is_empty())
    }
}

/// Every fact, in the order it was written, and how far they are verified now.
pub(super) struct Log {
    pub(super) facts: Vec<Fact>,
    pub(super) checkpoint: Checkpoint,
}

/// Every fact, in the order it was written, with the chain of every device checked.
///
/// # Errors
/// `E_STORE_CHAIN` with the fact that does not fit: a changed, missing or swapped row.
pub(super) fn read(connection: &Connection) -> Result<Vec<Fact>, Problem> {
    read_after(connection, Checkpoint::default()).map(|log| log.facts)
}

/// The same, where everything up to the checkpoint is taken as it stands.
///
/// # Errors
/// As [`read`].
pub(super) fn read_after(connection: &Connection, mut checkpoint: Checkpoint) -> Result<Log, Problem> {
    let file = connection.path().unwrap_or_default().to_owned();
    let mut facts = Vec::new();
    let mut gap = None;
    let trusted = checkpoint.n;
    let walk = |which, each: &mut dyn FnMut(Fact, i64, &[u8; 32])| {
        walk(connection, which, each).map_err(|e| sql(&e, &file))?.map_err(|what| broken(&file, what))
    };
    if trusted > 0 {
        walk(Which::UpTo(trusted), &mut |fact, _, _| facts.push(fact))?;
    }
    walk(Which::After(trusted), &mut |fact, n, hash| {
        let (_, seq, prev) = checkpoint.heads.insert(fact.author, (n, fact.seq, hex(hash))).unwrap_or_default();
        if gap.is_none() && (fact.seq != seq + 1 || fact.prev != prev) {
            gap = Some(fact.id);
        }
        checkpoint.n = n;
        facts.push(fact);
    })?;
    let envelopes: u64 = connection.query_row("SELECT count(*) FROM envelope", [], |row| row.get(0)).map_err(|e| sql(&e, &file))?;
    match gap {
        Some(id) => Err(broken(&file, id)),
        None if envelopes != facts.len() as u64 => Err(broken(&file, format!("{} / {envelopes}", facts.len()))),
        None => Ok(Log { facts, checkpoint }),
    }
}

/// The facts about one unit or branch, in the order they were written, each with its hashes checked.
pub(super) fn read_of(connection: &Connection, entity: Uid) -> Result<Vec<Fact>, Problem> {
    let file = connection.path().unwrap_or_default().to_owned();
    let mut facts = Vec::new();
    walk(connection, Which::About(entity), &mut |fact, _, _| facts.push(fact))
        .map_err(|e| sql(&e, &file))?
        .map_err(|what| broken(&file, what))?;
    Ok(facts)
}

fn broken(file: &str, what: impl std::fmt::Display) -> Problem {
    Problem::new("E_STORE_CHAIN", Severity::Refused, file).arg(what)
}

/// Facts to walk over.
#[derive(Clone, Copy)]
enum Which<'a> {
    /// Up to a place in the log, as they stand.
    UpTo(i64),
    /// After it.
    After(i64),
    /// One of a county.
    Fact(&'a str, FactId),
    About(Uid),
}

/// Walks over facts, with the hash of each; the inner error says what does not fit.
fn walk(connection: &Connection, which: Which<'_>, each: &mut dyn FnMut(Fact, i64, &[u8; 32])) -> rusqlite::Result<Result<(), String>> {
    const COLUMNS: &str =
        "SELECT f.county, f.id, f.author, f.seq, f.prev, f.hlc_ms, f.hlc_n, f.kind, f.v, f.entity, f.base, f.actor, f.roster,
                f.body_hash, f.n, b.salt, b.bytes";
    const FACTS: &str = "FROM fact f LEFT JOIN body b ON b.county = f.county AND b.fact = f.id";
    const ENVELOPES: &str = "LEFT JOIN envelope e ON e.county = f.county AND e.author = f.author AND e.seq = f.seq";
    let mut statement = connection.prepare_cached(&match which {
        Which::UpTo(_) => format!("{COLUMNS} {FACTS} WHERE f.n <= ?1 ORDER BY f.n"),
        Which::After(_) => format!("{COLUMNS}, e.hashes {FACTS} {ENVELOPES} WHERE f.n > ?1 ORDER BY f.n"),
        Which::Fact(..) => format!("{COLUMNS}, e.hashes {FACTS} {ENVELOPES} WHERE f.county = ?1 AND f.id = ?2"),
        Which::About(_) => format!("{COLUMNS}, e.hashes {FACTS} {ENVELOPES} WHERE f.entity = ?1 ORDER BY f.n"),
    })?;
    let checked = !matches!(which, Which::UpTo(_));
    let mut rows = match which {
        Which::UpTo(n) | Which::After(n) => statement.query([n])?,
        Which::Fact(county, id) => statement.query(params![county, id.as_bytes()])?,
        Which::About(entity) => statement.query([entity.as_bytes()])?,
    };
    while let Some(row) = rows.next()? {
        let county: String = row.get(0)?;
        let head = Head {
            id: Uuid::from_bytes(row.get(1)?),
            author: Uuid::from_bytes(row.get(2)?),
            seq: row.get(3)?,
            prev: row.get(4)?,
            hlc_ms: row.get(5)?,
            hlc_n: row.get(6)?,
            kind: row.get(7)?,
            v: row.get(8)?,
            entity: Uid(Uuid::from_bytes(row.get(9)?)),
            base: row.get(10)?,
            actor: row.get(11)?,
            roster: row.get(12)?,
            body_hash: row.get(13)?,
        };
        let (salt, body): (Option<Vec<u8>>, Option<Vec<u8>>) = (row.get(15)?, row.get(16)?);
        let (Some(salt), Some(body)) = (salt, body) else { return Ok(Err(format!("{}: no body", head.id))) };
        let mut hash = [0; 32];
        if checked {
            hash = head.hash(&county);
            let envelope: Option<Vec<u8>> = row.get(17)?;
            if hash_body(&salt, &body).as_slice() != head.body_hash || envelope.as_deref() != Some(&hash) {
                return Ok(Err(head.id.to_string()));
            }
        }
        let body: Body = match serde_json::from_slice(&body) {
            Ok(body) => body,
            Err(e) => return Ok(Err(format!("{}: {e}", head.id))),
        };
        let fact = Fact {
            id: head.id,
            author: head.author,
            seq: u64::try_from(head.seq).unwrap_or_default(),
            prev: hex(&head.prev),
            hlc: (head.hlc_ms, u32::try_from(head.hlc_n).unwrap_or(u32::MAX)),
            entity: head.entity,
            base: ids(&head.base),
            actor: head.actor,
            roster: u64::try_from(head.roster).unwrap_or_default(),
            body,
        };
        each(fact, row.get(14)?, &hash);
    }
    Ok(Ok(()))
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    // By hand: every fact that is read has one, and a formatter per byte is slow.
    const DIGITS: [u8; 16] = *b"0123456789abcdef";
    bytes.iter().flat_map(|b| [b >> 4, b & 15]).map(|n| char::from(DIGITS[usize::from(n)])).collect()
}
