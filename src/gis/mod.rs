//! Bytes → boundaries → cells: pure after reading.
//!
//! [`read`] → [`crs`] → [`validate`] → [`topology`] → [`pack`] (stored) → [`raster`] → [`compose`];
//! [`thin`] stands in for what is stored until it is.

pub mod check;
pub mod classify;
pub mod compose;
pub mod crs;
pub mod label;
pub mod locate;
pub mod measure;
pub mod near;
pub mod neighbour;
pub(crate) mod original;
pub mod pack;
pub mod raster;
pub mod read;
pub mod shape;
pub mod thin;
pub mod topology;
pub mod validate;
