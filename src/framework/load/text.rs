//! Words that mean the same, and words that a framework adds to the gate.

use super::super::read::Section;
use super::super::schema::{Privacy, Synonym};
use super::Reader;

impl Reader<'_, '_, '_> {
    pub(super) fn synonyms(&mut self, root: &mut Section<'_, '_>) -> Vec<Synonym> {
        let mut found = Vec::new();
        for mut s in root.sections(self.report, "synonym") {
            let word = s.required(self.report, "word");
            if let Some(word) = &word {
                self.gated(word, &s.field("word"));
            }
            let of = self.words(&mut s, "of");
            if of.is_empty() {
                s.missing(self.report, "of");
            }
            s.finish(self.report);
            found.extend(word.map(|word| Synonym { word: word.value, of }));
        }
        found
    }

    /// `[privacy]`: read before everything else, so that its words hold for the whole file.
    pub(super) fn privacy(&mut self, root: &mut Section<'_, '_>) -> Privacy {
        if !root.has("privacy") {
            root.knows("privacy");
            return Privacy::default();
        }
        let Some(mut s) = root.section(self.report, "privacy") else { return Privacy::default() };
        let mut words = |key| s.texts(self.report, key).into_iter().map(|w| w.value).collect::<Vec<String>>();
        let privacy = Privacy { deny_levels: words("deny_levels"), deny_fields: words("deny_fields") };
        s.finish(self.report);
        self.denied = privacy.clone();
        privacy
    }
}
