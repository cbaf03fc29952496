//! Areas and distances on the ellipsoid, from the original geometry.
