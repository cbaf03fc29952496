//! The monthly round 月报轮次: what was asked of which units, by when, and what came.
//!
//! That a round was opened, a file taken, returned or a part finalised are facts; the values themselves
//! come as batches. [`fold_rounds`] makes the ledgers of all rounds from the facts, and [`Ledger::row`] one
//! row of the board from a ledger and what the store counts. Both are pure, so that the order of the facts
//! does not matter and a fact seen twice counts once.

mod ledger;

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use self::ledger::{Arrived, Ledger, fold_rounds};
use super::id::{IndicatorId, LevelId, Uid};
use super::indicator::Indicator;
use super::period::Period;
use super::problem::Problem;
use super::unit::Level;
use super::value::Reading;

/// A round as it was opened. Its name is its period: there is one round a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    /// The period.
    pub period: Period,
    /// The last day on which a file is in time.
    pub due: Date,
    /// The indicators asked, in the order of the template's columns.
    pub asked: Vec<IndicatorId>,
    /// The level whose units answer, one file each.
    pub level: LevelId,
    /// When it was opened, by the writer's clock.
    pub opened: Timestamp,
    /// The post that opened it.
    pub actor: String,
}

/// How a unit stands in a round. Ordered by what needs looking at least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RoundState {
    /// Frozen: 已定稿.
    Final,
    /// Came in time: 已到.
    Came,
    /// Came after the due day: 迟到.
    Late,
    /// Every value is the one of the period before, and nobody said so: 与上月相同.
    Same,
    /// Something is wrong with what came, or it was given back: 有问题.
    Faulty,
    /// Nothing came: 未到.
    Absent,
}

impl RoundState {
    /// All of them, in the order of the board's counts.
    pub const ALL: [Self; 6] = [Self::Absent, Self::Came, Self::Late, Self::Faulty, Self::Same, Self::Final];

    /// The word of `--json` and of the locale keys (`round.state.<word>`).
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Final => "final",
            Self::Came => "came",
            Self::Late => "late",
            Self::Same => "same",
            Self::Faulty => "faulty",
            Self::Absent => "absent",
        }
    }
}

/// A unit in a file that belongs to another: 越界. Its values were left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outside {
    /// Code as the file has it.
    pub code: String,
    /// Name of the unit.
    pub name: String,
    /// Name of the unit that answers for it.
    pub owner: String,
    /// Physical row in the file.
    pub row: Option<u64>,
}

/// A file as it was taken for one unit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// File as the person named it, without folders; one of an archive is `archive.zip/name.xlsx`.
    pub file: String,
    /// SHA-256, hex; of one of an archive, that of its cells.
    pub sha256: String,
    /// SHA-256 of the file that is kept, hex: of one of an archive, the archive's.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub kept: String,
    /// The file says itself that nothing changed: 本月未变.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub declared: bool,
    /// Cells that were read and are for this round.
    pub cells: u32,
    /// Units of others in it, at most [`LISTED_MAX`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outside: Vec<Outside>,
    /// What is wrong with it, at most [`LISTED_MAX`]; free text in it is masked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Problem>,
    /// Headings in it that nothing uses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unused: Vec<String>,
}

/// Most lines that are kept of one file's outside units and of its problems.
pub const LISTED_MAX: usize = 50;

/// A file that came, with when and from whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Receipt {
    /// What.
    pub taken: Taken,
    /// When, by the writer's clock.
    pub at: Timestamp,
    /// The post that took it.
    pub actor: String,
    /// The batch of its values, where they stand; `None` where nothing was loaded or it was taken back.
    pub batch: Option<i64>,
}

/// A file that was given back 退回.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Returned {
    /// Why, in the person's words.
    pub remark: String,
    /// When.
    pub at: Timestamp,
    /// The post that gave it back.
    pub actor: String,
}

/// A unit's part that was frozen 定稿.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Frozen {
    /// When.
    pub at: Timestamp,
    /// The post that froze it.
    pub actor: String,
}

/// A value that changed after its part was frozen 更正.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Correction {
    /// Code of the unit.
    pub code: String,
    /// Name of the unit.
    pub name: String,
    /// The unit.
    pub uid: Uid,
    /// Indicator.
    pub indicator: IndicatorId,
    /// Period of the value.
    pub period: Period,
    /// As it was frozen; a missing reading where nothing had come.
    pub old: Reading,
    /// As it stands now.
    pub new: Reading,
    /// File that brought it.
    pub file: String,
    /// When.
    pub at: Timestamp,
}

/// Cells of a unit's part. `asked = came + elsewhere + missing`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Cells {
    /// Units below × indicators, those not due left out.
    pub asked: u32,
    /// Came in this round.
    pub came: u32,
    /// Known already from another source.
    pub elsewhere: u32,
    /// Neither.
    pub missing: u32,
    /// Not due here 不需报, beside `asked`.
    pub not_due: u32,
    /// Asked cells that the template fills in with the last value.
    pub prefilled: u32,
    /// Of those that came: cells with a value in the period before.
    pub compared: u32,
    /// Of those compared: equal to it.
    pub same: u32,
}

