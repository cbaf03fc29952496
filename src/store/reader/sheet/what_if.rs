//! 假设.

use crate::domain::problem::Problem;
use crate::domain::sheet::{Sheet, Threshold};
use crate::domain::view_state::ViewState;
use crate::store::reader::ask::Ask;

pub(super) fn fill(
    _ask: &Ask<'_>,
    _view: &ViewState,
    _rule: &str,
    _test: usize,
    _value: Threshold,
    _sheet: &mut Sheet,
) -> Result<(), Problem> {
    Ok(())
}
