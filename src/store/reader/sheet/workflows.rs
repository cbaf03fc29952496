//! 流程: what stands in which state of the workflows, as far as the data know, and what is over its limit.
//! A state that nothing tells is 未记录, which is not 0.

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::figure::{label, owner_name};
use super::leads::decided;
use super::regions::is_here;
use crate::domain::decision::Said;
use crate::domain::id::Uid;
use crate::domain::page::Lead as Found;
use crate::domain::problem::Problem;
use crate::domain::sheet::{Cell, Column, Lead, Row, Sheet, SheetKind, Table, Weight, Words};
use crate::domain::view_state::ViewState;
use crate::framework::condition::Span;
use crate::framework::schema::{Limit, Transition, Workflow};
use crate::store::reader::ask::{Ask, Place, Zones};
use crate::store::record::{Record, RecordKind, records};

/// Matters listed at most; the note counts all of them.
const LISTED: usize = 500;

/// Something in a state of a workflow.
struct Matter {
    name: String,
    at: Option<Place>,
    /// Position of its state; `None`: a word that the workflow does not have.
    state: Option<usize>,
    /// The word of its table.
    word: String,
    /// The day it came in, or was confirmed.
    since: Option<Date>,
    done: bool,
    /// The next limit: which step, and days left.
    next: Option<(String, i64)>,
    /// Later states are not recorded: the limit may have been met.
    open_ended: bool,
}

/// A workflow with what stands in it.
struct Running<'a> {
    workflow: &'a Workflow,
    matters: Vec<Matter>,
    /// How many stand in each state; `None`: not recorded.
    counts: Vec<Option<usize>>,
    /// Leads to check that no state stands for.
    waiting: usize,
    /// Where the numbers come from.
    from: Option<SheetKind>,
}

impl Running<'_> {
    fn late_in(&self, state: Option<usize>) -> usize {
        self.matters.iter().filter(|m| state.is_none_or(|state| m.state == Some(state)) && m.is_late()).count()
    }
}

impl Matter {
    fn is_late(&self) -> bool {
        !self.open_ended && self.next.as_ref().is_some_and(|(_, left)| *left < 0)
    }
}

pub(super) fn fill(ask: &Ask<'_>, view: &ViewState, sheet: &mut Sheet) -> Result<(), Problem> {
    let place = ask.standing_in(view.place)?;
    if let Some(place) = place {
        sheet.about.push(Words::data(ask.world.name(place)));
    }
    sheet.about.push(Words::fill("leads.as_at", [Words::data(ask.world.at.day.to_string())]));
    let zones = Zones::of(ask, &view.scope)?;
    let in_scope = |at: Place| zones.as_ref().is_none_or(|z| z.own[at.0][at.1 as usize]);
    let mut items: Vec<(Record, Option<Place>)> = Vec::new();
    let mut leads = Vec::new();
    if !ask.framework.workflows.is_empty() {
        for record in records(ask.connection, &ask.world, RecordKind::Item)? {
            let Some(at) = is_here(ask, view, record.unit)? else { continue };
            if at.map_or(zones.is_none(), in_scope) {
                items.push((record, at));
            }
        }
    }
    let mut said = Vec::new();
    if ask.framework.workflows.iter().any(|w| !w.confirmed.is_empty()) {
        for lead in ask.leads_in(place)? {
            if in_scope(ask.place(lead.entity)?) {
                leads.push(lead);
            }
        }
        said = decided(ask, place)?;
        said.retain(|(at, _)| in_scope(*at));
    }
    let running: Vec<Running<'_>> = ask
        .framework
        .workflows
        .iter()
        .map(|workflow| {
            let of_it = |list: &str| [workflow.named.id.as_str(), bare(&workflow.named.id), &workflow.named.label].contains(&list);
            let own: Vec<_> = items.iter().filter(|(record, _)| of_it(record.get("list"))).collect();
            match (own.is_empty(), workflow.confirmed.is_empty()) {
                (false, _) => by_items(ask, workflow, &own),
                (true, false) => by_leads(ask, workflow, &leads, &said),
                (true, true) => {
                    Running { workflow, matters: Vec::new(), counts: vec![None; workflow.states.len()], waiting: 0, from: None }
                }
            }
        })
        .collect();
    sheet.tables.push(overview(ask, &running));
    sheet.tables.extend(running.iter().map(|of| steps(ask, of)));
    if !running.is_empty() {
        sheet.tables.push(under_way(ask, &running));
    }
    Ok(())
}

fn bare(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}

fn number(n: usize) -> Cell {
    Cell::Number { value: f64::from(u32::try_from(n).unwrap_or(u32::MAX)), unit: String::new() }
}