impl Cells {
    /// Adds the cells of another part.
    pub fn add(&mut self, other: Self) {
        self.asked += other.asked;
        self.came += other.came;
        self.elsewhere += other.elsewhere;
        self.missing += other.missing;
        self.not_due += other.not_due;
        self.prefilled += other.prefilled;
        self.compared += other.compared;
        self.same += other.same;
    }

    /// Share of what came that is as in the period before, 0..=1; `None` where nothing can be compared.
    #[must_use]
    pub fn unchanged(self) -> Option<f64> {
        (self.compared > 0).then(|| f64::from(self.same) / f64::from(self.compared))
    }

    /// Everything that came has a value before it and none differs.
    #[must_use]
    pub fn all_same(self) -> bool {
        self.came > 0 && self.compared == self.came && self.same == self.came
    }
}

/// One unit of the board.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RoundRow {
    /// The unit that answers.
    pub uid: Uid,
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// How it stands.
    pub state: RoundState,
    /// The first file with values came after the due day; shown beside every other state too.
    pub late: bool,
    /// Files taken for it, the newest first.
    pub receipts: Vec<Receipt>,
    /// Cells.
    pub cells: Cells,
    /// Share of what came that is as in the period before, 0..=1.
    pub unchanged: Option<f64>,
    /// Given back and nothing new came since.
    pub returned: Option<Returned>,
    /// Frozen.
    pub frozen: Option<Frozen>,
    /// What changed after it was frozen.
    pub corrections: Vec<Correction>,
}

impl RoundRow {
    /// The newest file.
    #[must_use]
    pub fn newest(&self) -> Option<&Receipt> {
        self.receipts.first()
    }

    /// Problems of the newest file.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        self.newest().map_or(&[], |r| &r.taken.problems)
    }

    /// Units of others in the newest file.
    #[must_use]
    pub fn outside(&self) -> &[Outside] {
        self.newest().map_or(&[], |r| &r.taken.outside)
    }
}

/// A field that a round asks for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AskedField {
    /// Indicator.
    pub indicator: Arc<Indicator>,
    /// The period of its values: its own, which contains the end of the round's.
    pub period: Period,
    /// Cells over all units.
    pub cells: Cells,
}

/// What a round costs those who answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Burden {
    /// Cells asked of all units.
    pub asked: u32,
    /// Of these, filled in by the template.
    pub prefilled: u32,
    /// Of these, known already from another source: need not be asked.
    pub elsewhere: u32,
    /// Headings of the files that came which no indicator, rule or screen uses, with the number of files:
    /// 建议不再填报.
    pub unused: Vec<(String, u32)>,
}

/// The board of a round.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RoundPage {
    /// Version of the data.
    pub version: u64,
    /// The round.
    pub round: Round,
    /// The same round as others opened it without knowing of this: to be decided by opening it again.
    pub disputed: Vec<Round>,
    /// The due day is over.
    pub overdue: bool,
    /// Fields asked.
    pub fields: Vec<AskedField>,
    /// One row per unit of the round's level, in the order of the tree.
    pub rows: Vec<RoundRow>,
    /// Number of rows per state, in the order of [`RoundState::ALL`].
    pub states: Vec<(RoundState, u32)>,
    /// Cells of all rows.
    pub cells: Cells,
    /// Burden.
    pub burden: Burden,
}

/// One round in the list of rounds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RoundLine {
    /// The round.
    pub round: Round,
    /// Number of units per state, in the order of [`RoundState::ALL`].
    pub states: Vec<(RoundState, u32)>,
}

/// What taking files into a round would do, or did.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Intake {
    /// The round.
    pub period: Period,
    /// The files, those of an archive one by one, in the order they were named.
    pub files: Vec<IntakeFile>,
    /// Hash of the files and the store's version: what was shown is what is done.
    pub digest: String,
}

/// One file of an intake.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct IntakeFile {
    /// The unit that answers, by the codes inside: uid, code, name; `None` where they do not tell.
    pub unit: Option<(Uid, String, String)>,
    /// What is in it.
    pub taken: Taken,
    /// Nothing of it is kept: no unit, or the very same file was taken before.
    pub skipped: bool,
    /// Its values are corrections 更正: the unit's part is frozen.
    pub correction: bool,
}

/// What one unit is asked, with what is known already: the template is written from it and read by it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Form {
    /// Name of the county.
    pub county: String,
    /// Period of the round.
    pub period: Period,
    /// The last day on which a file is in time.
    pub due: Date,
    /// The unit that answers.
    pub uid: Uid,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// One sheet per level that is asked.
    pub sheets: Vec<FormSheet>,
}

/// The units of one level and the fields asked of them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FormSheet {
    /// The level.
    pub level: Level,
    /// Fields.
    pub fields: Vec<FormField>,
    /// Units, in the order of the tree.
    pub rows: Vec<FormRow>,
}

/// An indicator and the period of the values asked.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FormField {
    /// Indicator.
    pub indicator: Arc<Indicator>,
    /// Period of its values.
    pub period: Period,
}

