//! What the register's errors say to people; what the database said is for the log.

use super::RegisterError;
use crate::case::Text;

impl RegisterError {
    /// What is wrong, and what to do.
    pub fn says(&self) -> Text {
        let (en, fr) = match self {
            RegisterError::Database(error) => database(error),
            RegisterError::Migration(sqlx::migrate::MigrateError::VersionMissing(_)) => (
                "The register was made by a newer Recto. Use that one.",
                "Le registre a été fait par un Recto plus récent. Employez celui-là.",
            ),
            RegisterError::Migration(_) => (
                "The register could not be brought up to date. Restore it from the back-up, and tell those who maintain Recto.",
                "Le registre n’a pas pu être mis à jour. Restaurez-le de la copie de sauvegarde et avisez les responsables de Recto.",
            ),
            RegisterError::Inconsistent { table, row, .. } => {
                return Text::new(
                    format!(
                        "The register does not hold together at {table}, {row}. Run `recto verify`, and do what it says."
                    ),
                    format!(
                        "Le registre ne concorde pas à {table}, {row}. Lancez `recto verify` et faites ce qu’il dit."
                    ),
                );
            }
            RegisterError::OtherEnvironment { found, wanted } => {
                return Text::new(
                    format!(
                        "This data folder was made in the environment “{found}” and cannot be used in “{wanted}”: choose another folder with --dir, or set the environment back."
                    ),
                    format!(
                        "Ce dossier de données a été fait dans l’environnement « {found} » et ne peut pas servir dans « {wanted} » : choisissez un autre dossier par --dir ou rétablissez l’environnement."
                    ),
                );
            }
        };
        Text::new(en, fr)
    }
}

/// By SQLite's result codes, of which the lowest byte is the kind.
fn database(error: &sqlx::Error) -> (&'static str, &'static str) {
    let code = error.as_database_error().and_then(|error| error.code()?.parse::<u32>().ok()).map(|code| code & 0xff);
    match code {
        Some(5 | 6) => (
            "Another program keeps the register busy. Wait, or stop it, and try again.",
            "Un autre programme occupe le registre. Attendez ou arrêtez-le, puis réessayez.",
        ),
        Some(8) => (
            "The register may only be read here. Let this account write in the data folder.",
            "Le registre ne peut être que lu ici. Permettez à ce compte d’écrire dans le dossier de données.",
        ),
        Some(13) => (
            "The disk is full. Make room on it, and try again.",
            "Le disque est plein. Libérez de la place, puis réessayez.",
        ),
        Some(11 | 26) => (
            "The register's file is damaged, or is none. Restore it from the back-up.",
            "Le fichier du registre est endommagé, ou n’en est pas un. Restaurez-le de la copie de sauvegarde.",
        ),
        Some(14) => (
            "The register cannot be opened. See that the data folder is there and that this account may write in it.",
            "Le registre ne peut pas être ouvert. Voyez que le dossier de données existe et que ce compte peut y écrire.",
        ),
        _ => (
            "The register does not answer. Try again; if it stays so, look at the disk, and run `recto verify`.",
            "Le registre ne répond pas. Réessayez; si cela persiste, vérifiez le disque et lancez `recto verify`.",
        ),
    }
}
