//! What is wrong with a value by its schema, in words: keyword by keyword, by the label that a form shows, with what is allowed and an
//! example of the right form. Neither a keyword nor a regular expression is shown to anybody.

use jsonschema::error::{ValidationError, ValidationErrorKind as Kind};
use serde_json::Value;

use super::read::closest;
use super::schema::shorten;
use super::schema_words::{below, blank, part, size, type_of, values, wanted, worded};
use crate::case::{Fault, Text, json, mailbox};

/// The pattern of a text that is not blank; every other has its words in `x-form`.
pub(super) const NOT_BLANK: &str = "\\S";

/// The faults of a value below `prefix` (a JSON Pointer): one for each mistake. Where a value breaks several keywords, the one that says
/// most about it is said.
pub(super) fn faults<'e>(
    schema: &Value,
    errors: impl Iterator<Item = ValidationError<'e>>,
    prefix: &str,
) -> Vec<Fault> {
    let mut found: Vec<(u8, Fault)> = Vec::new();
    for error in errors {
        let rank = rank(error.kind());
        for fault in (Broken { schema, error: &error, prefix }).faults() {
            match found.iter_mut().find(|(_, known)| known.place == fault.place) {
                Some(known) if rank < known.0 => *known = (rank, fault),
                Some(_) => {}
                None => found.push((rank, fault)),
            }
        }
    }
    found.into_iter().map(|(_, fault)| fault).collect()
}

/// Which keyword says most: what a value is goes before how it is written, and that before how long it is.
fn rank(kind: &Kind) -> u8 {
    match kind {
        Kind::FalseSchema => 0,
        Kind::Type { .. } => 1,
        Kind::Enum { .. } | Kind::Constant { .. } => 2,
        Kind::Format { .. } => 3,
        Kind::MinLength { .. } => 4,
        Kind::Pattern { .. } => 5,
        Kind::Not { .. } => 6,
        _ => 7,
    }
}

/// What is wrong with one value, as it follows its name: for files that we write ourselves.
pub(super) fn problem(schema: &Value, error: &ValidationError<'_>) -> Text {
    let (en, fr) = (Broken { schema, error, prefix: "" }).wrong(error.kind());
    Text::new(en, fr)
}

/// A keyword that a value breaks.
struct Broken<'b> {
    schema: &'b Value,
    error: &'b ValidationError<'b>,
    prefix: &'b str,
}

