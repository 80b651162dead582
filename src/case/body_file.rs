//! Bodies that are kept in files of their own, beside the cases.

use std::path::{Component, Path, PathBuf};

use bytes::Bytes;

/// The largest file that is read, in bytes.
const LARGEST: u64 = 64 << 20;

/// Where the case files of a run lie.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    /// The folder of all case files; none where their texts came from elsewhere.
    pub(super) folder: Option<&'a Path>,
    /// The case file's path in it.
    pub(super) case: &'a str,
}

/// Why a file is not read, and what to do.
pub(super) type Refused = (String, &'static str);

impl Place<'_> {
    /// Reads a file by its path from the case file's own folder. What lies outside the folder of the
    /// cases is not read, nor what is hidden in it: a body is sent, shown and recorded as it is, and
    /// those are the places where secrets are kept.
    pub(super) fn read(self, path: &str) -> Result<Bytes, Refused> {
        let Some(folder) = self.folder else {
            let message = "there is no folder of cases to read a file from".to_owned();
            return Err((message, "use body, bodyRaw or bodyBase64"));
        };
        let unreadable = |error: std::io::Error| {
            let message = format!("`{path}` can't be read: {error}");
            (message, "the path is one from the case file's own folder")
        };
        if Path::new(path).is_absolute() {
            let message = format!("`{path}` is an absolute path");
            return Err((message, "give the path from the case file's own folder"));
        }
        let own = folder.join(self.case);
        let own = own.parent().unwrap_or(folder);
        let file = own.join(path).canonicalize().map_err(unreadable)?;
        let folder = folder.canonicalize().map_err(unreadable)?;
        let Ok(within) = file.strip_prefix(&folder) else {
            let message = format!("`{path}` lies outside the folder of the cases");
            return Err((message, "put the file beside the case"));
        };
        if is_hidden(within) || is_hidden(&PathBuf::from(path)) {
            let message = format!("`{path}` is hidden, and such files are not read");
            return Err((message, "give the file a name that begins with no dot"));
        }
        let meta = file.metadata().map_err(unreadable)?;
        if !meta.is_file() {
            let message = format!("`{path}` is no file");
            return Err((message, "give the path of a file"));
        }
        if meta.len() > LARGEST {
            let message = format!("`{path}` is larger than {} MiB", LARGEST >> 20);
            return Err((message, "a body of white space is made long by bodyLength"));
        }
        let bytes = std::fs::read(&file).map_err(unreadable)?;
        Ok(bytes.into())
    }
}

fn is_hidden(path: &Path) -> bool {
    path.components().any(|component| match component {
        Component::Normal(name) => name.to_string_lossy().starts_with('.'),
        _ => false,
    })
}
