//! Stand-in until the raster is merged.
use super::shape::Shapes;
use crate::domain::id::Uid;
use crate::domain::scene::{Extent, MapSize, OUTSIDE, Raster};

/// Rasterises.
#[must_use]
pub fn rasterise(shapes: &Shapes, extent: Option<Extent>, size: MapSize, version: u64, points: &[(Uid, [f64; 2])]) -> Option<Raster> {
    let extent = extent.or(shapes.extent())?;
    Some(Raster {
        version,
        extent,
        size,
        units: shapes.uids.clone(),
        group: vec![OUTSIDE; shapes.uids.len()],
        middle_deg: shapes.middle_deg.clone(),
        samples: vec![OUTSIDE; usize::from(size.cols_cells) * 2 * usize::from(size.rows_cells) * 4],
        anchors: vec![],
        crowds: vec![],
        hidden_share: 0.0,
        points: points.iter().map(|p| (p.0, 0, 0)).collect(),
    })
}
