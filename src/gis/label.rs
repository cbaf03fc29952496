//! Where labels stand.
