//! Identities: [`Uid`] for things, text ids for levels, indicators and trees.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::period::Period;

/// Namespace of every uid; drawn once, never to be changed.
const NAMESPACE: Uuid = Uuid::from_u128(0x6f6f_7a8e_33c8_5d1b_9a4b_584e_5455_0001);

/// Identity of a unit, a branch or an entity, for as long as the record lives.
///
/// UUIDv5 over (county, tree, level, code at birth). Facts and values name the uid, never the
/// code or the name, so a renamed or re-coded unit keeps its history.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Uid(pub Uuid);

impl Uid {
    /// The uid of a unit whose code at birth was `code`.
    #[must_use]
    pub fn of_unit(county: &str, tree: &str, level: &str, code: &str) -> Self {
        Self::of(&["unit", county, tree, level, code])
    }

    /// The uid of a branch, from the values of its key columns.
    #[must_use]
    pub fn of_branch(county: &str, key: &str) -> Self {
        Self::of(&["branch", county, key])
    }

    /// The uid of an entity, from the values of its key columns.
    #[must_use]
    pub fn of_entity(county: &str, key: &str) -> Self {
        Self::of(&["entity", county, key])
    }

    /// The uid of a record of a kind (`region`, `link`, `place`, `item`), from what makes it that one.
    #[must_use]
    pub fn of_record(county: &str, kind: &str, key: &str) -> Self {
        Self::of(&["record", county, kind, key])
    }

    /// The uid of a round, for the facts about it.
    #[must_use]
    pub fn of_round(county: &str, period: Period) -> Self {
        Self::of(&["round", county, &period.to_string()])
    }

    fn of(parts: &[&str]) -> Self {
        // U+001F cannot occur in a cleaned code, so no two lists of parts join to one name.
        Self(Uuid::new_v5(&NAMESPACE, parts.join("\u{1f}").as_bytes()))
    }

    /// The 16 bytes, as stored.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    /// From the 16 stored bytes; `None` where the length is wrong.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        Uuid::from_slice(bytes).ok().map(Self)
    }
}

impl fmt::Debug for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Uid({})", self.0)
    }
}

impl fmt::Display for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What stands for a level where branches are meant: who an item is about, who reports an indicator.
pub const BRANCHES: &str = "branch";

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Arc<str>);

        impl $name {
            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(Arc::from(text))
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(Arc::from(text))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({:?})"), &*self.0)
            }
        }
    };
}

text_id!(
    /// A level of a tree (`[[level]] code` of the framework). Never an enum: depth and names differ.
    LevelId
);
text_id!(
    /// An indicator (`[[indicator]] id` of the framework).
    IndicatorId
);
text_id!(
    /// A tree of units: the administrative one, the party one, fire-watch grids …
    TreeId
);

impl IndicatorId {
    /// The id without the framework it is of: `X-1` of `some/X-1`.
    #[must_use]
    pub fn bare(&self) -> &str {
        self.0.rsplit_once('/').map_or(&*self.0, |(_, bare)| bare)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uid_is_stable_and_separates_its_parts() {
        let a = Uid::of_unit("990121", "admin", "l1", "l2");
        assert_eq!(a, Uid::of_unit("990121", "admin", "l1", "l2"));
        assert_ne!(a, Uid::of_unit("990121", "admin", "l1l", "2"));
        assert_ne!(a, Uid::of_unit("990121", "party", "l1", "l2"));
        assert_eq!(Uid::from_slice(a.as_bytes()), Some(a));
        assert_eq!(Uid::from_slice(&[0; 15]), None);
    }
}
