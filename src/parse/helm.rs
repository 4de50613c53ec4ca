//! Templates of YAML, Helm's `{{ ... }}` and Jinja's `{% ... %}` and `{# ... #}`, masked so that what is left reads as YAML.
//!
//! No crate does this: engines for templates run them, which needs values and moves every place.

use std::ops::Range;

use memchr::memmem;

/// Words that begin an action which prints nothing.
const CONTROL_WORDS: [&str; 9] = ["if", "else", "end", "range", "with", "define", "block", "break", "continue"];

/// Functions whose result is whole lines, which follow a line break or stand under a key.
const LINE_FUNCTIONS: [&str; 2] = ["indent", "nindent"];

/// Whether a text has actions of a template. `${{ ... }}` is none: workflows of CI systems have it in YAML that needs no mask.
pub fn is_template(text: &str) -> bool {
    Actions::new(text).any(|action| !text[..action.range.start].ends_with('$'))
}

/// The text with its actions replaced by as many bytes, so that every place stays what it was.
///
/// What prints nothing or prints lines becomes blank: control, comments, assignments, indented results, and actions that stand alone on
/// their lines. What prints a value becomes `x`. Line breaks inside an action stay.
pub fn mask(text: &str) -> String {
    let mut actions: Vec<_> = Actions::new(text).collect();
    let groups = groups(text, &actions);
    for group in groups.iter().filter(|group| group.stands_alone) {
        actions[group.actions.clone()].iter_mut().for_each(|action| action.output = Output::Lines);
    }
    let mut masked = text.as_bytes().to_vec();
    for action in &actions {
        fill(&mut masked[action.range.clone()], action.output);
    }
    for index in 0..groups.len() {
        if let Some(at) = first_column_of_block(text, &groups, index) {
            masked[at] = b'x';
        }
    }
    String::from_utf8(masked).expect("only whole characters were replaced, by ASCII")
}

/// What an action prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Output {
    /// Nothing, or whole lines.
    Lines,
    /// A value.
    Value,
}

#[derive(Debug)]
struct Action {
    range: Range<usize>,
    output: Output,
}

fn fill(action: &mut [u8], output: Output) {
    let mut filler = if output == Output::Value { b'x' } else { b' ' };
    for byte in action {
        if matches!(byte, b'\n' | b'\r') {
            // What follows may stand at a column where YAML allows no value.
            filler = b' ';
        } else {
            *byte = filler;
        }
    }
}

fn output_of(action: &str) -> Output {
    if !action.starts_with("{{") {
        return Output::Lines;
    }
    let inner = action[2..action.len() - 2]
        .trim_matches(|character: char| "-~".contains(character) || character.is_whitespace());
    let is_part_of_word = |character: char| character.is_alphanumeric() || "_.".contains(character);
    let first_word = inner.split(|character| !is_part_of_word(character)).next().unwrap_or_default();
    let is_line_function = |word| LINE_FUNCTIONS.contains(&word);
    let prints_lines = CONTROL_WORDS.contains(&first_word)
        || inner.starts_with("/*")
        || is_assignment(inner)
        || inner.split(|character| !is_part_of_word(character)).any(is_line_function);
    if prints_lines { Output::Lines } else { Output::Value }
}

/// `$name := value` and `$name = value`.
fn is_assignment(inner: &str) -> bool {
    let Some(name) = inner.strip_prefix('$') else { return false };
    let operator =
        name.trim_start_matches(|character: char| character.is_alphanumeric() || character == '_').trim_start();
    operator.starts_with(":=") || operator.starts_with('=')
}

/// Actions with nothing but blanks between them.
#[derive(Debug)]
struct Group {
    /// Their indices.
    actions: Range<usize>,
    range: Range<usize>,
    /// Where the line of the first one starts.
    line_start: usize,
    /// Whether their lines hold nothing else, but for a comment at the end.
    stands_alone: bool,
}

fn groups(text: &str, actions: &[Action]) -> Vec<Group> {
    let is_blank = |text: &str| text.bytes().all(|byte| matches!(byte, b' ' | b'\t'));
    let mut groups = Vec::new();
    let (mut first_index, mut previous_end) = (0, 0);
    for run in actions.chunk_by(|left, right| is_blank(&text[left.range.end..right.range.start])) {
        let range = run[0].range.start..run[run.len() - 1].range.end;
        let before = &text[previous_end..range.start];
        let line_start = before.rfind('\n').map_or(previous_end, |at| previous_end + at + 1);
        // Without a line break before it, another group stands on the same line.
        let begins_line = line_start > previous_end || previous_end == 0;
        let after = text[range.end..].trim_start_matches([' ', '\t']);
        let ends_line = after.is_empty() || after.starts_with(['\n', '\r', '#']);
        groups.push(Group {
            actions: first_index..first_index + run.len(),
            range: range.clone(),
            line_start,
            stands_alone: begins_line && ends_line && is_blank(&text[line_start..range.start]),
        });
        first_index += run.len();
        previous_end = range.end;
    }
    groups
}

