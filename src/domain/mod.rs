//! The words of the product as plain types: no file, clock, socket, terminal or SQL.
//!
//! Everything the screens and the store say to each other is built from these types, and
//! [`request`] is the only place where they meet.

pub mod access;
pub mod as_of;
pub mod behind;
pub mod change;
pub mod coverage;
pub mod decision;
pub mod exit;
pub mod fact;
pub mod files;
pub mod form;
pub mod form_key;
pub mod id;
pub mod indicator;
pub mod map_layer;
pub mod page;
pub mod period;
pub mod plan;
pub mod problem;
pub mod quality;
pub mod request;
pub mod round;
pub mod scene;
pub mod screening;
pub mod sheet;
pub mod text;
pub mod unit;
pub mod value;
pub mod view_state;
