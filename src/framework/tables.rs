//! What a framework declares, as tables: the sheet 体系 and `xiantu framework show` print them.

use super::Framework;
use super::condition::{Condition, How, Literal, Operand, Over, Right, Span, Test, Window};
use super::schema::{Basis, Beat, Confidence, Covered, EstablishOn, Goal, Head, Material, Named, On, Part, RatingKind, Task};
use crate::domain::id::{IndicatorId, LevelId};
use crate::domain::sheet::{Cell, Column, Lead, Row, SheetKind, Table, Weight, Words};

impl Framework {
    /// The frameworks in use, a row each.
    #[must_use]
    pub fn parts_table(&self) -> Table {
        let columns = vec![
            Column::text("framework.head.name"),
            Column::text("framework.head.id").spare(1),
            Column::text("framework.head.issuer").spare(3),
            Column::text("framework.head.status"),
            Column::text("framework.head.days").spare(2),
            Column::text("framework.head.file").spare(4),
        ];
        let row = |(n, part): (usize, &Part)| Row {
            cells: vec![
                both(&part.name, &part.name_en),
                data(&part.id),
                or_unset(&part.head.issuer),
                if part.head.status.is_empty() { Cell::Unset } else { text(Words::key(&format!("framework.status.{}", part.head.status))) },
                days(&part.head),
                data(&part.file),
            ],
            lead: Some(Lead::Sheet(SheetKind::Framework { id: part.id.clone() })),
            detail: about(n == 0, part),
            ..Row::default()
        };
        Table {
            title: Some(Words::key("framework.in_use")),
            columns,
            rows: self.parts.iter().enumerate().map(row).collect(),
            notes: vec![Words::key("framework.tree_first")],
            ..Table::default()
        }
    }

    /// What one of the frameworks in use declares, a table for each kind of thing.
    #[must_use]
    pub fn part_tables(&self, part: &str) -> Vec<Table> {
        let mut tables = Vec::new();
        let of = |id: &str| id.rsplit_once('/').is_none_or(|(of, _)| of == part);
        let mut add = |kind: &str, rows: Vec<Row>| {
            if !rows.is_empty() {
                tables.push(table(kind, rows));
            }
        };
        add("indicator", self.indicators.iter().filter(|i| of(i.id.as_str())).map(|i| self.indicator_row(i)).collect());
        add("rule", self.rules.iter().filter(|r| of(&r.id)).map(|r| self.rule_row(r)).collect());
        add("target", self.targets.iter().filter(|t| of(&t.named.id)).map(|t| self.target_row(t)).collect());
        add("coverage", self.coverages.iter().filter(|c| of(&c.named.id)).map(|c| self.coverage_row(c)).collect());
        add("establish", self.establish.iter().filter(|e| of(&e.named.id)).map(|e| self.establish_row(e)).collect());
        add("premises", self.premises.iter().filter(|p| of(&p.named.id)).map(|p| self.premises_row(p)).collect());
        add(
            "zone",
            self.zones
                .iter()
                .flat_map(|z| z.tasks.iter().map(move |t| (Some(z), t)))
                .filter(|(_, t)| of(&t.named.id))
                .map(|(z, t)| self.task_row(z, t))
                .collect(),
        );
        add("task", self.tasks.iter().filter(|t| of(&t.named.id)).map(|t| self.task_row(None, t)).collect());
        add("rating", self.ratings.iter().filter(|r| of(&r.named.id)).map(|r| self.rating_row(r)).collect());
        add("scorecard", self.scorecards.iter().filter(|s| of(&s.named.id)).map(|s| self.card_row(s)).collect());
        add("item", self.items.iter().filter(|i| of(&i.named.id)).map(|i| self.item_row(i)).collect());
        add("workflow", self.workflows.iter().filter(|w| of(&w.named.id)).map(workflow_row).collect());
        add("cadence", self.cadences.iter().filter(|c| of(&c.named.id)).map(|c| self.cadence_row(c)).collect());
        let list = |l: &super::schema::List| row(&l.named, data(&l.fields.join("、")), Cell::Empty, origin(&l.basis, &l.material));
        add("list", self.lists.iter().filter(|l| of(&l.named.id)).map(list).collect());
        add("pairing", self.pairings.iter().filter(|p| of(&p.named.id)).map(|p| self.pairing_row(p)).collect());
        let region = |r: &super::schema::Region| row(&r.named, data(&r.kind), Cell::Empty, origin(&r.basis, &r.material));
        add("region", self.regions.iter().filter(|r| of(&r.named.id)).map(region).collect());
        let group = |g: &super::schema::Group| {
            row(&g.named, data(&format!("{} + {}", g.one, g.x)), self.metric(g.metric.as_ref()), origin(&g.basis, &g.material))
        };
        add("group", self.groups.iter().filter(|g| of(&g.named.id)).map(group).collect());
        let matrix = |m: &super::schema::Matrix| {
            let set = m.cells.iter().flatten().flatten().count();
            let shape = Words::fill("framework.matrix", [m.rows.len(), m.cols.len(), set].map(|n| Words::data(n.to_string())));
            row(&m.named, text(shape), if set == 0 { Cell::Unset } else { Cell::Empty }, origin(&m.basis, &m.material))
        };
        add("matrix", self.matrices.iter().filter(|m| of(&m.named.id)).map(matrix).collect());
        tables
    }

