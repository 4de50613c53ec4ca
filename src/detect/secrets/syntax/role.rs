//! What a literal can be in a program, and which places of the grammars make it so.

/// What a literal is in the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The value of a variable, field, constant or property.
    Assigned,
    /// The value of an entry of a dictionary, object, map or record.
    Entry,
    /// An argument that is passed under its name.
    Keyword,
    /// An argument that is passed by its position.
    Argument,
    /// The default of a parameter.
    Default,
    /// What a function returns.
    Returned,
    /// Compared with something, as in `==`, `equals` and `case`.
    Compared,
    /// An argument of an annotation, attribute or decorator.
    Annotation,
    /// A name that something is looked up by: an index, a key, the argument of a look-up.
    Index,
    /// An element of a list, tuple or set.
    Element,
    /// The value of an enumeration's member.
    Enum,
    /// A type, or part of one.
    Type,
    /// An attribute of an element of JSX.
    Attribute,
    /// The module of an import.
    Import,
    /// A regular expression.
    Regex,
    /// A comment, or a string that stands for one.
    Comment,
    /// Part of a longer string.
    Inside,
    /// What a test is called.
    Test,
    /// What a text is translated by, or a label.
    Label,
    /// Text of a log line, an error or an exception.
    Message,
    /// The name of a header.
    Header,
}

/// What a place means for the literal that stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The place of the node around it counts: parentheses, casts, branches of a condition.
    Outer,
    /// It has this role.
    Is(Role),
    /// It is an argument of the call around it.
    Argument,
    /// It stands on one side of an operator.
    Operand,
    /// A method is called on it.
    Receiver,
    /// Something else, of which nothing is known.
    Unknown,
}

/// What it means to stand in the field of a node of this kind. Kinds of different grammars seldom share a name, and where they
/// do, they mean the same or differ in the fields.
pub(super) fn place_in(kind: &str, field: Option<&str>) -> Place {
    match (kind, field) {
        ("ternary_expression" | "conditional_expression" | "conditional" | "if_expression", Some("condition")) => {
            Place::Unknown
        }
        (
            "binary_expression"
            | "binary_operator"
            | "boolean_operator"
            | "binary"
            | "comparison_operator"
            | "concatenated_string"
            | "chained_string",
            _,
        ) => Place::Operand,
        ("argument_list" | "arguments" | "token_tree", _) | ("type_conversion_expression", Some("operand")) => {
            Place::Argument
        }
        ("attribute" | "member_expression" | "method_invocation", Some("object"))
        | ("member_access_expression", Some("expression"))
        | ("field_expression", Some("value"))
        | ("selector_expression", Some("operand"))
        | ("call", Some("receiver")) => Place::Receiver,
        _ if is_transparent(kind) => Place::Outer,
        _ => role_in(kind, field).map_or(Place::Unknown, Place::Is),
    }
}

fn is_transparent(kind: &str) -> bool {
    matches!(
        kind,
        "parenthesized_expression"
            | "parenthesized_statements"
            | "expression_list"
            | "literal_element"
            | "await"
            | "await_expression"
            | "as_expression"
            | "satisfies_expression"
            | "non_null_expression"
            | "type_assertion"
            | "cast_expression"
            | "reference_expression"
            | "try_expression"
            | "postfix_unary_expression"
            | "ternary_expression"
            | "conditional_expression"
            | "conditional"
            | "argument"
            | "element_value_array_initializer"
            | "pattern"
    )
}

fn role_in(kind: &str, field: Option<&str>) -> Option<Role> {
    Some(match (kind, field) {
        ("enum_assignment" | "enum_case" | "enum_member_declaration" | "enum_variant", _) => Role::Enum,
        (
            "assignment"
            | "assignment_expression"
            | "augmented_assignment"
            | "augmented_assignment_expression"
            | "operator_assignment"
            | "assignment_statement"
            | "short_var_declaration",
            Some("right"),
        )
        | (
            "variable_declarator"
            | "field_definition"
            | "public_field_definition"
            | "let_declaration"
            | "const_item"
            | "static_item"
            | "var_spec"
            | "const_spec"
            | "static_variable_declaration"
            | "named_expression"
            | "property_declaration",
            Some("value"),
        )
        | ("variable_declarator" | "const_element", None)
        | ("property_element", Some("default_value")) => Role::Assigned,
        ("pair" | "keyed_element" | "field_initializer", Some("value")) => Role::Entry,
        ("keyword_argument", Some("value")) => Role::Keyword,
        (
            "default_parameter"
            | "typed_default_parameter"
            | "required_parameter"
            | "optional_parameter"
            | "keyword_parameter",
            Some("value"),
        )
        | ("assignment_pattern" | "object_assignment_pattern", Some("right"))
        | ("simple_parameter" | "property_promotion_parameter", Some("default_value"))
        | ("parameter", None) => Role::Default,
        ("return_statement" | "return" | "return_expression" | "arrow_expression_clause" | "body_statement", _)
        | ("arrow_function" | "lambda_expression" | "lambda" | "closure_expression", Some("body"))
        | ("block", None) => Role::Returned,
        (
            "switch_case"
            | "switch_label"
            | "case_statement"
            | "expression_case"
            | "when"
            | "case_pattern"
            | "match_pattern"
            | "constant_pattern"
            | "case_switch_label"
            | "match_condition_list",
            _,
        ) => Role::Compared,
        ("element_value_pair" | "attribute", Some("value"))
        | ("annotation_argument_list" | "attribute_argument", _) => Role::Annotation,
        ("pair" | "keyed_element", Some("key"))
        | ("subscript", Some("subscript"))
        | ("subscript_expression" | "index_expression" | "array_access", Some("index") | None)
        | ("element_reference", None)
        | ("bracketed_argument_list" | "element_binding_expression" | "computed_property_name", _)
        | ("property_signature", Some("name")) => Role::Index,
        (
            "array"
            | "list"
            | "tuple"
            | "set"
            | "array_creation_expression"
            | "array_expression"
            | "tuple_expression"
            | "array_initializer"
            | "literal_value"
            | "initializer_expression"
            | "collection_expression"
            | "string_array",
            _,
        ) => Role::Element,
        ("literal_type" | "type" | "type_parameter" | "type_arguments" | "type_annotation" | "union_type", _) => {
            Role::Type
        }
        ("jsx_attribute", _) => Role::Attribute,
        (
            "import_statement"
            | "import_spec"
            | "export_statement"
            | "import_require_clause"
            | "import_attribute"
            | "include_expression"
            | "include_once_expression"
            | "require_expression"
            | "require_once_expression",
            _,
        ) => Role::Import,
        ("expression_statement", _) => Role::Comment,
        _ => return None,
    })
}
