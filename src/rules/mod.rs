//! Rules of a framework against what is known: leads to check 待核线索, never verdicts.
//!
//! A framework's conditions are compiled once ([`Program`]) against columns ([`Data`]): a field of a
//! table, a reading so many periods back, a place in an order. [`Screening`] keeps what came of every
//! rule at every subject, so that a change is screened again alone, and tells why.
//!
//! Conditions are three-valued ([`Truth`]). What is missing, not due, not a number or rolled up from a
//! part of what was due cannot be told. What cannot be told never makes a lead: it is a doubt 无法判断,
//! listed with what is missing. A place in an order is true of somebody by construction: such a relative
//! rule 相对规则 makes a lead only beside a rule that is not. Units without a value have no place.

mod cell;
mod compile;
mod data;
mod eval;
mod explain;
mod horizon;
mod record;
mod screen;
#[cfg(test)]
mod tests;
mod told;
mod truth;
mod what_if;

pub use self::cell::Word;
pub use self::compile::{Idle, Look, Order, Program, Window, in_force};
pub use self::data::{Data, Gap, Given, NONE, Readings, Series, Texts};
pub use self::explain::{Way, Why, number, weight};
pub use self::record::Record;
pub use self::screen::{Change, Flip, Hit, Screening};
pub use self::told::{cell, sign, told};
pub use self::truth::Truth;
pub use self::what_if::with_threshold;
