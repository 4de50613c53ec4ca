//! YAML, over the events of `granit-parser`, which have byte ranges, several documents and a way on after an error.
//!
//! Reading has two steps, a document at a time: [`read`] makes a flat list of what the parser gives, [`expand`] makes nodes of it. An
//! alias needs what its anchor marks once more, and a merge key needs to know the keys that follow it, so neither can be done on the way.

mod expand;
mod read;

use super::ConfigTree;
use super::tree::Builder;
use expand::Budget;
use read::Reader;

/// Reads a text as YAML.
///
/// An alias becomes a copy of what its anchor marks, with the places of the original. Keys that are no scalars are left out.
pub fn parse(text: &str) -> ConfigTree<'_> {
    let mut reader = Reader::new(text);
    let mut builder = Builder::new();
    let mut budget = Budget::new();
    while let Some(items) = reader.next_document() {
        expand::expand(&items, &mut builder, &mut budget);
    }
    for (span, message) in reader.problems {
        builder.problem(span, message);
    }
    builder.finish(text.len())
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use proptest::prelude::*;

    use super::super::dump::{assert_sound, dump};
    use super::*;

    fn read(text: &str) -> String {
        dump(text, parse)
    }

    #[test]
    fn values_of_every_kind_have_places() {
        assert_snapshot!(read("a: plain\n  more # c\nb: 'it''s'\nc: \"x\\ty\"\nd: [1, {e: f}]\ng:\n- h\n- i: ~\n  j: null\n  k:\n- !!str null\n"), @r#"
        {}
        /a Bare "plain more" at "plain\n  more"
        /b Quoted "it's" at "it''s"
        /c Quoted "x\ty" at "x\\ty"
        /d []
        /d/0 Bare "1" at "1"
        /d/1 {}
        /d/1/e Bare "f" at "f"
        /g []
        /g/0 Bare "h" at "h"
        /g/1 {}
        /g/1/i Bare "" at "~"
        /g/1/j Bare "" at "null"
        /g/1/k Bare "" at ""
        /g/2!!str Bare "null" at "null"
        "#);
    }

    #[test]
    fn blocks_have_the_places_of_their_lines() {
        assert_snapshot!(read("a: |\n  x\n   y\n\nb: >- # | c\n  f\n  g\nc: !vault |+\n  $ANSIBLE\n\nd: |\n\ne: &anchor\n  |2-\n   z"), @r#"
        {}
        /a Block "x\n y\n" at "  x\n   y"
        /b Block "f g" at "  f\n  g"
        /c!vault Block "$ANSIBLE\n\n" at "  $ANSIBLE"
        /d Block "" at ""
        /e Block " z" at "   z"
        "#);
    }

    #[test]
    fn tags_are_kept_as_written() {
        assert_snapshot!(read("a: !Ref x\nb: !Sub [y]\nc: !secret\nd: !<tag:x> {}\n"), @r#"
        {}
        /a!Ref Bare "x" at "x"
        /b!Sub []
        /b/0 Bare "y" at "y"
        /c!secret Bare "" at ""
        /d!<tag:x> {}
        "#);
    }

    #[test]
    fn documents_are_kept_apart() {
        assert_snapshot!(read("%YAML 1.2\n---\na: 1\n---\n---\n- b\n...\n# c\n"), @r#"
        {}
        /a Bare "1" at "1"
        Bare "" at ""
        []
        /0 Bare "b" at "b"
        "#);
    }

    #[test]
    fn aliases_become_copies_with_the_places_of_the_original() {
        assert_snapshot!(read("a: &x {p: &y q}\nb: *x\n*y : [*y]\nc: *unknown\nd: &z [*z, 1]\n"), @r#"
        {}
        /a {}
        /a/p Bare "q" at "q"
        /b {}
        /b/p Bare "q" at "q"
        /q []
        /q/0 Bare "q" at "q"
        /d []
        /d/0 Bare "1" at "1"
        problem: an alias without an anchor before it at "*unknown"
        problem: an alias for a node that holds it at "*z"
        "#);
    }

    #[test]
    fn merge_keys_add_what_is_missing() {
        assert_snapshot!(read("base: &b {x: 1, y: 2}\nmore: &m {<<: *b, y: 3, z: 4}\nuse:\n  <<: [*m, {w: 5, x: 6}]\n  z: own\nodd: {<<: text}\n"), @r#"
        {}
        /base {}
        /base/x Bare "1" at "1"
        /base/y Bare "2" at "2"
        /more {}
        /more/y Bare "3" at "3"
        /more/z Bare "4" at "4"
        /more/x Bare "1" at "1"
        /use {}
        /use/z Bare "own" at "own"
        /use/y Bare "3" at "3"
        /use/x Bare "1" at "1"
        /use/w Bare "5" at "5"
        /odd {}
        /odd/<< Bare "text" at "text"
        "#);
    }

    #[test]
    fn keys_that_are_no_scalars_are_left_out() {
        assert_snapshot!(read("? [a]\n: 1\n? {b: c}\n: 2\n? d\n: 3\n? e\n"), @r#"
        {}
        /d Bare "3" at "3"
        /e Bare "" at ""
        "#);
    }

    #[test]
    fn what_comes_after_a_mistake_is_read() {
        assert_snapshot!(read("a: 1\nb: [2, 3\nc: 4\n---\nd: 5\n---\ne: \"open\n---\nf: @g\n---\nh: i: j\n---\nk: l\n"), @r#"
        {}
        /a Bare "1" at "1"
        /b []
        /b/0 Bare "2" at "2"
        {}
        /d Bare "5" at "5"
        {}
        {}
        {}
        /h Bare "i" at "i"
        {}
        /k Bare "l" at "l"
        problem: illegal placement of ':' indicator at ""
        problem: while scanning a quoted scalar, found unexpected document indicator at ""
        problem: unexpected character at ""
        problem: mapping values are not allowed in this context at ""
        "#);
    }

    #[test]
    fn unusual_characters_do_no_harm() {
        assert_snapshot!(read("\u{feff}a: b\t# c\r\nd: |\r\n  e\r\n  f\r\ng:\th\u{85}é\r\ni: \"j\u{2028}\"\r\n"), @r#"
        {}
        /a Bare "b" at "b"
        /d Block "e\nf\n" at "  e\r\n  f"
        /g Bare "h\u{85}é" at "h\u{85}é"
        /i Quoted "j\u{2028}" at "j\u{2028}"
        "#);
    }

    #[test]
    fn copies_are_bounded() {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..10 {
            let alias = format!("*a{}, ", level - 1);
            text.push_str(&format!("a{level}: &a{level} [{}]\n", alias.repeat(10)));
        }
        let tree = parse(&text);
        assert!((10_000..10_200).contains(&tree.iter().count()), "{}", tree.iter().count());
        assert_snapshot!(dump(&text, parse).lines().last().unwrap(), @r#"problem: aliases stand for too many nodes: from here on they are left out at "*a2""#);
    }

    #[test]
    fn hostile_texts_take_linear_time() {
        let units = [
            "[", "]", "{", "}", "\"", "'", ":", ": ", "&a ", "*a ", "- ", "? ", "!t ", "a: ", "|\n", ">\n", "---\n",
            "---\n[\n", "#", "%", "\n", "\t", "a:\n", "[a, ", "{a: ", "<<: ", "- |\n", "a: &a\n", "é", "\u{85}", "\r",
            "x\n ", "- - \n", "{? ", "\"\\\n", "&a [*a, ",
        ];
        for unit in units {
            parse(&unit.repeat(100_000 / unit.len()));
        }
    }

    #[test]
    fn hostile_aliases_take_linear_time() {
        let big = "k: v, ".repeat(20_000);
        let many = |unit: &str| unit.repeat(20_000);
        let escaped = many("\\n");
        let keys: String = (0..20_000).map(|key| format!("k{key}: v, ")).collect();
        for text in [
            format!("a: &a {{{big}}}\nb: [{}]", many("*a, ")),
            format!("a: &a \"{escaped}\"\nb: [{}]", many("*a, ")),
            format!("a: &a \"{escaped}\"\nb: {{{}}}", many("*a : 1, ")),
            format!("a: &a {{{keys}}}\nb: [{}]", many("{<<: *a}, ")),
            format!("a: &a {{}}\nb: &b {{<<: [{}]}}\nc: [{}]", many("*a, "), many("*b, ")),
            format!("a: &a [{}]\nb: [{}]", many("*none, "), many("*a, ")),
            format!("a: &a {{{}}}\nb: [{}]", many("? [x] : y, "), many("*a, ")),
        ] {
            parse(&text);
        }
    }

    proptest! {
        #[test]
        fn every_text_gives_a_tree_with_places(
            text in "\\PC*|[\\[\\]{}:,\"'\\\\#\\n\\r &*!|>?%@ab1é\u{feff}\u{85}\t-]*|(( |- |  |a: |\\? |: )*(&x |\\*x|!t |<<: \\*x|[|>][-+]?|\\[|\\]|\\{|\\}|b|~|'|\"|---|#c|é)*\n)*"
        ) {
            assert_sound(&text, parse);
        }
    }
}
