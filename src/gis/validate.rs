//! What is wrong with a ring.
