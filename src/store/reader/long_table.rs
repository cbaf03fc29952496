//! The roll-up straight from the long table, without blocks: what the blocks are checked against.

use rusqlite::named_params;

use super::Reader;
use crate::domain::id::{IndicatorId, LevelId, Uid};
use crate::domain::period::Period;
use crate::domain::problem::Problem;
use crate::store::world;

/// Sums of one indicator over the units of the reporting level below one unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Sum {
    /// The unit above.
    pub uid: Uid,
    /// Indicator.
    pub indicator: IndicatorId,
    /// Sum of the numerators.
    pub num: f64,
    /// Sum of the denominators.
    pub den: f64,
    /// Sum of the values.
    pub value: f64,
    /// Units that reported a number.
    pub reported: u32,
}

impl Reader {
    /// Sums of all reports of `level` in a period, by the unit of `above` that they lie in.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn roll_up_long_table(
        &self,
        level: &LevelId,
        above: &LevelId,
        indicators: &[IndicatorId],
        period: Period,
    ) -> Result<Vec<Sum>, Problem> {
        let county = world::county(&self.reference)?;
        let wanted = serde_json::to_string(indicators).map_err(|e| crate::store::error::damaged("reference.db", e))?;
        let mut statement = self.reference.prepare_cached(include_str!("../queries/roll_up.sql"))?;
        let (start, end) = (period.start().to_string(), period.end().to_string());
        let parameters = named_params! {
            ":county": county, ":level": level.as_str(), ":above": above.as_str(), ":indicators": wanted, ":start": start, ":end": end
        };
        let rows = statement.query_map(parameters, |row| {
            Ok(Sum {
                uid: world::uid(row, 0)?,
                indicator: IndicatorId::from(row.get::<_, String>(1)?),
                num: row.get(2)?,
                den: row.get(3)?,
                value: row.get(4)?,
                reported: row.get(5)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
