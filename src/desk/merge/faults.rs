//! What is wrong with a row by the register.

use super::place::Places;
use crate::case::{Fault, Text};

pub(super) fn no_reference(places: &Places<'_>, row: usize) -> Fault {
    Fault::new(
        "reference-missing",
        places.cell("case.reference", row),
        "The row has no case reference. Fill it in, or take the row out.",
        "La ligne n’a pas de numéro de dossier. Remplissez-le, ou retirez la ligne.",
    )
}

pub(super) fn unknown_case(places: &Places<'_>, row: usize, reference: &str) -> Fault {
    Fault::new(
        "case-unknown",
        places.cell("case.reference", row),
        format!(
            "The register has no case “{reference}”. See whether the reference is right; the letter is one of a case that is on file."
        ),
        format!(
            "Le registre n’a pas de dossier « {reference} ». Vérifiez le numéro; la lettre porte sur un dossier inscrit."
        ),
    )
}

pub(super) fn not_one_person(places: &Places<'_>, row: usize, path: &str, says: &Text) -> Fault {
    let heading = places.heading(path);
    let (en, fr) = (format!("“{heading}”: {}", says.en), format!("« {heading} » : {}", says.fr));
    Fault::new("row-not-of-one-person", places.cell(path, row), en, fr)
}
