//! 目标.

use crate::domain::problem::Problem;
use crate::domain::sheet::Sheet;
use crate::domain::view_state::ViewState;
use crate::store::reader::ask::Ask;

pub(super) fn fill(_ask: &Ask<'_>, _view: &ViewState, _sheet: &mut Sheet) -> Result<(), Problem> {
    Ok(())
}
