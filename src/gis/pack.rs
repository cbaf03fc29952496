//! Boundaries as stored: chunks of units per level of detail.
