//! The logins of a user, a file for each platform: for the user alone, replaced as a whole.

use std::fs;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Address, IdentityError, Secret};
use crate::settings::cache_folder;
use crate::world::World;

/// Where the files are, below the directory for caches.
const FOLDER: &str = "groundplane/logins";

/// The largest file that is read.
const MAX_FILE: u64 = 256 * 1024;

/// A login as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Login {
    /// The platform that it is at.
    pub(crate) endpoint: String,
    /// The issuer.
    pub(crate) issuer: String,
    /// The client that asked.
    pub(crate) client_id: String,
    /// Who logged in, as the issuer names them.
    pub(crate) subject: String,
    /// What the platform is sent.
    pub(crate) token: Secret,
    /// Whether that is the id token.
    pub(super) is_id_token: bool,
    /// Until when it is good.
    pub(crate) expires_at: Timestamp,
    /// What it is renewed with.
    pub(super) refresh_token: Option<Secret>,
    /// Where it is renewed.
    pub(super) token_endpoint: Address,
    /// Where it is ended.
    pub(super) revocation_endpoint: Option<Address>,
}

/// The logins of a user.
#[derive(Debug)]
pub(crate) struct Cache {
    folder: PathBuf,
}

impl Cache {
    /// The logins of whoever runs the command; none where there is no place for them.
    pub(crate) fn of(world: &World<'_>) -> Option<Self> {
        Some(Self {
            folder: cache_folder(world)?.join(FOLDER),
        })
    }

    /// The file of the login at a platform, whether it is there or not.
    pub(crate) fn file(&self, endpoint: &str) -> PathBuf {
        let digest = Sha256::digest(endpoint);
        let name: String = digest.iter().take(16).map(|b| format!("{b:02x}")).collect();
        self.folder.join(format!("{name}.json"))
    }

    /// The login at a platform.
    ///
    /// # Errors
    /// Where others can read or change it, or it is not one.
    pub(crate) fn read(&self, endpoint: &str) -> Result<Option<Login>, IdentityError> {
        let path = self.file(endpoint);
        let broken = |reason: String| file_error(&path, reason);
        let found = match fs::symlink_metadata(&path) {
            Ok(found) => found,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(broken(error.to_string())),
        };
        if !found.is_file() || found.len() > MAX_FILE {
            return Err(broken(
                "it is not a file that this command has written".to_owned(),
            ));
        }
        for place in [self.folder.as_path(), &path] {
            private::check(place).map_err(|reason| file_error(place, reason))?;
        }
        let text = fs::read(&path).map_err(|error| broken(error.to_string()))?;
        // What does not fit is not quoted: it may be a token.
        let login: Login = serde_json::from_slice(&text)
            .map_err(|_| broken("it holds no login of this version".to_owned()))?;
        if login.endpoint != endpoint {
            return Err(broken("it is of another platform".to_owned()));
        }
        Ok(Some(login))
    }

    /// Keeps a login in place of the one before it. `key` is new each time.
    pub(crate) fn write(&self, login: &Login, key: &str) -> Result<(), IdentityError> {
        let path = self.file(&login.endpoint);
        self.replace(&path, login, key)
            .map_err(|error| file_error(&path, error.to_string()))?;
        private::check(&self.folder).map_err(|reason| file_error(&self.folder, reason))
    }

    fn replace(&self, path: &Path, login: &Login, key: &str) -> io::Result<()> {
        private::make_folder(&self.folder)?;
        let beside = path.with_extension(format!("{key}.new"));
        let written = private::create(&beside).and_then(|mut file| {
            file.write_all(&serde_json::to_vec_pretty(login)?)?;
            file.sync_all()
        });
        // Half a file is never left, and never read as a login.
        written
            .and_then(|()| fs::rename(&beside, path))
            .inspect_err(|_| drop(fs::remove_file(&beside)))
    }

    /// Forgets a login.
    pub(crate) fn forget(&self, endpoint: &str) -> Result<(), IdentityError> {
        let path = self.file(endpoint);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(file_error(&path, error.to_string()))
            }
            _ => Ok(()),
        }
    }
}

fn file_error(path: &Path, reason: String) -> IdentityError {
    IdentityError::File {
        path: path.display().to_string(),
        reason,
    }
}

/// Files that are for their owner alone.
#[cfg(unix)]
mod private {
    use std::fs::{self, DirBuilder, File, OpenOptions};
    use std::io;
    use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
    use std::path::Path;

    /// What group and others may not have.
    const OTHERS: u32 = 0o077;

    pub(super) fn check(path: &Path) -> Result<(), String> {
        let mode = fs::metadata(path).map_err(|error| error.to_string())?;
        match mode.permissions().mode() & 0o777 {
            mode if mode & OTHERS == 0 => Ok(()),
            mode => Err(format!(
                "others on this machine can use it (mode {mode:03o}), so what is in it may be known"
            )),
        }
    }

    pub(super) fn make_folder(path: &Path) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(path)
    }

    pub(super) fn create(path: &Path) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o600).open(path)
    }
}

/// Elsewhere the user's own folder is for them alone by itself.
#[cfg(not(unix))]
mod private {
    use std::fs::{self, File};
    use std::io;
    use std::path::Path;

    pub(super) fn check(_: &Path) -> Result<(), String> {
        Ok(())
    }

    pub(super) fn make_folder(path: &Path) -> io::Result<()> {
        fs::create_dir_all(path)
    }

    pub(super) fn create(path: &Path) -> io::Result<File> {
        File::create_new(path)
    }
}
