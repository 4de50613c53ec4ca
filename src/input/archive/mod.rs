//! Opens archives in memory and hands over what is in them, member by member. Nothing is unpacked to disk, and a member's name
//! is never used as a path.

mod budget;
mod format;
mod tar;
mod zip;
mod zstandard;

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use lzma_rust2::XzReader;

use self::budget::{Budget, Metered};
pub use self::format::Format;
use self::zstandard::ZstandardReader;
use super::load::{Loaded, Loader, Skip};
use super::walk::plain_io_error;

/// Archives are opened inside archives down to this depth; a compressed tar counts as one archive. Three is a jar in a war in
/// an ear, or in a layer of a container image. Each level holds its decoder's window, and a nested zip its bytes.
const MAX_DEPTH: usize = 3;

/// Most members read from one archive and those nested in it. More than real archives hold, and few enough that even empty
/// members, which no budget of bytes stops, are done within seconds.
const MAX_MEMBERS: u64 = 200_000;

/// Most bytes that one archive and those nested in it may unpack to: a large container image, or some seconds of decoding.
const MAX_UNPACKED: u64 = 4 << 30;

/// Most bytes unpacked for each byte of the archive on disk. Source and logs shrink to a fifth, and rarely to a fiftieth;
/// deflate reaches 1,000, and archives in archives millions.
const MAX_RATIO: u64 = 100;

/// So much may be unpacked whatever the ratio: a small archive of repetitive files is no bomb, and this takes no second.
const FREE_OF_RATIO: u64 = 64 << 20;

/// Largest window that a decoder may keep, in bytes: what `xz -9` and `zstd --ultra -21` need. A header can ask for gigabytes.
const MAX_WINDOW: u32 = 64 << 20;

/// Longest name that is reported, in bytes. Of a longer one the end is kept, which decides a file's kind. Every finding and
/// every skip holds its path, so long names would multiply.
const MAX_NAME: usize = 1024;

/// Unreadable members of one archive that are reported one by one. What comes after them is counted.
const MAX_REPORTED: u64 = 1000;

/// Size of the buffer before a decoder, and before an archive on disk, in bytes.
const BUFFER: usize = 64 << 10;

/// A member of an archive, or the archive itself where its name is empty.
#[derive(Debug)]
pub struct Member<'a> {
    /// Its name inside the outermost archive; `!` stands between a nested archive and what is in it.
    pub name: &'a str,
    /// Its name inside the archive that it lies in itself.
    pub place: &'a str,
    /// What is in it.
    pub content: Content<'a>,
}

/// What a member holds.
#[derive(Debug)]
pub enum Content<'a> {
    /// A text.
    Text(Loaded<'a>),
    /// No text.
    Binary,
    /// It could not be read.
    Unreadable(Problem),
}

/// Why a member, or the rest of an archive, could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// It needs a password.
    #[error("is encrypted")]
    Encrypted,
    /// A zip member that is compressed in a rare way.
    #[error("is compressed in a way that is not supported")]
    Method,
    /// An archive of another kind.
    #[error("is a {0} archive, which is not supported")]
    Unsupported(&'static str),
    /// A tar member that is stored with holes.
    #[error("is stored as a sparse file, which is not supported")]
    Sparse,
    /// The data ends before the archive does.
    #[error("ends too early")]
    Cut,
    /// Broken data, or data that the decoder does not know.
    #[error("cannot be unpacked: {0}")]
    Corrupt(String),
    /// It is larger than the cap on one file.
    #[error("is more than --max-file-size")]
    TooLarge,
    /// It is an archive inside too many others.
    #[error("is an archive inside {MAX_DEPTH} others, which is too deep")]
    TooDeep,
    /// A zip that lists several members of one name; the reader keeps the last.
    #[error("holds several members of the same name, and only the last of them was scanned")]
    SameName,
    /// The archive unpacks to more than is allowed.
    #[error("unpacks to more than {0}; the rest of it was not scanned")]
    TooMuch(String),
    /// The archive has more members than are allowed.
    #[error("has more than {MAX_MEMBERS} members; the rest of them were not scanned")]
    TooMany,
    /// So many members could not be read, beside those that were reported.
    #[error("{0} more members could not be read")]
    More(u64),
    /// A decoder panicked.
    #[error("internal error; please report it with the line above")]
    Internal,
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Cut,
            _ => Self::Corrupt(plain_io_error(&error)),
        }
    }
}

/// Reads the archive at `path`, which is of this format, and shows `visit` each of its members, in their order.
///
/// What cannot be read is shown too, as [`Content::Unreadable`]; the other members are read nevertheless where the format
/// allows.
pub fn read(path: &Path, format: Format, loader: &mut Loader, visit: &mut dyn FnMut(Member<'_>)) {
    let mut failed = |problem| visit(Member { name: "", place: "", content: Content::Unreadable(problem) });
    let (file, size) = match File::open(path).and_then(|file| file.metadata().map(|about| (file, about.len()))) {
        Ok(opened) => opened,
        Err(error) => return failed(error.into()),
    };
    let budget = Budget::new(size);
    let stem = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let outermost = Place { name: "", file_name: &stem, depth: 1, is_compressed: false };
    let mut opener = Opener { loader, budget: &budget, visit, problems: 0 };
    let mut file = BufReader::with_capacity(BUFFER, file);
    let read = || match format {
        Format::Zip => zip::read(&mut opener, &mut file, outermost),
        _ => opener.open(format, &mut file, outermost),
    };
    // The decoders are others' code, and an archive is made by anyone.
    let has_panicked = catch_unwind(AssertUnwindSafe(read)).is_err();
    let more = opener.problems.saturating_sub(MAX_REPORTED);
    let problems =
        [has_panicked.then_some(Problem::Internal), budget.problem(), (more > 0).then_some(Problem::More(more))];
    for problem in problems.into_iter().flatten() {
        visit(Member { name: "", place: "", content: Content::Unreadable(problem) });
    }
}

/// What a zip is read from.
trait ReadSeek: Read + Seek {}

impl<S: Read + Seek> ReadSeek for S {}

/// Where an archive is.
#[derive(Clone, Copy)]
struct Place<'a> {
    /// Its name inside the outermost archive; empty for that one.
    name: &'a str,
    /// The last part of its own name.
    file_name: &'a str,
    /// How many archives are open with it.
    depth: usize,
    /// Whether it is one compressed file. A tar in it is not an archive in an archive.
    is_compressed: bool,
}

