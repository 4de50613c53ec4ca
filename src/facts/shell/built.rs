//! The images that commands build, which no registry decides about.

use crate::facts::argument;

/// Most images that are remembered.
const MAX_IMAGES: usize = 256;

/// The names of the images that the commands of a file built so far, without the tag `latest`.
#[derive(Debug, Default)]
pub(in crate::facts) struct BuiltImages {
    names: Vec<String>,
}

impl BuiltImages {
    /// Takes note of the words behind `docker` or its like: the image that they build, or give another name.
    pub(super) fn note(&mut self, words: &[argument::Word]) {
        let mut operands = words.iter().map(|word| word.text.as_str()).filter(|word| !word.starts_with('-'));
        let is_build = match operands.next() {
            Some("build") => true,
            Some("image" | "buildx" | "builder") => operands.next() == Some("build"),
            Some("tag") => {
                self.renamed(operands.next(), operands.next());
                false
            }
            _ => false,
        };
        for (at, word) in words.iter().enumerate().filter(|_| is_build) {
            let next = || words.get(at + 1).map(|word| word.text.as_str());
            let name = match word.text.as_str() {
                "-t" | "--tag" => next(),
                text => text.strip_prefix("--tag=").or_else(|| text.strip_prefix("-t")),
            };
            name.into_iter().for_each(|name| self.add(name));
        }
    }

    fn renamed(&mut self, from: Option<&str>, to: Option<&str>) {
        if let (Some(from), Some(to)) = (from, to)
            && self.hold(from)
        {
            self.add(to);
        }
    }

    fn add(&mut self, name: &str) {
        if self.names.len() < MAX_IMAGES {
            self.names.push(without_latest(name).to_owned());
        }
    }

    /// Whether an image was built.
    pub(super) fn hold(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == without_latest(name))
    }
}

fn without_latest(name: &str) -> &str {
    name.strip_suffix(":latest").unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_known_by_the_names_that_commands_give_them() {
        let mut built = BuiltImages::default();
        for line in [
            "build -f ci/Dockerfile -t app .",
            "buildx build --tag=team/web:latest .",
            "image build -ttool:1 .",
            "tag app other:2",
            "tag redis cache",
            "run -t terminal",
        ] {
            let words = line.split(' ').map(|text| argument::Word { text: text.to_owned(), place: 0..0 });
            built.note(&words.collect::<Vec<_>>());
        }
        for name in ["app", "app:latest", "team/web", "tool:1", "other:2"] {
            assert!(built.hold(name), "{name}");
        }
        for name in ["app:2", "redis", "cache", "terminal", "tool"] {
            assert!(!built.hold(name), "{name}");
        }
    }
}