/// What the items of its list say.
fn by_items<'a>(ask: &Ask<'_>, workflow: &'a Workflow, own: &[&(Record, Option<Place>)]) -> Running<'a> {
    let mut counts = vec![Some(0); workflow.states.len()];
    let mut matters = Vec::new();
    for (record, at) in own {
        let word = record.get("state");
        let state = workflow.states.iter().position(|s| s == word);
        if let Some(Some(count)) = state.map(|state| &mut counts[state]) {
            *count += 1;
        }
        let done = record.day("done").is_some_and(|day| day <= ask.world.at.day) || state == Some(workflow.states.len() - 1);
        let since = record.day("since");
        let due = record.day("due").map(|due| (word.to_owned(), days(ask, due)));
        let next = since.zip(state).and_then(|(since, state)| next_limit(ask, workflow, state, since, record.get("category")));
        matters.push(Matter {
            name: if record.name.is_empty() { record.code.clone() } else { format!("{} {}", record.code, record.name) },
            at: *at,
            state,
            word: word.to_owned(),
            since,
            done,
            next: if done { None } else { [next, due].into_iter().flatten().min_by_key(|(_, left)| *left) },
            open_ended: false,
        });
    }
    Running { workflow, matters, counts, waiting: 0, from: Some(SheetKind::Lists) }
}

/// What leads and decisions say: leads to check stand before the state of those that were confirmed.
fn by_leads<'a>(
    ask: &Ask<'_>,
    workflow: &'a Workflow,
    leads: &[Found],
    said: &[(Place, crate::domain::decision::Decision)],
) -> Running<'a> {
    let is_its = |rule: &str, kind: bool| if workflow.rules.is_empty() { kind } else { workflow.rules.iter().any(|r| r == rule) };
    let confirmed = workflow.states.iter().position(|s| *s == workflow.confirmed);
    let mut counts = vec![None; workflow.states.len()];
    let mut matters: Vec<Matter> = Vec::new();
    let (mut seen, mut waiting): (Vec<Uid>, usize) = (Vec::new(), 0);
    for (at, decision) in said {
        if matches!(decision.said, Said::Confirmed { .. }) && is_its(&decision.rule, true) && !seen.contains(&decision.entity) {
            seen.push(decision.entity);
            let since = decision.at.to_zoned(jiff::tz::TimeZone::system()).date();
            matters.push(Matter {
                name: ask.world.name(*at).to_owned(),
                at: Some(*at),
                state: confirmed,
                word: workflow.confirmed.clone(),
                since: Some(since),
                done: false,
                next: confirmed.and_then(|state| next_limit(ask, workflow, state, since, "")),
                open_ended: true,
            });
        }
    }
    // Where no branches were loaded nothing was screened: none is not 0.
    let screened = ask.world.len(ask.world.branch_table()) > 0 || !(leads.is_empty() && said.is_empty());
    if let Some(state) = confirmed.filter(|_| screened) {
        counts[state] = Some(matters.len());
        let mut open: Vec<Uid> = leads.iter().filter(|lead| is_its(&lead.rule, lead.kind.is_some())).map(|lead| lead.entity).collect();
        open.sort_unstable();
        open.dedup();
        open.retain(|uid| !seen.contains(uid));
        match state.checked_sub(1) {
            Some(before) => counts[before] = Some(open.len()),
            None => waiting = open.len(),
        }
    }
    Running { workflow, matters, counts, waiting, from: Some(SheetKind::Leads) }
}

fn days(ask: &Ask<'_>, day: Date) -> i64 {
    i64::from((day - ask.world.at.day).get_days())
}

/// The first limit of a step behind the state, for the severity: the step and the days left.
fn next_limit(ask: &Ask<'_>, workflow: &Workflow, state: usize, since: Date, severity: &str) -> Option<(String, i64)> {
    let behind = |limit: &&Limit| workflow.states.iter().position(|s| *s == limit.step).is_some_and(|step| step > state);
    let its = |limit: &&Limit| limit.severity.is_empty() || limit.severity == severity;
    let ends = workflow.limits.iter().filter(behind).filter(its).filter_map(|limit| {
        let within = i64::from(limit.within);
        let span = match limit.span {
            Span::Days => within.days(),
            Span::Months => within.months(),
            Span::Years => within.years(),
        };
        since.checked_add(span).ok().map(|end| (limit.step.clone(), days(ask, end)))
    });
    ends.min_by_key(|(_, left)| *left)
}