    fn indicator_row(&self, i: &crate::domain::indicator::Indicator) -> Row {
        let kind = Words::key(&format!("framework.kind.{}", word(&i.kind)));
        let rollup = Words::key(&format!("framework.rollup.{}", word(&i.rollup)));
        let bands = i.bands.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        let every = match i.derived {
            Some(_) => Words::key("framework.derived"),
            None => Words::fill("framework.every", [Words::data(i.every_months.to_string())]),
        };
        let what = Words::fill("framework.indicator", [kind, Words::data(&i.unit), rollup, every, Words::data(bands)]);
        let mut detail: Vec<Words> = if i.definition.is_empty() { Vec::new() } else { vec![Words::data(&i.definition)] };
        match self.indicator_bases.get(&i.id) {
            Some(basis) => detail.extend(rests_on(basis)),
            None => detail.extend((!i.document.is_empty()).then(|| Words::data(&i.document))),
        }
        detail.extend(materials(&i.material));
        let named = Named { id: i.id.to_string(), label: i.label.clone(), label_en: i.label_en.clone() };
        let state = if i.definition.is_empty() { Cell::Unset } else { Cell::Empty };
        Row { lead: Some(Lead::Indicator(i.id.clone())), ..row(&named, text(what), state, detail) }
    }

    fn rule_row(&self, r: &super::Rule) -> Row {
        let state = match r {
            r if r.is_unset() => Cell::Unset,
            r if r.is_relative() => text(Words::key("framework.relative")),
            r if !r.enabled => text(Words::key("framework.off")),
            _ => Cell::Empty,
        };
        let mut detail = rests_on(&r.basis);
        detail.extend(r.kind.map(|k| Words::fill("framework.points_to", [Words::data(k.to_string())])));
        detail.extend(materials(&r.material));
        let named = Named { id: r.id.clone(), label: r.label.clone(), label_en: r.label_en.clone() };
        let dim = state != Cell::Empty;
        let row = row(&named, text(self.say(&r.when)), state, detail);
        Row { weight: if dim { Weight::Dim } else { Weight::Plain }, ..row }
    }

    fn target_row(&self, t: &super::schema::Target) -> Row {
        let unit = self.indicators.iter().find(|i| i.id == t.indicator).map_or("", |i| if t.each { &*i.unit } else { i.rolled_unit() });
        let wanted = match t.goal {
            Goal::Unset(op) => Words::fill("framework.wanted_unset", [Words::data(op.shown()), Words::key("framework.unset")]),
            goal => Words::data(goal.written(unit).unwrap_or_default()),
        };
        let due = t.due.map_or_else(|| Words::key("framework.unset"), |d| Words::data(d.to_string()));
        let what = Words::fill("framework.target", [self.label(&t.indicator), wanted, due]);
        let state = if matches!(t.goal, Goal::Unset(_)) || t.due.is_none() { Cell::Unset } else { Cell::Empty };
        let mut detail = t.when.iter().map(|c| self.say(c)).collect::<Vec<_>>();
        detail.extend(rests_on(&t.basis));
        detail.extend(materials(&t.material));
        row(&t.named, text(what), state, detail)
    }

    fn coverage_row(&self, c: &super::schema::Coverage) -> Row {
        let of = match &c.of {
            Covered::Units(level) => self.level(level),
            Covered::Entities(kind) => Words::data(kind),
        };
        let what = Words::fill("framework.coverage", [of, Words::data(c.counts_as.join("、"))]);
        let mut detail: Vec<Words> = (!c.definition.is_empty()).then(|| Words::data(&c.definition)).into_iter().collect();
        detail.extend(c.when.iter().map(|when| self.say(when)));
        detail.extend(rests_on(&c.basis));
        detail.extend(materials(&c.material));
        row(&c.named, text(what), Cell::Empty, detail)
    }

