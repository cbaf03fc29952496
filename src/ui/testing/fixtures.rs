//! What the made-up workspace answers to the screens of the desk.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::domain::fact::Correction;
use crate::domain::files::{FileEntry, FileKind, FileList};
use crate::domain::id::{IndicatorId, Uid};
use crate::domain::indicator::Indicator;
use crate::domain::map_layer::{MapLayer, MapPlace, Outline, PlaceKind};
use crate::domain::period::Period;
use crate::domain::plan::{
    About, Answer, BatchRow, Cause, Change, ChangeKind, Choices, Counts, FieldChange, Input, Plan, Question, Rests, Target, UnitChange,
    UnitChangeKind, Unmatched,
};
use crate::domain::problem::{Problem, Severity, Spot};
use crate::domain::quality::{Fault, FaultKind, FaultUnit, NotJoined, QualityPage, Size, Under};
use crate::domain::request::Write;
use crate::domain::round::{
    self, Burden, Cells, Frozen, Intake, IntakeFile, Outside, Receipt, Round, RoundLine, RoundPage, RoundRow, RoundState, Taken,
};
use crate::domain::scene::Extent;
use crate::domain::value::Reading;
use crate::domain::view_state::ViewState;

/// The corrections of a value among what was written and not taken back.
pub(super) fn corrections(uid: Uid, of: &IndicatorId, writes: &[Write]) -> Vec<Correction> {
    let withdrawn = |fact| writes.iter().any(|w| matches!(w, Write::Uncorrect { corrections, .. } if corrections.contains(&fact)));
    let made = writes.iter().zip(2u128..).filter_map(|(write, n)| match write {
        Write::Correct { entity, indicator, period, old, new, source, reason } if *entity == uid && indicator == of => Some(Correction {
            // As the made-up store counts its facts.
            fact: uuid::Uuid::from_u128(n),
            entity: uid,
            indicator: of.clone(),
            period: *period,
            old: old.clone(),
            new: new.clone(),
            source: source.clone(),
            reason: reason.clone(),
            actor: "某镇组织委员".into(),
            at: jiff::Timestamp::UNIX_EPOCH,
        }),
        _ => None,
    });
    made.filter(|c| !withdrawn(c.fact)).collect()
}

fn uid(code: &str) -> Uid {
    Uid::of_unit("990121", "t", "leaf", code)
}

/// A folder of a disk that has only a few.
pub(super) fn files(dir: &Path) -> FileList {
    let dir =
        if dir.as_os_str().is_empty() { PathBuf::from("/county") } else { PathBuf::from(dir.to_string_lossy().trim_end_matches('/')) };
    let entry = |name: &str, kind, size_bytes| FileEntry {
        path: dir.join(name),
        name: name.to_owned(),
        kind,
        size_bytes,
        modified: (kind != FileKind::Folder).then(|| jiff::civil::date(2025, 10, 9)),
    };
    let entries = match dir.to_str() {
        Some("/county") => vec![
            entry("maps", FileKind::Folder, 0),
            entry("月报", FileKind::Folder, 0),
            entry("乡镇.geojson", FileKind::Map, 37_748_736),
            entry("指标 2025Q3.csv", FileKind::Table, 24_576),
            entry("说明.pdf", FileKind::Other, 912),
        ],
        Some("/county/月报") => {
            vec![entry("上坝乡 10月.xlsx", FileKind::Table, 18_000), entry("河口镇 10月.xlsx", FileKind::Table, 18_100)]
        }
        _ => Vec::new(),
    };
    FileList { parent: dir.parent().map(Path::to_path_buf), dir, entries, left_out: 0 }
}