/// A workflow a row.
fn overview(ask: &Ask<'_>, running: &[Running<'_>]) -> Table {
    let row = |of: &Running<'_>| {
        let known = of.counts.iter().flatten().count() > 0;
        let open = of.matters.iter().filter(|m| !m.done).count();
        let late = of.late_in(None);
        let mut detail =
            vec![Words::fill("panel.from", [owner_name(ask, &of.workflow.named.id)]), Words::data(of.workflow.states.join(" → "))];
        detail.extend(share(of.workflow));
        let told = |n: usize| if known { number(n) } else { Cell::Text(Words::key("panel.workflows.not_recorded")) };
        Row {
            cells: vec![
                Cell::Text(label(&of.workflow.named)),
                Cell::Text(owner_name(ask, &of.workflow.named.id)),
                number(of.workflow.states.len()),
                told(open),
                told(late),
            ],
            weight: match (known, late) {
                (false, _) => Weight::Dim,
                (_, 0) => Weight::Plain,
                _ => Weight::Urgent,
            },
            lead: of.from.clone().map(Lead::Sheet),
            detail,
        }
    };
    Table {
        title: Some(Words::key("panel.workflows.title")),
        columns: vec![
            Column::text("panel.workflows.workflow"),
            Column::text("panel.workflows.framework").spare(2),
            Column::number("panel.workflows.steps").spare(1),
            Column::number("panel.workflows.open"),
            Column::number("panel.workflows.late"),
        ],
        rows: running.iter().map(row).collect(),
        notes: vec![Words::key("panel.workflows.note")],
        empty: Some(Words::key("panel.workflows.empty")),
    }
}

/// The share that a framework names: information, never a quota.
fn share(workflow: &Workflow) -> Option<Words> {
    workflow.share_percent.map(|share| Words::fill("panel.workflows.share", [Words::data(share.to_string())]))
}

fn limit_words(limit: &Limit) -> Words {
    let key = match limit.span {
        Span::Days => "panel.workflows.days",
        Span::Months => "panel.workflows.months",
        Span::Years => "panel.workflows.years",
    };
    let within = Words::fill(key, [Words::data(limit.within.to_string())]);
    if limit.severity.is_empty() { within } else { Words::fill("panel.workflows.of_severity", [Words::data(&limit.severity), within]) }
}

fn joined(words: impl Iterator<Item = Words>) -> Option<Words> {
    words.reduce(|a, b| Words::fill("panel.workflows.and", [a, b]))
}

/// A transition in words: to where, by whom, with what, when.
fn told(step: &Transition) -> Words {
    let mut parts = vec![Words::fill("panel.workflows.step", [&step.from, &step.to].map(Words::data))];
    if !step.when.is_empty() {
        parts.push(Words::fill("panel.workflows.when", [Words::data(&step.when)]));
    }
    if step.role.is_empty() {
        parts.push(Words::fill("panel.workflows.by", [Words::key("ui.not_configured")]));
    } else {
        parts.push(Words::fill("panel.workflows.by", [Words::data(&step.role)]));
    }
    if !step.require.is_empty() {
        parts.push(Words::fill("panel.workflows.require", [Words::data(step.require.join("、"))]));
    }
    match step.after_days {
        Some(after) => parts.push(Words::fill("panel.workflows.after", [Words::data(after.to_string())])),
        None if step.unset => parts.push(Words::key("panel.workflows.after_unset")),
        None => {}
    }
    joined(parts.into_iter()).unwrap_or_else(|| Words::data(""))
}