    fn establish_row(&self, e: &super::schema::Establish) -> Row {
        let on = match &e.on {
            EstablishOn::Branch => Words::key("framework.branch"),
            EstablishOn::Entity(kind) => Words::data(kind),
        };
        let what = Words::fill("framework.establish", [on, self.say(&e.when), Words::data(e.expect.join("/"))]);
        let mut detail = rests_on(&e.basis);
        detail.extend(materials(&e.material));
        row(&e.named, text(what), if e.when.is_unset() { Cell::Unset } else { Cell::Empty }, detail)
    }

    fn premises_row(&self, p: &super::schema::Premises) -> Row {
        let least = p.min_m2.map_or_else(|| Words::key("framework.unset"), |m| Words::data(format!("≥ {m} ㎡")));
        let of = match &p.of {
            super::schema::Rooms::Reported(indicator) => self.label(indicator),
            super::schema::Rooms::Places(kind) => Words::data(kind),
        };
        let what = Words::fill("framework.pair", [of, least]);
        let mut detail = p.when.iter().map(|c| self.say(c)).collect::<Vec<_>>();
        detail.extend(rests_on(&p.basis));
        detail.extend(materials(&p.material));
        row(&p.named, text(what), if p.min_m2.is_none() { Cell::Unset } else { Cell::Empty }, detail)
    }

    fn task_row(&self, zone: Option<&super::Zone>, t: &Task) -> Row {
        let what = [zone.map_or("", |z| z.label.as_str()), &t.group, &t.lead]
            .into_iter()
            .filter(|w| !w.is_empty())
            .collect::<Vec<_>>()
            .join(" · ");
        let mut detail = origin(&t.basis, &t.material);
        detail.extend(zone.into_iter().flat_map(|z| origin(&z.basis, &Vec::new())));
        if !t.with.is_empty() {
            detail.push(Words::fill("framework.with", [Words::data(t.with.join("、"))]));
        }
        row(&t.named, data(&what), self.metric(t.metric.as_ref()), detail)
    }

    fn rating_row(&self, r: &super::schema::Rating) -> Row {
        let (what, state) = match &r.kind {
            RatingKind::Levels { levels, max, metric } => {
                let names = if levels.is_empty() { max.map(|m| m.to_string()).unwrap_or_default() } else { levels.join("/") };
                (Words::data(names), self.metric(metric.as_ref()))
            }
            RatingKind::Badges(badges) => {
                let set = badges.iter().any(|b| b.metric.is_some());
                let names = badges.iter().map(|b| b.named.label.as_str()).collect::<Vec<_>>().join("、");
                (Words::data(names), if set { Cell::Empty } else { Cell::Unset })
            }
            RatingKind::Score { metric, grades } => {
                let names = grades.iter().map(|g| format!("{} ≥ {}", g.label, g.from)).collect::<Vec<_>>().join("、");
                (Words::data(names), self.metric(metric.as_ref()))
            }
        };
        row(&r.named, text(Words::fill("framework.pair", [self.on(&r.on), what])), state, origin(&r.basis, &r.material))
    }

    fn card_row(&self, s: &super::schema::Scorecard) -> Row {
        let parts = s.sections.iter().map(|p| format!("{} {}", p.named.label, p.points)).collect::<Vec<_>>().join("、");
        let state = if s.sections.iter().all(|p| p.own.is_none() && p.checked.is_none()) { Cell::Unset } else { Cell::Empty };
        row(&s.named, text(Words::fill("framework.pair", [self.on(&s.on), Words::data(parts)])), state, origin(&s.basis, &s.material))
    }

    fn item_row(&self, i: &super::schema::Item) -> Row {
        let what = Words::key(if i.veto { "framework.veto" } else { "framework.must" });
        let state = if i.enabled { self.metric(i.metric.as_ref()) } else { text(Words::key("framework.off")) };
        row(&i.named, text(what), state, origin(&i.basis, &i.material))
    }

    fn cadence_row(&self, c: &super::schema::Cadence) -> Row {
        let on = c.on.as_ref().map_or_else(|| Words::key("framework.county"), |on| self.on(on));
        row(
            &c.named,
            text(Words::fill("framework.pair", [on, beat(&c.beat)])),
            self.metric(c.metric.as_ref()),
            origin(&c.basis, &c.material),
        )
    }

    fn pairing_row(&self, p: &super::schema::Pairing) -> Row {
        let what = Words::fill("framework.pairing", [Words::data(&p.from), self.level(&p.to)]);
        let times = p.min_per_year.map_or(Cell::Unset, |n| text(Words::fill("framework.a_year", [Words::data(n.to_string())])));
        row(&p.named, text(what), times, origin(&p.basis, &p.material))
    }

