//! The command line: arguments in, streams and an exit code out.

pub mod args;
mod explain;
mod progress;
mod rules;

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::time::Instant;

use anyhow::{Context, Result};
use clap::{CommandFactory, Parser};

use self::args::{Arguments, CheckArguments, ColorWhen, Command, RulesCommand};
use self::progress::ProgressBar;
use crate::app;
use crate::excerpt::escape::escaped;
use crate::exit::ExitCode;
use crate::report::text::Style;
use crate::report::{self, summary};

/// Runs the program: reads the process's arguments, writes to its streams.
pub fn main() -> ExitCode {
    // A panic in one file is caught and reported as what it is: an internal error on one file. Neither a backtrace nor the
    // panic's message is printed, for that may quote the file.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(String::new, |place| format!(" at {}:{}", place.file(), place.line()));
        let _ = writeln!(io::stderr(), "doorward: internal error{place}");
    }));
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version go to standard output and are no failure.
            let code = if error.use_stderr() { ExitCode::Usage } else { ExitCode::Clean };
            // Whoever closed the stream before the help was out has seen enough.
            let _ = error.print();
            return code;
        }
    };
    match run(arguments) {
        Ok(code) => code,
        // Whoever reads the output, such as `head`, has seen enough.
        Err(error) if is_broken_pipe(&error) => ExitCode::Clean,
        Err(error) => {
            // If standard error is closed too, the exit code still tells.
            let _ = writeln!(io::stderr(), "doorward: error: {}", escaped(&format!("{error:#}")));
            ExitCode::Usage
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|io| io.kind() == io::ErrorKind::BrokenPipe))
}

fn run(arguments: Arguments) -> Result<ExitCode> {
    let mut stdout = io::stdout().lock();
    match arguments.command {
        None => check(&arguments.check),
        Some(Command::Check(arguments)) => check(&arguments),
        Some(Command::Explain { rule, rules }) => explain::run(&rule, &rules, &mut stdout),
        Some(Command::Rules { command: Some(RulesCommand::Test { folders }), .. }) => {
            rules::test(&folders, &mut stdout)
        }
        Some(Command::Rules { command: Some(RulesCommand::Schema), .. }) => {
            writeln!(stdout, "{}", crate::rules::schema())?;
            Ok(ExitCode::Clean)
        }
        Some(Command::Rules { command: None, format, rules }) => rules::list(format, &rules, &mut stdout),
        Some(Command::Completions { shell }) => {
            // The generator panics when its writer fails, as a closed pipe does.
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), env!("CARGO_PKG_NAME"), &mut script);
            stdout.write_all(&script)?;
            Ok(ExitCode::Clean)
        }
        Some(Command::Man) => {
            clap_mangen::Man::new(Arguments::command()).render(&mut stdout)?;
            Ok(ExitCode::Clean)
        }
    }
}

fn check(arguments: &CheckArguments) -> Result<ExitCode> {
    let started = Instant::now();
    let options = arguments.options();
    let rules = app::load_rules(&options)?;
    let progress = ProgressBar::new();
    let mut result = app::scan(&options, &rules, &progress)?;
    let fixed = arguments.fix.then(|| app::fix::apply(&result));
    if fixed.as_ref().is_some_and(|fixed| fixed.edits > 0) {
        result = app::scan(&options, &rules, &progress)?;
    }
    progress.finish();

    let format = arguments.format.into();
    match &arguments.output {
        Some(path) => {
            let problem = || format!("{}: cannot be written", path.display());
            let mut file = BufWriter::new(File::create(path).with_context(problem)?);
            report::write(format, &result, &rules, Style::default(), &mut file).with_context(problem)?;
            file.flush().with_context(problem)?;
        }
        None => {
            let stdout = io::stdout();
            let style = style(arguments.color, &stdout);
            let mut out = BufWriter::new(stdout.lock());
            match report::write(format, &result, &rules, style, &mut out).and_then(|()| out.flush()) {
                // Whoever reads, such as `head`, has seen enough. What was found stays found.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
                written => written?,
            }
        }
    }
    let has_failed = fixed.as_ref().is_some_and(|fixed| !fixed.failed.is_empty());
    if let Some(fixed) = fixed.filter(|_| !arguments.quiet || has_failed) {
        let _ = summary::write_fixed(&fixed, &mut io::stderr().lock());
    }
    if !arguments.quiet {
        // A closed standard error changes nothing about the result.
        let _ = summary::write(&result, started.elapsed(), &mut io::stderr().lock());
    }
    Ok(app::exit_code(&result, options.fail_on))
}

fn style(when: ColorWhen, stdout: &io::Stdout) -> Style {
    let color = match when {
        ColorWhen::Always => true,
        ColorWhen::Never => false,
        // Terminal, NO_COLOR, CLICOLOR and TERM are all asked.
        ColorWhen::Auto => anstream::AutoStream::choice(stdout) != anstream::ColorChoice::Never,
    };
    let width =
        if stdout.is_terminal() { terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)) } else { None };
    Style { color, width: width.unwrap_or(Style::default().width) }
}