/// A plan with something of everything. What was decided is heeded.
pub(super) fn plan(files: &[PathBuf], choices: &Choices) -> Plan {
    let file = files.first().map_or_else(String::new, |f| f.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned()));
    let spot = |line: u64| Spot { file: file.clone(), line: Some(line), ..Spot::default() };
    let answer = |value: &str| Answer { value: value.to_owned(), why: (String::new(), Vec::new()) };
    let target = choices.target.clone();
    let mut questions = vec![Question {
        about: About::Word { heading: "集体收入".into(), word: "/".into(), cells: 3 },
        spot: Spot { field: Some("集体收入".into()), ..spot(9) },
        needed: !choices.meanings.contains_key("集体收入"),
        answers: ["not-due", "none", "zero", "missing"].map(answer).to_vec(),
    }];
    if target.is_none() {
        questions.insert(
            0,
            Question {
                about: About::Target,
                spot: Spot { file: file.clone(), ..Spot::default() },
                needed: true,
                answers: ["values", "branches", "leaf"].map(answer).to_vec(),
            },
        );
    }
    questions.push(Question { about: About::Since, spot: Spot::default(), needed: false, answers: vec![answer("2025-10-12")] });
    let unmatched = |id: &str, in_file, key: &str, name: &str, cause, to: Option<(&str, &str)>| Unmatched {
        id: id.to_owned(),
        in_file,
        spot: spot(17),
        key: key.to_owned(),
        name: name.to_owned(),
        rows: 2,
        cause,
        suggestion: to.map(|(code, name)| (uid(code), code.to_owned(), name.to_owned())),
        accepted: choices.accept.contains(id) || choices.accept_causes.contains(&cause),
    };
    let unmatched = vec![
        unmatched("u1", true, "9901211", "第1片", Cause::LeadingZeros, Some(("09901211", "第1片"))),
        unmatched("u2", true, "9901212", "第2片", Cause::LeadingZeros, Some(("09901212", "第2片"))),
        unmatched("u3", true, "上坝村", "", Cause::NameVariant, Some(("990121101", "上坝社区"))),
        unmatched("u4", true, "12345", "外县", Cause::Unknown, None),
        unmatched("u5", false, "990121102004", "第4片", Cause::Unknown, None),
    ];
    let accepted = unmatched.iter().filter(|u| u.accepted).count() as u64;
    let value =
        |old: &str, new: &str| FieldChange { field: "X-3".into(), period: "2025Q3".parse().ok(), old: old.to_owned(), new: new.to_owned() };
    let change = |kind, code: &str, name: &str, fields| Change {
        kind,
        uid: uid(code),
        code: code.to_owned(),
        name: name.to_owned(),
        spot: spot(12),
        fields,
    };
    Plan {
        inputs: vec![Input {
            file: file.clone(),
            part: "10月".into(),
            format: "csv".into(),
            encoding: Some(("GB18030".into(), true)),
            period: "2025Q3".parse().ok(),
            columns: [("code", "代码"), ("X-3", "集体收入(万元)")].map(|(a, b)| (a.to_owned(), b.to_owned())).into(),
            unused: vec!["备注".into()],
            read: 30,
            kept: 24,
            cut: 6,
            sha256: "0123456789abcdef".repeat(4),
            ..Input::default()
        }],
        target: target.or(questions.is_empty().then_some(Target::Values)),
        questions,
        counts: Counts {
            new: 2 + accepted,
            changed: 1,
            gone: 1,
            unchanged: 20,
            unmatched_file: 4 - accepted,
            unmatched_store: 1,
            aside: 1,
        },
        changes: vec![
            change(ChangeKind::New, "990121100000", "第1片", vec![value("", "12.5")]),
            change(ChangeKind::New, "990121100001", "第2片", vec![value("", "无")]),
            change(ChangeKind::Changed, "990121100002", "第3片", vec![value("81", "85.2")]),
            change(ChangeKind::Gone, "990121100003", "第4片", vec![value("7", "")]),
        ],
        unmatched,
        unit_changes: vec![UnitChange {
            kind: UnitChangeKind::Merged,
            before: vec![(uid("1"), "1".into(), "东村".into()), (uid("2"), "2".into(), "西村".into())],
            after: vec![(uid("3"), "3".into(), "东西村".into())],
            since: jiff::civil::date(2025, 10, 1),
            overlap: Some(0.987),
        }],
        problems: vec![
            Problem::new("E_GEOJSON_NO_ID", Severity::Aside, &*file).line(14),
            Problem::new("E_GEOM_NUMBER", Severity::Aside, &*file).line(21).field("集体收入").arg("约3"),
            Problem::new("E_GEOJSON_BOM", Severity::Mark, &*file).line(1),
        ],
        digest: format!("{choices:?}"),
    }
}