    /// What shows it, or 未配置.
    fn metric(&self, id: Option<&IndicatorId>) -> Cell {
        id.map_or(Cell::Unset, |id| text(self.label(id)))
    }

    fn label(&self, id: &IndicatorId) -> Words {
        let all = self.indicators.iter().chain(self.bases.iter().flat_map(|b| b.indicators.iter()));
        let mut all = all.filter(|i| i.id.bare() == id.bare());
        let own = self.indicators.iter().find(|i| i.id == *id);
        own.or_else(|| all.next()).map_or_else(|| Words::data(id.as_str()), |i| Words::both(&*i.label, &*i.label_en))
    }

    fn level(&self, id: &LevelId) -> Words {
        self.levels.iter().find(|l| l.code == *id).map_or_else(|| Words::data(id.as_str()), |l| Words::both(&*l.label, &*l.label_en))
    }

    fn on(&self, on: &On) -> Words {
        match on {
            On::Branch => Words::key("framework.branch"),
            On::Units(level) => self.level(level),
        }
    }

    /// A condition in words.
    #[must_use]
    pub fn say(&self, condition: &Condition) -> Words {
        let list = |key: &str, parts: &[Condition]| {
            let mut parts = parts.iter().map(|p| match p {
                Condition::All(inner) | Condition::Any(inner) if inner.len() > 1 => Words::fill("framework.brackets", [self.say(p)]),
                _ => self.say(p),
            });
            let first = parts.next().unwrap_or_else(|| Words::data(""));
            parts.fold(first, |said, next| Words::fill(key, [said, next]))
        };
        match condition {
            Condition::All(parts) => list("framework.and", parts),
            Condition::Any(parts) => list("framework.or", parts),
            Condition::Not(part) => Words::fill("framework.not", [self.say(part)]),
            Condition::Test(test) => self.say_test(test),
        }
    }

    fn operand(&self, operand: &Operand) -> Words {
        match operand {
            Operand::Field(field) => Words::data(field),
            Operand::Indicator(id) => self.label(id),
            Operand::Age { field, span } => Words::fill("framework.age", [Words::data(field), Words::key(span_key(*span))]),
        }
    }

    fn say_test(&self, test: &Test) -> Words {
        if test.right == Right::InPeriod {
            return Words::fill("framework.in_period", [self.operand(&test.left)]);
        }
        let right = match &test.right {
            Right::Literal(Literal::Number(n)) => Words::data(n.to_string()),
            Right::Literal(Literal::Text(t)) => Words::data(t),
            Right::OneOf(words) => Words::data(words.join("/")),
            Right::Operand(operand) => self.operand(operand),
            Right::Unset | Right::InPeriod => Words::key("framework.unset"),
        };
        let left = match &test.rank {
            Some(rank) => {
                let key = match (rank.from_worst, rank.share) {
                    (true, false) => "framework.rank_worst",
                    (false, false) => "framework.rank_best",
                    (true, true) => "framework.rank_worst_share",
                    (false, true) => "framework.rank_best_share",
                };
                Words::fill(key, [self.operand(&test.left), self.level(&rank.within)])
            }
            None => self.operand(&test.left),
        };
        let said = Words::fill("framework.test", [left, Words::data(test.op.shown()), right]);
        test.over.map_or(said.clone(), |over| over_words(over, said))
    }
}

fn over_words(over: Over, said: Words) -> Words {
    let last = Words::data(over.last.to_string());
    let of = Words::key(if over.of == Window::Period { "framework.periods" } else { "framework.rounds" });
    match over.how {
        How::Every => Words::fill("framework.over_every", [last, of, said]),
        How::Count(n) => Words::fill("framework.over_count", [last, of, said, Words::data(n.to_string())]),
        How::Sum => Words::fill("framework.over_sum", [last, of, said]),
    }
}

fn span_key(span: Span) -> &'static str {
    match span {
        Span::Days => "framework.days",
        Span::Months => "framework.months",
        Span::Years => "framework.years",
    }
}

fn beat(beat: &Beat) -> Words {
    let number = |n: u16| Words::data(n.to_string());
    match beat {
        Beat::MonthDay(day) => Words::fill("framework.beat.month_day", [number((*day).into())]),
        Beat::YearDays(days) => {
            let days = days.iter().map(|(month, day)| format!("{month}-{day}")).collect::<Vec<_>>().join("、");
            Words::fill("framework.beat.year_days", [Words::data(days)])
        }
        Beat::FirstWorkday => Words::key("framework.beat.first_workday"),
        Beat::NthWeekday { nth, weekday } => {
            Words::fill("framework.beat.nth", [number((*nth).into()), Words::key(&format!("framework.weekday.{weekday}"))])
        }
        Beat::EveryDays(days) => Words::fill("framework.beat.every_days", [number(*days)]),
        Beat::EveryMonths(months) => Words::fill("framework.beat.every_months", [number((*months).into())]),
        Beat::BySeverity(all) => Words::data(all.iter().map(|(word, days)| format!("{word} {days}")).collect::<Vec<_>>().join("、")),
    }
}

