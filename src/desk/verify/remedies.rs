//! What to do about each difference.

use super::Difference;
use crate::case::Text;

impl Difference {
    /// What whoever looks after the service does about it.
    pub fn remedy(&self) -> Text {
        let (en, fr) = match self.code {
            "object-altered" | "object-size-differs" | "object-missing" => (
                "Restore this file of the archive from the back-up, and verify again; it is the letter as it was sent. If no back-up has it, tell those who keep the unit's records.",
                "Restaurez ce fichier de l’archive à partir de la copie de sauvegarde, puis vérifiez de nouveau; c’est la lettre telle qu’envoyée. Si aucune copie ne l’a, avisez les responsables des documents de l’unité.",
            ),
            "object-unregistered" => (
                "Nothing was sent from it. Where nobody put it there on purpose, take it away; a crash may leave one.",
                "Rien n’en a été envoyé. Si personne ne l’y a mis exprès, retirez-le; un arrêt brusque peut en laisser un.",
            ),
            "run-unfinished" => (
                "Close the run by its date: `recto run close --date DATE` goes on with it.",
                "Fermez le tirage par sa date : `recto run close --date DATE` le reprend.",
            ),
            "run-file-altered" | "run-file-missing" | "run-missing" => (
                "Close the run by its date: `recto run close --date DATE` writes the same files again. If they are with the mail room, compare with its copy first.",
                "Fermez le tirage par sa date : `recto run close --date DATE` écrit de nouveau les mêmes fichiers. S’ils sont à la salle du courrier, comparez d’abord avec sa copie.",
            ),
            "run-altered" => (
                "Compare with the mail room's copy of the manifest and the back-up of the register, restore what was altered, and tell those who answer for the service.",
                "Comparez avec la copie du manifeste de la salle du courrier et la copie de sauvegarde du registre, restaurez ce qui a été modifié et avisez les responsables du service.",
            ),
            "fonts-differ" | "typst-differs" => (
                "Nothing is wrong with the letter. Verify with the version of Recto and the fonts of its time.",
                "La lettre n’a rien d’anormal. Vérifiez avec la version de Recto et les polices de son époque.",
            ),
            "source-missing" | "house-missing" | "not-set-again" | "set-differently" => (
                "The letter in the archive stays the record. Report it to those who maintain Recto, with the letter's number.",
                "La lettre de l’archive fait toujours foi. Signalez-le aux responsables de Recto, avec le numéro de la lettre.",
            ),
            _ => (
                "The register was changed from outside, or damaged. Stop the service, keep the folder as it is, compare it with the last back-up that verifies, and tell those who answer for the service.",
                "Le registre a été modifié de l’extérieur ou endommagé. Arrêtez le service, gardez le dossier tel quel, comparez-le à la dernière copie de sauvegarde qui se vérifie et avisez les responsables du service.",
            ),
        };
        Text::new(en, fr)
    }
}
