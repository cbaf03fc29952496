//! xiantu 县图: a terminal map for county-wide oversight of grassroots organisations.
//!
//! This page is the architecture. The README says what the product does; here is where things
//! happen and why they happen there.
//!
//! # Layers
//!
//! ```text
//! domain, locale ◄── framework, gis ◄──┬── rules ◄──┬── ui ◄──────────────────┐
//!                                      │            └── store ◄── import ◄────┼── runtime ◄── cli ◄── main
//!                                      └── export ◄───────────────────────────┘
//! ```
//!
//! An arrow points at what a layer may use. `tests/it/layers.rs` reads the paths in the sources and
//! fails on an arrow against the direction.
//!
//! | layer | holds | never |
//! |---|---|---|
//! | [`domain`] | units, values, periods, facts, pages, requests: plain data and its arithmetic | input or output, a clock |
//! | [`locale`] | every text, in Chinese and English, from `data/locales` | |
//! | [`framework`] | TOML files → levels, zones, indicators, targets, rules …, with all mistakes at once; several as one; the privacy gate | the name of a level or an indicator |
//! | [`gis`] | bytes → boundaries → cells, pure after reading | a terminal, SQL |
//! | [`rules`] | conditions over a snapshot → leads with their evidence | a verdict |
//! | [`ui`] | model, messages, actions, views | a terminal, file, clock, socket, SQL |
//! | [`store`] | two SQLite files; the only place with SQL | a screen |
//! | [`import`] | files of the manifest, files that a person names, files of a round → batches | SQL, a question without an option that answers it |
//! | [`export`] | templates of a round and files given back, as workbooks whose cells of data are never formulas; faults as GeoJSON | a reader of files |
//! | [`runtime`] | the session: terminal, worker, clock; an open workspace, its importer and its rounds | a decision |
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
//! # Data comes in
//!
//! ```text
//! files ─► told by content ─► sheets, features ─► columns ─► units they mean ─► Plan ─► apply ─► batches
//!          book::sniff        book, gis::read     profile    match_unit         │        same transaction
//!          gis::read::format  layout, cell        roles      units              │        as the plan
//!                                                                              └ questions ─► Choices ─┐
//!                                            ▲                                                         │
//!                                            └─────────────────────────────────────────────────────────┘
//! ```
//!
//! A plan ([`domain::plan::Plan`]) is the import itself, in a transaction that is rolled back: what was
//! shown is what is done. It follows from the files, what the store knows and [`domain::plan::Choices`], and
//! its digest covers all three; applying checks that. Every open question is answered by a field of the
//! choices, which is an option of the command line and a key of the screen. What was confirmed of a set of
//! headings is learned (`import::profile`). One import may make several batches and is one number to a person.
//!
//! Taking back stamps the batches as withdrawn; nothing is deleted, and no other row is touched, so what
//! shows afterwards is what showed before, and a question as of an earlier moment still sees them.
//!
//! Each file's copy lies in `data/batches` under its hash, and the log of imports in `records.db` says which
//! files, which choices and which day. From both a lost `reference.db` is made again at the next start. An
//! import is committed to `reference.db` first and logged after; what a sudden end left out of the log is
//! added from the batches at the next opening.
//!
//! A table that holds more than was read of it (columns left out as personal, footers that name who filled
//! it in, hidden rows, sheets that were not taken) is not kept itself: `data/batches` has what was read of
//! it instead, as JSON with the row numbers of the original (`import::plan::copy`), under its own hash; the
//! log remembers that of the original. An archive that holds such a table beside maps is not kept at all.
//! What is missing when a `reference.db` is made again is named, `E_BATCH_FILE`, and the rest is made.
//!
//! The monthly round rests on the same parts: that it was opened, that a file was taken, returned or frozen
//! are facts, folded by [`domain::round::fold_rounds`]; the values come as batches, each holding one unit's
//! part, so that a corrected file replaces that part and nothing else.
//!
//! | format | told in | read in |
//! |---|---|---|
//! | GeoJSON, one feature per line | `gis::read::format` | `gis::read::geojson`, through a window over the file |
//! | TopoJSON, ECharts, shapefile | `gis::read::format` | `gis::read::topojson`, `::echarts` (scripts: `::script`), `::shapefile` with `::dbf` |
//! | GeoPackage | its application id | rows by [`store::geopackage`], geometries by `gis::read::wkb` |
//! | csv and other text | `import::book::sniff` | `import::book::encoding`, then `::delimited` |
//! | xlsx | parts of the zip | `import::book::xlsx`, in the child process |
//! | xls, WPS .et, ods | `import::book::sniff` | `import::book::office` (calamine), in the child process |
//! | docx | parts of the zip | `import::book::docx` |
//! | zip | `import::book::sniff` | `import::book::archive`, then each file by its own content |
//! | an office's SQLite | first bytes | `store::foreign`: a copy, read-only |
//!
//! The child process is this executable with a hidden subcommand ([`import::book::child`]): it sets limits of
//! memory, processor time and files, reads one file from a pipe and writes plain sheets to another; an abort
//! in a crate ends that process and becomes a message. Marks of secrecy and the privacy gate
//! ([`framework::privacy`]) come before anything is kept.
//!
//! # What frameworks drive
//!
//! ```text
//! data/frameworks/*.toml ─► load (all mistakes) ─► combine ─► Framework ─► rules::Program ─► Screening ─► leads, doubts
//!                           privacy gate          ids a/b        │              ▲ columns of the store
//!                                                                └► domain::sheet::Sheet ─► screen, text, JSON
//! ```
//!
//! Several frameworks in use become one value: the first gives the tree, every id is `framework/id`, what one
//! declares again hides what it extends, and what needs a level the tree lacks is left out and named. Rules are
//! compiled once against columns and screened three-valued ([`rules::Truth`]): what cannot be told never makes a
//! lead. What was found is kept per version of the data, and a change is screened again alone.
//!
//! Everything frameworks show beside list and map is one kind of page, a [`domain::sheet::Sheet`]: tables whose
//! cells say what they are (a share with both parts, 未报, 未配置) and whose rows say where they lead. One screen,
//! one text and one JSON show them all; `store::reader::sheet` has one file per sheet.
//!
//! # What is kept
//!
//! | file | holds | if it is lost |
//! |---|---|---|
//! | `data/reference.db` | units, boundaries, branches, values, frameworks in use, in batches | made again from the manifest's files, the kept files and the log of imports |
//! | `data/records.db` | what people recorded: an append-only log of facts; the log of imports | nothing can bring it back: a write is acknowledged only after commit |
//! | `data/batches/<sha256>` | files of imports and rounds | those imports cannot be made again |
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
//! # Whether boundaries are true
//!
//! [`gis::check`] walks directed edges of the original coordinates: an edge and its reverse cancel, so
//! that children who cover their parent exactly leave exactly its own edges, and a clean map costs one walk.
//! Only where that fails is anything overlaid. The store checks the whole county once per data version and
//! answers [`domain::quality::QualityPage`]; the quality screen, `check` and its JSON print that page.
//! Which unit a place lies in is [`gis::locate`]; which parent a boundary lies in, [`gis::check::find_home`].
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
