//! Facts of Jenkins: pipelines and scripts in Groovy, configuration as code, XML, lists of plugins.

pub(super) mod groovy;
pub(super) mod jcasc;
pub(super) mod plugins;
pub(super) mod xml;