/// Where an `x` must stand if this group begins a block of lines, such as `key: |` opens one.
///
/// The first line of a block gives its column. A blank line that is longer is an error, so it gets a character in the column of
/// the line that follows the group.
fn first_column_of_block(text: &str, groups: &[Group], index: usize) -> Option<usize> {
    let group = &groups[index];
    let previous_end = index.checked_sub(1).map_or(0, |previous| groups[previous].range.end);
    let before = text[previous_end..group.range.start].trim_end();
    if !group.stands_alone || !opens_block(before) {
        return None;
    }
    let header_start = text[..previous_end + before.len()].rfind('\n').map_or(0, |at| at + 1);
    let outer_column = column_of_key(&text[header_start..previous_end + before.len()]);

    let mut at = group.range.end;
    for next in &groups[index + 1..] {
        if !next.stands_alone || !text[at..next.range.start].trim_start().is_empty() {
            break;
        }
        at = next.range.end;
    }
    let content = text[at..].trim_start();
    let content_start = text.len() - content.len();
    let column = content_start - (at + text[at..content_start].rfind('\n')? + 1);
    let target = group.line_start + column;
    let is_in_line = target < group.range.end && !text.as_bytes()[group.line_start..=target].contains(&b'\n');
    (is_in_line && !content.is_empty() && column > outer_column).then_some(target)
}

/// Whether a line ends with `|`, `>-` or the like, without a number that gives the column.
fn opens_block(text: &str) -> bool {
    let mark = text.strip_suffix(['+', '-']).unwrap_or(text);
    mark.strip_suffix(['|', '>']).is_some_and(|before| before.ends_with([' ', '\t']))
}

/// The column of the key on a line that may begin with the dashes of sequences, or of the last dash if no key follows it.
fn column_of_key(line: &str) -> usize {
    let mut rest = line.trim_start();
    while let Some(after) = rest.strip_prefix("- ").map(str::trim_start) {
        if after.starts_with(['|', '>']) {
            break;
        }
        rest = after;
    }
    line.len() - rest.len()
}

/// Finds actions, in the order of the text.
struct Actions<'t> {
    text: &'t str,
    at: usize,
    /// Where each way to end an action is known not to occur any more, in the order of [`Closer`]. It keeps the search linear.
    used_up: [bool; 4],
    /// Whether strings inside actions are passed over; given up when that leads to the end of the text.
    skips_strings: bool,
    /// Up to where a single and a double quote begin no string, since the line has no other to close it.
    plain_until: [usize; 2],
}

/// What ends an action or a comment.
#[derive(Clone, Copy)]
enum Closer {
    Action,
    Statement,
    Comment,
    CommentInAction,
}

impl<'t> Actions<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, at: 0, used_up: [false; 4], skips_strings: true, plain_until: [0; 2] }
    }

    /// Where the first closer after `from` ends.
    fn find(&mut self, from: usize, closer: Closer) -> Option<usize> {
        if self.used_up[closer as usize] {
            return None;
        }
        let written = ["}}", "%}", "#}", "*/"][closer as usize];
        let found = memmem::find(&self.text.as_bytes()[from..], written.as_bytes());
        self.used_up[closer as usize] = found.is_none();
        found.map(|at| from + at + written.len())
    }

    /// Where the `{{` action ends whose content starts at `from`.
    fn end_of_action(&mut self, from: usize) -> Option<usize> {
        let content = self.text[from..].trim_start_matches('-').trim_start();
        if content.starts_with("/*")
            && let Some(end) = self.find(self.text.len() - content.len() + 2, Closer::CommentInAction)
        {
            return self.find(end, Closer::Action);
        }
        if self.skips_strings {
            match self.end_outside_strings(from) {
                Some(end) => return Some(end),
                None => self.skips_strings = false,
            }
        }
        self.find(from, Closer::Action)
    }

    fn end_outside_strings(&mut self, from: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let mut at = from;
        loop {
            at += bytes[at..].iter().position(|byte| matches!(byte, b'}' | b'"' | b'\'' | b'`' | b'\\'))?;
            match bytes[at] {
                b'}' if bytes.get(at + 1) == Some(&b'}') => return Some(at + 2),
                b'}' => at += 1,
                // A quote that YAML escapes, in an action inside a YAML string.
                b'\\' => at = bytes.len().min(at + 2),
                b'`' => at += 2 + memchr::memchr(b'`', &bytes[at + 1..])?,
                quote => at = self.end_of_string(at, quote),
            }
        }
    }

    /// Where the string ends that starts at `start`, or just after its quote if its line doesn't close it.
    fn end_of_string(&mut self, start: usize, quote: u8) -> usize {
        let plain_until = &mut self.plain_until[usize::from(quote == b'"')];
        let mut bytes = self.text.bytes().enumerate().skip(start + 1);
        while start >= *plain_until {
            match bytes.next() {
                Some((_, b'\\')) => drop(bytes.next()),
                Some((at, byte)) if byte == quote => return at + 1,
                Some((at, b'\n')) => *plain_until = at,
                Some(_) => {}
                None => *plain_until = self.text.len(),
            }
        }
        start + 1
    }
}