/// The states of one workflow in order.
fn steps(ask: &Ask<'_>, of: &Running<'_>) -> Table {
    let workflow = of.workflow;
    let known = of.counts.iter().flatten().count() > 0;
    let row = |(n, state): (usize, &String)| {
        let into: Vec<&Transition> = workflow.transitions.iter().filter(|t| t.to == *state).collect();
        let from = workflow.transitions.iter().filter(|t| t.from == *state);
        let limits = joined(workflow.limits.iter().filter(|l| l.step == *state).map(limit_words));
        let mut roles: Vec<&str> = into.iter().map(|t| t.role.as_str()).filter(|role| !role.is_empty()).collect();
        roles.dedup();
        let required: Vec<&str> = into.iter().flat_map(|t| t.require.iter().map(String::as_str)).collect();
        let next: Vec<&str> = from.clone().map(|t| t.to.as_str()).collect();
        let late = of.late_in(Some(n));
        let detail: Vec<Words> = into.iter().copied().chain(from).map(told).collect();
        let or_empty = |words: &str| if words.is_empty() { Cell::Empty } else { Cell::Text(Words::data(words)) };
        Row {
            cells: vec![
                Cell::Text(Words::data(state)),
                of.counts[n].map_or(Cell::Text(Words::key("panel.workflows.not_recorded")), number),
                if of.counts[n].is_none() || !known { Cell::Empty } else { number(late) },
                match limits {
                    Some(limits) => Cell::Text(limits),
                    // The first state begins by itself.
                    None if n == 0 => Cell::Empty,
                    None => Cell::Unset,
                },
                if roles.is_empty() && n > 0 { Cell::Unset } else { or_empty(&roles.join("、")) },
                or_empty(&required.join("、")),
                or_empty(&next.join("、")),
            ],
            weight: match (of.counts[n], late) {
                (None, _) => Weight::Dim,
                (_, 0) => Weight::Plain,
                _ => Weight::Urgent,
            },
            lead: of.counts[n].and(of.from.clone()).map(Lead::Sheet),
            detail,
        }
    };
    let mut notes = vec![Words::fill("panel.from", [owner_name(ask, &workflow.named.id)])];
    notes.extend(share(workflow));
    if !workflow.extra_flags.is_empty() {
        notes.push(Words::fill("panel.workflows.flags", [Words::data(workflow.extra_flags.join("、"))]));
    }
    if of.waiting > 0 {
        notes.push(Words::fill("panel.workflows.waiting", [Words::data(of.waiting.to_string())]));
    }
    let odd = of.matters.iter().filter(|m| m.state.is_none()).count();
    if odd > 0 {
        notes.push(Words::fill("panel.workflows.odd", [Words::data(odd.to_string())]));
    }
    let undated = of.matters.iter().filter(|m| !m.done && m.since.is_none()).count();
    if undated > 0 {
        notes.push(Words::fill("panel.workflows.undated", [Words::data(undated.to_string())]));
    }
    if of.counts.contains(&None) {
        notes.push(Words::key(if known { "panel.workflows.some_unrecorded" } else { "panel.workflows.all_unrecorded" }));
    }
    Table {
        title: Some(label(&workflow.named)),
        columns: vec![
            Column::text("panel.workflows.state"),
            Column::number("panel.workflows.count"),
            Column::number("panel.workflows.late"),
            Column::text("panel.workflows.limit"),
            Column::text("panel.workflows.role").spare(1),
            Column::text("panel.workflows.needs").spare(2),
            Column::text("panel.workflows.next").spare(3),
        ],
        rows: workflow.states.iter().enumerate().map(row).collect(),
        notes,
        empty: None,
    }
}

/// What is under way, the latest first.
fn under_way(ask: &Ask<'_>, running: &[Running<'_>]) -> Table {
    let mut open: Vec<(&Workflow, &Matter)> =
        running.iter().flat_map(|of| of.matters.iter().filter(|m| !m.done).map(move |m| (of.workflow, m))).collect();
    open.sort_by_key(|(_, matter)| matter.next.as_ref().map_or(i64::MAX, |(_, left)| *left));
    let row = |(workflow, matter): &(&Workflow, &Matter)| {
        let since = matter
            .since
            .map_or(Cell::Missing, |since| Cell::Text(Words::fill("panel.workflows.days", [Words::data((-days(ask, since)).to_string())])));
        let mut detail = vec![Words::fill("panel.workflows.of", [label(&workflow.named)])];
        if let Some((step, _)) = &matter.next {
            detail.push(Words::fill("panel.workflows.until", [Words::data(step)]));
        }
        if matter.open_ended {
            detail.push(Words::key("panel.workflows.open_ended"));
        }
        Row {
            cells: vec![
                Cell::Text(label(&workflow.named)),
                Cell::Text(Words::data(&matter.name)),
                matter.at.map_or(Cell::Empty, |at| Cell::Text(Words::data(ask.world.name(at)))),
                if matter.word.is_empty() { Cell::Missing } else { Cell::Text(Words::data(&matter.word)) },
                since,
                match &matter.next {
                    Some((_, left)) => Cell::DaysLeft(*left),
                    None if matter.since.is_none() => Cell::Text(Words::key("panel.workflows.no_date")),
                    None => Cell::Unset,
                },
            ],
            weight: match (matter.is_late(), &matter.next) {
                (true, _) => Weight::Urgent,
                (_, Some((_, left))) if *left < 0 => Weight::Look,
                _ => Weight::Plain,
            },
            lead: matter.at.map(|at| Lead::Subject(ask.uid(at))),
            detail,
        }
    };
    let notes = match open.len() {
        n if n > LISTED => vec![Words::fill("leads.first_of", [LISTED, n].map(|n| Words::data(n.to_string())))],
        _ => Vec::new(),
    };
    Table {
        title: Some(Words::key("panel.workflows.under_way")),
        columns: vec![
            Column::text("panel.workflows.workflow").spare(2),
            Column::text("panel.workflows.matter"),
            Column::text("panel.unit").spare(3),
            Column::text("panel.workflows.state"),
            Column::number("panel.workflows.since").spare(1),
            Column::number("panel.workflows.left"),
        ],
        rows: open.iter().take(LISTED).map(row).collect(),
        notes,
        empty: Some(Words::key("panel.workflows.nothing")),
    }
}
