//! Expressions of GitHub Actions: `${{ github.event.issue.title || 'none' }}`.
//!
//! The grammar is that of <https://docs.github.com/en/actions/reference/workflows-and-actions/expressions>. What is told of an expression
//! is which contexts it reads, which of them its result can hold, and what about it is odd.

use std::ops::Range;

/// Longest expression that is read, in bytes.
const MAX_LENGTH: usize = 8192;
/// Most nodes of one expression; deeper or longer ones are not read.
const MAX_NODES: usize = 200;

/// An expression as a tree.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expression {
    /// A text in quotes.
    Text(String),
    /// A number, `true`, `false` or `null`.
    Literal(String),
    /// A path such as `github.event.issue.title`, in lower case; an index is `*`.
    Context { path: String, computed: Vec<Expression> },
    /// A call of a function, by its name in lower case.
    Call { name: String, arguments: Vec<Expression> },
    /// Something inside the result of a call or of a part in parentheses.
    Part { of: Box<Expression>, path: String, computed: Vec<Expression> },
    /// `!x`.
    Not(Box<Expression>),
    /// Two parts with an operator between them.
    Binary { operator: &'static str, left: Box<Expression>, right: Box<Expression> },
}

/// The places of the expressions of a text, with `${{` and `}}`.
pub(super) fn fenced(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find("${{").map(|at| from + at) {
        let body = at + 3;
        let Some(end) = closing(&text[body..]).or_else(|| text[body..].find("}}")) else { break };
        found.push(at..body + end + 2);
        from = body + end + 2;
    }
    found
}

/// Where `}}` stands outside quotes.
fn closing(text: &str) -> Option<usize> {
    let mut is_quoted = false;
    let bytes = text.as_bytes();
    bytes.iter().enumerate().take(MAX_LENGTH).find_map(|(at, byte)| {
        is_quoted ^= *byte == b'\'';
        (!is_quoted && *byte == b'}' && bytes.get(at + 1) == Some(&b'}')).then_some(at)
    })
}

/// The expression inside `${{` and `}}`.
pub(super) fn inner(text: &str) -> &str {
    text.strip_prefix("${{").and_then(|text| text.strip_suffix("}}")).unwrap_or(text).trim()
}

/// Reads an expression, without `${{` and `}}`. `None` when it is none.
pub(super) fn parse(text: &str) -> Option<Expression> {
    let mut parser = Parser { text, at: 0, nodes: 0 };
    let expression = (text.len() <= MAX_LENGTH).then(|| parser.binary(0)).flatten()?;
    parser.space();
    (parser.at == text.len()).then_some(expression)
}

impl Expression {
    /// The parts right below.
    fn parts(&self) -> Vec<&Self> {
        match self {
            Self::Text(_) | Self::Literal(_) => Vec::new(),
            Self::Context { computed, .. } => computed.iter().collect(),
            Self::Call { arguments, .. } => arguments.iter().collect(),
            Self::Part { of, computed, .. } => std::iter::once(of.as_ref()).chain(computed).collect(),
            Self::Not(part) => vec![part],
            Self::Binary { left, right, .. } => vec![left, right],
        }
    }

    /// It and everything below.
    pub(super) fn all(&self) -> Vec<&Self> {
        let mut found = vec![self];
        let mut at = 0;
        while at < found.len() {
            found.extend(found[at].parts());
            at += 1;
        }
        found
    }

    /// Every context that it reads.
    pub(super) fn contexts(&self) -> Vec<&str> {
        let all = self.all().into_iter();
        all.filter_map(|part| if let Self::Context { path, .. } = part { Some(path.as_str()) } else { None }).collect()
    }

    /// The contexts that its result can hold: not those that are only compared.
    pub(super) fn values(&self) -> Vec<String> {
        match self {
            Self::Context { path, .. } => vec![path.clone()],
            Self::Part { of, path, .. } => {
                let is_call = matches!(of.as_ref(), Self::Call { .. });
                let part = |value: String| if is_call { value } else { format!("{value}.{path}") };
                of.values().into_iter().map(part).collect()
            }
            Self::Call { name, arguments } if matches!(name.as_str(), "format" | "join" | "tojson" | "fromjson") => {
                arguments.iter().flat_map(Self::values).collect()
            }
            Self::Binary { operator: "&&", right, .. } => right.values(),
            Self::Binary { operator: "||", left, right } => [left.values(), right.values()].concat(),
            _ => Vec::new(),
        }
    }

