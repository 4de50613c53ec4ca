//! Climbs from a literal outwards, until the place that it stands in says what it is.

use std::ops::Range;

use super::call::{self, Call};
use super::literal;
use super::path::Step;
use super::role::{Place, Role, place_in};

/// What a literal is in the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxContext {
    /// What it is there for; `None` where the syntax says nothing of interest.
    pub role: Option<Role>,
    /// The place of its text, without quotes; of joined literals, from the first one's text to the last one's.
    pub literal: Range<usize>,
    /// The text of literals that are joined into one: `"abc" + "def"`.
    pub joined: Option<String>,
    /// Whether it is joined with something that is no literal.
    pub is_part: bool,
    /// Whether something is put into it when the program runs.
    pub has_holes: bool,
    /// The place of the name that it is assigned to or passed under.
    pub target: Option<Range<usize>>,
    /// The call that it is passed to, also where the role says more than that.
    pub call: Option<Call>,
}

/// Reads what the value at `value` is, given the nodes around it. `None` when the syntax is broken there.
pub(super) fn read(text: &str, path: &[Step<'_>], value: &Range<usize>) -> Option<SyntaxContext> {
    // A string's content is a node of its own, and a heredoc's content one more.
    const DEEPEST: usize = 4;
    let innermost = path.first()?.node;
    let found = path.iter().take(DEEPEST).position(|step| literal::is_literal(step.node));
    let Some(index) = found else {
        let role = match innermost.kind() {
            kind if kind.contains("comment") => Role::Comment,
            kind if kind.contains("regex") => Role::Regex,
            _ => return None,
        };
        return (!innermost.has_error()).then(|| SyntaxContext::of(Some(role), value.clone()));
    };
    let node = path[index].node;
    let content = literal::content(text, node);
    if node.has_error() || content.start > value.start || content.end < value.end {
        return None;
    }
    if content != *value {
        // Blanks around a value are the text reader's business.
        let is_whole = text[content.clone()].trim() == &text[value.clone()];
        let context = SyntaxContext::of(Some(Role::Inside), value.clone());
        if !is_whole {
            return Some(context);
        }
    }
    let mut context = SyntaxContext::of(None, content);
    context.has_holes = literal::has_holes(node);
    Climb { text, path, index, context }.finish()
}

impl SyntaxContext {
    /// A role, and nothing else.
    pub(super) fn of(role: Option<Role>, literal: Range<usize>) -> Self {
        Self { role, literal, joined: None, is_part: false, has_holes: false, target: None, call: None }
    }
}

struct Climb<'a, 't> {
    text: &'a str,
    path: &'a [Step<'t>],
    /// The node that holds the value so far.
    index: usize,
    context: SyntaxContext,
}

impl Climb<'_, '_> {
    fn finish(mut self) -> Option<SyntaxContext> {
        while let Some(&parent) = self.path.get(self.index + 1) {
            let (node, field) = (parent.node, self.path[self.index].field);
            if node.is_error() {
                return None;
            }
            match self.place(parent, field) {
                Place::Outer => self.index += 1,
                Place::Operand if self.operand(parent) => {}
                Place::Argument if self.argument(parent) => {}
                Place::Receiver if self.receiver(parent) => {}
                Place::Is(role) => {
                    self.settle(role, parent);
                    return self.checked();
                }
                Place::Operand | Place::Argument | Place::Receiver | Place::Unknown => return self.checked(),
            }
        }
        Some(self.context)
    }

    /// The context, unless the syntax is broken where it was read.
    fn checked(self) -> Option<SyntaxContext> {
        let node = self.path.get(self.index + 1)?.node;
        // The body of a class or function is no part of what says something about a literal in it.
        let is_sound =
            if node.has_error() { !self.path[self.index].node.has_error() && has_sound_edges(node) } else { true };
        is_sound.then_some(self.context)
    }

