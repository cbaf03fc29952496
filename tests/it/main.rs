//! Integration tests: one binary, so that the product is linked once.
//!
//! Everything here drives the real executable, or reads the sources. A test that cannot run on
//! this machine says so through [`skip!`] and the CI run fails on that.

#[macro_use]
mod support;

mod bad;
mod bytes;
mod corpus_frameworks;
mod corpus_maps;
mod corpus_tables;
mod demo;
mod figures;
mod forms;
mod frameworks;
mod generated;
mod import;
mod import_maps;
mod layers;
mod numbers;
mod print;
mod pty;
mod readme;
mod real;
mod round;
mod screen;
mod snapshot;
mod ssh;
mod systems;
mod truth;