    /// The texts in quotes that its result can be.
    pub(super) fn literals(&self) -> Vec<&str> {
        match self {
            Self::Text(text) => vec![text],
            Self::Binary { operator: "&&", right, .. } => right.literals(),
            Self::Binary { operator: "||", left, right } => [left.literals(), right.literals()].concat(),
            _ => Vec::new(),
        }
    }

    /// Whether it has the same result in every run.
    pub(super) fn is_constant(&self) -> bool {
        match self {
            Self::Text(_) | Self::Literal(_) => true,
            Self::Context { .. } | Self::Part { .. } => false,
            Self::Call { name, arguments } => {
                matches!(name.as_str(), "format" | "startswith" | "endswith" | "contains" | "join")
                    && arguments.iter().all(Self::is_constant)
            }
            Self::Not(part) => part.is_constant(),
            Self::Binary { left, right, .. } => left.is_constant() && right.is_constant(),
        }
    }

    /// Whether it counts as false, in every run.
    pub(super) fn is_falsy(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::Literal(text) => matches!(text.as_str(), "false" | "null" | "0"),
            _ => false,
        }
    }

    /// Whether it is more than one word.
    pub(super) fn is_composed(&self) -> bool {
        matches!(self, Self::Call { .. } | Self::Not(_) | Self::Binary { .. })
    }
}

/// The operators, each with how tightly it binds.
const OPERATORS: &[(&str, u8)] =
    &[("||", 1), ("&&", 2), ("==", 3), ("!=", 3), ("<=", 4), (">=", 4), ("<", 4), (">", 4)];

struct Parser<'t> {
    text: &'t str,
    at: usize,
    nodes: usize,
}

