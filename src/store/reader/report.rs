//! Everything the rules came to, for programs.

use super::ask::{Ask, Place};
use super::sheet::{decided, idle_words};
use crate::domain::problem::Problem;
use crate::domain::screening::{Doubt, NotRun, Screened, Spoken};
use crate::domain::view_state::ViewState;

/// Leads, what cannot be told, rules that did not run and what was decided, at and below the place of a view.
pub(super) fn report(ask: &Ask<'_>, view: &ViewState) -> Result<Screened, Problem> {
    let place = ask.standing_in(view.place)?;
    let mut leads = Vec::new();
    for lead in ask.leads_in(place)? {
        leads.push((spoken(ask, ask.place(lead.entity)?), lead));
    }
    let screened = ask.screened()?;
    let here = |at: Place| place.is_none_or(|place| at == place || ask.world.lies_in(at, place));
    let id = |rule: usize| ask.framework.rules.get(rule).map(|rule| rule.id.clone()).unwrap_or_default();
    let doubts = screened.screening.doubts().into_iter().filter(|hit| here((hit.table, hit.row))).map(|hit| {
        let missing = screened.screening.why(ask.framework, hit).map(|why| why.missing).unwrap_or_default();
        (spoken(ask, (hit.table, hit.row)), Doubt { rule: id(hit.rule), missing })
    });
    let not_run = screened.screening.idle().iter().map(|(rule, why)| NotRun { rule: id(*rule), why: idle_words(*why) });
    Ok(Screened {
        version: ask.version,
        as_at: ask.world.at.day,
        place: place.map(|place| spoken(ask, place)),
        ran: screened.screening.ran().map(id).collect(),
        leads,
        doubts: doubts.collect(),
        not_run: not_run.collect(),
        decided: decided(ask, place)?.into_iter().map(|(at, decision)| (spoken(ask, at), decision)).collect(),
    })
}

fn spoken(ask: &Ask<'_>, place: Place) -> Spoken {
    let table = ask.world.table(place.0);
    let above = table.parent(place.1);
    Spoken {
        uid: ask.uid(place),
        subject: ask.world.subject(place.0),
        code: table.codes.get(place.1 as usize).to_owned(),
        name: ask.world.name(place).to_owned(),
        path: ask.crumbs(above).into_iter().map(|crumb| crumb.name).collect(),
    }
}
