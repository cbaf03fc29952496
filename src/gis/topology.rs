//! Shared arcs of a layer and their simplification.
