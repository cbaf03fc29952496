//! `e`: saying that one value is another, beside what the batch has.

use crate::domain::value::Origin;
use crate::ui::dialog::{Blank, Then};
use crate::ui::model::Model;
use crate::ui::number;

impl Model {
    /// Opens the form for the selected row's value, or the place's own where the list is empty.
    pub(super) fn open_correct(&mut self) {
        let lang = self.session.lang;
        let (Some(home), Some(row)) = (self.home.clone(), self.row().cloned()) else { return };
        let Some(period) = home.period else {
            let text = lang.text("desk.correct.no_period");
            self.refuse(text);
            return;
        };
        if row.shown.origin == Origin::RolledUp {
            // A sum has no row of its own: what it is made of can be corrected.
            let text = lang.text("desk.correct.rolled_up");
            self.refuse(text);
            return;
        }
        let old = number::shown(lang, &home.indicator, &row.shown);
        let label = self.indicator_label(&home.indicator).to_owned();
        let then = Then::Correct { entity: row.uid, indicator: home.indicator.id.clone(), period, old };
        self.open_correction(&row.name, &label, then);
    }

    /// Opens the form for a value of a unit.
    pub(super) fn open_correction(&mut self, name: &str, label: &str, then: Then) {
        let lang = self.session.lang;
        let Then::Correct { period, old, .. } = &then else { return };
        let title = lang.fill("desk.correct.title", &[&name]);
        let text = vec![lang.fill("desk.correct.old", &[&label, period, old]), lang.text("desk.correct.how").to_owned()];
        let blanks = vec![
            Blank::new("desk.correct.new", "desk.correct.new_how", Some("desk.correct.no_new")),
            Blank::new("desk.correct.source", "desk.correct.source_how", Some("desk.correct.no_source")),
            Blank::new("desk.correct.reason", "desk.correct.reason_how", None),
        ];
        self.open_sheet(title, text, blanks, then);
    }
}
