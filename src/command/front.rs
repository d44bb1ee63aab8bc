//! The arguments in the language of their user: help, and what is wrong with a command line.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command};
use recto::case::Language;

use super::voice::voice;

/// The commands whose `--lang` is something else than the language of the command line.
const OWN_LANG: &str = "render";

/// A command with its words, those of its arguments and those of the commands below it.
pub fn worded(command: Command, key: &str) -> Command {
    let mut command = command
        .disable_help_flag(true)
        .disable_help_subcommand(true)
        .arg(Arg::new("help").short('h').long("help").global(false).action(ArgAction::Help));
    if command.get_version().is_some() {
        let version = Arg::new("version").short('V').long("version").action(ArgAction::Version);
        command = command.disable_version_flag(true).arg(version);
    }
    if command.get_name() != OWN_LANG {
        let language =
            Arg::new("language").long("lang").value_name("en|fr").value_parser(["en", "fr", "en-CA", "fr-CA"]);
        command = command.arg(language);
    }
    let names: Vec<String> = command.get_arguments().map(|argument| argument.get_id().to_string()).collect();
    for name in names {
        let common = ["help", "language", "json", "config", "dir", "version"].contains(&name.as_str());
        let words = if common { format!("help.{name}") } else { format!("{key}.{name}") };
        let heading = voice().word("help.options");
        command = command.mut_arg(&name, |argument| {
            let positional = argument.is_positional();
            let argument = argument.help(words!(&words)).hide_possible_values(true);
            argument.help_heading(if positional { voice().word("help.arguments") } else { heading })
        });
    }
    let below: Vec<String> = command.get_subcommands().map(|one| one.get_name().to_owned()).collect();
    for name in below {
        command = command.mut_subcommand(&name, |one| worded(one, &format!("{key}.{name}")));
    }
    command
        .about(words!(key))
        .subcommand_help_heading(voice().word("help.commands"))
        .subcommand_value_name(voice().word("help.command"))
        .help_template(words!("help.template"))
}

/// What is wrong with a command line, in the user's language. Clap's own words are English.
pub fn refused(error: &clap::Error) -> ! {
    if voice().language == Language::En || !error.use_stderr() {
        error.exit();
    }
    let given = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(list)) => list.join(", "),
        _ => String::new(),
    };
    let (argument, value) = (given(ContextKind::InvalidArg), given(ContextKind::InvalidValue));
    let said = match error.kind() {
        ErrorKind::UnknownArgument => words!("usage.unknown", argument = argument),
        ErrorKind::InvalidSubcommand => words!("usage.no-command", command = given(ContextKind::InvalidSubcommand)),
        ErrorKind::MissingRequiredArgument => words!("usage.missing", argument = argument),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation if value.is_empty() => {
            words!("usage.no-value", argument = argument)
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            words!("usage.value", argument = argument, value = value)
        }
        ErrorKind::ArgumentConflict => words!("usage.conflict", argument = argument),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => words!("usage.command"),
        _ => words!("usage.other"),
    };
    eprintln!("recto: {said}\n{}", words!("usage.see-help"));
    std::process::exit(2)
}
