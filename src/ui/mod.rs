//! The screens: a pure core that the local terminal, a printed screen and the tests all run.
//!
//! ```text
//! key ─► Message ─► keymap ─► Action ─► update(&mut Model, Message) -> Vec<Effect>
//!                                           └─► view(&Model, &mut Frame)
//! ```
//! No terminal, file, clock, socket or SQL is known here: time arrives as a message, questions
//! leave as [`Effect`]s and their answers come back as [`Message::Answer`]. After every message
//! [`update`] compares what the screen needs with what was asked last and asks for the difference,
//! so a resize, a drill and new data all take the same way.

pub mod action;
pub mod capability;
mod desk;
mod dialog;
pub mod keymap;
pub mod keys;
mod layout;
mod menu;
mod message;
mod model;
pub mod number;
mod overlay;
mod pick;
pub mod tabular;
pub mod text;
pub mod theme;
mod tutorial;
mod update;
mod view;

#[cfg(test)]
mod testing;

pub use message::{Effect, Message};
pub use model::{Model, Session};
pub use update::update;
pub use view::view;