/// A unit of a form.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FormRow {
    /// The unit.
    pub uid: Uid,
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Name of the unit above, where that is not the one that answers; else empty.
    pub under: String,
    /// Beside the sheet's fields: what stands now, and whether that is of the period asked; else the last
    /// value before it.
    pub cells: Vec<Option<(Reading, bool)>>,
}

/// Number of rows per state, in the order of [`RoundState::ALL`].
#[must_use]
pub fn states(rows: &[RoundRow]) -> Vec<(RoundState, u32)> {
    let count = |state| u32::try_from(rows.iter().filter(|r| r.state == state).count()).unwrap_or(u32::MAX);
    RoundState::ALL.into_iter().map(|state| (state, count(state))).collect()
}

/// The period of an indicator's values that a round asks for: as long as its reports are apart, with the
/// last day of the round's period in it.
#[must_use]
pub fn asked_period(every_months: u8, round: Period) -> Option<Period> {
    let every = i8::try_from(every_months).ok().filter(|n| [1, 3, 6, 12].contains(n))?;
    let end = round.end();
    let first = (end.month() - 1) / every * every + 1;
    let start = Date::new(end.year(), first, 1).ok()?;
    let last = Date::new(end.year(), first + every - 1, 1).ok()?.last_of_month();
    Period::new(start, last)
}

/// The period of a value that stands in a table of a period: the indicator's own where the table's is
/// shorter (a quarter's figure in the sheet of its last month); `None` where it is not due then.
#[must_use]
pub fn value_period(every_months: u8, table: Period) -> Option<Period> {
    if table.months() == 0 || table.months() >= every_months {
        return Some(table);
    }
    asked_period(every_months, table).filter(|own| own.end() == table.end())
}

/// Whether an indicator is due in a round: its own period ends with the round's.
#[must_use]
pub fn is_due(indicator: &Indicator, round: Period) -> bool {
    indicator.derived.is_none() && asked_period(indicator.every_months, round).is_some_and(|p| p.end() == round.end())
}

/// The day on which a round is due where nobody says: its period's last. Any other day would be a policy
/// that nobody made.
#[must_use]
pub fn default_due(round: Period) -> Date {
    round.end()
}

/// The level that answers where nobody says: the one below the highest that has units.
#[must_use]
pub fn default_level(levels: &[Level], top: usize) -> Option<LevelId> {
    levels.get(top + 1).or_else(|| levels.get(top)).map(|l| l.code.clone())
}

/// Name of the batches of a unit's part in a round, in [`super::plan::BatchRow::source`].
#[must_use]
pub fn batch_source(round: Period, code: &str) -> String {
    format!("{BATCH_SOURCE}{round} {code}")
}

/// Period and code of a batch's source, where it is one of a round.
#[must_use]
pub fn of_batch_source(source: &str) -> Option<(Period, &str)> {
    let (period, code) = source.strip_prefix(BATCH_SOURCE)?.split_once(' ')?;
    Some((period.parse().ok()?, code))
}

const BATCH_SOURCE: &str = "round ";

#[cfg(test)]
mod tests {
    use super::*;

    fn period(text: &str) -> Period {
        text.parse().expect("a period")
    }

    #[test]
    fn a_value_in_a_shorter_sheet_is_of_its_own_period_in_its_month_only() {
        let of = |every, table| value_period(every, period(table)).map(|p| p.to_string());
        for (every, table, own) in [
            (3, "2025-09", Some("2025Q3")),
            (3, "2025-08", None),
            (12, "2025-12", Some("2025")),
            (12, "2025Q3", None),
            (1, "2025-08", Some("2025-08")),
            // What is given for a longer time, or for a day, stands as it is.
            (1, "2025Q3", Some("2025Q3")),
            (3, "2025-08-31", Some("2025-08-31")),
        ] {
            assert_eq!(of(every, table).as_deref(), own, "{every} {table}");
        }
    }

    #[test]
    fn an_indicator_is_asked_for_its_own_period() {
        let of = |every, round| asked_period(every, period(round)).map(|p| p.to_string());
        assert_eq!(of(1, "2025-10").as_deref(), Some("2025-10"));
        assert_eq!(of(3, "2025-09").as_deref(), Some("2025Q3"));
        assert_eq!(of(12, "2025-12").as_deref(), Some("2025"));
        assert_eq!(of(6, "2025-08").as_deref(), Some("2025H2"));
        assert_eq!(of(5, "2025-08"), None);
        let mut indicator =
            crate::domain::indicator::tests::sample(crate::domain::indicator::Kind::Count, crate::domain::indicator::Rollup::Sum);
        assert!(is_due(&indicator, period("2025-09")) && !is_due(&indicator, period("2025-10")));
        indicator.derived = Some(crate::domain::indicator::Derived::Branches);
        assert!(!is_due(&indicator, period("2025-09")));
    }

    #[test]
    fn the_name_of_a_batch_reads_back() {
        let name = batch_source(period("2025-10"), "0990 1");
        assert_eq!(of_batch_source(&name), Some((period("2025-10"), "0990 1")));
        assert_eq!(of_batch_source("values.csv"), None);
    }
}
