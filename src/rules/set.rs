//! The rules of a run: those built in, and those of a user's folder.

use std::collections::BTreeMap;
use std::sync::Arc;

use regex_automata::meta::Regex;

use crate::rules::error::RuleError;
use crate::rules::file;
use crate::rules::rule::{Matcher, Rule};
use crate::rules::shared::Shared;
use crate::rules::stored;

/// Rules by id, in the order of their ids, with the lists that several of them use. Cheap to clone.
#[derive(Clone, Debug)]
pub struct RuleSet {
    rules: Arc<BTreeMap<String, Rule>>,
    shared: Arc<Shared>,
}

impl RuleSet {
    /// The rules that come with the program.
    ///
    /// # Panics
    ///
    /// Never: the bytes were written by the same build.
    pub fn built_in() -> Self {
        let (rules, shared): (Vec<Rule>, Shared) =
            postcard::from_bytes(stored::RULES).expect("build.rs wrote these bytes with the same types");
        let rules = rules.into_iter().map(|rule| (rule.id.clone(), rule)).collect();
        Self { rules: Arc::new(rules), shared: Arc::new(shared) }
    }

    /// A set with the same lists and this rule alone.
    #[must_use]
    pub fn with_only(&self, rule: Rule) -> Self {
        Self { rules: Arc::new(BTreeMap::from([(rule.id.clone(), rule)])), shared: Arc::clone(&self.shared) }
    }

    /// Adds a rule from its file. A user's rule may not take the id of another.
    ///
    /// # Errors
    ///
    /// When the file is no valid rule or its id is taken.
    pub fn add(&mut self, path: &str, text: &str) -> Result<&Rule, RuleError> {
        let rule = file::parse(path, text)?;
        // Built-in patterns are compiled by the tests; a user's pattern may be too large for that.
        if let Matcher::Secret(variants) = &rule.matcher {
            for variant in variants {
                Regex::new(&variant.pattern)
                    .map_err(|_| RuleError::new(path, format!("pattern `{}` is too large", variant.pattern)))?;
            }
        }
        if self.rules.contains_key(&rule.id) {
            return Err(RuleError::new(path, format!("there is already a rule with the id `{}`", rule.id)));
        }
        Ok(Arc::make_mut(&mut self.rules).entry(rule.id.clone()).or_insert(rule))
    }

    /// The rule with this id.
    pub fn get(&self, id: &str) -> Option<&Rule> {
        self.rules.get(id)
    }

    /// The rule with this id or other name.
    pub fn named(&self, name: &str) -> Option<&Rule> {
        self.get(name).or_else(|| self.iter().find(|rule| rule.aliases.iter().any(|alias| alias == name)))
    }

    /// The id nearest to a misspelt one, if one is near.
    pub fn nearest(&self, id: &str) -> Option<&str> {
        self.rules
            .keys()
            .map(|known| (strsim::damerau_levenshtein(id, known), known))
            .filter(|(distance, known)| *distance <= 1 + known.len() / 4)
            .min()
            .map(|(_, known)| known.as_str())
    }

    /// Every rule, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.rules.values()
    }

    /// The lists that several checks use.
    pub fn shared(&self) -> &Shared {
        &self.shared
    }

    /// How many rules there are.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there is no rule.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }
}
