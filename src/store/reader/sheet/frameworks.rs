//! 体系.

use crate::domain::problem::Problem;
use crate::domain::sheet::Sheet;
use crate::store::reader::ask::Ask;

pub(super) fn all(_ask: &Ask<'_>, _sheet: &mut Sheet) -> Result<(), Problem> {
    Ok(())
}

pub(super) fn one(_ask: &Ask<'_>, _id: &str, _sheet: &mut Sheet) -> Result<(), Problem> {
    Ok(())
}