/// A gap, a bow-tie and an overlap in the land of the made-up workspace: the top, a middle and a leaf.
pub(super) fn quality(units: [(Uid, &str, &str); 3], only: Option<FaultKind>) -> QualityPage {
    let unit = |n: usize| FaultUnit { uid: units[n].0, code: units[n].1.to_owned(), name: units[n].2.to_owned() };
    let ring = |x: f64, y: f64, side: f64| vec![[x, y], [x + side, y], [x + side, y + side], [x, y + side]];
    let fault = |kind: FaultKind, level: &str, units: Vec<FaultUnit>, rings: Vec<Vec<[f64; 2]>>, size: Size| {
        let at = rings.first().map_or([110.4, 31.4], |ring| ring[0]);
        let far = rings.first().map_or(at, |ring| ring[2]);
        Fault {
            kind,
            grade: kind.grade(),
            level: level.into(),
            units,
            place_deg: at,
            extent: Extent { min_x_deg: at[0], min_y_deg: at[1], max_x_deg: far[0], max_y_deg: far[1] },
            size,
            rings_deg: rings,
        }
    };
    let faults = vec![
        fault(FaultKind::Gap, "top", vec![unit(0), unit(1)], vec![ring(110.8, 30.8, 0.5)], Size { area_m2: 6.2e6, length_m: 3100.0 }),
        fault(FaultKind::Gap, "top", vec![unit(0)], vec![ring(112.2, 31.2, 0.1)], Size { area_m2: 830.0, length_m: 400.0 }),
        fault(FaultKind::Overlap, "mid", vec![unit(1)], vec![ring(110.2, 31.2, 0.2)], Size { area_m2: 12_300.0, length_m: 900.0 }),
        fault(FaultKind::SelfCrossing, "leaf", vec![unit(2)], vec![], Size::default()),
    ];
    QualityPage {
        version: 1,
        tolerance_m: 0.5,
        units: 31,
        faults: faults.into_iter().filter(|f| only.is_none_or(|kind| kind == f.kind)).collect(),
        under: vec![Under { kind: FaultKind::Gap, count: 17, area_m2: 3.25 }],
        covers: vec![],
        not_joined: vec![NotJoined {
            batch: 7,
            in_file: true,
            file: "月报.xlsx".to_owned(),
            sheet: "表一".to_owned(),
            row: Some(12),
            key: "9901".to_owned(),
            name: String::new(),
            rows: 2,
            cause: Cause::LeadingZeros,
            unit: Some((units[2].0, units[2].1.to_owned(), units[2].2.to_owned())),
        }],
    }
}

fn taken(file: &str, cells: u32) -> Taken {
    Taken {
        file: file.to_owned(),
        sha256: "ab".repeat(32),
        kept: String::new(),
        declared: false,
        cells,
        outside: vec![],
        problems: vec![],
        unused: vec![],
    }
}

fn opened(period: Period) -> Round {
    Round {
        period,
        due: jiff::civil::date(2025, 10, 25),
        asked: vec!["X-1".into(), "X-3".into()],
        level: "mid".into(),
        opened: jiff::Timestamp::UNIX_EPOCH,
        actor: "某县组织科".into(),
    }
}

fn period(text: &str) -> Period {
    text.parse().expect("a period")
}

/// Two rounds.
pub(super) fn rounds() -> Vec<RoundLine> {
    ["2025-10", "2025-09"].map(|text| RoundLine { round: opened(period(text)), states: vec![] }).to_vec()
}

/// A round with every state.
pub(super) fn round(of: Option<Period>, units: &[(Uid, String, String)], indicators: &[Arc<Indicator>]) -> RoundPage {
    let of = of.unwrap_or_else(|| period("2025-10"));
    let at = "2025-10-20T02:00:00Z".parse().expect("a time");
    let states = [RoundState::Absent, RoundState::Came, RoundState::Faulty, RoundState::Same, RoundState::Final, RoundState::Late];
    let rows: Vec<RoundRow> = units
        .iter()
        .zip(states)
        .map(|((uid, code, name), state)| {
            let mut taken = taken(&format!("{name} 10月.xlsx"), 8);
            if state == RoundState::Faulty {
                taken.problems.push(Problem::new("E_GEOM_NUMBER", Severity::Aside, &*taken.file).line(9).field("集体收入").arg("约3"));
                taken.outside.push(Outside { code: "990122101".into(), name: "邻村".into(), owner: "邻乡".into(), row: Some(17) });
                taken.unused.push("备注".into());
            }
            let came = state != RoundState::Absent;
            let receipts = if came { vec![Receipt { taken, at, actor: "某县组织科".into(), batch: Some(7) }] } else { vec![] };
            RoundRow {
                uid: *uid,
                code: code.clone(),
                name: name.clone(),
                state,
                late: state == RoundState::Late,
                receipts,
                cells: Cells { asked: 10, came: if came { 8 } else { 0 }, missing: if came { 2 } else { 10 }, ..Cells::default() },
                unchanged: came.then_some(if state == RoundState::Same { 1.0 } else { 0.4 }),
                returned: None,
                frozen: (state == RoundState::Final).then(|| Frozen { at, actor: "某县组织科".into() }),
                corrections: if state == RoundState::Final {
                    vec![round::Correction {
                        code: code.clone(),
                        name: "第1片".into(),
                        uid: *uid,
                        indicator: indicators[2].id.clone(),
                        period: of,
                        old: Reading::of(12.0),
                        new: Reading::of(15.0),
                        file: "更正.xlsx".into(),
                        at,
                    }]
                } else {
                    vec![]
                },
            }
        })
        .collect();
    RoundPage {
        version: 1,
        round: opened(of),
        disputed: vec![],
        overdue: false,
        fields: vec![],
        states: round::states(&rows),
        cells: Cells { asked: 60, came: 40, missing: 20, ..Cells::default() },
        burden: Burden { asked: 60, prefilled: 36, elsewhere: 4, unused: vec![("备注".into(), 1), ("排名".into(), 3)] },
        rows,
    }
}

