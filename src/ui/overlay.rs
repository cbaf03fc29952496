//! What lies over the screen and has the keys: menus, fields and sheets.

use std::sync::Arc;

use tui_input::Input;

use crate::domain::id::Uid;
use crate::domain::page::{Hit, MarkRow, Provenance};
use crate::domain::unit::Subject;
use crate::ui::dialog::{Choose, Confirm, Sheet};

/// At most so many hits are asked for.
pub(super) const HITS: usize = 50;

/// What lies over the screen.
#[derive(Clone, Debug)]
pub(super) enum Overlay {
    /// Keys and what they do.
    Help,
    /// Every action by name.
    Palette { input: Input },
    /// Indicators by framework.
    Indicators { input: Input },
    /// Search with live results.
    Find { input: Input, hits: Option<Arc<Vec<Hit>>> },
    /// A list of choices.
    Menu(Menu),
    /// Words of the trade.
    Glossary,
    /// Where a number comes from.
    Provenance { page: Option<Arc<Provenance>> },
    /// The form of a new mark.
    Mark(Box<Form>),
    /// Every mark that stands.
    Marks { rows: Option<Arc<Vec<MarkRow>>> },
    /// What was wrong at the last load.
    Problems,
    /// Whether to load what makes something disappear.
    Removals,
    /// Which folder to open.
    Folder { input: Input },
    /// A last look before something is written.
    Confirm(Box<Confirm>),
    /// Answers to a question.
    Choose(Box<Choose>),
    /// A form of a few fields.
    Sheet(Box<Sheet>),
}

/// The choices of a menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Menu {
    /// Periods of the indicator.
    Periods,
    /// What the list holds.
    Listings,
    /// Zones and standings; stays open.
    Scope,
    /// Kinds of places over the map; stays open.
    Places,
    /// Themes.
    Themes,
    /// Languages.
    Languages,
    /// The screens of the desk.
    Work,
    /// The sheets.
    Sheets,
}

/// A field of the mark form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    /// The post that acts; asked once.
    Post,
    /// Why.
    Reason,
    /// The day to look again.
    Day,
}

/// The form of a new mark.
#[derive(Clone, Debug)]
pub(super) struct Form {
    pub(super) entity: Uid,
    pub(super) subject: Subject,
    pub(super) name: String,
    /// `None` where the post is known.
    pub(super) post: Option<Input>,
    pub(super) reason: Input,
    /// Which ready-made reason stands where nothing is typed.
    pub(super) ready: usize,
    pub(super) day: Input,
    /// Which shortcut stands where no day is typed.
    pub(super) shortcut: usize,
    pub(super) field: Field,
    /// Key of what is wrong.
    pub(super) wrong: Option<&'static str>,
}

/// Number of ready-made reasons, `ui.mark.ready.1` ….
pub(super) const READY: usize = 5;
/// Days from today of the shortcuts; `None` is no day.
pub(super) const SHORTCUTS: [Option<i32>; 5] = [Some(7), Some(14), Some(30), Some(90), None];

impl Form {
    /// The fields, in order.
    pub(super) fn fields(&self) -> &'static [Field] {
        if self.post.is_some() { &[Field::Post, Field::Reason, Field::Day] } else { &[Field::Reason, Field::Day] }
    }

    /// The input that has the keys.
    pub(super) fn input(&mut self) -> &mut Input {
        match (self.field, &mut self.post) {
            (Field::Post, Some(post)) => post,
            (Field::Day, _) => &mut self.day,
            _ => &mut self.reason,
        }
    }

    /// Moves to the field so many places on.
    pub(super) fn step(&mut self, by: isize) {
        let fields = self.fields();
        let at = fields.iter().position(|f| *f == self.field).unwrap_or(0);
        if let Some(field) = at.checked_add_signed(by).and_then(|n| fields.get(n)) {
            self.field = *field;
        }
    }
}

impl Overlay {
    /// The input that has the keys, where there is one.
    pub(super) fn input(&mut self) -> Option<&mut Input> {
        match self {
            Self::Palette { input } | Self::Indicators { input } | Self::Find { input, .. } | Self::Folder { input } => Some(input),
            Self::Mark(form) => Some(form.input()),
            Self::Sheet(sheet) => sheet.blanks.get_mut(sheet.at).map(|blank| &mut blank.input),
            _ => None,
        }
    }
}
