//! The options of a scan, as every front end hands them to [`app`](crate::app).

use std::path::PathBuf;
use std::str::FromStr;

use crate::model::{Confidence, Profile, Severity, Theme};

/// Default cap on the size of a text file, in bytes.
pub const DEFAULT_MAX_FILE_SIZE: u64 = 32 << 20;

/// The options of a scan.
#[derive(Clone, Debug)]
pub struct Options {
    /// Files and folders to scan.
    pub paths: Vec<PathBuf>,
    /// Findings of at least this severity make the run fail; `None` never fails for findings.
    pub fail_on: Option<Severity>,
    /// Findings of less confidence are counted, and not reported.
    pub min_confidence: Confidence,
    /// Only rules of this profile; `None` for all.
    pub profile: Option<Profile>,
    /// Findings tell what decided about them.
    pub explain: bool,
    /// Only rules that one of these selects; empty for all.
    pub select: Vec<Selector>,
    /// No rules that one of these selects.
    pub ignore: Vec<Selector>,
    /// Threads; 0 for as many as the machine has cores.
    pub threads: usize,
    /// Leave out files that `.gitignore` and `.ignore` name.
    pub respect_ignores: bool,
    /// Larger text files are skipped and reported as such, in bytes.
    pub max_file_size: u64,
    /// Scan what is in archives too; otherwise they are binary files.
    pub archives: bool,
    /// Folders of the user's own rules.
    pub rules: Vec<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            paths: vec![PathBuf::from(".")],
            fail_on: Some(Severity::Low),
            min_confidence: Confidence::Medium,
            profile: Some(Profile::Default),
            explain: false,
            select: Vec::new(),
            ignore: Vec::new(),
            threads: 0,
            respect_ignores: true,
            max_file_size: DEFAULT_MAX_FILE_SIZE,
            archives: false,
            rules: Vec::new(),
        }
    }
}

impl Options {
    /// Whether `--select` and `--ignore` leave the rule with these names and this theme in.
    pub fn selects<'n>(&self, names: &(impl Iterator<Item = &'n str> + Clone), theme: Theme) -> bool {
        let any = |selectors: &[Selector]| selectors.iter().any(|selector| selector.matches(names.clone(), theme));
        (self.select.is_empty() || any(&self.select)) && !any(&self.ignore)
    }
}

/// A rule's id or a theme, as `--select` and `--ignore` take them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selector {
    /// All rules of a theme.
    Theme(Theme),
    /// One rule.
    Rule(String),
}

impl Selector {
    /// Whether it selects the rule with these names and this theme.
    pub fn matches<'n>(&self, mut names: impl Iterator<Item = &'n str>, theme: Theme) -> bool {
        match self {
            Self::Theme(selected) => *selected == theme,
            Self::Rule(selected) => names.any(|name| name == selected),
        }
    }
}

impl FromStr for Selector {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(text.parse().map_or_else(|()| Self::Rule(text.to_owned()), Self::Theme))
    }
}

/// Reads a size such as `500`, `64K`, `32M`, `1GiB` into bytes; units are powers of 1024.
///
/// # Errors
///
/// A sentence for the user.
pub fn parse_size(text: &str) -> Result<u64, String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let unit = text[digits..].trim().to_ascii_lowercase();
    let shift = match unit.trim_end_matches('b').trim_end_matches('i') {
        "" => 0,
        "k" => 10,
        "m" => 20,
        "g" => 30,
        _ => {
            return Err(format!("unknown unit in `{text}`; write a number of bytes, or one with K, M or G"));
        }
    };
    let number: u64 = text[..digits].parse().map_err(|_| format!("`{text}` does not begin with a number"))?;
    number.checked_mul(1 << shift).filter(|&size| size > 0).ok_or_else(|| format!("`{text}` is not a usable size"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        assert_eq!(parse_size("500"), Ok(500));
        assert_eq!(parse_size("64K"), Ok(64 << 10));
        assert_eq!(parse_size("1GiB"), Ok(1 << 30));
        assert_eq!(parse_size("2 MB"), Ok(2 << 20));
        for wrong in ["", "x", "1T", "0", "99999999999999999999", "18446744073709551615K"] {
            assert!(parse_size(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_selector_is_a_theme_or_a_rule() {
        assert_eq!("open-console".parse(), Ok(Selector::Theme(Theme::OpenConsole)));
        assert_eq!("jwt".parse(), Ok(Selector::Rule("jwt".to_owned())));
    }
}
