//! Calls: what is called, with which argument, and what that says about a literal.

use std::ops::Range;

use super::path::Step;
use super::role::Role;

/// Longest text of a callee that is looked at, in bytes: the end of a chain of calls says what is called.
const MAX_CALLEE: usize = 160;
/// How many arguments are counted.
const MAX_ARGUMENTS: usize = 64;

/// The call that a literal is passed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The place of what is called.
    pub callee: Range<usize>,
    /// Which argument the literal is, from 0, counted without named ones.
    pub index: usize,
    /// Whether it is the last argument that has no name.
    pub is_last: bool,
    /// Whether no function is called: the literal is an element of a tuple or list that is passed under this name.
    pub is_tuple: bool,
}

/// Reads the call of an argument: `argument` stands in a list of arguments at `list`, and `call` is the node around that.
pub(super) fn read(argument: Step<'_>, list: Step<'_>, call: Step<'_>) -> Call {
    let mut cursor = list.node.walk();
    let is_named = |kind: &str| matches!(kind, "keyword_argument" | "pair" | "block" | "do_block");
    let counted = list.node.named_children(&mut cursor).filter(|node| !node.is_extra() && !is_named(node.kind()));
    let (mut index, mut last) = (0, 0);
    for (number, node) in counted.take(MAX_ARGUMENTS).enumerate() {
        last = number;
        if node.start_byte() <= argument.node.start_byte() {
            index = number;
        }
    }
    let (start, end) = (call.node.start_byte(), list.node.start_byte());
    Call { callee: start.max(end.saturating_sub(MAX_CALLEE))..end, index, is_last: index == last, is_tuple: false }
}

/// Whether a kind of node is a call whose arguments stand in a list.
pub(super) fn is_call(kind: &str) -> bool {
    matches!(
        kind,
        "call"
            | "call_expression"
            | "new_expression"
            | "method_invocation"
            | "object_creation_expression"
            | "implicit_object_creation_expression"
            | "explicit_constructor_invocation"
            | "invocation_expression"
            | "function_call_expression"
            | "member_call_expression"
            | "nullsafe_member_call_expression"
            | "scoped_call_expression"
            | "type_conversion_expression"
            | "macro_invocation"
            | "constructor_initializer"
            | "enum_constant"
            | "attribute"
            | "anonymous_class"
            | "print_intrinsic"
            | "decorator"
    )
}

/// The last word of what is called, in lower case: `encode` of `base64.b64.encode`.
pub(super) fn last_word(callee: &str) -> String {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
    let callee = callee.trim_end_matches(|c: char| !is_part(c));
    // The arguments of a generic type are none of its name.
    let callee = callee.split('<').next().unwrap_or(callee);
    let start =
        callee.rfind(|c: char| !is_part(c)).map_or(0, |at| at + callee[at..].chars().next().map_or(1, char::len_utf8));
    callee[start..].to_ascii_lowercase()
}

/// Whether a function only changes a string's form, so that its result is the literal: `bytes("...")`, `"...".encode()`.
pub(super) fn converts(word: &str) -> bool {
    matches!(
        word,
        "bytes"
            | "bytearray"
            | "str"
            | "string"
            | "text"
            | "valueof"
            | "from"
            | "encode"
            | "encodeutf8"
            | "some"
            | "just"
            | "byte"
            | "rune"
            | "getbytes"
            | "tochararray"
            | "to_string"
            | "tostring"
            | "to_owned"
            | "into"
            | "as_bytes"
            | "as_ref"
            | "as_str"
            | "as_slice"
            | "to_vec"
            | "freeze"
            | "strip"
            | "trim"
            | "dup"
            | "secretstring"
            | "b64decode"
            | "atob"
            | "fromhex"
            | "unhexlify"
            | "frombase64string"
            | "decodestring"
            | "decode"
            | "from_static"
            | "from_str"
            | "of"
            | "b"
            | "u"
    )
}

/// Whether a function compares its arguments.
pub(super) fn compares(word: &str) -> bool {
    matches!(
        word,
        "equals"
            | "equalsignorecase"
            | "strcmp"
            | "strcasecmp"
            | "strncmp"
            | "compareto"
            | "compare_digest"
            | "hash_equals"
            | "timingsafeequal"
            | "constant_time_compare"
            | "equal"
            | "eql"
            | "isequal"
            | "secure_compare"
            | "contentequals"
            | "constanttimecompare"
            | "fixedtimeequals"
            | "startswith"
            | "endswith"
            | "contains"
            | "includes"
            | "toequal"
            | "tobe"
    ) || word.starts_with("assert")
}

/// What a literal is that is the argument with this number of a function with this last word.
pub(super) fn role_of(word: &str, index: usize) -> Role {
    match word {
        "describe" | "it" | "test" | "context" | "specify" | "scenario" | "feature" | "suite" | "xit" | "fit"
        | "step"
            if index == 0 =>
        {
            Role::Test
        }
        "t" | "_" | "__" | "gettext" | "ngettext" | "pgettext" | "ugettext" | "gettext_lazy" | "ugettext_lazy"
        | "translate" | "trans" | "tr" | "i18n" | "$t" | "tc" | "$tc" | "trans_choice" | "localize"
        | "nslocalizedstring" | "formatmessage" | "label" => Role::Label,
        "require" | "import" | "import_module" | "include" if index == 0 => Role::Import,
        "setheader" | "addheader" | "withheader" | "setrequestheader" | "getheader" | "header" if index == 0 => {
            Role::Header
        }
        "get"
        | "getenv"
        | "env"
        | "fetch"
        | "find"
        | "has"
        | "getproperty"
        | "get_property"
        | "getstring"
        | "lookup"
        | "getitem"
        | "getparameter"
        | "queryselector"
        | "getelementbyid"
        | "pop"
        | "delete"
        | "remove"
        | "containskey"
        | "has_key"
        | "hasownproperty"
        | "getattr"
        | "hasattr"
        | "var"
        | "getvalue"
        | "get_string"
        | "lookupenv"
        | "getenvironmentvariable"
            if index == 0 =>
        {
            Role::Index
        }
        _ if compares(word) => Role::Compared,
        _ if is_message(word) => Role::Message,
        _ => Role::Argument,
    }
}

fn is_message(word: &str) -> bool {
    matches!(
        word,
        "puts"
            | "echo"
            | "log"
            | "debug"
            | "info"
            | "warn"
            | "warning"
            | "error"
            | "fatal"
            | "critical"
            | "trace"
            | "panic"
            | "fail"
            | "abort"
            | "alert"
            | "raise"
            | "die"
            | "exit"
            | "bail"
            | "todo"
            | "unreachable"
            | "expect"
            | "notice"
    ) || word.contains("print")
        || word.ends_with("error")
        || word.ends_with("exception")
        || word.ends_with("errorf")
        || word.ends_with("logf")
}
