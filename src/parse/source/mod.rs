//! Reads source code into syntax trees.
//!
//! The grammars are written in C. [`guard`] keeps from them the few texts that they are known not to survive, and a parse
//! that takes too many steps is given up: steps are the same on every machine, seconds are not.

mod guard;

use std::cell::RefCell;
use std::ops::ControlFlow;

pub use tree_sitter::{Node, Tree, TreeCursor};
use tree_sitter::{ParseOptions, Parser};

use crate::model::Language;

/// Longest text that is parsed, in bytes.
pub const MAX_TEXT: usize = 64 << 10;
/// Longest text that is parsed on the caller's own stack, in bytes, and the stack for longer ones. tree-sitter calls itself
/// for each level of its own stack when it frees that, about 112 bytes of stack a level, and a hostile text opens a level with
/// each byte. Threads have stacks of 2 MiB.
const MAX_ON_STACK: usize = 10 << 10;
const STACK: usize = 16 << 20;
/// Reports of progress after which a parse is given up, for each KiB of text and for any text. tree-sitter reports at every
/// hundredth step. Of 3,000 real files in these languages the median takes 3 to 9 reports a KiB, and none takes more than 30.
const REPORTS_PER_KIB: usize = 40;
const LEAST_REPORTS: usize = 200;

/// A language that can be read by its syntax.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is the language's name")]
pub enum Grammar {
    CSharp,
    Go,
    Java,
    JavaScript,
    /// A file of PHP, which begins as HTML.
    Php,
    /// A part of a PHP file, which begins as code.
    PhpPart,
    Python,
    Ruby,
    Rust,
    /// TypeScript with JSX, in which `<T>x` is no cast.
    Tsx,
    TypeScript,
}

/// How many grammars there are: the places for parsers.
const GRAMMARS: usize = Grammar::TypeScript as usize + 1;

impl Grammar {
    /// The grammar of a file. `path` tells apart what one language writes in two ways.
    pub fn of(language: Language, path: &str) -> Option<Self> {
        let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
        Some(match language {
            // Single-file components are HTML around the code, F#, Visual Basic and Razor are other languages, and ERB is HTML.
            _ if ["vue", "svelte", "fs", "vb", "cshtml", "razor", "erb"].contains(&extension) => return None,
            Language::CSharp => Self::CSharp,
            Language::Go => Self::Go,
            Language::Java => Self::Java,
            Language::JavaScript => Self::JavaScript,
            Language::Php => Self::Php,
            Language::Python => Self::Python,
            Language::Ruby => Self::Ruby,
            Language::Rust => Self::Rust,
            Language::TypeScript if extension.eq_ignore_ascii_case("tsx") => Self::Tsx,
            Language::TypeScript => Self::TypeScript,
            _ => return None,
        })
    }

    /// The grammar of a part of a file that does not begin at its start.
    pub fn of_part(self) -> Self {
        if self == Self::Php { Self::PhpPart } else { self }
    }

    fn language(self) -> tree_sitter::Language {
        match self {
            Self::CSharp => tree_sitter_c_sharp::LANGUAGE,
            Self::Go => tree_sitter_go::LANGUAGE,
            Self::Java => tree_sitter_java::LANGUAGE,
            Self::JavaScript => tree_sitter_javascript::LANGUAGE,
            Self::Php => tree_sitter_php::LANGUAGE_PHP,
            Self::PhpPart => tree_sitter_php::LANGUAGE_PHP_ONLY,
            Self::Python => tree_sitter_python::LANGUAGE,
            Self::Ruby => tree_sitter_ruby::LANGUAGE,
            Self::Rust => tree_sitter_rust::LANGUAGE,
            Self::Tsx => tree_sitter_typescript::LANGUAGE_TSX,
            Self::TypeScript => tree_sitter_typescript::LANGUAGE_TYPESCRIPT,
        }
        .into()
    }
}

thread_local! {
    /// The parsers of this thread, made at their first use.
    static PARSERS: RefCell<[Option<Parser>; GRAMMARS]> = const { RefCell::new([const { None }; GRAMMARS]) };
}

/// Reads a text into a tree. `None` when it is too long, too much work, or unsafe to give to the grammar. Syntax errors are
/// nodes of the tree.
pub fn parse(grammar: Grammar, text: &str) -> Option<Tree> {
    if text.len() > MAX_TEXT || !guard::is_safe(grammar, text) {
        return None;
    }
    let mut parser =
        PARSERS.with_borrow_mut(|parsers| parsers[grammar as usize].take()).or_else(|| parser_of(grammar))?;
    let tree = if text.len() <= MAX_ON_STACK {
        parse_with(&mut parser, text)
    } else {
        std::thread::scope(|scope| {
            let builder = std::thread::Builder::new().stack_size(STACK);
            builder.spawn_scoped(scope, || parse_with(&mut parser, text)).ok()?.join().ok()?
        })
    };
    PARSERS.with_borrow_mut(|parsers| parsers[grammar as usize] = Some(parser));
    tree
}

fn parse_with(parser: &mut Parser, text: &str) -> Option<Tree> {
    let mut left = LEAST_REPORTS.max(text.len() / 1024 * REPORTS_PER_KIB);
    let mut on_progress = |_: &_| {
        left = left.saturating_sub(1);
        if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let options = ParseOptions::new().progress_callback(&mut on_progress);
    let tree = parser.parse_with_options(&mut |at, _| &text.as_bytes()[at.min(text.len())..], None, Some(options));
    // Without this, the next parse would go on where a parse that was given up stopped.
    parser.reset();
    tree
}

fn parser_of(grammar: Grammar) -> Option<Parser> {
    let mut parser = Parser::new();
    parser.set_language(&grammar.language()).ok()?;
    Some(parser)
}

#[cfg(test)]
mod tests;
