//! Writes a small leaky project to `target/leaky` and checks it, as `doorward target/leaky` would.
//!
//!     cargo run --release --example demo

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;
use std::{env, fs};

use anyhow::{Context, Result, anyhow};
use doorward::app::{self, NoProgress};
use doorward::config::Options;
use doorward::examples::template;
use doorward::input::walk::{WalkOptions, walk};
use doorward::report::{self, Format, summary, text::Style};

fn main() -> Result<()> {
    env::set_current_dir(env!("CARGO_MANIFEST_DIR"))?;
    let folder = PathBuf::from("target/leaky");
    write_project(Path::new("testdata/projects/demo"), &folder)?;
    writeln!(io::stdout(), "{} is written; `doorward {0}` says:\n", folder.display())?;

    let started = Instant::now();
    let options = Options { paths: vec![folder], ..Options::default() };
    let rules = app::load_rules(&options)?;
    let result = app::scan(&options, &rules, &NoProgress)?;
    report::write(Format::Text, &result, &rules, Style::default(), &mut io::stdout().lock())?;
    summary::write(&result, started.elapsed(), &mut io::stderr().lock())?;
    Ok(())
}

/// Copies the files of a project, with the templates in their place expanded: no token is stored in this repository.
fn write_project(from: &Path, to: &Path) -> Result<()> {
    for path in walk(&[from.to_owned()], &WalkOptions { respect_ignores: false, threads: 1 }).files {
        let name = || path.display().to_string();
        let text = fs::read_to_string(&path).with_context(name)?;
        let target = to.join(path.strip_prefix(from)?);
        fs::create_dir_all(target.parent().unwrap_or(to))?;
        fs::write(&target, template::expand("demo", &text).map_err(|problem| anyhow!("{}: {problem}", name()))?)?;
    }
    Ok(())
}
