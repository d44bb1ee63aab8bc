//! `recto people`: accounts, from the machine itself. An administrator's pages do the same; this is for whoever runs the machine, when
//! no administrator can sign in any more.

use std::process::ExitCode;

use anyhow::bail;
use recto::case::fault::views;
use recto::desk::{Desk, PeopleError, office};
use recto::people::{Account, LINK_HOURS, Particulars, Role, Secret, Who};
use serde_json::json;

use super::voice::voice;
use super::{Config, open_proven_desk, print_json};

/// Commands on people.
#[derive(clap::Subcommand)]
pub enum PeopleCommand {
    /// List the accounts.
    List(ListArguments),
    /// Make an account, and a one-time link by which its owner chooses a password.
    Invite(InviteArguments),
    /// Make a one-time link to a new password.
    Link(LinkArguments),
}

/// Arguments of `recto people list`.
#[derive(clap::Args)]
pub struct ListArguments {
    /// One JSON document on standard output.
    #[arg(long)]
    json: bool,
}

/// Arguments of `recto people invite`.
#[derive(clap::Args)]
pub struct InviteArguments {
    /// The name, as it is to stand in the case files.
    name: String,
    /// The e-mail address, by which the person signs in.
    email: String,
    /// A role; may be given several times.
    #[arg(long, required = true)]
    role: Vec<String>,
    /// A program that the person works in; may be given several times; all when absent.
    #[arg(long)]
    program: Vec<String>,
}

/// Arguments of `recto people link`.
#[derive(clap::Args)]
pub struct LinkArguments {
    /// The e-mail address of the account.
    email: String,
}

/// Does what is asked about people.
pub async fn run(command: PeopleCommand, config: Config) -> anyhow::Result<ExitCode> {
    let desk = open_proven_desk(&config).await?;
    let operator = Who::Operator("recto people".to_owned());
    let outcome = match command {
        PeopleCommand::List(arguments) => list(&desk, arguments.json).await,
        PeopleCommand::Invite(arguments) => {
            let roles: Vec<Role> = arguments.role.iter().filter_map(|role| role.parse().ok()).collect();
            if roles.len() < arguments.role.len() {
                bail!(trouble!("people.no-role", roles = all_roles()));
            }
            let InviteArguments { name, email, program: programs, .. } = arguments;
            let invited = desk.invite(&operator, Particulars { name, email, roles, programs }).await;
            invited.map(|(account, link)| link_told(&config, &account, &link))
        }
        PeopleCommand::Link(arguments) => {
            let found =
                desk.accounts().await?.into_iter().find(|one| one.is.email.eq_ignore_ascii_case(&arguments.email));
            let account = found.ok_or_else(|| trouble!("people.no-account", email = arguments.email))?;
            desk.link_to(&operator, &account.id).await.map(|link| link_told(&config, &account, &link))
        }
    };
    desk.close().await;
    match outcome {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(PeopleError::Faults(faults)) => {
            for fault in views(&faults, voice().language) {
                eprintln!("{}: {}", fault.code, fault.message);
            }
            Ok(ExitCode::from(1))
        }
        Err(error) => Err(error.into()),
    }
}

fn all_roles() -> String {
    use strum::VariantArray;
    Role::VARIANTS.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", ")
}

fn link_told(config: &Config, account: &Account, link: &Secret) {
    let address = format!("http://{}/links/{}", config.listen, link.text());
    tell!("people.link", name = account.is.name, link = address, hours = LINK_HOURS);
}

async fn list(desk: &Desk, json: bool) -> Result<(), PeopleError> {
    let accounts = desk.accounts().await?;
    if json {
        let view = |one: &Account| json!({"id": one.id, "name": one.is.name, "email": one.is.email, "roles": one.is.roles, "programs": one.is.programs, "state": one.state});
        print_json(&json!({"accounts": accounts.iter().map(view).collect::<Vec<_>>()}));
        return Ok(());
    }
    for one in accounts {
        let word = |role: &Role| office(role.as_str()).get(voice().language).to_owned();
        let roles: Vec<String> = one.is.roles.iter().map(word).collect();
        say!("{:32}{:32}{:10}{}", one.is.name, one.is.email, one.state.as_str(), roles.join(", "));
    }
    Ok(())
}