impl Place<'_> {
    /// A member's name inside the outermost archive.
    fn member_name(&self, name: &str) -> String {
        let name = end_of(name);
        if self.name.is_empty() { name } else { format!("{}!{name}", self.name) }
    }
}

/// Opens archives inside archives, all on one budget.
struct Opener<'a> {
    loader: &'a mut Loader,
    budget: &'a Budget,
    visit: &'a mut dyn FnMut(Member<'_>),
    /// How often something could not be read.
    problems: u64,
}

impl Opener<'_> {
    /// Opens an archive of any format.
    fn open(&mut self, format: Format, source: &mut dyn Read, at: Place<'_>) {
        match format {
            Format::Tar => tar::read(self, source, at),
            Format::Gzip => self.decompress(&mut MultiGzDecoder::new(source), at),
            Format::Xz => {
                // Beside its window the decoder needs some buffers.
                let limit = (MAX_WINDOW >> 10) + 1024;
                let source = BufReader::with_capacity(BUFFER, source);
                self.decompress(&mut XzReader::new_mem_limit(source, true, limit), at);
            }
            Format::Zstandard => {
                let source = BufReader::with_capacity(BUFFER, source);
                self.decompress(&mut ZstandardReader::new(source), at);
            }
            Format::Zip => self.buffer_zip(source, at),
            Format::Unsupported(name) => self.report(at.name, Problem::Unsupported(name)),
        }
    }

    /// Reads a nested zip into memory: its table of contents stands at its end.
    fn buffer_zip(&mut self, source: &mut dyn Read, at: Place<'_>) {
        let mut bytes = Vec::new();
        let cap = self.loader.max_size();
        match source.take(cap + 1).read_to_end(&mut bytes) {
            Ok(_) if bytes.len() as u64 > cap => self.report(at.name, Problem::TooLarge),
            Ok(_) => zip::read(self, &mut Cursor::new(bytes), at),
            Err(error) => self.report(at.name, error.into()),
        }
    }

    /// Reads what is in a compressed file: another file, under the name that is left without the ending.
    fn decompress(&mut self, decoder: &mut dyn Read, at: Place<'_>) {
        if self.next_member() {
            let name = format::uncompressed_name(at.file_name);
            self.member(name, &mut Metered::new(decoder, self.budget), Place { is_compressed: true, ..at });
        }
    }

    /// Whether the budget allows one more member.
    fn next_member(&self) -> bool {
        self.budget.take_member()
    }

    /// Reads a member of the archive at `at` and shows it, or opens it if it is an archive.
    fn member(&mut self, name: &str, mut source: &mut dyn Read, at: Place<'_>) {
        let name = end_of(name);
        let full = at.member_name(&name);
        let mut show = |content| (self.visit)(Member { name: &full, place: &name, content });
        // What the archive says about the size is not believed, so that nothing is reserved for it.
        match self.loader.read(&mut source, 0) {
            Ok(loaded) => show(Content::Text(loaded)),
            Err(Skip::Binary) => show(Content::Binary),
            Err(Skip::TooLarge { .. }) => self.report(&full, Problem::TooLarge),
            Err(Skip::Failed(error)) => self.report(&full, error.into()),
            Err(Skip::Archive(format)) => {
                let head = self.loader.head().to_vec();
                let nested = Place {
                    name: &full,
                    file_name: name.rsplit('/').next().unwrap_or(&name),
                    depth: at.depth + 1,
                    is_compressed: false,
                };
                let is_same = at.is_compressed && format == Format::Tar;
                let inner = if is_same { Place { is_compressed: false, ..at } } else { nested };
                if inner.depth > MAX_DEPTH {
                    self.report(&full, Problem::TooDeep);
                } else {
                    self.open(format, &mut head.chain(source), inner);
                }
            }
        }
    }

    /// Shows that something could not be read. When the budget is spent that is the reason, and it is reported once.
    fn report(&mut self, name: &str, problem: Problem) {
        if self.budget.problem().is_some() {
            return;
        }
        self.problems += 1;
        if self.problems <= MAX_REPORTED {
            (self.visit)(Member { name, place: name, content: Content::Unreadable(problem) });
        }
    }
}

/// The name, or the end of a name that is too long.
fn end_of(name: &str) -> String {
    let Some(mut start) = name.len().checked_sub(MAX_NAME).filter(|&start| start > 0) else {
        return name.to_owned();
    };
    while !name.is_char_boundary(start) {
        start += 1;
    }
    format!("...{}", &name[start..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_name_the_end_is_kept() {
        assert_eq!(end_of("a/b.py"), "a/b.py");
        let long = end_of(&format!("{}/b.py", "é".repeat(2000)));
        assert!(long.starts_with("...é") && long.ends_with("/b.py") && long.len() <= MAX_NAME + 3);
    }
}
