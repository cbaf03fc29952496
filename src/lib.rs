//! xiantu 县图: a terminal map for county-wide oversight of grassroots organisations.
//!
//! This page is the architecture. The README says what the product does; here is where things
//! happen and why they happen there.
//!
//! # Layers
//!
//! ```text
//! domain, locale ◄── framework, gis ◄── rules ◄──┬── ui ◄────────────────────────────┐
//!                                                └── store ◄── import, export ◄──────┴── runtime ◄── cli ◄── main
//! ```
//!
//! An arrow points at what a layer may use. `tests/it/layers.rs` reads the paths in the sources and
//! fails on an arrow against the direction.
//!
//! | layer | holds | never |
//! |---|---|---|
//! | [`domain`] | units, values, periods, facts, pages, requests: plain data and its arithmetic | input or output, a clock |
//! | [`locale`] | every text, in Chinese and English, from `data/locales` | |
//! | [`framework`] | one TOML file → levels, zones, indicators, rules, with all mistakes at once; the privacy gate | the name of a level or an indicator |
//! | [`gis`] | bytes → boundaries → cells, pure after reading | a terminal, SQL |
//! | [`rules`] | conditions over a snapshot → leads with their evidence | a verdict |
//! | [`ui`] | model, messages, actions, views | a terminal, file, clock, socket, SQL |
//! | [`store`] | two SQLite files; the only place with SQL | a screen |
//! | [`import`] | manifest and tables → a batch | |
//! | [`export`] | templates of a round, files given back: workbooks whose cells of data are never formulas | a file format's reader |
//! | [`runtime`] | the session: terminal, worker, caches, clock | a decision |
//! | [`cli`] | one file per subcommand | |
//!
//! `ui` and `store` never see each other. They meet in plain data: [`domain::request`] has the
//! questions, the commands and the answers. So the same screens can stand on another store, and
//! the same store can answer another screen, a document or a pipe.
//!
//! What differs between counties is data: levels, indicators, bands and rules come from
//! `data/frameworks/*.toml`, and a test searches the sources for their ids.
//!
//! # One direction
//!
//! ```text
//! keys ─► Message ─► keymap ─► Action ─► update(&mut Model, Message) -> Vec<Effect> ─► worker (store, gis, files)
//!                                             │ only if something changed                    │
//! terminal ◄─ diff ◄─ Buffer ◄─ view(&Model, &mut Frame)  ◄──── Message::Loaded{request, result} ◄┘
//! ```
//!
//! `update` is total and does no input or output; `view` is pure; time arrives as a message. Nothing
//! is drawn on a tick: an idle screen sends no byte. A result whose request is no longer the current
//! one is dropped. The same core runs in the terminal, under `print`, and in tests, so a list of keys
//! leads to the same screen everywhere.
//!
//! Actions are one table (id, text, contexts, grant, default keys). Keymap, help, hints, palette and
//! the key table of the README are made from it.
//!
//! # From a question to an answer
//!
//! A screen asks a [`domain::request::Query`] with its [`domain::view_state::ViewState`] and the
//! session's [`domain::access::Access`], and gets a page ([`domain::page`]): numbers with their
//! provenance, before any layout. The screen, `--plain`, `--json` and paper print the page, so they
//! cannot disagree.
//!
//! A write is a [`domain::request::Command`]. It can only be made from a permit, and a permit only
//! from an access that holds the grant: in a read-only session the write is not hidden, it cannot be
//! built.
//!
//! # What is kept
//!
//! | file | holds | if it is lost |
//! |---|---|---|
//! | `data/reference.db` | units, boundaries, branches, values, frameworks in use, in batches | rebuilt from the kept source files |
//! | `data/records.db` | what people recorded: an append-only log of facts | nothing can bring it back: a write is acknowledged only after commit |
//!
//! Reference rows are only inserted; a batch that is withdrawn is stamped. Every question carries
//! [`domain::as_of::AsOf`], the day it asks about and the moment of knowledge, so that undo, a past
//! briefing and a later correction are one mechanism. Facts and values name a [`domain::id::Uid`],
//! never a code or a name; a renamed unit keeps its history.
//!
//! The state of a mark is a fold over facts ([`domain::fact::fold_marks`]), an observed-remove set:
//! merging two logs is their union, in any order, once or twice. Signatures are empty until there are
//! keys; the shape of a fact will not change for them.
//!
//! The truth of a number is a row of the long table of values: state, numerator, denominator, source
//! row. A packed column per (level, indicator, period, data version) follows from it, so that a screen
//! never groups rows. Missing, none and not due are three states ([`domain::value::State`]) and never 0;
//! a parent's value follows from *all* units of the reporting level by the indicator's own rule
//! ([`domain::indicator::Tally`]), with n/N beside it.
//!
//! # Boundaries become cells
//!
//! ```text
//! bytes ─► features ─► lon/lat ─► validated ─► shared arcs ─► simplified per zoom ─► packed, indexed   (once, stored)
//!          position     WGS 84     problems     1e-7° snap     measures keep the
//!          in errors    CGCS2000   listed       of borders     original
//!
//! packed ─► visible units, half a cell's tolerance ─► samples 2×4 per cell ─► classes ─► glyphs and colours   (per screen)
//!                                                     cached raster            per indicator, per session
//! ```
//!
//! The first frames of a workspace that has nothing stored yet come before all that: features are
//! thinned on one grid ([`gis::thin`]) and shown from memory, level by level. Then the files are read
//! again to be hashed, checked and stored, one transaction each, and what is stored replaces what was
//! shown. Nothing of a glance is ever stored, so a process that ends between the two has loaded nothing.
//!
//! - The cost of a frame follows the cells and the visible vertices, not the size of the county.
//! - The raster ([`domain::scene::Raster`]) knows no class, colour or selection: it is cached by data
//!   version, level, extent and size, shared by all sessions, and switching the indicator never
//!   rasterises again.
//! - A unit below one sample is never lost: it is merged into a crowd of its cell, and the selection
//!   is always visible.
//! - Areas and point-in-polygon use the original coordinates, never the simplified ones.
//! - Locale, colour depth, width of ambiguous glyphs and the clock belong to a session, never to a
//!   global: sessions of one process may differ in each.
//!
//! # Trouble
//!
//! A problem of an input is data ([`domain::problem::Problem`]): code, place, arguments; worded per
//! language at the edge, with hostile characters shown and not obeyed. What stops what: a file that
//! is not what it says is refused whole; a record that cannot be used is kept aside and listed; a
//! flaw that does no harm is marked. Read = drawn + listed. [`domain::exit::Exit`] has the exit codes
//! of all commands.
//!
//! # Seams
//!
//! Made now so that what comes later changes no shape: `AsOf` in every question; uids instead of codes;
//! `county` leading every key; `Access` with every query and command; facts that can be signed and
//! exchanged; pages before layout; a raster before cells, and a scene that other renderers can draw;
//! messages that can be recorded and played back.

pub mod cli;
pub mod domain;
pub mod export;
pub mod framework;
pub mod gis;
pub mod import;
pub mod locale;
pub mod rules;
pub mod runtime;
pub mod store;
pub mod ui;
