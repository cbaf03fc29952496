//! Stand-in until the gate is merged.

/// Gate.
#[derive(Clone, Copy, Debug, Default)]
pub struct Gate;

impl Gate {
    /// Column.
    #[must_use]
    pub fn column(&self, heading: &str) -> Option<&'static str> {
        heading.contains("身份证").then_some("id-number")
    }
    /// Value.
    #[must_use]
    pub fn value_looks_personal(&self, v: &str) -> bool {
        v.len() == 11 && v.starts_with("13")
    }
    /// Mask.
    #[must_use]
    pub fn mask(&self, text: &str) -> (String, usize) {
        let masked = text.split(' ').filter(|w| self.value_looks_personal(w)).map(str::len).sum();
        (
            text.split(' ')
                .map(|w| if self.value_looks_personal(w) { "*".repeat(w.len()) } else { w.to_owned() })
                .collect::<Vec<_>>()
                .join(" "),
            masked,
        )
    }
}
