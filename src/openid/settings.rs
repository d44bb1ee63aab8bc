//! What can be set for signing in at a provider.

use std::collections::BTreeSet;
use std::path::PathBuf;

use fluent_uri::Uri;
use serde::Deserialize;

use crate::case::{Text, said};
use crate::people::Role;

/// The provider, this service as the provider knows it, and what groups are worth.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenIdSettings {
    /// The provider's issuer, exactly as its discovery document names it.
    pub issuer: String,
    /// By which the provider knows this service.
    pub client_id: String,
    /// A file with the secret that the provider has given this service, so that it is in no configuration.
    #[serde(default)]
    pub client_secret_file: Option<PathBuf>,
    /// This service's own address as browsers ask it, without a path. The provider sends them back there.
    pub address: String,
    /// A PEM file with the authority that signed the provider's certificate, where this machine does not know it.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// The claim that has a person's groups.
    #[serde(default = "groups")]
    pub claim: String,
    /// Scopes to ask for besides `openid`, `profile` and `email`, where the provider wants one for the groups.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// What groups are worth here. Whoever is in none of them is not let in.
    pub groups: Vec<Group>,
}

/// What one of the provider's groups is worth.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// The group, as the claim has it.
    pub name: String,
    /// The roles that it gives.
    #[serde(default)]
    pub roles: Vec<Role>,
    /// The programs that it keeps somebody to. Who is in several works in the programs of all; in every program where none names one.
    #[serde(default)]
    pub programs: Vec<String>,
}

fn groups() -> String {
    "groups".into()
}

/// Why a provider cannot be used as it is set.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A file that the settings name.
    #[error("{file} cannot be read: {error}")]
    File {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        error: std::io::Error,
    },
    /// An address that is none, has a path, or would send secrets in the clear.
    #[error("[openid] {0} is not an address with https")]
    Address(&'static str),
    /// The authorities of `ca_file`, or those of this machine.
    #[error("[openid] has no certificate authorities that can be used")]
    Authorities,
    /// No group gives a role.
    #[error("[openid] has no group with a role")]
    NoRole,
    /// A group names a program that there is not.
    #[error("[openid] the group {group} names the program {program}, which there is not")]
    Program {
        /// The group.
        group: String,
        /// What it names.
        program: String,
        /// Those that there are.
        known: String,
    },
}

impl SettingsError {
    /// What is wrong, and what to do.
    pub fn says(&self) -> Text {
        match self {
            SettingsError::File { file, error } => said::unreadable("openid", file, error),
            SettingsError::Address(setting) => Text::new(
                format!(
                    "`{setting}` in [openid] must be an address that begins with https:// (http:// on this machine alone), such as https://recto.fsu.example.ca; `address` without a path."
                ),
                format!(
                    "`{setting}` dans [openid] doit être une adresse qui commence par https:// (http:// sur cette machine seulement), comme https://recto.fsu.example.ca; `address` sans chemin."
                ),
            ),
            SettingsError::Authorities => Text::new(
                "The provider of [openid] cannot be asked over TLS. Check that `ca_file` has certificates in PEM, or install this machine's (Debian: ca-certificates).",
                "Le fournisseur de [openid] ne peut pas être joint par TLS. Vérifiez que `ca_file` contient des certificats en PEM, ou installez ceux de la machine (Debian : ca-certificates).",
            ),
            SettingsError::NoRole => Text::new(
                "No group of [openid] gives a role, so nobody could sign in. Add [[openid.groups]] with `name` and `roles`.",
                "Aucun groupe de [openid] ne donne de rôle : personne ne pourrait ouvrir une session. Ajoutez [[openid.groups]] avec `name` et `roles`.",
            ),
            SettingsError::Program { group, program, known } => Text::new(
                format!(
                    "The group “{group}” of [openid] names the program “{program}”, which there is not. There are: {known}."
                ),
                format!(
                    "Le groupe « {group} » de [openid] nomme le programme « {program} », qui n’existe pas. Il y a : {known}."
                ),
            ),
        }
    }
}

impl OpenIdSettings {
    pub(super) fn check(&self, programs: &[&str]) -> Result<(), SettingsError> {
        address(&self.issuer).ok_or(SettingsError::Address("issuer"))?;
        let path = address(&self.address).ok_or(SettingsError::Address("address"))?;
        if !matches!(path.as_str(), "" | "/") {
            return Err(SettingsError::Address("address"));
        }
        if self.groups.iter().all(|group| group.roles.is_empty()) {
            return Err(SettingsError::NoRole);
        }
        for group in &self.groups {
            if let Some(program) = group.programs.iter().find(|program| !programs.contains(&program.as_str())) {
                let (group, program) = (group.name.clone(), program.clone());
                return Err(SettingsError::Program { group, program, known: programs.join(", ") });
            }
        }
        Ok(())
    }

    pub(super) fn secret(&self) -> Result<Option<String>, SettingsError> {
        let Some(file) = &self.client_secret_file else { return Ok(None) };
        let read = std::fs::read_to_string(file).map_err(|error| SettingsError::File { file: file.clone(), error });
        Ok(Some(read?.trim_end().to_owned()))
    }

    /// The address of one of this service's pages.
    pub(super) fn page(&self, path: &str) -> String {
        format!("{}{path}", self.address.trim_end_matches('/'))
    }

    /// What groups are worth: the roles of all of them, and the programs.
    pub(super) fn worth(&self, groups: &BTreeSet<&str>) -> (Vec<Role>, Vec<String>) {
        let held = || self.groups.iter().filter(|group| groups.contains(group.name.as_str()));
        let roles: BTreeSet<Role> = held().flat_map(|group| group.roles.iter().copied()).collect();
        let programs: BTreeSet<&String> = held().flat_map(|group| &group.programs).collect();
        (roles.into_iter().collect(), programs.into_iter().cloned().collect())
    }
}

/// The path of an address over TLS, or of one on this machine; none where it is another.
fn address(text: &str) -> Option<String> {
    let uri = Uri::parse(text).ok()?;
    let host = uri.authority()?.host().trim_start_matches('[').trim_end_matches(']').to_owned();
    let is_here = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    let is_safe = match uri.scheme().as_str() {
        "https" => !host.is_empty(),
        "http" => is_here,
        _ => false,
    };
    let is_plain = uri.query().is_none() && uri.fragment().is_none();
    (is_safe && is_plain).then(|| uri.path().as_str().to_owned())
}