impl Iterator for Actions<'_> {
    type Item = Action;

    fn next(&mut self) -> Option<Action> {
        loop {
            let bytes = self.text.as_bytes();
            let start = self.at + memchr::memchr(b'{', bytes.get(self.at..)?)?;
            let end = match bytes.get(start + 1) {
                Some(b'{') => self.end_of_action(start + 2),
                Some(b'%') => self.find(start + 2, Closer::Statement),
                // `${#name}` is how a shell asks for a length.
                Some(b'#') if !self.text[..start].ends_with('$') => self.find(start + 2, Closer::Comment),
                _ => None,
            };
            if let Some(end) = end {
                self.at = end;
                return Some(Action { range: start..end, output: output_of(&self.text[start..end]) });
            }
            self.at = start + 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use proptest::prelude::*;

    use super::super::yaml;
    use super::*;

    /// The masked text, which must read as YAML. Blanks at the ends of lines show as `~`.
    fn masked(template: &str) -> String {
        let masked = mask(template);
        assert_eq!(masked.len(), template.len());
        let problems = yaml::parse(&masked).problems;
        assert!(problems.is_empty(), "{problems:?}\n{masked}");
        let show = |line: &str| {
            let kept = line.trim_end();
            format!("{kept}{}\n", "~".repeat(line.len() - kept.len()))
        };
        masked.lines().map(show).collect()
    }

    #[test]
    fn values_become_words() {
        assert_snapshot!(masked("name: {{ .Values.name }}\nimage: \"{{ .repo }}:{{ .tag | default \"}}\" }}\"\nurl: https://{{ .host }}/x\nq: \"{{ q(\\\"[?a=='\\\" + b) }}\"\n{{ .key }}: {{ .v | quote }}\n"), @r#"
        name: xxxxxxxxxxxxxxxxxx
        image: "xxxxxxxxxxx:xxxxxxxxxxxxxxxxxxxxxxxxx"
        url: https://xxxxxxxxxxx/x
        q: "xxxxxxxxxxxxxxxxxxxxxxx"
        xxxxxxxxxx: xxxxxxxxxxxxxxxx
        "#);
    }

    #[test]
    fn control_becomes_blank() {
        assert_snapshot!(masked("{{- /* don't }} read */ -}}\n{{- if and .a (eq .b \"x\") }}\na: 1 {{- if .c }} # d{{ end }}\n{{- else }}\na: 2\n{{- end }}\nlist:\n  {{- range $i, $e := .list }}\n  - name: {{ $e.name }}\n    {{- with $e.args }}\n    args: {{ . }}\n    {{- end }}\n  {{- end }}\n{{ $x := .y }}\nb: 3\n"), @"
        ~~~~~~~~~~~~~~~~~~~~~~~~~~~
        ~~~~~~~~~~~~~~~~~~~~~~~~~~~~
        a: 1              # d~~~~~~~~~
        ~~~~~~~~~~~
        a: 2
        ~~~~~~~~~~
        list:
        ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
          - name: xxxxxxxxxxxxx
        ~~~~~~~~~~~~~~~~~~~~~~~
            args: xxxxxxx
        ~~~~~~~~~~~~~~
        ~~~~~~~~~~~~
        ~~~~~~~~~~~~~~
        b: 3
        ");
    }

    #[test]
    fn indented_results_become_blank() {
        assert_snapshot!(masked("metadata:\n  labels: {{- include \"labels\" . | nindent 4 }}\n    own: x\n  annotations:\n    {{- toYaml .Values.annotations | nindent 4 }}\nspec:\n{{ toYaml .Values.spec | indent 2 }}\n"), @"
        metadata:
          labels:~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
            own: x
          annotations:
        ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
        spec:
        ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
        ");
    }

    #[test]
    fn actions_keep_their_line_breaks() {
        assert_snapshot!(masked("a: {{ include \"x\" (dict\n  \"k\" .v\n) }}\n{{- include \"y\"\n   . }}\nb: \"{{ printf\n  `}}` }}\"\n"), @r#"
        a: xxxxxxxxxxxxxxxxxxxx
        ~~~~~~~~
        ~~~~
        ~~~~~~~~~~~~~~~
        ~~~~~~~
        b: "xxxxxxxxx
                 "
        "#);
    }

    #[test]
    fn blocks_of_lines_keep_their_column() {
        assert_snapshot!(masked("data:\n  - script: |\n      {{- if .Values.a.long.condition }}\n      {{- with .b }}\n      echo\n      {{- end }}\n      {{- end }}\n  - conf: |-\n{{ .Files.Get \"conf\" | indent 6 }}\n  - other: |\n          {{- if .Values.deeper }}\n      x\n          {{- end }}\n"), @"
        data:
          - script: |
              x~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
        ~~~~~~~~~~~~~~~~~~~~
              echo
        ~~~~~~~~~~~~~~~~
        ~~~~~~~~~~~~~~~~
          - conf: |-
        ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
          - other: |
              x~~~~~~~~~~~~~~~~~~~~~~~~~~~
              x
        ~~~~~~~~~~~~~~~~~~~~
        ");
    }

    #[test]
    fn jinja_is_masked_too() {
        assert_snapshot!(masked("{# a comment: [\n over lines #}\n{% for u in users %}\n- name: {{ u.name }}\n  home: \"/home/{{ u['name'] }}\"\n{% if u.key is defined %}\n  key: {{ u.key }}\n{% endif %}\n{% endfor %}\n"), @r#"
        ~~~~~~~~~~~~~~~
        ~~~~~~~~~~~~~~
        ~~~~~~~~~~~~~~~~~~~~
        - name: xxxxxxxxxxxx
          home: "/home/xxxxxxxxxxxxxxx"
        ~~~~~~~~~~~~~~~~~~~~~~~~~
          key: xxxxxxxxxxx
        ~~~~~~~~~~~
        ~~~~~~~~~~~~
        "#);
    }

    #[test]
    fn templates_are_told_from_plain_text() {
        assert!(is_template("a: {{ .b }}"));
        assert!(is_template("{% if a %}\n"));
        for plain in
            ["a: {b: {c: d}}", "run: echo ${{ github.sha }}", "a: ${#b}\nc: '#}'", "a: {{ open", "{%", "{#", "{"]
        {
            assert!(!is_template(plain), "{plain}");
        }
        assert_eq!(mask("a: ${#b} {c"), "a: ${#b} {c");
    }

    #[test]
    fn hostile_texts_take_linear_time() {
        let units = [
            "{{",
            "{%",
            "{#",
            "{",
            "{{}}",
            "{{\"",
            "{{'",
            "{{`",
            "{{/*",
            "{{\"\\\"",
            "{{ \" }} ",
            "a: |\n{{a}}\n",
            "{{a}}\n",
            "{{a}} ",
            "x{{a}}",
            "{{/*}}",
            "\n \n{{a}}",
            "- ",
        ];
        for unit in units {
            let hostile = unit.repeat(200_000 / unit.len());
            mask(&hostile);
            mask(&format!("a: |\n{hostile}"));
        }
    }

    proptest! {
        #[test]
        fn places_stay(text in "\\PC*|[{}%#\"'`\\\\*/|>: \\n\\r\tax$é-]*|(\\{\\{|\\}\\}|\\{%|%\\}|\\{#|#\\}|/\\*|\\*/|a: \\|\n|\n| |é|\")*") {
            let masked = mask(&text);
            prop_assert_eq!(masked.len(), text.len());
            for (masked, original) in masked.bytes().zip(text.bytes()) {
                prop_assert!(masked == original || (original != b'\n' && matches!(masked, b'x' | b' ')));
            }
        }
    }
}
