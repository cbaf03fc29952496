//! Stand-in until classes are merged.
use crate::domain::indicator::Classing;

/// Bounds.
pub fn bounds(values: &mut Vec<f64>, classing: Classing, bands: &[f64], max_classes: usize) -> Vec<f64> {
    if classing == Classing::Policy && !bands.is_empty() {
        return bands.to_vec();
    }
    values.sort_by(f64::total_cmp);
    let mut out: Vec<f64> = (1..max_classes).filter_map(|n| values.get(n * values.len() / max_classes).copied()).collect();
    out.dedup();
    out
}
/// Class.
#[must_use]
pub fn class_of(value: f64, bounds: &[f64]) -> u8 {
    bounds.iter().filter(|b| **b <= value).count() as u8
}
