//! `xiantu batches`: what was loaded, when and by whom.

use std::io::{self, Write as _};

use clap::ArgMatches;
use jiff::Timestamp;

use crate::domain::access::Access;
use crate::domain::exit::Exit;
use crate::domain::plan::BatchRow;
use crate::domain::request::{Loaded, Query};
use crate::domain::text::quote;
use crate::locale::Lang;
use crate::runtime::engine::expect;

use super::{Common, Failure};

pub(super) fn run(common: &Common, m: &ArgMatches) -> Result<Exit, Failure> {
    let lang = common.lang;
    let access = Access::read_only();
    let engine = common.open()?;
    let (mut reader, _) = engine.ready(&access, common.today()).map_err(|p| Failure::problem(lang, &p))?;
    let outcome = reader.answer(&Query::Batches, &access, common.today());
    let rows =
        expect(outcome, |l| if let Loaded::Batches(rows) = l { Some(rows) } else { None }).map_err(|p| Failure::problem(lang, &p))?;
    let mut out = io::stdout().lock();
    if m.get_flag("json") {
        super::json(&mut out, &*rows)?;
        return Ok(Exit::Done);
    }
    if rows.is_empty() {
        writeln!(out, "{}", lang.text("cli.batches.none"))?;
    }
    for row in rows.iter() {
        writeln!(out, "{}", line(lang, row))?;
    }
    Ok(Exit::Done)
}

/// When a batch was loaded or taken back, in the zone of the person, to the minute.
pub(super) fn time(ms: i64) -> String {
    let at = Timestamp::from_millisecond(ms).unwrap_or_default().to_zoned(jiff::tz::TimeZone::system());
    at.strftime("%Y-%m-%d %H:%M").to_string()
}

fn line(lang: Lang, row: &BatchRow) -> String {
    let key = match (row.withdrawn_at_ms, row.import) {
        (Some(_), _) => "withdrawn",
        (None, 0) => "of_manifest",
        (None, _) => "stands",
    };
    let kind = format!("cli.batches.kind.{}", row.kind);
    let kind = if lang.has(&kind) { lang.text(&kind).to_owned() } else { quote(&row.kind) };
    let state = match row.withdrawn_at_ms {
        Some(ms) => lang.fill("cli.batches.withdrawn", &[&time(ms)]),
        None => lang.text(&format!("cli.batches.{key}")).to_owned(),
    };
    let actor = if row.actor.is_empty() { String::new() } else { format!(" · {}", quote(&row.actor)) };
    lang.fill("cli.batches.line", &[&row.id, &time(row.known_from_ms), &kind, &row.rows, &quote(&row.file), &format!("{state}{actor}")])
}