impl Parser<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn takes(&mut self, sign: &str) -> bool {
        self.space();
        let is_next = self.rest().starts_with(sign);
        self.at += if is_next { sign.len() } else { 0 };
        is_next
    }

    /// Counts a node: so many bound how deep the functions below call each other.
    fn count(&mut self) -> Option<()> {
        self.nodes += 1;
        (self.nodes <= MAX_NODES).then_some(())
    }

    fn binary(&mut self, least: u8) -> Option<Expression> {
        let mut left = self.unary()?;
        loop {
            self.space();
            let rest = self.rest();
            let operator = OPERATORS.iter().find(|(sign, binds)| rest.starts_with(sign) && *binds > least);
            let Some(&(operator, binds)) = operator else { return Some(left) };
            self.at += operator.len();
            let right = self.binary(binds)?;
            left = Expression::Binary { operator, left: Box::new(left), right: Box::new(right) };
        }
    }

    fn unary(&mut self) -> Option<Expression> {
        self.count()?;
        self.space();
        if self.rest().starts_with('!') && !self.rest().starts_with("!=") {
            self.at += 1;
            return Some(Expression::Not(Box::new(self.unary()?)));
        }
        let primary = self.primary()?;
        self.postfix(primary)
    }

    fn primary(&mut self) -> Option<Expression> {
        if self.takes("(") {
            let inside = self.binary(0)?;
            return self.takes(")").then_some(inside);
        }
        let rest = self.rest();
        if rest.starts_with('\'') {
            return self.text_literal();
        }
        let end =
            rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+'))).unwrap_or(rest.len());
        let is_number = rest.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+'));
        let end = if is_number {
            rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.'))).unwrap_or(rest.len())
        } else {
            end
        };
        let word = rest[..end].to_ascii_lowercase();
        if word.is_empty() {
            return None;
        }
        self.at += end;
        if is_number || matches!(word.as_str(), "true" | "false" | "null" | "nan" | "infinity") {
            return Some(Expression::Literal(word));
        }
        if self.takes("(") {
            return Some(Expression::Call { name: word, arguments: self.arguments()? });
        }
        Some(Expression::Context { path: word, computed: Vec::new() })
    }

    fn text_literal(&mut self) -> Option<Expression> {
        let mut text = String::new();
        let mut rest = &self.rest()[1..];
        loop {
            let end = rest.find('\'')?;
            text.push_str(&rest[..end]);
            rest = &rest[end + 1..];
            let Some(more) = rest.strip_prefix('\'') else { break };
            text.push('\'');
            rest = more;
        }
        self.at = self.text.len() - rest.len();
        Some(Expression::Text(text))
    }

    fn arguments(&mut self) -> Option<Vec<Expression>> {
        let mut arguments = Vec::new();
        while !self.takes(")") {
            if !arguments.is_empty() && !self.takes(",") {
                return None;
            }
            arguments.push(self.binary(0)?);
        }
        Some(arguments)
    }

    /// What follows a name or parentheses: `.name`, `.*`, `['name']`, `[0]`.
    fn postfix(&mut self, primary: Expression) -> Option<Expression> {
        let mut path = Vec::new();
        let mut computed = Vec::new();
        loop {
            if self.takes(".") {
                let rest = self.rest();
                let end = rest
                    .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '*')))
                    .unwrap_or(rest.len());
                path.push(rest[..end].to_ascii_lowercase());
                self.at += end;
            } else if self.takes("[") {
                match self.binary(0)? {
                    Expression::Text(name) => path.push(name.to_ascii_lowercase()),
                    index => {
                        path.push("*".to_owned());
                        if !matches!(index, Expression::Literal(_)) {
                            computed.push(index);
                        }
                    }
                }
                if !self.takes("]") {
                    return None;
                }
            } else {
                break;
            }
        }
        if path.is_empty() {
            return Some(primary);
        }
        let path = path.join(".");
        Some(match primary {
            Expression::Context { path: root, .. } => Expression::Context { path: format!("{root}.{path}"), computed },
            other => Expression::Part { of: Box::new(other), path, computed },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> String {
        parse(text).unwrap().values().join(" ")
    }

    #[test]
    fn contexts_have_one_spelling() {
        assert_eq!(values("github['event'].Issue.title"), "github.event.issue.title");
        assert_eq!(values("github.event.commits[0].message"), "github.event.commits.*.message");
        assert_eq!(values("github.event.commits.*.message"), "github.event.commits.*.message");
        assert_eq!(values("fromJson(steps.runs.outputs.data).workflow_runs[0].id"), "steps.runs.outputs.data");
        assert_eq!(
            values("(github.event.pull_request || github.event.issue).number"),
            "github.event.pull_request.number github.event.issue.number"
        );
    }

    #[test]
    fn what_is_only_compared_is_no_value() {
        assert_eq!(values("github.head_ref == 'x' && 'a' || inputs.b"), "inputs.b");
        assert_eq!(values("contains(github.head_ref, 'x')"), "");
        assert_eq!(values("format('{0}', github.head_ref)"), "github.head_ref");
        assert_eq!(parse("a.b == 'it''s' && c || d").unwrap().contexts(), ["d", "c", "a.b"]);
    }

    #[test]
    fn constants_are_known() {
        for text in [
            "'a'",
            "true && false",
            "1 > 2 || true",
            "format('{0}', format('{0}', 'x'))",
            "ENDSWITH('abc', 'c')",
            "1 != 2",
        ] {
            assert!(parse(text).unwrap().is_constant(), "{text}");
        }
        assert!(!parse("!contains(fromJSON('[1]'), github.event_name)").unwrap().is_constant());
    }

    #[test]
    fn fences_end_outside_quotes() {
        let text = "echo ${{ '}}' }} ${{ a }} ${{ open";
        let found: Vec<_> = fenced(text).into_iter().map(|place| &text[place]).collect();
        assert_eq!(found, ["${{ '}}' }}", "${{ a }}"]);
    }

    #[test]
    fn hostile_expressions_are_left_alone() {
        assert_eq!(parse(&"(".repeat(5000)), None);
        assert_eq!(parse(&"!".repeat(5000)), None);
        assert_eq!(parse(&"a || ".repeat(1000)), None);
        assert_eq!(parse(&format!("a{}", "[a".repeat(1000))), None);
        assert_eq!(parse("a ||"), None);
        assert_eq!(parse("'open"), None);
    }
}