fn workflow_row(w: &super::schema::Workflow) -> Row {
    let mut detail = Vec::new();
    detail.extend(w.share_percent.map(|p| Words::fill("framework.share", [Words::data(p.to_string())])));
    for limit in &w.limits {
        let within = Words::fill(
            "framework.within",
            [
                Words::data(&limit.step),
                Words::data(limit.within.to_string()),
                Words::key(span_key(limit.span)),
                Words::data(&limit.severity),
            ],
        );
        detail.push(within);
    }
    for t in w.transitions.iter().filter(|t| t.unset) {
        detail.push(Words::fill("framework.step_unset", [Words::data(&t.from), Words::data(&t.to)]));
    }
    detail.extend(origin(&w.basis, &w.material));
    let state = if w.transitions.iter().any(|t| t.unset) { Cell::Unset } else { Cell::Empty };
    row(&w.named, data(&w.states.join(" → ")), state, detail)
}

fn table(kind: &str, rows: Vec<Row>) -> Table {
    let columns = vec![
        Column::text("framework.head.label"),
        Column::text("framework.head.what").spare(2),
        Column::text("framework.head.state"),
        Column::text("framework.head.id").spare(1),
    ];
    Table { title: Some(Words::key(&format!("framework.table.{kind}"))), columns, rows, ..Table::default() }
}

fn row(named: &Named, what: Cell, state: Cell, detail: Vec<Words>) -> Row {
    Row { cells: vec![both(&named.label, &named.label_en), what, state, data(&named.id)], detail, ..Row::default() }
}

fn text(words: Words) -> Cell {
    Cell::Text(words)
}

fn data(words: &str) -> Cell {
    if words.is_empty() { Cell::Empty } else { Cell::Text(Words::data(words)) }
}

fn both(zh: &str, en: &str) -> Cell {
    Cell::Text(Words::both(zh, en))
}

fn or_unset(words: &str) -> Cell {
    if words.is_empty() { Cell::Unset } else { Cell::Text(Words::data(words)) }
}

fn days(head: &Head) -> Cell {
    match (head.start, head.due) {
        (None, None) => Cell::Unset,
        (start, due) => {
            let day = |d: Option<jiff::civil::Date>| d.map(|d| d.to_string()).unwrap_or_default();
            Cell::Text(Words::data(format!("{} – {}", day(start), day(due))))
        }
    }
}

/// What is said of a framework in use.
fn about(is_tree: bool, part: &Part) -> Vec<Words> {
    let mut said = Vec::new();
    if is_tree {
        said.push(Words::key("framework.is_tree"));
    }
    if !part.head.extends.is_empty() {
        said.push(Words::fill("framework.extends", [Words::data(part.head.extends.join(" "))]));
    }
    if !part.head.note.is_empty() {
        said.push(Words::data(&part.head.note));
    }
    said.extend(materials(&part.head.material));
    said.push(Words::fill("framework.sha256", [Words::data(&part.sha256)]));
    said
}

/// Document, article, how it is known, and from when to when.
fn rests_on(basis: &Basis) -> Vec<Words> {
    let mut said = Vec::new();
    if basis.document.is_empty() {
        said.push(Words::key("framework.no_document"));
    } else {
        said.push(Words::data(format!("{} {}", basis.document, basis.article).trim()));
    }
    said.extend(basis.confidence.map(|c| {
        Words::key(match c {
            Confidence::A => "framework.confidence.a",
            Confidence::B => "framework.confidence.b",
            Confidence::C => "framework.confidence.c",
        })
    }));
    said.extend(basis.in_force());
    said
}

/// What an item rests on, where the framework says, and what it was written from.
fn origin(basis: &Basis, material: &Material) -> Vec<Words> {
    let rests_on = if *basis == Basis::default() { Vec::new() } else { rests_on(basis) };
    rests_on.into_iter().chain(materials(material)).collect()
}

fn materials(material: &Material) -> Vec<Words> {
    if material.is_empty() { Vec::new() } else { vec![Words::fill("framework.material", [Words::data(material.join(" "))])] }
}

/// The word of a kind or roll-up as a framework writes it.
fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}
