//! 原因.

use crate::domain::problem::Problem;
use crate::domain::sheet::{Against, Sheet};
use crate::domain::view_state::ViewState;
use crate::store::reader::ask::Ask;

pub(super) fn fill(_ask: &Ask<'_>, _view: &ViewState, _against: Against, _sheet: &mut Sheet) -> Result<(), Problem> {
    Ok(())
}
