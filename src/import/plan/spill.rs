//! A file of an archive on disk, for a reader that needs one: in a folder of our own, gone when done.

use std::io::Write as _;
use std::path::PathBuf;

/// A file that is removed when it is let go.
#[derive(Debug)]
pub(super) struct Spill {
    folder: PathBuf,
    /// The file.
    pub(super) file: PathBuf,
}

impl Spill {
    /// Writes bytes where nobody else can read them. The name is our own, never one of an archive.
    pub(super) fn new(bytes: &[u8]) -> std::io::Result<Self> {
        let folder = std::env::temp_dir().join(format!("xiantu-{}", uuid::Uuid::new_v4().simple()));
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&folder)?;
        let made = Self { file: folder.join("file"), folder };
        std::fs::File::create_new(&made.file)?.write_all(bytes)?;
        Ok(made)
    }
}

impl Drop for Spill {
    fn drop(&mut self) {
        // It lies where the system clears up by itself.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_ours_alone_and_goes_away() {
        let spill = Spill::new(b"x").expect("a file");
        let file = spill.file.clone();
        assert_eq!(std::fs::read(&file).expect("bytes"), b"x");
        #[cfg(unix)]
        {
            let mode = std::fs::metadata(file.parent().expect("a folder")).expect("its mode").permissions();
            assert_eq!(std::os::unix::fs::PermissionsExt::mode(&mode) & 0o777, 0o700);
        }
        drop(spill);
        assert!(!file.exists() && !file.parent().expect("a folder").exists());
    }
}
