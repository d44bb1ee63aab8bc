//! Print runs: their pieces against the case files, their folders against their rows and sums.

use serde_json::{Value, json};

use super::Audit;
use crate::case::{RunState, Sha256};
use crate::desk::{Desk, DeskError};
use crate::register::{PieceRow, RunRow};

impl Desk {
    pub(super) async fn verify_runs(&self, audit: &mut Audit) -> Result<(), DeskError> {
        for run in self.reader().runs(i64::MAX).await? {
            let place = format!("runs/{}", run.id);
            let pieces = self.reader().pieces(&run.id).await?;
            // None is what the case files say of a run without pieces.
            let printed = audit.printed.remove(&run.id).unwrap_or_default();
            if run.state != RunState::Closed {
                let message = ("Its closing was interrupted.", "Sa fermeture a été interrompue.");
                audit.note("run-unfinished", place, message);
                continue;
            }
            let is_logged = |piece: &PieceRow| {
                printed.iter().any(|(number, letter, issuance)| {
                    number.is_none_or(|number| number == piece.piece)
                        && *letter == piece.letter
                        && *issuance == piece.issuance
                })
            };
            if printed.len() != pieces.len() || !pieces.iter().all(is_logged) {
                audit.note(
                    "run-altered",
                    &place,
                    (
                        "Its pieces are not the letters that the case files say were sent in it.",
                        "Ses pièces ne sont pas les lettres que les journaux des dossiers disent y avoir été envoyées.",
                    ),
                );
            }
            self.verify_folder(&run, &pieces, audit);
        }
        for run in std::mem::take(&mut audit.printed).into_keys() {
            let message = (
                "Letters were sent in it, but the register does not have it.",
                "Des lettres y ont été envoyées, mais le registre ne l’a pas.",
            );
            audit.note("run-missing", format!("runs/{run}"), message);
        }
        Ok(())
    }

    /// Compares a closed run's folder with its sums, its control totals with the register's, and its manifest with the pieces.
    fn verify_folder(&self, run: &RunRow, pieces: &[PieceRow], audit: &mut Audit) {
        let (folder, place) = (self.run_folder(&run.id), format!("runs/{}", run.id));
        // A file that is gone or cannot be read differs from what is registered, and so is told.
        let read = |name: &str| -> Value {
            let text = std::fs::read_to_string(folder.join(name)).unwrap_or_default();
            serde_json::from_str(&text).unwrap_or(Value::Null)
        };
        let registered = run.totals.as_deref().and_then(|totals| serde_json::from_str(totals).ok());
        if registered != Some(read("totals.json")) {
            audit.note(
                "run-altered",
                &place,
                (
                    "The register's control totals are not those of the run's folder.",
                    "Les totaux de contrôle du registre ne sont pas ceux du dossier du tirage.",
                ),
            );
        }
        let manifest: Vec<Value> = pieces
            .iter()
            .map(|piece| json!([piece.piece, piece.letter, piece.file, piece.first_page, piece.pages, piece.sha256]))
            .collect();
        let names = ["piece", "letter", "file", "first_page", "pages", "sha256"];
        let lines = read("manifest.json");
        let lines: Vec<Value> = lines
            .as_array()
            .into_iter()
            .flatten()
            .map(|line| names.iter().map(|name| line[*name].clone()).collect())
            .collect();
        if lines != manifest {
            audit.note(
                "run-altered",
                &place,
                (
                    "The register's pieces are not those of the run's manifest.",
                    "Les pièces du registre ne sont pas celles du manifeste du tirage.",
                ),
            );
        }
        let Ok(sums) = std::fs::read_to_string(folder.join("SHA256SUMS")) else {
            let message = ("Its SHA256SUMS is not there.", "Son fichier SHA256SUMS n’y est pas.");
            audit.note("run-missing", &place, message);
            return;
        };
        for line in sums.lines() {
            let Some((wanted, name)) = line.split_once("  ") else { continue };
            let place = format!("{place}/{name}");
            match std::fs::read(folder.join(name)) {
                Ok(bytes) if Sha256::of(&bytes) == wanted => {}
                Ok(_) => audit.note(
                    "run-file-altered",
                    place,
                    ("Its SHA-256 is not the one in SHA256SUMS.", "Son SHA-256 n’est pas celui de SHA256SUMS."),
                ),
                Err(_) => audit.note(
                    "run-file-missing",
                    place,
                    ("SHA256SUMS names it, but it is not there.", "SHA256SUMS le nomme, mais il n’y est pas."),
                ),
            }
        }
    }
}
