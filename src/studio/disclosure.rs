//! The index of a disclosure bundle, as an accessible PDF.

use serde_json::{Value, json};

use super::Studio;
use crate::case::Language;
use crate::case::format::Formats;
use crate::typeset::Job;

/// What the index is written from, in words.
#[derive(Debug, Default)]
pub struct DisclosureIndex {
    /// Whose letters they are: a case reference, or a person's name and key.
    pub of: String,
    /// Whether that is a person.
    pub is_person: bool,
    /// When it was made, as a day.
    pub day: String,
    /// Who made it.
    pub by: String,
    /// The letters, in order.
    pub letters: Vec<DisclosedLetter>,
}

/// A letter, as the index shows it.
#[derive(Debug, Clone, Default)]
pub struct DisclosedLetter {
    /// Its number.
    pub id: String,
    /// Its mailing date, as a day; empty where it has none.
    pub day: String,
    /// Its title.
    pub title: String,
    /// The case.
    pub case: String,
    /// To whom it is addressed.
    pub name: String,
    /// How far it has come.
    pub status: String,
    /// Its pages; none where its PDF is not in the bundle.
    pub pages: Option<i64>,
}

impl Studio {
    /// The index as the press sets it.
    pub fn disclosure_job(&self, index: &DisclosureIndex, language: Language) -> Job {
        let data = data(index, language, self.specimen).to_string();
        let quoted = format!("\"{}\"", data.replace('\\', "\\\\").replace('"', "\\\""));
        let main = include_str!("disclosure.typ").replace("DATA", &quoted);
        let ident = format!("disclosure {} {} {}", index.of, index.day, index.by);
        Job { main, footer: None, ident, block: Vec::new(), parts: 1, page_limit: None }
    }
}

fn data(index: &DisclosureIndex, language: Language, specimen: bool) -> Value {
    let formats = Formats::of(language);
    let date = |day: &str| formats.date(day).unwrap_or_default();
    let say = |en: &str, fr: &str| if language == Language::Fr { fr.to_owned() } else { en.to_owned() };
    let colon = say(": ", "\u{a0}: ");
    let (title, whose) = match index.is_person {
        true => {
            (say("Disclosure bundle of a person", "Recueil de documents d’une personne"), say("Person", "Personne"))
        }
        false => (say("Disclosure bundle of a case", "Recueil de documents d’un dossier"), say("Case", "Dossier")),
    };
    let pages = |count: i64| format!("{count}\u{a0}{}", if count == 1 { "page" } else { "pages" });
    let letters = index.letters.iter().map(|letter| {
        json!({
            "id": letter.id, "date": if letter.day.is_empty() { "–".to_owned() } else { date(&letter.day) }, "title": letter.title,
            "case": letter.case, "name": letter.name, "status": letter.status,
            "pages": letter.pages.map_or_else(|| say("no PDF", "pas de PDF"), pages),
        })
    });
    let scope = match index.is_person {
        true => say(
            "It has the letters about this person, and what the case files say of them and of the events about this person. Letters about other people of the same cases are left out.",
            "Il contient les lettres au sujet de cette personne, ainsi que ce que les journaux des dossiers disent de ces lettres et des événements qui la concernent. Les lettres au sujet d’autres personnes des mêmes dossiers en sont exclues.",
        ),
        false => say(
            "It has the letters and the whole case file.",
            "Il contient les lettres et le journal entier du dossier.",
        ),
    };
    let file = |name: &str, en: &str, fr: &str| json!({"name": name, "says": say(en, fr)});
    json!({
        "lang": language.code(),
        "date": index.day.split('-').filter_map(|part| part.parse::<i64>().ok()).collect::<Vec<_>>(),
        "title": title,
        "colon": colon,
        "specimen": specimen,
        "about": [
            format!("{whose}{colon}{}", index.of),
            format!("{}{colon}{}", say("Made on", "Créé le"), date(&index.day)),
            format!("{}{colon}{}", say("Made by", "Créé par"), index.by),
            scope,
        ],
        "letters": letters.collect::<Vec<_>>(),
        "files": [
            file("letters/", "each letter that was issued, in the exact bytes that were issued, by date and number", "chaque lettre émise, dans les octets exacts de son émission, par date et numéro"),
            file("case-file.html", "the case file, to read", "le journal du dossier, à lire"),
            file("case-file.json", "the same as data", "le même, sous forme de données"),
            file("manifest.json", "each file with its size and SHA-256 hash", "chaque fichier avec sa taille et son empreinte SHA-256"),
            file("SHA256SUMS", "the hashes in the form that sha256sum checks", "les empreintes sous la forme que vérifie sha256sum"),
        ],
        "words": {
            "page": "Page",
            "letters": say("Letters", "Lettres"),
            "none": say("There are none.", "Il n’y en a pas."),
            "columns": [
                say("Number", "Numéro"), say("Date", "Date"), say("Letter and case", "Lettre et dossier"),
                say("Addressee", "Destinataire"), say("Status", "État"),
            ],
            "files": say("Files", "Fichiers"),
            "files-text": say(
                "This index is index.pdf. Beside it, the bundle has:",
                "Le présent index est index.pdf. Le recueil contient aussi\u{a0}:",
            ),
            "before": say("Before it is released", "Avant la communication"),
            "before-text": say(
                "Nothing has been severed. Read everything and sever what may not be disclosed: reasons and free text may name other people, and the case file names the staff who acted.",
                "Rien n’a été retranché. Lisez tout et retranchez ce qui ne peut pas être communiqué\u{a0}: les motifs et les textes libres peuvent nommer d’autres personnes, et le journal nomme les membres du personnel qui ont agi.",
            ),
        },
    })
}