    fn place(&self, parent: Step<'_>, field: Option<&str>) -> Place {
        let child = self.path[self.index].node;
        match parent.node.kind() {
            // `a if b else c`: three expressions without names, the condition in the middle.
            "conditional_expression" if field.is_none() => {
                let (before, after) = (child.prev_named_sibling(), child.next_named_sibling());
                if before.is_some() && after.is_some() { Place::Unknown } else { Place::Outer }
            }
            // `"key" => "value"`, or only `"value"`.
            "array_element_initializer" => match (child.prev_named_sibling(), child.next_named_sibling()) {
                (_, Some(_)) => Place::Is(Role::Index),
                (Some(_), None) => Place::Is(Role::Entry),
                (None, None) => Place::Outer,
            },
            // An entry of an object whose beginning was cut off reads like this.
            "expression_statement" if self.grandparent_is("labeled_statement") => Place::Unknown,
            // `{"key", "value"}` inside the braces of a dictionary.
            "initializer_expression" if self.grandparent_is("initializer_expression") => {
                if child.next_named_sibling().is_some() { Place::Is(Role::Index) } else { Place::Is(Role::Entry) }
            }
            // `password: "value"`, of C# and PHP.
            "argument" if parent.node.child_by_field_name("name").is_some() => Place::Is(Role::Keyword),
            kind => place_in(kind, field),
        }
    }

    fn grandparent_is(&self, kind: &str) -> bool {
        self.path.get(self.index + 2).is_some_and(|step| step.node.kind() == kind)
    }

    /// Takes the role, and reads the name beside the value.
    fn settle(&mut self, role: Role, parent: Step<'_>) {
        const FIELDS: [&str; 8] = ["left", "name", "key", "property", "pattern", "field", "operand", "object"];
        let value = self.path[self.index].node;
        let is_named = !matches!(role, Role::Returned | Role::Import | Role::Comment | Role::Type);
        let target = FIELDS.iter().find_map(|field| parent.node.child_by_field_name(field));
        let target = target.or_else(|| parent.node.named_child(0)).filter(|node| node.id() != value.id());
        self.context.target = target.filter(|_| is_named).map(|node| node.byte_range());
        self.context.role = Some(match role {
            Role::Assigned if self.is_enumeration() => Role::Enum,
            Role::Entry if self.grandparent_is("argument_list") => Role::Keyword,
            role => role,
        });
        if role == Role::Keyword || self.context.role == Some(Role::Keyword) {
            self.keyword_call();
        }
        if role == Role::Element {
            self.tuple();
        }
    }

    /// The call of a value that is passed under its name.
    fn keyword_call(&mut self) {
        if let (Some(&argument), Some(&list), Some(&call)) =
            (self.path.get(self.index + 1), self.path.get(self.index + 2), self.path.get(self.index + 3))
            && call::is_call(call.node.kind())
        {
            self.context.call = Some(call::read(argument, list, call));
        }
    }

    /// A tuple or list that is passed under a name, or set as an attribute, counts as a call of that name:
    /// `auth=("user", "password")`.
    fn tuple(&mut self) {
        let (element, list) = (self.path[self.index], self.path[self.index + 1]);
        let Some(outer) = self.path.get(self.index + 2) else { return };
        let name = match outer.node.kind() {
            "keyword_argument" => outer.node.child_by_field_name("name"),
            // `session.auth = (...)`; a variable may hold anything.
            "assignment" => outer.node.child_by_field_name("left").filter(|left| left.kind() == "attribute"),
            _ => None,
        };
        if let Some(name) = name {
            let call = call::read(element, list, list);
            self.context.call = Some(Call { callee: name.byte_range(), is_tuple: true, ..call });
        }
    }

    /// Whether the value is assigned in the body of a class of Python that is an enumeration.
    fn is_enumeration(&self) -> bool {
        let class = self.path.get(self.index + 4).filter(|step| step.node.kind() == "class_definition");
        let bases = class.and_then(|class| class.node.child_by_field_name("superclasses"));
        bases.is_some_and(|bases| self.text[bases.byte_range()].contains("Enum"))
    }

