//! Facts of Jenkins: pipelines and scripts in Groovy, configuration as code, XML, lists of plugins.

mod admin;
mod agent;
mod flow;
mod grant;
pub(super) mod groovy;
pub(super) mod jcasc;
pub(super) mod plugins;
mod secret;
mod step;
pub(super) mod xml;
