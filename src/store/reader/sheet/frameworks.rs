//! 体系: the frameworks in use, and what each declares.

use crate::domain::problem::{Problem, Severity};
use crate::domain::sheet::{Sheet, Words};
use crate::store::reader::ask::Ask;

/// The frameworks in use.
pub(super) fn all(ask: &Ask<'_>, sheet: &mut Sheet) -> Result<(), Problem> {
    sheet.tables = vec![ask.framework.parts_table()];
    Ok(())
}

/// One of them, part by part.
///
/// # Errors
/// `E_NO_FRAMEWORK` where it is not in use.
pub(super) fn one(ask: &Ask<'_>, id: &str, sheet: &mut Sheet) -> Result<(), Problem> {
    let part = ask.framework.parts.iter().find(|p| p.id == id);
    let part = part.ok_or_else(|| Problem::new("E_NO_FRAMEWORK", Severity::Refused, "").arg(id))?;
    sheet.about = vec![Words::both(&*part.name, &*part.name_en)];
    sheet.tables = ask.framework.part_tables(id);
    Ok(())
}
