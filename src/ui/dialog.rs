//! Small overlays of the desk: a question with answers, a form of a few fields, a last look before
//! something is written.

use tui_input::Input;

use crate::domain::id::{IndicatorId, Uid};
use crate::domain::period::Period;
use crate::domain::request::Write;
use crate::ui::update::LeadForm;

/// A last look: what will happen, and it happens with Enter.
#[derive(Clone, Debug)]
pub(super) struct Confirm {
    pub(super) title: String,
    /// Paragraphs.
    pub(super) text: Vec<String>,
    /// `None`: there is only something to be read.
    pub(super) write: Option<Write>,
}

/// An answer that is offered.
#[derive(Clone, Debug)]
pub(super) struct Offer {
    /// The value for the choice.
    pub(super) value: String,
    /// As shown.
    pub(super) shown: String,
    /// Why it may be right.
    pub(super) why: String,
}

/// A question with answers to choose from.
#[derive(Clone, Debug)]
pub(super) struct Choose {
    pub(super) title: String,
    /// Paragraphs.
    pub(super) text: Vec<String>,
    /// What can be answered.
    pub(super) answers: Vec<Offer>,
    /// Something else may be typed: one line more.
    pub(super) other: bool,
    pub(super) then: Chosen,
}

/// What a chosen answer is for.
#[derive(Clone, Debug)]
pub(super) enum Chosen {
    /// A question of the plan.
    Question(usize),
    /// The township's answer about a lead.
    Reply { entity: Uid, rule: String },
    /// The kind of a case; the rule is empty where there is no lead.
    Kind { entity: Uid, rule: String },
}

impl Choose {
    /// Lines to choose from.
    pub(super) fn len(&self) -> usize {
        self.answers.len() + usize::from(self.other)
    }
}

/// A field of a form.
#[derive(Clone, Debug)]
pub(super) struct Blank {
    /// Key of its label.
    pub(super) label: &'static str,
    pub(super) input: Input,
    /// Key of an example, shown while it is empty.
    pub(super) example: &'static str,
    /// Key of what to say where it is left empty; `None` where it may be.
    pub(super) needed: Option<&'static str>,
}

impl Blank {
    pub(super) fn new(label: &'static str, example: &'static str, needed: Option<&'static str>) -> Self {
        Self { label, input: Input::default(), example, needed }
    }
}

/// A form of a few fields.
#[derive(Clone, Debug)]
pub(super) struct Sheet {
    pub(super) title: String,
    /// Paragraphs above the fields.
    pub(super) text: Vec<String>,
    pub(super) blanks: Vec<Blank>,
    /// The field that has the keys.
    pub(super) at: usize,
    /// The first field is the post that acts, which is asked for once.
    pub(super) asks_post: bool,
    /// Key of what is wrong.
    pub(super) wrong: Option<&'static str>,
    pub(super) then: Then,
}

/// What a filled form does.
#[derive(Clone, Debug)]
pub(super) enum Then {
    /// Answers a question of the plan.
    Answer {
        /// Which.
        question: usize,
    },
    /// Corrects a value: new value, source, reason.
    Correct {
        /// Whose.
        entity: Uid,
        /// Of which indicator.
        indicator: IndicatorId,
        /// In which period.
        period: Period,
        /// As shown.
        old: String,
    },
    /// Makes a workspace: folder, name, code of the county.
    Create,
    /// Opens a round: period, due day.
    RoundOpen,
    /// Gives a file back: remark, where it is written.
    RoundReturn {
        /// The round.
        period: Period,
        /// The unit that answers.
        unit: Uid,
    },
    /// Answers about a lead, decides, or tries another threshold.
    Lead(LeadForm),
    /// Writes a form: where to.
    Export {
        /// File name of the form.
        form: String,
    },
    /// Only the post was missing.
    Write(Box<Write>),
}
