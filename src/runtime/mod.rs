//! Where the pure core meets the machine: terminal, clock, files, threads.
//!
//! [`engine`] holds an open workspace; [`headless`] runs the core without a terminal (print,
//! tests); [`session`] runs it in one.

pub mod ansi;
pub mod create;
pub mod demo;
pub mod encode;
pub mod engine;
pub mod environment;
pub mod files;
pub mod folders;
pub mod frameworks;
pub mod headless;
pub mod log;
pub mod offscreen;
mod rounds;
pub mod session;
pub mod settings;
pub mod terminal;
pub mod worker;
