//! Reads the members of a zip by its table of contents.

use std::borrow::Cow;
use std::cell::Cell;

use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::budget::{Limited, Metered};
use super::{Opener, Place, Problem, ReadSeek};

/// Largest table of contents, in bytes: 160 for each of the most members. The library keeps it in memory, several times as
/// large.
const MAX_CONTENTS: u64 = 32 << 20;

type Archive<'l, 's> = ZipArchive<Limited<'l, &'s mut dyn ReadSeek>>;

/// Reads a zip.
pub(super) fn read(opener: &mut Opener<'_>, source: &mut dyn ReadSeek, at: Place<'_>) {
    let limit = Cell::new(MAX_CONTENTS);
    let mut archive = match ZipArchive::new(Limited::new(source, &limit)) {
        Ok(archive) => archive,
        Err(error) => return opener.report(at.name, error.into()),
    };
    limit.set(u64::MAX);
    if archive.has_duplicate_names() {
        opener.report(at.name, Problem::SameName);
    }
    for index in 0..archive.len() {
        if !opener.next_member() {
            return;
        }
        member(opener, &mut archive, index, at);
    }
}

fn member(opener: &mut Opener<'_>, archive: &mut Archive<'_, '_>, index: usize, at: Place<'_>) {
    let entry = match archive.by_index_data(index) {
        Ok(entry) => entry,
        Err(error) => return opener.report(at.name, error.into()),
    };
    // Names without the mark of UTF-8 are mostly UTF-8 all the same; the library takes them for code page 437.
    let raw = entry.name_raw();
    let name = str::from_utf8(raw).map(Cow::Borrowed).or_else(|_| entry.name());
    let name = name.unwrap_or_else(|_| String::from_utf8_lossy(raw)).into_owned();
    if !entry.is_file() {
        return;
    }
    if entry.encrypted() {
        return opener.report(&at.member_name(&name), Problem::Encrypted);
    }
    if !matches!(entry.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
        return opener.report(&at.member_name(&name), Problem::Method);
    }
    match archive.by_index(index) {
        Ok(mut entry) => {
            let budget = opener.budget;
            opener.member(&name, &mut Metered::new(&mut entry, budget), at);
        }
        Err(error) => opener.report(&at.member_name(&name), error.into()),
    }
}

impl From<ZipError> for Problem {
    fn from(error: ZipError) -> Self {
        match error {
            ZipError::Io(error) => error.into(),
            ZipError::CompressionMethodNotSupported(_) => Self::Method,
            ZipError::InvalidArchive(reason) => Self::Corrupt(reason.into_owned()),
            ZipError::UnsupportedArchive(reason) => Self::Corrupt(reason.to_owned()),
            other => Self::Corrupt(other.to_string()),
        }
    }
}
