//! Who may ask and who may write.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::id::Uid;

/// What a session is allowed to do beyond reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grant {
    /// Raise and clear marks.
    Mark,
    /// Load reference data from maps and tables, and take batches back.
    Import,
    /// Correct single values beside what a batch has.
    Correct,
    /// Write snapshots for others.
    Publish,
    /// Answer about leads: the township.
    Answer,
    /// Confirm and reject leads: the county.
    Confirm,
}

/// Goes with every query and command: the part of the tree that may be seen, the post that acts
/// and the grants it holds. Without a grant the write effect cannot be built.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// Only this unit and what lies below it may be seen; `None` is the whole workspace.
    pub within: Option<Uid>,
    /// The post that acts (单元+岗位), asked for once. Never a person's name.
    pub post: Option<String>,
    /// What may be written.
    pub grants: BTreeSet<Grant>,
}

impl Access {
    /// The person at the machine: everything.
    #[must_use]
    pub fn local(post: Option<String>) -> Self {
        Self {
            within: None,
            post,
            grants: [Grant::Mark, Grant::Import, Grant::Correct, Grant::Publish, Grant::Answer, Grant::Confirm].into(),
        }
    }

    /// A briefing: sees everything, writes nothing.
    #[must_use]
    pub fn read_only() -> Self {
        Self::default()
    }

    /// Whether a grant is held.
    #[must_use]
    pub fn may(&self, grant: Grant) -> bool {
        self.grants.contains(&grant)
    }

    /// Proof that marking is allowed. A [`super::request::Command`] cannot be made without one.
    #[must_use]
    pub fn permit(&self, grant: Grant) -> Option<Permit> {
        self.may(grant).then(|| Permit { grant, post: self.post.clone() })
    }
}

/// Proof of a grant, made only by [`Access::permit`]: its fields are private, so code without
/// the grant has no way to build a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permit {
    grant: Grant,
    post: Option<String>,
}

impl Permit {
    /// The grant this is proof of.
    #[must_use]
    pub fn grant(&self) -> Grant {
        self.grant
    }

    /// The post that acts.
    #[must_use]
    pub fn post(&self) -> Option<&str> {
        self.post.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_only_session_gets_no_permit() {
        assert!(Access::read_only().permit(Grant::Mark).is_none());
        let local = Access::local(Some("河口镇组织委员".into()));
        assert_eq!(local.permit(Grant::Mark).and_then(|p| p.post().map(str::to_owned)).as_deref(), Some("河口镇组织委员"));
    }
}
