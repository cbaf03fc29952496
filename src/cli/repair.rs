//! `xiantu check --repair`: what mending boundaries would do, and with `--apply` the mending itself.

use std::io::{self, Write as _};

use clap::ArgMatches;

use crate::domain::exit::Exit;
use crate::domain::quality::{Mended, MendedRing};
use crate::locale::Lang;
use crate::runtime::folders;

use super::check::{area, name};
use super::choice::Choice;
use super::{Common, Failure, import};

pub(super) fn run(common: &Common, m: &ArgMatches, choice: &Choice) -> Result<Exit, Failure> {
    let lang = common.lang;
    let dir = common.dir.clone().or_else(folders::find_workspace);
    let dir = dir.ok_or_else(|| Failure::new(Exit::Usage, lang.text("cli.no_workspace")))?;
    let (_, mut importer) = import::open(common, &dir)?;
    let actor = common.post.clone().unwrap_or_default();
    let done = importer.repair(choice.subject, m.get_flag("apply"), (&actor, common.today()));
    let (mended, applied) = done.map_err(|p| Failure::problem(lang, &p))?;
    let mut out = io::stdout().lock();
    if m.get_flag("json") {
        super::json(&mut out, &serde_json::json!({ "mended": mended, "applied": applied }))?;
        return Ok(Exit::Done);
    }
    for one in &mended {
        out.write_all(lines(lang, one).as_bytes())?;
    }
    let last = match applied.as_ref().map(|a| a.batches.as_slice()) {
        _ if mended.is_empty() => lang.text("quality.mend.nothing").to_owned(),
        Some([batch, ..]) => lang.fill("quality.mend.done", &[batch, &batch]),
        Some([]) => lang.text("quality.mend.none_kept").to_owned(),
        None => lang.text("quality.mend.next").to_owned(),
    };
    writeln!(out, "{last}")?;
    Ok(Exit::Done)
}

/// A boundary and under it every change.
fn lines(lang: Lang, one: &Mended) -> String {
    let key = if one.is_kept { "quality.mend.unit" } else { "quality.mend.lost" };
    let mut out = lang.fill(key, &[&one.unit.name, &one.unit.code, &area(one.before_m2), &area(one.after_m2)]);
    out.push('\n');
    for ring in &one.rings {
        out.push_str("  ");
        out.push_str(&change(lang, ring));
        out.push('\n');
    }
    out
}

fn change(lang: Lang, ring: &MendedRing) -> String {
    let place = format!("{:.6},{:.6}", ring.place_deg[0], ring.place_deg[1]);
    let why = ring.fault.map(|kind| name(lang, kind)).unwrap_or_default();
    lang.fill(&format!("quality.mend.{}", ring.what), &[&ring.ring, &ring.count, &place, &why])
}
