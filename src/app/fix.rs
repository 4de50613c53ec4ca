//! Writes the edits that mend findings into their files.

use std::fs;
use std::io::Write;
use std::path::Path;

use crate::input::walk::{display_path, plain_io_error};
use crate::model::Encoding;
use crate::report::{Fixed, Report, Skipped};
use crate::scan::{FileReport, ProposedEdit, text_hash};

/// Writes the edits of all active findings, file by file. Nothing else of a file changes. Of edits that overlap the first is written.
///
/// A file that changed since it was scanned, or cannot be written, stays as it is and is listed.
pub fn apply(report: &Report) -> Fixed {
    let mut fixed = Fixed::default();
    for file in &report.files {
        let edits = edits(file);
        // What lies in an archive is not rewritten.
        if edits.is_empty() || display_path(&file.file) != file.path {
            continue;
        }
        match write(file, &edits) {
            Ok(()) => {
                fixed.edits += edits.len();
                fixed.files += 1;
            }
            Err(reason) => fixed.failed.push(Skipped { path: file.path.clone(), reason }),
        }
    }
    fixed
}

/// The edits to write, in the order of their places, without overlaps.
fn edits(file: &FileReport) -> Vec<&ProposedEdit> {
    let active = file.findings.iter().filter(|reported| reported.finding.suppressed.is_none());
    let mut edits: Vec<&ProposedEdit> = active.filter_map(|reported| reported.edit.as_ref()).collect();
    edits.sort_by_key(|edit| (edit.bytes.start, edit.bytes.end));
    let mut end = 0;
    edits.retain(|edit| {
        let is_free = edit.bytes.start >= end;
        end = if is_free { edit.bytes.end } else { end };
        is_free
    });
    edits
}

fn write(file: &FileReport, edits: &[&ProposedEdit]) -> Result<(), String> {
    let plain = |error: std::io::Error| plain_io_error(&error);
    // Through a link, the file that it leads to is changed, and the link stays.
    let path = fs::canonicalize(&file.file).map_err(plain)?;
    let before = fs::read(&path).map_err(plain)?;
    let bom = if before.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    if file.text_hash != Some(text_hash(&before[usize::from(bom)..])) {
        return Err("it changed since it was scanned; run again".to_owned());
    }
    debug_assert_eq!(Encoding::Utf8 { bom }.original_offset("", 0), u64::from(bom), "edits count the mark");
    let mut after = Vec::with_capacity(before.len());
    let mut at = 0;
    for edit in edits {
        let (start, end) = (edit.bytes.start as usize, edit.bytes.end as usize);
        after.extend_from_slice(before.get(at..start).ok_or("an edit lies outside the file")?);
        after.extend_from_slice(edit.text.as_bytes());
        at = end;
    }
    after.extend_from_slice(before.get(at..).ok_or("an edit lies outside the file")?);
    replace(&path, &after).map_err(plain)
}

/// Puts a whole new file in the place of the old one, with its permissions, so that a crash leaves one or the other.
fn replace(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let permissions = fs::metadata(path)?.permissions();
    if permissions.readonly() {
        return Err(std::io::Error::from(std::io::ErrorKind::PermissionDenied));
    }
    let mut new = tempfile::NamedTempFile::new_in(folder)?;
    new.write_all(content)?;
    new.as_file().set_permissions(permissions)?;
    new.persist(path).map_err(|error| error.error)?;
    Ok(())
}