/// The first file is of the first unit, the second of nobody.
pub(super) fn intake(of: Option<Period>, files: &[PathBuf], units: &[(Uid, String, String)]) -> Intake {
    let name = |path: &PathBuf| path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    let files: Vec<IntakeFile> = files
        .iter()
        .enumerate()
        .map(|(n, path)| IntakeFile {
            unit: (n == 0).then(|| units[0].clone()),
            taken: taken(&name(path), 8),
            skipped: n > 0,
            correction: false,
        })
        .collect();
    Intake { period: of.unwrap_or_else(|| period("2025-10")), files, digest: "d".into() }
}

/// What rests on batches: one later batch on the oldest import.
pub(super) fn rests(batches: &[i64]) -> Vec<Rests> {
    let one = Rests { id: 43, file: "later.xlsx".into(), known_from_ms: 0, rows: 3 };
    if batches.contains(&41) { vec![one] } else { Vec::new() }
}

/// Three batches: two of one import, one of the workspace.
pub(super) fn batches(withdrawn: &[i64]) -> Vec<BatchRow> {
    let row = |id: i64, kind: &str, file: &str, import, rows| BatchRow {
        id,
        kind: kind.to_owned(),
        source: "X-3".into(),
        file: file.to_owned(),
        known_from_ms: 1_760_000_000_000 + id * 60_000,
        withdrawn_at_ms: withdrawn.contains(&id).then_some(1_760_100_000_000),
        sha256: "fedcba9876543210".repeat(4),
        import,
        actor: if import == 0 { String::new() } else { "某县组织科".into() },
        rows,
    };
    vec![row(42, "values", "指标 2025Q3.csv", 7, 24), row(41, "units", "指标 2025Q3.csv", 7, 3), row(3, "layer", "maps/乡镇.geojson", 0, 6)]
}

/// Two stations and a route, placed by the extent; the union of a region where the second scope is chosen.
pub(super) fn layer(view: &ViewState, extent: &Extent, kinds: &[String]) -> MapLayer {
    let at = |x: f64, y: f64| {
        [extent.min_x_deg + (extent.max_x_deg - extent.min_x_deg) * x, extent.max_y_deg - (extent.max_y_deg - extent.min_y_deg) * y]
    };
    let place = |kind: &str, n: usize, name: &str, state: &str, line: &[[f64; 2]]| {
        let kind = kinds.iter().position(|k| k == kind)?;
        let uid = Uid::of_record("990121", "place", &n.to_string());
        Some(MapPlace { uid, kind, name: name.into(), state: state.into(), lines_deg: vec![line.to_vec()] })
    };
    let places = [
        place("服务站", 1, "垭口站", "", &[at(0.3, 0.4)]),
        place("服务站", 2, "河湾站", "待改", &[at(0.6, 0.7)]),
        place("牧道", 3, "转场道", "", &[at(0.25, 0.25), at(0.5, 0.5), at(0.8, 0.45)]),
    ];
    let outline = Outline { label: "片区".into(), units_deg: vec![vec![vec![at(0.2, 0.2), at(0.7, 0.2), at(0.7, 0.8), at(0.2, 0.8)]]] };
    MapLayer {
        version: 1,
        kinds: kinds
            .iter()
            .map(|kind| PlaceKind {
                kind: kind.clone(),
                drawn: if kind == "牧道" { 1 } else { 2 },
                out_of_season: u32::from(kind == "服务站"),
                nowhere: 0,
            })
            .collect(),
        places: places.into_iter().flatten().collect(),
        outlines: if view.scope.zones.contains("m") { vec![outline] } else { Vec::new() },
    }
}
