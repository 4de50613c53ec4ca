//! Commands, and texts made against the reader.

use proptest::prelude::*;

use super::*;

/// Each command on a line: its words, with assignments, redirections and the numbers of the commands that are piped into it.
fn commands(text: &str) -> Vec<String> {
    let told = |command: &Command<'_>| {
        let mut parts: Vec<String> = command.assignments.iter().map(|word| format!("{{{}}}", word.text)).collect();
        parts.extend(command.words.iter().map(|word| word.text.to_string()));
        parts.extend(command.redirections.iter().map(|to| match &to.body {
            Some(body) => format!("{}{}[{}]", to.operator, to.target.text, &text[body.clone()]),
            None => format!("{}{}", to.operator, to.target.text),
        }));
        if !command.piped_from.is_empty() {
            parts.push(format!("|{}..{}", command.piped_from.start, command.piped_from.end));
        }
        parts.join(" ")
    };
    parse(text, 0..text.len(), true).iter().map(told).collect()
}

#[test]
fn lists_and_pipes_are_told_apart() {
    assert_eq!(commands("a b && c; d | e |& f\ng & h || i"), ["a b", "c", "d", "e |2..3", "f |3..4", "g", "h", "i"]);
    assert_eq!(commands("a |\n  b\n"), ["a", "b |0..1"]);
    assert_eq!(commands("(a; b) | c"), ["a", "b", "c |0..2"]);
    assert_eq!(commands("{ a; } | b; c"), ["a", "b |0..1", "c"]);
}

#[test]
fn words_lose_their_quotes() {
    assert_eq!(commands(r#"a "b c" 'd'"e"\ f $'g' "h\"i""#), [r#"a b c de f g h"i"#]);
    assert_eq!(commands("A=b C='d e' f g=h"), ["{A=b} {C=d e} f g=h"]);
    assert_eq!(commands("a \"not closed\nb"), ["a \"not closed", "b"]);
}

#[test]
fn continued_lines_are_one_command() {
    assert_eq!(commands("a \\\n  b \\ \n# a comment\n\n  c\nd"), ["a b c", "d"]);
    assert_eq!(commands("a # b\r\nc \\\r\n d"), ["a", "c d"]);
}

#[test]
fn structures_are_looked_through() {
    assert_eq!(commands("if a; then b; elif c; then d; else e; fi | f"), ["a", "b", "c", "d", "e", "f |0..5"]);
    assert_eq!(commands("for x in 1 2; do a $x; done"), ["for x in 1 2", "a $x"]);
    assert_eq!(commands("while ! a; do b; done"), ["a", "b"]);
    assert_eq!(commands("case $x in\n a|b) c;; (d) e;; *) f ;; esac; g"), ["case $x", "c", "e", "f", "g"]);
    assert_eq!(commands("f() {\n a\n}\nfunction g { b; }"), ["a", "b"]);
    assert_eq!(commands("((i=1+2)); a $((1 << 2)) b"), ["a $((1 << 2)) b"]);
    assert_eq!(commands("A=(1 2) b"), ["{A=(1 2)} b"]);
}

#[test]
fn redirections_and_here_documents_are_no_words() {
    assert_eq!(commands("a > b 2>&1 >> c < d &> e"), ["a >b >&1 >>c <d &>e"]);
    assert_eq!(commands("a <<EOF > b\n x\n  EOF\nc"), ["a <<EOF[ x\n] >b", "c"]);
    assert_eq!(commands("a <<<\"b c\""), ["a <<<b c"]);
    assert_eq!(commands("<<'A' <<-B\n1\nA\n2\nB\n"), ["<<A[1\n] <<-B[2\n]"]);
}

#[test]
fn substitutions_are_places() {
    let text = "a \"x $(b \"c\")\" `d` <(e) $((1)) ${f:-)}";
    let command = &parse(text, 0..text.len(), false)[0];
    let codes = command
        .words
        .iter()
        .flat_map(|word| &word.substitutions)
        .map(|inner| (&text[inner.code.clone()], inner.is_file));
    assert_eq!(codes.collect::<Vec<_>>(), [("b \"c\"", false), ("d", false), ("e", true)]);
    assert_eq!(&text[command.words[1].place.clone()], "x $(b \"c\")");
    assert_eq!(command.words.len(), 6);
}

#[test]
fn hostile_texts_take_linear_time() {
    for piece in
        ["$(", "\"$(", "`", "(", "{ ", "a<<A ", "${", "\"", "'", "a|(", "if ", "case x in ", "<(", "\\\n", "((", "A=("]
    {
        let text = piece.repeat(200_000 / piece.len());
        let _ = parse(&text, 0..text.len(), true);
    }
}

proptest! {
    #[test]
    fn places_lie_in_the_text(text in "(?s)([a-z]{1,4}|[\"'`#${}()\\[\\]<>=;|&\\\\!-]| |\n|<<A\n|case x in |\\PC){0,60}") {
        for command in parse(&text, 0..text.len(), true) {
            prop_assert!(text.get(command.place.clone()).is_some());
            for word in command.words.iter().chain(&command.assignments) {
                prop_assert!(text.get(word.place.clone()).is_some());
                for inner in &word.substitutions {
                    prop_assert!(text.get(inner.code.clone()).is_some());
                }
            }
        }
    }
}
