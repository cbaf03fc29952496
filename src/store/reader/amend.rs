//! Where a value that made a lead hold is corrected: beside its batch, or in its table.

use super::ask::Ask;
use super::gauge::shown_at;
use crate::domain::decision::Amend;
use crate::domain::page::Lead;
use crate::domain::problem::Problem;
use crate::domain::value::Origin;
use crate::framework::condition::Operand;
use crate::store::current;

impl Ask<'_> {
    /// Of the first test that holds; `None` where the lead rests on nothing that was loaded.
    pub(in crate::store) fn amend(&self, lead: &Lead) -> Result<Option<Amend>, Problem> {
        let place = self.place(lead.entity)?;
        let Some(rule) = self.framework.rules.iter().find(|rule| rule.id == lead.rule) else { return Ok(None) };
        let tests = rule.when.tests();
        let Some((test, tested)) = tests.iter().zip(&lead.tests).find(|(_, tested)| tested.holds == Some(true)) else { return Ok(None) };
        if let Operand::Field(column) | Operand::Age { field: column, .. } = &test.left {
            let row = current::row_of(self.connection, &self.world, lead.entity)?;
            let text = tested.basis.split_once('=').map(|(_, text)| text).unwrap_or_default();
            return Ok(Some(Amend::Cell { file: row.file, part: row.part, row: row.row, column: column.clone(), text: text.to_owned() }));
        }
        let Some(id) = &tested.indicator else { return Ok(None) };
        let indicator = self.indicator(id)?;
        let Some(unit) = self.reader(place, indicator) else { return Ok(None) };
        self.table(unit.0)?;
        let shown = shown_at(self, indicator, tested.period, unit, None)?;
        let name = self.world.name(unit).to_owned();
        Ok(Some(match (tested.period, shown.origin) {
            (Some(period), Origin::Reported) => {
                Amend::Value { entity: self.uid(unit), name, indicator: indicator.id.clone(), period, old: shown }
            }
            _ => Amend::Sum { name, indicator: indicator.id.clone() },
        }))
    }
}
