//! Coordinate reference systems: what is accepted, what is refused.
