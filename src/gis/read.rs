//! The hot reader of GeoJSON: raw feature slices, exact positions in errors.
