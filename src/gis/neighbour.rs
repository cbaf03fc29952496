//! The unit next to another one in a direction.
