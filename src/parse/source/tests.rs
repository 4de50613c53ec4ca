//! Every grammar, and texts made against them.

use proptest::prelude::*;

use super::*;

const ALL: [Grammar; GRAMMARS] = [
    Grammar::CSharp,
    Grammar::Go,
    Grammar::Java,
    Grammar::JavaScript,
    Grammar::Php,
    Grammar::PhpPart,
    Grammar::Python,
    Grammar::Ruby,
    Grammar::Rust,
    Grammar::Tsx,
    Grammar::TypeScript,
];

#[test]
fn every_grammar_can_be_loaded() {
    for grammar in ALL {
        let tree = parse(grammar, "x\n").unwrap_or_else(|| panic!("{grammar:?}"));
        assert_eq!(tree.root_node().byte_range(), 0..2, "{grammar:?}");
    }
}

#[test]
fn hostile_texts_are_given_up_or_read() {
    // The last one made tree-sitter call itself as often as the text has bytes.
    for piece in ["(", "[", "\"a\"+", "f(", "{", "$\"{"] {
        let text = piece.repeat(MAX_TEXT / piece.len());
        for grammar in ALL {
            let _ = parse(grammar, &text);
        }
    }
    assert!(parse(Grammar::Python, &"(".repeat(MAX_TEXT + 1)).is_none());
}

#[test]
fn texts_that_grammars_do_not_survive_are_refused() {
    let word = "A".repeat(300);
    assert!(parse(Grammar::Ruby, &format!("x = <<~{word}\n a\n{word}\n")).is_none());
    let nested: String = (0..600).map(|level| " ".repeat(level) + "if x:\n").collect();
    assert!(parse(Grammar::Python, &(nested + &" ".repeat(600) + "f'a'\n")).is_none());
}

proptest! {
    #[test]
    fn any_text_is_survived(text in "(?s)([a-z]{1,4}|[\"'`#${}()\\[\\]<>+=.,:;/*\\\\?%@!|&~^-]| |\n|\n  |<<~A\n|\"\"\"|if |end\n|\\PC){0,200}") {
        for grammar in ALL {
            let _ = parse(grammar, &text);
        }
    }
}