    /// Steps over an operator, or takes what it means. False where that ends the climb.
    fn operand(&mut self, parent: Step<'_>) -> bool {
        let node = parent.node;
        if literal::joins(self.text, node) {
            self.join();
            return true;
        }
        match literal::operator(self.text, node) {
            // A fallback, as in `process.env.X || "value"`: what the whole is, the value is.
            "||" | "??" | "or" | "?:" | "&&" | "and" => self.index += 1,
            "%" | "*" => {
                self.context.has_holes |= self.path[self.index].field == Some("left");
                self.index += 1;
            }
            "<<" => {
                self.context.is_part = true;
                self.index += 1;
            }
            "==" | "!=" | "===" | "!==" | "<=>" | "=~" | "!~" | "<" | ">" | "<=" | ">=" | "in" | "not in" | "is" => {
                self.settle(Role::Compared, parent);
                return false;
            }
            _ if node.kind() == "comparison_operator" => {
                self.settle(Role::Compared, parent);
                return false;
            }
            _ => return false,
        }
        true
    }

    /// Reads the whole concatenation that the value is part of.
    fn join(&mut self) {
        while self.path.get(self.index + 1).is_some_and(|parent| {
            literal::joins(self.text, parent.node)
                || parent.node.kind() == "parenthesized_expression"
                    && self.path.get(self.index + 2).is_some_and(|outer| literal::joins(self.text, outer.node))
        }) {
            self.index += 1;
        }
        let joined = literal::parts(self.text, self.path[self.index].node);
        let contents: Vec<_> = joined.parts.iter().map(|part| literal::content(self.text, *part)).collect();
        if joined.has_others || contents.len() < 2 {
            self.context.is_part |= joined.has_others;
        } else {
            self.context.literal = contents[0].start..contents[contents.len() - 1].end;
            self.context.joined = Some(contents.into_iter().map(|range| &self.text[range]).collect());
        }
    }

    /// Steps out of a call that only converts its argument, or takes what the call means.
    fn argument(&mut self, list: Step<'_>) -> bool {
        let argument = self.path[self.index];
        let outer = if is_own_list(list.node.kind()) { Some(&list) } else { self.path.get(self.index + 2) };
        let Some(&around) = outer.filter(|outer| call::is_call(outer.node.kind())) else { return false };
        let mut read = call::read(argument, list, around);
        if is_own_list(list.node.kind()) {
            read.callee = around.node.start_byte()..argument.node.start_byte();
            (read.index, read.is_last) = (0, true);
        }
        let word = call::last_word(&self.text[read.callee.clone()]);
        if read.index == 0 && call::converts(&word) {
            self.index += if is_own_list(list.node.kind()) { 1 } else { 2 };
            return true;
        }
        let above = if is_own_list(list.node.kind()) { 2 } else { 3 };
        let above = self.path.get(self.index + above).map_or("", |step| step.node.kind());
        self.context.role = Some(match around.node.kind() {
            "enum_constant" => Role::Enum,
            "attribute" | "decorator" => Role::Annotation,
            _ if above == "decorator" => Role::Annotation,
            _ if matches!(above, "throw_statement" | "throw_expression" | "raise_statement") => Role::Message,
            _ => call::role_of(&word, read.index),
        });
        self.context.call = Some(read);
        false
    }

    /// Steps over a method that is called on the literal, or takes what the method means.
    fn receiver(&mut self, parent: Step<'_>) -> bool {
        let name = parent.node.child_by_field_name("name").or_else(|| parent.node.child_by_field_name("method"));
        let end = name.map_or(parent.node.end_byte(), |name| name.end_byte());
        let word = call::last_word(&self.text[self.path[self.index].node.end_byte()..end]);
        // Java and Ruby write receiver and arguments into one node, the others into two.
        let is_whole = matches!(parent.node.kind(), "method_invocation" | "call");
        if call::converts(&word) {
            self.index += if is_whole { 1 } else { 2 };
            return self.index < self.path.len();
        }
        match word.as_str() {
            "format" | "replace" | "join" | "replaceall" => self.context.has_holes = true,
            _ if call::compares(&word) => self.context.role = Some(Role::Compared),
            _ => {}
        }
        false
    }
}

/// Whether a call's only argument is a child of the call itself.
fn is_own_list(kind: &str) -> bool {
    kind == "type_conversion_expression"
}

/// Whether no child of the node is itself an error.
fn has_sound_edges(node: crate::parse::source::Node<'_>) -> bool {
    const MOST: usize = 256;
    let mut cursor = node.walk();
    node.children(&mut cursor).take(MOST).all(|child| !child.is_error() && !child.is_missing())
}
