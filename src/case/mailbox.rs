//! E-mail addresses: what is wrong with one, in words, and its form for mail servers.
//!
//! The form is that of RFC 5321 as lettre reads it, without its rarities: no quoted name, no number for a domain. A domain may have
//! letters of any script and goes out in the form that all servers take (`xn--`, RFC 5891); the name before the @ may, too, but only a
//! server with SMTPUTF8 (RFC 6531) takes it.

use lettre::Address;

use super::language::Text;

/// Bytes of an address, of its name, and of a part of its domain, at most (RFC 5321 and 1035).
const LONGEST: usize = 254;
const LONGEST_NAME: usize = 64;
const LONGEST_LABEL: usize = 63;

/// The address as servers take it: its domain in ASCII. `None` where it is none.
pub fn for_servers(text: &str) -> Option<String> {
    let (name, domain) = text.rsplit_once('@')?;
    let domain = idna::domain_to_ascii_strict(domain).ok()?;
    Some(format!("{name}@{domain}"))
}

/// Whether every server takes the name before the @.
pub fn is_plain(text: &str) -> bool {
    text.rsplit_once('@').is_some_and(|(name, _)| name.is_ascii())
}

/// Whether a text is an e-mail address; one that is too long for the schemas is theirs to refuse.
pub fn is_mailbox(text: &str) -> bool {
    problem(text).is_none()
}

/// What is wrong with an address and how to mend it; nothing where it is one.
pub fn problem(text: &str) -> Option<Text> {
    let say = |en: &str, fr: &str| Some(Text::new(en, fr));
    if text.contains(char::is_whitespace) {
        return say("it has a blank in it. Take the blank out", "elle contient une espace. Retirez-la");
    }
    if text.to_lowercase().starts_with("mailto:") {
        return say(
            "“mailto:” is a link's, not the address's. Take it out",
            "« mailto: » fait partie d’un lien, pas de l’adresse. Retirez-le",
        );
    }
    if text.contains(['<', '>']) {
        return say("it stands in angle brackets. Take them out", "elle est entre chevrons. Retirez-les");
    }
    if text.contains([';', ',']) {
        return say(
            "it has a comma or semicolon, as between several addresses. Give one address",
            "elle contient une virgule ou un point-virgule, comme entre plusieurs adresses. Donnez une seule adresse",
        );
    }
    let Some((name, domain)) = text.split_once('@').filter(|(_, domain)| !domain.contains('@')) else {
        return say(
            "it must have one @. Write it as name@example.ca",
            "elle doit contenir un seul @. Écrivez-la comme nom@example.ca",
        );
    };
    if name.is_empty() || domain.is_empty() {
        return say(
            "something is missing before or behind the @. Write it as name@example.ca",
            "il manque quelque chose avant ou après le @. Écrivez-la comme nom@example.ca",
        );
    }
    if [name, domain].iter().any(|part| part.starts_with('.') || part.ends_with('.') || part.contains("..")) {
        return say(
            "a full stop stands at the beginning or end of a part, or twice in a row. Take it out",
            "un point se trouve au début ou à la fin d’une partie, ou deux fois de suite. Retirez-le",
        );
    }
    if name.len() > LONGEST_NAME {
        return say(
            "the name before the @ is longer than 64 characters. Check it with the person",
            "le nom avant le @ dépasse 64 caractères. Vérifiez-le auprès de la personne",
        );
    }
    domain_problem(domain).or_else(|| {
        let whole = for_servers(text).filter(|whole| whole.len() <= LONGEST && !name.contains(['"', '(', ')', '\\', '[', ']']));
        let read = whole.as_deref().and_then(|whole| whole.parse::<Address>().ok());
        match read {
            Some(_) => None,
            None => say(
                "it has a character that no address has, or is too long. Check it with the person",
                "elle contient un caractère qu’aucune adresse ne peut avoir, ou elle est trop longue. Vérifiez-la auprès de la personne",
            ),
        }
    })
}

fn domain_problem(domain: &str) -> Option<Text> {
    let ascii = idna::domain_to_ascii_strict(domain).ok();
    let labels: Vec<&str> = ascii.as_deref().unwrap_or(domain).split('.').collect();
    let is_last_name = |label: &&str| label.chars().count() > 1 && !label.bytes().all(|byte| byte.is_ascii_digit());
    if labels.len() < 2 || !labels.last().is_some_and(is_last_name) {
        return Some(Text::new(
            "its domain has no ending such as .ca. Write it as name@example.ca",
            "son domaine n’a pas de terminaison comme .ca. Écrivez-la comme nom@example.ca",
        ));
    }
    let fits = |label: &&str| label.len() <= LONGEST_LABEL && !label.starts_with('-') && !label.ends_with('-');
    (ascii.is_none() || !labels.iter().all(fits)).then(|| {
        Text::new(
            "what stands behind the @ is no domain: letters, digits, hyphens within, and full stops between. Check it with the person",
            "ce qui suit le @ n’est pas un domaine : lettres, chiffres, traits d’union à l’intérieur et points entre les parties. Vérifiez-le auprès de la personne",
        )
    })
}
