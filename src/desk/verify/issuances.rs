//! Issuances: the archived objects, and what is kept with them.

use super::{Audit, PIECE};
use crate::archive::{self, ArchiveError};
use crate::case::{Sha256, Text, entry};
use crate::desk::{Desk, DeskError};
use crate::register::{Issuance, Kept};

impl Desk {
    pub(super) async fn verify_issuances(&self, audit: &mut Audit) -> Result<(), DeskError> {
        let (mut letter, mut number) = (String::new(), 0);
        loop {
            let issuances = self.reader().issuances_after(&letter, number, PIECE).await?;
            let Some(last) = issuances.last() else { break };
            (letter, number) = (last.letter.to_string(), last.number);
            for issuance in issuances {
                self.verify_issuance(&issuance, audit).await?;
            }
        }
        let unregistered: Vec<String> = audit
            .letters
            .iter()
            .flat_map(|(letter, logged)| logged.issued.keys().map(move |number| format!("{letter}/{number}")))
            .collect();
        for place in unregistered {
            audit.note(
                "issuance-missing",
                place,
                (
                    "The case file says that it was issued; the register does not have it.",
                    "Le journal du dossier dit qu’elle a été émise; le registre ne l’a pas.",
                ),
            );
        }
        Ok(())
    }

    async fn verify_issuance(&self, issuance: &Issuance, audit: &mut Audit) -> Result<(), DeskError> {
        let place = format!("{}/{}", issuance.letter, issuance.number);
        let logged = audit.letters.get_mut(&issuance.letter).and_then(|logged| logged.issued.remove(&issuance.number));
        let kept = self.reader().kept(&issuance.letter, issuance.number).await?;
        match logged {
            None => audit.note(
                "issuance-unlogged",
                &place,
                (
                    "It was issued, but the case file does not say so.",
                    "Elle a été émise, mais le journal du dossier ne le dit pas.",
                ),
            ),
            Some(logged) => {
                if !agrees(issuance, &logged) {
                    let message = (
                        "The register's row is not what the case file says was issued.",
                        "La ligne du registre n’est pas ce que le journal du dossier dit avoir été émis.",
                    );
                    audit.note("issuance-altered", &place, message);
                }
                if logged.kept.is_some() && logged.kept != kept.as_ref().map(Kept::hash) {
                    let message = (
                        "Its source, covering mail or reading is not what the case file says was kept.",
                        "Sa source, son courriel d’accompagnement ou sa lecture n’est pas ce que le journal du dossier dit avoir été conservé.",
                    );
                    audit.note("source-altered", &place, message);
                }
            }
        }
        self.verify_object(issuance, audit).await
    }

    async fn verify_object(&self, issuance: &Issuance, audit: &mut Audit) -> Result<(), DeskError> {
        let key = archive::key(&issuance.date.to_string(), &issuance.letter, &issuance.sha256);
        match self.office.archive.get(&key, &issuance.sha256).await {
            Ok(pdf) if pdf.len() as i64 == issuance.bytes => {}
            Ok(_) => audit.note(
                "object-size-differs",
                &key,
                ("Its size is not the one registered.", "Sa taille n’est pas celle du registre."),
            ),
            Err(ArchiveError::Altered { found, .. }) => {
                let registered = &issuance.sha256;
                let message = Text::new(
                    format!("Its SHA-256 is {found}, registered is {registered}."),
                    format!("Son SHA-256 est {found}, celui du registre est {registered}."),
                );
                audit.note("object-altered", &key, message);
            }
            Err(ArchiveError::Store(object_store::Error::NotFound { .. })) => {
                audit.note(
                    "object-missing",
                    &key,
                    ("The register has it, the archive does not.", "Le registre l’a, l’archive ne l’a pas."),
                );
            }
            Err(error) => return Err(error.into()),
        }
        audit.objects.insert(key);
        Ok(())
    }

    /// Each house has the files that its hash stands for.
    pub(super) async fn verify_houses(&self, audit: &mut Audit) -> Result<(), DeskError> {
        for hash in self.reader().houses().await? {
            let Some(files) = self.reader().house(&hash).await? else {
                audit.note(
                    "house-missing",
                    format!("houses/{hash}"),
                    (
                        "Letters were set with it, but it was not kept.",
                        "Des lettres ont été composées avec elle, mais elle n’a pas été conservée.",
                    ),
                );
                continue;
            };
            let found = Sha256::new(self.studio.press.with_house(&files).house_hash());
            if found != hash {
                audit.note(
                    "house-altered",
                    format!("houses/{hash}"),
                    ("Its files are not those that were kept.", "Ses fichiers ne sont pas ceux qui ont été conservés."),
                );
            }
        }
        Ok(())
    }
}

fn agrees(issuance: &Issuance, logged: &entry::Issued) -> bool {
    let type_hash = logged.type_hash.clone().unwrap_or_default();
    let registered = entry::Issued {
        number: issuance.number,
        date: issuance.date,
        sha256: issuance.sha256.clone(),
        bytes: issuance.bytes,
        pages: issuance.pages,
        type_version: issuance.type_version.clone(),
        catalogue_hash: issuance.catalogue_hash.clone(),
        fonts_hash: issuance.fonts_hash.clone(),
        typst_version: issuance.typst_version.clone(),
        times: issuance.times.clone(),
        ..logged.clone()
    };
    registered == *logged && type_hash == issuance.type_hash
}
