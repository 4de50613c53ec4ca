//! Which product a file configures, by its name, its folder and marks in its text.

use memchr::memmem;

use super::products::{GROUPS, Known};

/// Endings that make a file a sample or a template of the one without them.
const SAMPLES: [&str; 13] = [
    ".example",
    ".sample",
    ".template",
    ".tmpl",
    ".tpl",
    ".dist",
    ".default",
    ".j2",
    ".erb",
    ".in",
    ".bak",
    ".orig",
    ".old",
];

/// What a file configures, if it is known. Paths are in lower case.
pub(super) fn find(folder: &str, name: &str, text: &str) -> Option<&'static Known> {
    let name = SAMPLES.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name);
    let (_, extension) = name.rsplit_once('.').unwrap_or(("", name));
    let of_extension = GROUPS.iter().filter(|(extensions, _)| extensions.contains(&extension) || extensions.is_empty());
    let mut known = of_extension.flat_map(|(_, known)| known.iter());
    known.find(|known| {
        known.names.iter().any(|pattern| fits(pattern, folder, name))
            && (known.marks.is_empty() || known.marks.iter().any(|mark| is_marked(text, mark)))
    })
}

/// Whether a file has a name like `pattern`, which may name a folder above it (`registry/config.yml`) and may hold one star. Before
/// the name may stand more, up to a separator: `my-redis.conf` is like `redis*.conf`.
fn fits(pattern: &str, folder: &str, name: &str) -> bool {
    let (wanted, pattern) = match pattern.rsplit_once('/') {
        Some((wanted, pattern)) => (Some(wanted), pattern),
        None => (None, pattern),
    };
    let has_name = match pattern.split_once('*') {
        Some((start, end)) => {
            let rest = name.strip_suffix(end);
            let begins = |part: &str| part.strip_prefix(start).is_some_and(|rest| start.is_empty() || ends_word(rest));
            rest.is_some_and(|rest| parts(rest).any(begins))
        }
        None => name.ends_with(pattern) && parts(name).any(|part| part == pattern),
    };
    has_name
        && wanted
            .is_none_or(|wanted| folder.split('/').any(|part| part == wanted || parts(part).any(|part| part == wanted)))
}

/// The text, and what follows each separator in it.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let after = text.match_indices(['-', '_', '.']).map(|(at, _)| &text[at + 1..]);
    std::iter::once(text).chain(after)
}

fn ends_word(rest: &str) -> bool {
    !rest.starts_with(|next: char| next.is_ascii_alphabetic())
}

/// Whether a text holds a mark. One that begins with `^` stands at the start of a line, blanks apart.
fn is_marked(text: &str, mark: &str) -> bool {
    match mark.strip_prefix('^') {
        Some(mark) => memmem::find_iter(text.as_bytes(), mark.as_bytes()).any(|at| {
            let before = text[..at].trim_end_matches([' ', '\t']);
            before.is_empty() || before.ends_with(['\n', '\u{feff}'])
        }),
        None => memmem::find(text.as_bytes(), mark.as_bytes()).is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn product(path: &str, text: &str) -> Option<&'static str> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        find(folder, name, text).map(|known| known.product)
    }

    #[test]
    fn files_are_known_by_name() {
        for (path, wanted) in [
            ("redis.conf", "redis"),
            ("deploy/my-redis-prod.conf", "redis"),
            ("redis6379.conf.example", "redis"),
            ("ev__docker-elk__elasticsearch__config__elasticsearch.yml", "elasticsearch"),
            ("harbor.yml.tmpl", "harbor"),
            ("src/main/resources/application-prod.properties", "spring"),
            ("etc/ssh/sshd_config", "sshd"),
            (".env.production", "environment"),
            ("code-server/config.yaml", "code-server"),
            ("hadoop/core-site.xml", "hadoop"),
        ] {
            assert_eq!(product(path, ""), Some(wanted), "{path}");
        }
        for path in
            ["redistribute.conf", "main.rs", "package.json", "config.yaml", "applications.yml", "readme.md", "conf"]
        {
            assert_eq!(product(path, ""), None, "{path}");
        }
    }

    #[test]
    fn names_that_say_little_need_marks() {
        assert_eq!(product("config.yaml", "a: 1\n  admin_key:\n"), Some("apisix"));
        assert_eq!(product("lb.cfg", "global\n\n  frontend web\n"), Some("haproxy"));
        assert_eq!(product("lb.cfg", "frontends\n"), None);
        assert_eq!(product("proxy.yaml", "static_resources:\n"), Some("envoy"));
        assert_eq!(product("conf.d/site.conf", "server {\n listen 80;\n}"), Some("nginx"));
    }
}