impl Broken<'_> {
    fn faults(&self) -> Vec<Fault> {
        let pointer = self.error.instance_path().as_str();
        let place = format!("{}{pointer}", self.prefix);
        match self.error.kind() {
            Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
                unexpected.iter().map(|name| self.unknown(name, &place)).collect()
            }
            Kind::Required { property } => {
                let name = property.as_str().unwrap_or_default();
                vec![self.missing(&format!("{pointer}/{name}"), format!("{place}/{name}"))]
            }
            Kind::FalseSchema => vec![self.not_here(place)],
            Kind::Enum { options } => vec![self.not_allowed(place, options.as_array().cloned().unwrap_or_default())],
            Kind::Constant { expected_value } => vec![self.not_allowed(place, vec![Value::clone(expected_value)])],
            Kind::OneOfNotValid { .. } | Kind::AnyOf { .. } if self.constants().is_some() => {
                vec![self.not_allowed(place, self.constants().unwrap_or_default())]
            }
            Kind::Format { format } if format == "money" => vec![self.no_money(place, false)],
            Kind::Format { format } if format == "signed-money" => vec![self.no_money(place, true)],
            Kind::Format { format } if format == "email" => vec![self.no_mailbox(place)],
            Kind::Format { format } if ["date", "past-date"].contains(&format.as_str()) => vec![self.no_date(place)],
            kind => vec![self.malformed(kind, place)],
        }
    }

    fn missing(&self, pointer: &str, place: String) -> Fault {
        let Text { en, fr } = self.label(pointer);
        let because = self.condition();
        Fault::new(
            "fact-missing",
            place,
            format!("“{en}” is required{} and missing. Add it.", because.en),
            format!("« {fr} » est obligatoire{} et manque. Ajoutez-le.", because.fr),
        )
    }

    fn unknown(&self, name: &str, place: &str) -> Fault {
        let known = self.node(self.error.instance_path().as_str())["properties"].as_object();
        let meant = closest(name, known.into_iter().flatten().map(|(name, _)| name.as_str()));
        let meant = meant.map_or_else(
            || Text::new("Take it out, or correct its name.", "Retirez-le ou corrigez son nom."),
            |known| Text::new(format!("Did you mean “{known}”?"), format!("Vouliez-vous dire « {known} »?")),
        );
        Fault::new(
            "fact-unknown",
            json::below(place, name),
            format!("“{name}” is not known here. {}", meant.en),
            format!("« {name} » n’est pas connu ici. {}", meant.fr),
        )
    }

    fn not_here(&self, place: String) -> Fault {
        let (Text { en, fr }, only) = (self.label(self.error.instance_path().as_str()), self.condition());
        Fault::new(
            "fact-unknown",
            place,
            format!("“{en}” does not belong here{}. Take it out, or correct the other.", only.en),
            format!("« {fr} » n’a pas sa place ici{}. Retirez-le ou corrigez l’autre.", only.fr),
        )
    }

    fn not_allowed(&self, place: String, options: Vec<Value>) -> Fault {
        let pointer = self.error.instance_path().as_str();
        let (Text { en, fr }, because) = (self.label(pointer), self.condition());
        let allowed = values(&options, self.node(pointer));
        let shown = shorten(self.error.instance());
        Fault::new(
            "value-not-allowed",
            place,
            format!("“{en}” cannot be {shown}{}. Allowed: {}.", because.en, allowed.en),
            format!("« {fr} » ne peut pas être {shown}{}. Valeurs permises : {}.", because.fr, allowed.fr),
        )
    }

    /// An amount that is none; where it may be a credit, how one is written.
    fn no_money(&self, place: String, signed: bool) -> Fault {
        let Text { en, fr } = self.label(self.error.instance_path().as_str());
        let shown = shorten(self.error.instance());
        let (or, ou) =
            if signed { (", or \"-31.65\" for a credit", ", ou \"-31.65\" pour un crédit") } else { ("", "") };
        Fault::new(
            "money-malformed",
            place,
            format!(
                "“{en}”: {shown} is not an amount. Write dollars, a point and two digits of cents as text, such as \"1234.56\"{or}."
            ),
            format!(
                "« {fr} » : {shown} n’est pas un montant. Écrivez les dollars, un point et deux chiffres de cents en texte, comme \"1234.56\"{ou}."
            ),
        )
    }

    fn no_mailbox(&self, place: String) -> Fault {
        let shown = shorten(self.error.instance());
        let problem = self.error.instance().as_str().and_then(mailbox::problem).unwrap_or_else(|| Text::new("", ""));
        Fault::new(
            "email-malformed",
            place,
            format!("{shown} is not an e-mail address: {}.", problem.en),
            format!("{shown} n’est pas une adresse de courriel : {}.", problem.fr),
        )
    }

    fn no_date(&self, place: String) -> Fault {
        let Text { en, fr } = self.label(self.error.instance_path().as_str());
        let shown = shorten(self.error.instance());
        Fault::new(
            "date-malformed",
            place,
            format!(
                "“{en}”: {shown} is not a date from 1900 to 2199. Write year, month and day, such as \"2026-11-17\"."
            ),
            format!(
                "« {fr} » : {shown} n’est pas une date de 1900 à 2199. Écrivez l’année, le mois et le jour, comme \"2026-11-17\"."
            ),
        )
    }

    /// What is wrong with how the value is written, or how much of it there is.
    fn malformed(&self, kind: &Kind, place: String) -> Fault {
        let pointer = self.error.instance_path().as_str();
        let (label, because) = (self.label(pointer), self.condition());
        let (en, fr) = self.wrong(kind);
        Fault::new(
            "value-malformed",
            place,
            format!("“{}” {en}{}.", label.en, because.en),
            format!("« {} » {fr}{}.", label.fr, because.fr),
        )
    }

    /// What is said of the value after its label.
    fn wrong(&self, kind: &Kind) -> (String, String) {
        let value: &Value = self.error.instance();
        let shown = shorten(value);
        let size = size(value);
        match kind {
            Kind::Type { kind } => {
                let (wanted, is, like) = (wanted(kind), type_of(value), self.example());
                (
                    format!("must be {}{}; it is {}", wanted.en, like.en, is.en),
                    format!("doit être {}{}; c’est {}", wanted.fr, like.fr, is.fr),
                )
            }
            Kind::Enum { options } => {
                let allowed = values(options.as_array().map_or(&[], Vec::as_slice), &Value::Null);
                (
                    format!("cannot be {shown}; allowed are {}", allowed.en),
                    format!("ne peut pas être {shown}; sont permis {}", allowed.fr),
                )
            }
            Kind::Constant { expected_value: one } => (format!("must be {one} here"), format!("doit être {one} ici")),
            Kind::Pattern { pattern } if pattern == NOT_BLANK => blank(),
            Kind::MinLength { .. } if size == 0 => blank(),
            Kind::Pattern { .. } | Kind::Format { .. } => {
                let (form, like) = (self.form(), self.example());
                (
                    format!("cannot be {shown}: write {}{}", form.en, like.en),
                    format!("ne peut pas être {shown} : écrivez {}{}", form.fr, like.fr),
                )
            }
            Kind::Not { schema } => {
                let form = worded(&schema["x-form"]).unwrap_or_else(|| {
                    Text::new("something that must not stand there", "quelque chose qui ne doit pas y figurer")
                });
                (format!("has {}; take it out", form.en), format!("contient {}; retirez-le", form.fr))
            }
            Kind::OneOfNotValid { .. } | Kind::OneOfMultipleValid { .. } | Kind::AnyOf { .. } => self.forms(),
            _ => self.amount(kind, size, &shown),
        }
    }

    /// The values of forms that are one value each, as those of a documented enumeration are.
    fn constants(&self) -> Option<Vec<Value>> {
        let forms = self.schema.pointer(self.error.schema_path().as_str())?.as_array()?;
        let values = forms.iter().map(|form| match (form.get("const"), form["enum"].as_array()) {
            (Some(one), _) => Some(vec![one.clone()]),
            (None, several) => several.cloned(),
        });
        Some(values.collect::<Option<Vec<_>>>()?.concat())
    }

    /// Which of several facts is wanted, where each form asks for one of its own.
    fn forms(&self) -> (String, String) {
        let forms = self.schema.pointer(self.error.schema_path().as_str()).and_then(Value::as_array);
        let mut asked: Vec<&str> =
            forms.into_iter().flatten().filter_map(|form| form["required"][0].as_str()).collect();
        asked.dedup();
        let pointer = self.error.instance_path().as_str();
        let asked: Vec<Text> = asked.iter().map(|name| self.label(&format!("{pointer}/{name}"))).collect();
        let en = asked.iter().map(|label| format!("“{}”", label.en)).collect::<Vec<_>>().join(", ");
        let fr = asked.iter().map(|label| format!("« {} »", label.fr)).collect::<Vec<_>>().join(", ");
        let shown = shorten(self.error.instance());
        match asked.len() < 2 {
            true => (
                format!("cannot be {shown}: it has none of the forms that it may have"),
                format!("ne peut pas être {shown} : ce n’est aucune des formes permises"),
            ),
            false => (format!("must have just one of {en}"), format!("doit avoir un seul de {fr}")),
        }
    }

    /// How long, how many or how much it may be.
    fn amount(&self, kind: &Kind, size: usize, shown: &str) -> (String, String) {
        match kind {
            Kind::MaxLength { limit } => (
                format!("has {size} characters, and {limit} are allowed; shorten it"),
                format!("compte {size} caractères, et {limit} sont permis; abrégez-le"),
            ),
            Kind::MinLength { limit } => (
                format!("needs {limit} characters or more; it has {size}"),
                format!("doit compter {limit} caractères ou plus; il en a {size}"),
            ),
            Kind::MinItems { .. } | Kind::MinProperties { .. } if size == 0 => blank(),
            Kind::MaxItems { limit } | Kind::MaxProperties { limit } => (
                format!("may have {limit} at most; it has {size}. Take some out"),
                format!("peut en avoir {limit} au plus; il en a {size}. Retirez-en"),
            ),
            Kind::AdditionalItems { limit } => (
                format!("may have {limit} at most; it has {size}. Take some out"),
                format!("peut en avoir {limit} au plus; il en a {size}. Retirez-en"),
            ),
            Kind::MinItems { limit } | Kind::MinProperties { limit } => (
                format!("needs {limit} or more; it has {size}. Add what is missing"),
                format!("doit en avoir {limit} ou plus; il en a {size}. Ajoutez ce qui manque"),
            ),
            Kind::Minimum { limit } => (
                format!("cannot be {shown}: write {limit} or more"),
                format!("ne peut pas être {shown} : écrivez {limit} ou plus"),
            ),
            Kind::Maximum { limit } => (
                format!("cannot be {shown}: write {limit} or less"),
                format!("ne peut pas être {shown} : écrivez {limit} ou moins"),
            ),
            Kind::ExclusiveMinimum { limit } => (
                format!("cannot be {shown}: write more than {limit}"),
                format!("ne peut pas être {shown} : écrivez plus de {limit}"),
            ),
            Kind::ExclusiveMaximum { limit } => (
                format!("cannot be {shown}: write less than {limit}"),
                format!("ne peut pas être {shown} : écrivez moins de {limit}"),
            ),
            Kind::UniqueItems => {
                ("has the same twice; take one out".into(), "a deux fois la même chose; retirez-en une".into())
            }
            _ => {
                let (form, like) = (self.form(), self.example());
                (
                    format!("cannot be {shown}: write {}{}", form.en, like.en),
                    format!("ne peut pas être {shown} : écrivez {}{}", form.fr, like.fr),
                )
            }
        }
    }

    /// The right form in words: what stands beside the keyword, or what the property says.
    fn form(&self) -> Text {
        let keyword = self.error.schema_path().as_str();
        let beside = keyword.rsplit_once('/').and_then(|(beside, _)| self.schema.pointer(beside));
        let own = self.node(self.error.instance_path().as_str());
        let said = beside.and_then(|beside| worded(&beside["x-form"])).or_else(|| worded(&own["x-form"]));
        said.or_else(|| worded(&own["x-hint"]))
            .unwrap_or_else(|| Text::new("it as the form asks", "ce que demande le formulaire"))
    }

    /// `, such as "…"`, where the schema has an example.
    fn example(&self) -> Text {
        let own = self.node(self.error.instance_path().as_str());
        let example = own["examples"].get(0).or(own["enum"].get(0)).map(Value::to_string);
        let example = example.or_else(|| match own["format"].as_str()? {
            "money" => Some("\"1234.56\"".to_owned()),
            "date" | "past-date" => Some("\"2026-11-17\"".to_owned()),
            _ => None,
        });
        match example {
            Some(example) => Text::new(format!(", such as {example}"), format!(", comme {example}")),
            None => Text::new("", ""),
        }
    }

    /// Where what is asked is asked only on a condition: the condition, after the sentence.
    fn condition(&self) -> Text {
        let path = self.error.schema_path().as_str();
        let (then, otherwise) = (path.rfind("/then/"), path.rfind("/else/"));
        let nothing = Text::new("", "");
        let Some(at) = then.max(otherwise) else { return nothing };
        let condition = self.schema.pointer(&format!("{}/if", &path[..at])).unwrap_or(&Value::Null);
        let owner = path[..at].rfind("/allOf/").map_or(&path[..at], |all| &path[..all]);
        let owner = self.schema.pointer(owner).unwrap_or(self.schema);
        let mut said: [Vec<String>; 2] = Default::default();
        for (name, asked) in condition["properties"].as_object().into_iter().flatten() {
            let options = asked.get("const").map(|one| vec![one.clone()]).or(asked["enum"].as_array().cloned());
            let (property, Some(options)) = (&owner["properties"][name], options) else { return nothing };
            let label = worded(&property["x-label"]).unwrap_or_else(|| Text::new(name, name));
            let is = values(&options, property);
            said[0].push(format!("“{}” is {}", label.en, is.en));
            said[1].push(format!("« {} » est {}", label.fr, is.fr));
        }
        let [en, fr] = [said[0].join(" and "), said[1].join(" et ")];
        match (en.is_empty(), otherwise > then) {
            (true, _) => nothing,
            (_, true) => Text::new(format!(" unless {en}"), format!(" sauf si {fr}")),
            (_, false) => Text::new(format!(" where {en}"), format!(" si {fr}")),
        }
    }

    /// What the schema says of the value at a JSON Pointer.
    fn node(&self, pointer: &str) -> &Value {
        pointer.split('/').skip(1).fold(self.schema, |node, step| below(node, step))
    }

    /// What a form calls the value at a JSON Pointer.
    fn label(&self, pointer: &str) -> Text {
        let (mut label, mut node) = (part(self.prefix), self.schema);
        for step in pointer.split('/').skip(1) {
            node = below(node, step);
            label = match (worded(&node["x-label"]), step.parse::<usize>()) {
                (Some(own), _) => own,
                (None, Ok(index)) => Text::new(
                    format!("{}, number {}", label.en, index + 1),
                    format!("{}, numéro {}", label.fr, index + 1),
                ),
                (None, Err(_)) => Text::new(step, step),
            };
        }
        label
    }
}
