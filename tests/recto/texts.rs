//! Texts from outside: broken accents, blanks, marks, names behind French words, e-mail addresses. Each kind just inside and just outside.

use recto::case::elision::elided;
use recto::case::garbled::garbled;
use recto::case::mailbox;
use recto::case::{Fault, Language};
use recto::desk::Outcome;
use recto::studio::Studio;
use recto::typeset::Block;
use serde_json::{Value, json};

use crate::support::{copy, debt_referred, desk, edit, pdf_text, sample, studio, take, taken, work};

/// The faults with which an event is refused that has a text at a place.
async fn refused(desk: &recto::desk::Desk, place: &str, text: &str) -> Vec<Fault> {
    let mut event = debt_referred(
        &format!("{place}-{text}")
            .chars()
            .take(60)
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
            .collect::<String>(),
    );
    *event.pointer_mut(place).unwrap_or_else(|| panic!("{place}")) = json!(text);
    match take(desk, &event).await {
        Outcome::Refused(faults) => faults,
        _ => Vec::new(),
    }
}

#[test]
fn accents_that_were_broken_are_known_and_read_back_and_real_names_go_on() {
    for (text, meant) in [
        ("Ã‰tienne", "Étienne"),
        ("LÃ©vesque", "Lévesque"),
        ("Oâ€™Brien", "O’Brien"),
        ("CÃ´tÃ©", "Côté"),
        ("CÃ”TÃ‰", "CÔTÉ"),
        ("FranÃ§ois", "François"),
        ("NoÃ«l", "Noël"),
        ("Ã\u{a0}la", "àla"),
        ("sÅ“ur", "sœur"),
        ("Å’uvre", "Œuvre"),
        ("SÅ’UR", "SŒUR"),
        ("nÂ°", "n°"),
        ("Â«", "«"),
        ("1Â\u{a0}846", "1\u{a0}846"),
        ("MÃ¼ller", "Müller"),
        ("Å\u{a0}ibenik", "Šibenik"),
        ("â€œoui", "“oui"),
        ("fin â€¦", "…"),
        ("2015â€“2016", "2015–2016"),
        ("10â‚¬", "10€"),
        ("ï»¿Roy", "\u{feff}Roy"),
        ("LÃƒÂ©vesque", "Lévesque"),
        ("NguyÃªÌƒn", "Nguyê\u{303}n"),
        ("EÌ\u{81}tienne", "E\u{301}tienne"),
        // Read as Mac Roman, and Latin-1 read so.
        ("L√©vesque", "Lévesque"),
        ("O‚ÄôBrien", "O’Brien"),
        ("LÈvesque", "Lévesque"),
        ("RenÈe", "Renée"),
        ("FranÁois", "François"),
        ("BenoÓt", "Benoît"),
        // Windows-1252 read as Latin-1.
        ("O\u{92}Brien", "O’Brien"),
        // Other scripts, of several letters.
        ("ÐŸÐµÑ‚Ñ€", "Петр"),
    ] {
        let found = garbled(text).unwrap_or_else(|| panic!("{text} goes on"));
        assert_eq!(found.meant.as_deref(), Some(meant), "{text}");
    }
    for text in ["L\u{fffd}vesque", "Lï¿½vesque", "\u{fffd}"] {
        assert_eq!(garbled(text).unwrap_or_else(|| panic!("{text}")).meant, None, "{text}");
    }
    assert_eq!(garbled("voilÃ  tout").unwrap().meant.as_deref(), Some("voilà"));
    assert_eq!(garbled("Ã  vous").unwrap().meant.as_deref(), Some("à"));
    assert!(garbled("1Â 846,35Â $").is_some());
    for text in [
        "São Paulo",
        "João",
        "JOÃO",
        "ÃGUEDA",
        "MAÇÃ",
        "“MAÇÃ”",
        "Águeda",
        "ÂGE",
        "CHÂTEAU",
        "Âgé",
        "Étienne",
        "L’ÉCOLE «LIBERTÉ»",
        "«LIBERTÉ», «ÉGALITÉ»…",
        "QUALITÉ…",
        "É – É",
        "BEAUTÉ’S",
        "Åse",
        "SMÅ",
        "“Ä”",
        "Ñusta",
        "ESPAÑA",
        "Ø’Brien",
        "Désolé…»",
        "à »",
        "Zoë",
        "Ɂehdzo Sḵwx̱wú7mesh",
        "Kʷəl̓tsən",
        "šxʷməθkʷəy̓əmasəm",
        "McÉwan",
        "hÓgáin",
        "Nguyễn",
        "Đặng",
        "Łukasz",
        "Ünal",
        "ΑΘΗΝΑ",
        "Петр",
        "ᐃᓄᒃ",
        "5 € de plus",
        "naïf",
        "PÔLE",
        "aOÛT",
        "DeÎle",
        "Ô Canada",
        "l’Île",
        "½ Âme",
        "2×½",
        "n° 5",
        "Mc’Ô",
        "ᒪᑎ",
        "œuvre",
        "L’Œuvre",
    ] {
        assert_eq!(garbled(text), None, "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_is_refused_at_its_place_whichever_field_it_is_in() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let places = [
        "/data/party/surname",
        "/data/party/given_name",
        "/data/party/address/municipality",
        "/data/party/address/lines/0",
        "/data/case/office/name",
        "/data/facts/decision/reference",
    ];
    let overloaded = "Sa\u{300}\u{301}\u{302}\u{303}m";
    for place in places {
        for (text, code, named) in [
            ("LÃ©vesque", "accents-broken", "Lévesque"),
            (overloaded, "too-many-marks", "à"),
            ("x\u{ad}y", "character-not-printable", "U+00AD"),
        ] {
            let faults = refused(&desk, place, text).await;
            // What no address can show has a code of its own.
            let code = match code {
                "character-not-printable" if place.contains("/address/") => "line-forbidden-character",
                code => code,
            };
            let own: Vec<&Fault> = faults.iter().filter(|fault| fault.place == place && fault.code == code).collect();
            assert_eq!(own.len(), 1, "{place} {text}: {faults:#?}");
            assert!(own[0].message.en.contains(named) && own[0].message.fr.contains(named), "{}", own[0]);
        }
    }
    // Codes, in which no letter has a place.
    let faults = refused(&desk, "/data/party/address/postal_code", &format!("K1A{} 0B1", &overloaded[2..])).await;
    assert!(faults.iter().any(|fault| fault.code == "too-many-marks"), "{faults:#?}");
    // What is not seen is named with the words around it.
    let faults = refused(&desk, "/data/case/office/name", "The over\u{ad}payment office").await;
    assert!(
        faults[0].message.en.contains("soft hyphen") && faults[0].message.en.contains("over[U+00AD]payment"),
        "{}",
        faults[0]
    );
    for text in ["Sa\u{301}\u{302}\u{323}m", "Nguye\u{302}\u{303}n", "LÈVESQUE", "João"] {
        assert_eq!(refused(&desk, "/data/party/surname", text).await, [], "{text}");
    }
    // A mark on a letter of a script whose font does not have it.
    let faults = refused(&desk, "/data/party/surname", "ᐃ\u{313}ᓄ").await;
    assert!(
        faults
            .iter()
            .any(|fault| fault.code == "character-not-printable" && fault.message.en.contains("U+1403 U+0313")),
        "{faults:#?}"
    );
}

#[test]
fn pasted_blanks_are_no_break_spaces_and_typed_amounts_stay_on_their_line() {
    let (studio, runtime) = (studio(), tokio::runtime::Runtime::new().unwrap());
    let set = |language: &str, text: &str| -> String {
        let mut data = sample("correspondence", "plausible");
        data.as_object_mut().unwrap().shift_remove("dated");
        data["party"]["language"] = json!(language);
        let blocks: Vec<Value> = (0..26)
            .map(|place| json!({"paragraph": format!("Nous avons lu votre lettre du cinq novembre et voici ce que {} nous avons conclu {text} et rien de plus.", "i".repeat(place))}))
            .collect();
        data["facts"]["body"] = json!({"en": blocks, "fr": blocks});
        let preview = runtime.block_on(studio.preview("correspondence", &data, "2026-11-17".parse().unwrap()));
        let preview = preview.unwrap_or_else(|faults| panic!("{text}: {faults:#?}"));
        assert!(!preview.stops.iter().any(|stop| stop.code == "figure-unknown"), "{:?}", preview.stops);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("letter.pdf");
        std::fs::write(&path, preview.pdf).unwrap();
        crate::support::tool("pdftotext", &["-raw", path.to_str().unwrap(), "-"])
    };
    for language in ["en", "fr"] {
        for text in [
            "1 846,35 $",
            "$1,846.35",
            "12,5 %",
            "le 18 novembre 2026",
            "November 18, 2026",
            "à 10 h 35",
            "4:35 p.m.",
            "M. Tremblay",
            "Mme Roy",
            "n° 5",
            "page 3",
            "30 jours",
            "1\u{202f}846,35\u{202f}$",
            "1\u{2009}846,35\u{2007}$",
        ] {
            let page = set(language, text).replace('\u{a0}', " ");
            // The article before a date may end a line.
            let whole = text
                .trim_start_matches("le ")
                .trim_start_matches("à ")
                .replace(['\u{202f}', '\u{2009}', '\u{2007}'], " ");
            let lines = page.lines().filter(|line| line.contains(&whole)).count();
            assert_eq!(lines, 26, "{language} {text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_figure_that_is_a_fact_is_never_called_one_of_the_template() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let mut letters = Vec::new();
    for (index, name) in [
        "Office -0.00",
        "-0.00",
        "Office 12,5 %",
        "Office 12.5%",
        "0.00",
        "Bureau 1 846,35 $",
        "$1,846.35",
        "5 % – 10 h 30",
        "2026-11-17",
        "1er étage, bureau 3e",
        "No 12/34-56",
        "±5",
        "007",
        "1,234,567",
        "10 000 000",
    ]
    .iter()
    .enumerate()
    {
        for language in ["en", "fr"] {
            let mut event = debt_referred(&format!("e-{index}-{language}"));
            let case = format!("DR-2026-{:06}", 150_000 + 2 * index + usize::from(language == "fr"));
            (event["subject"], event["data"]["case"]["reference"]) = (json!(case), json!(case));
            event["data"]["party"]["id"] = json!(format!("P-{index}-{language}"));
            event["data"]["party"]["language"] = json!(language);
            event["data"]["case"]["office"] = json!({"name": name});
            letters.push((name, taken(&desk, &event).await.remove(0)));
        }
    }
    work(&desk).await;
    for (name, letter) in letters {
        let row = desk.reader().letter(&letter).await.unwrap().unwrap();
        assert_eq!(row.state.as_str(), "issued", "{name}: {:?}", row.reasons);
    }
}

#[test]
fn french_words_lose_their_vowel_before_a_vowel_and_a_silent_h() {
    for (name, wanted) in [
        ("Jean", "de Jean"),
        ("Anne", "d’Anne"),
        ("Émile", "d’Émile"),
        ("Henri", "d’Henri"),
        ("Hélène", "d’Hélène"),
        ("Yves", "d’Yves"),
        ("Yvonne", "d’Yvonne"),
        ("Yann", "de Yann"),
        ("Yolande", "de Yolande"),
        ("Œdipe", "d’Œdipe"),
        ("Hassan", "de Hassan"),
        ("Harold", "de Harold"),
        ("HÉLÈNE", "d’HÉLÈNE"),
        ("ÉLOÏSE", "d’ÉLOÏSE"),
        ("Hubert Roy", "d’Hubert Roy"),
        ("Ouellet", "d’Ouellet"),
        ("Isaïe", "d’Isaïe"),
        ("Uma", "d’Uma"),
        ("Wu", "de Wu"),
        ("la Ville d’Ottawa", "de la Ville d’Ottawa"),
        ("le ministère", "du ministère"),
        ("les Services", "des Services"),
        ("Le Blanc", "de Le Blanc"),
        ("Ottawa", "d’Ottawa"),
        ("Hamilton", "de Hamilton"),
        ("Hôpital Montfort", "d’Hôpital Montfort"),
        ("Ɂehdzo", "de Ɂehdzo"),
        ("8 à Huit", "de 8 à Huit"),
        ("Onze", "de Onze"),
        ("Åse", "d’Åse"),
        ("E\u{301}milie", "d’E\u{301}milie"),
        ("I. Roy", "d’I. Roy"),
    ] {
        assert_eq!(elided("de", name), wanted);
    }
    assert_eq!(elided("que", "Yves"), "qu’Yves");
    assert_eq!(elided("que", "Jean"), "que Jean");
    assert_eq!((elided("le", "hôpital"), elided("la", "école")), ("l’hôpital".into(), "l’école".into()));
    let (studio, runtime) = (studio(), tokio::runtime::Runtime::new().unwrap());
    for (given, wanted) in [
        ("Anne", "la succession d’Anne"),
        ("Jean", "la succession de Jean"),
        ("Henriette", "le décès d’Henriette"),
        ("Hassan", "le décès de Hassan"),
    ] {
        let mut data = sample("estate", "plausible");
        data.as_object_mut().unwrap().shift_remove("dated");
        for who in ["party", "addressee"] {
            if data[who].is_object() {
                (data[who]["given_name"], data[who]["language"]) = (json!(given), json!("fr"));
            }
        }
        let letter = runtime.block_on(studio.preview("estate", &data, "2026-11-17".parse().unwrap()));
        let letter = letter.unwrap_or_else(|faults| panic!("{faults:#?}"));
        let page = letter.pages.join(" ").to_lowercase();
        assert!(page.contains(&wanted.to_lowercase()), "{wanted}: {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_none_is_refused_in_words_before_anything_is_made() {
    let long = |count: usize| "a".repeat(count);
    for (text, says) in [
        ("a..b@example.ca".to_owned(), "full stop"),
        ("a@example..ca".into(), "full stop"),
        ("a@example.ca.".into(), "full stop"),
        (".a@example.ca".into(), "full stop"),
        ("a.@example.ca".into(), "full stop"),
        ("a@.example.ca".into(), "full stop"),
        ("mailto:a@example.ca".into(), "mailto:"),
        ("a;b@example.ca".into(), "semicolon"),
        ("a@example.ca,b@example.ca".into(), "comma"),
        ("<a@example.ca>".into(), "brackets"),
        ("Ann <a@example.ca>".into(), "blank"),
        ("a b@example.ca".into(), "blank"),
        ("a\u{a0}b@example.ca".into(), "blank"),
        ("a@b@example.ca".into(), "one @"),
        ("example.ca".into(), "one @"),
        ("@example.ca".into(), "missing"),
        ("a@".into(), "missing"),
        ("a@localhost".into(), "ending"),
        ("a@example.1".into(), "ending"),
        ("a@[127.0.0.1]".into(), "domain"),
        ("a@127.0.0.1".into(), "ending"),
        ("a@-example.ca".into(), "domain"),
        ("a@example-.ca".into(), "domain"),
        ("a@exa_mple.ca".into(), "domain"),
        ("a\"b@example.ca".into(), "character"),
        ("a(b)@example.ca".into(), "character"),
        (format!("{}@example.ca", long(65)), "64"),
        (format!("a@{}.ca", long(64)), "domain"),
    ] {
        let problem = mailbox::problem(&text).unwrap_or_else(|| panic!("{text} is taken"));
        assert!(problem.en.contains(says) && problem.en != problem.fr, "{text}: {}", problem.en);
    }
    for text in [
        "a@example.ca",
        "a.b+c_d-e@sub.example.ca",
        "A@EXAMPLE.CA",
        "o'brien@example.ca",
        "renée@example.ca",
        "a@exämple.ca",
        "a@例え.jp",
        "1@example.ca",
        "a@b-c.example.museum",
    ] {
        assert!(mailbox::problem(text).is_none(), "{text}: {:?}", mailbox::problem(text));
    }
    assert!(mailbox::is_mailbox(&format!("{}@example.ca", long(64))));
    assert_eq!(mailbox::for_servers("renée@exämple.ca").as_deref(), Some("renée@xn--exmple-cua.ca"));
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    for (index, text) in [
        "a..b@example.ca",
        "a@example..ca",
        "a@example.ca.",
        "mailto:a@example.ca",
        ".a@example.ca",
        "a;b@example.ca",
        "<a@example.ca>",
    ]
    .iter()
    .enumerate()
    {
        let mut event = debt_referred(&format!("m-{index}"));
        (event["data"]["party"]["channel"], event["data"]["party"]["email"]) = (json!("email"), json!(text));
        let Outcome::Refused(faults) = take(&desk, &event).await else { panic!("{text} was taken") };
        let found: Vec<_> = faults.iter().map(|fault| (fault.code.as_str(), fault.place.as_str())).collect();
        assert_eq!(found, [("email-malformed", "/data/party/email")], "{text}");
        assert!(!faults[0].message.en.contains('^'), "no pattern reaches a person");
    }
    let mut event = debt_referred("m-good");
    event["data"]["party"]["email"] = json!("someone@example.ca");
    taken(&desk, &event).await;
}

#[test]
fn a_telephone_number_of_the_house_or_a_program_is_one_or_is_named_with_its_line() {
    for (file, from, to) in [
        ("_house/contact.toml", "phone = \"416-555-0142\"", "phone = \"416-555-014\""),
        ("_programs/sponsorship.toml", "fax = \"416-555-0154\"", "fax = \"ask us\""),
        ("_house/contact.toml", "tty = \"1-800-555-0143\"", "tty = \"555-0143\""),
    ] {
        let home = copy();
        edit(home.path().join("letter-templates").join(file), from, to);
        let faults = Studio::open(home.path(), true).err().unwrap_or_else(|| panic!("{to}"));
        assert_eq!(faults.len(), 1, "{faults:#?}");
        assert!(
            faults[0].code == "phone-malformed" && faults[0].place.starts_with(&format!("{file}:")),
            "{}",
            faults[0]
        );
    }
    let home = copy();
    edit(
        home.path().join("letter-templates/_house/contact.toml"),
        "phone = \"416-555-0142\"",
        "phone = \"(416) 555.0142 poste 12\"",
    );
    let studio = Studio::open(home.path(), true).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for (language, wanted) in [(Language::En, "416-555-0142, ext. 12"), (Language::Fr, "416 555-0142, poste 12")] {
        let mut data = sample("debt-notice", "plausible");
        data["party"]["language"] = json!(language.code());
        let letter = runtime
            .block_on(studio.preview("debt-notice", &data, "2026-11-17".parse().unwrap()))
            .unwrap_or_else(|faults| panic!("{faults:#?}"));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("letter.pdf");
        std::fs::write(&path, &letter.pdf).unwrap();
        assert!(pdf_text(&path).contains(wanted), "{wanted}");
        assert!(letter.stops.is_empty(), "{:?}", letter.stops);
    }
}

#[test]
fn bold_is_strong_in_every_form_of_a_letter_and_nothing_that_is_typed_becomes_markup() {
    let (studio, runtime) = (studio(), tokio::runtime::Runtime::new().unwrap());
    let hostile = "#panic() ] *x* $y$ \"q\" // `r` \\";
    let body = json!([
        {"paragraph": format!("Before **{hostile}.** after, 2 ** 3, **open")},
        {"paragraph": "**All of it.**"},
        {"paragraph": "Vous devez **1 846,35** $ le **18** novembre 2026."},
        {"list": ["**First** thing", "the \\**stars**"]},
        {"table": {"header": ["Day", "**Amount**"], "rows": [["November 17, 2026", "**$1,234.56**"]]}},
    ]);
    for language in ["en", "fr"] {
        let mut data = sample("correspondence", "plausible");
        data.as_object_mut().unwrap().shift_remove("dated");
        data["party"]["language"] = json!(language);
        data["facts"]["body"] = json!({"en": body, "fr": body});
        let set = runtime.block_on(studio.preview("correspondence", &data, "2026-11-17".parse().unwrap()));
        let set = set.unwrap_or_else(|faults| panic!("{faults:#?}"));
        assert!(set.stops.is_empty(), "{:?}", set.stops);
        let strong = |text: &recto::typeset::Said| {
            let strong = text.pieces().filter(|(_, strong)| *strong).map(|(words, _)| words.to_owned());
            strong.collect::<Vec<_>>()
        };
        let paragraph = |begins: &str| {
            let found = set.blocks.iter().find_map(|block| match block {
                Block::Paragraph { text, .. } if text.starts_with(begins) => Some(text),
                _ => None,
            });
            found.unwrap_or_else(|| panic!("{begins}: {:#?}", set.blocks))
        };
        assert_eq!(**paragraph("Before"), *format!("Before {hostile}. after, 2 ** 3, **open"));
        assert_eq!(strong(paragraph("Before")), [format!("{hostile}.")]);
        assert_eq!(strong(paragraph("All of it.")), ["All of it."]);
        // What belongs together stays so, whatever of it is bold.
        assert_eq!(**paragraph("Vous devez"), *"Vous devez 1\u{a0}846,35\u{a0}$ le 18\u{a0}novembre\u{a0}2026.");
        assert_eq!(strong(paragraph("Vous devez")), ["1\u{a0}846,35", "18"]);
        let read = recto::studio::reading(&set.blocks, "A letter", |_| String::new(), false);
        for part in [
            "<p><strong>All of it.</strong></p>",
            "<li><strong>First</strong> thing</li>\n<li>the **stars**</li>",
            "<th scope=\"col\">**Amount**</th>",
            "<td><strong>$1,234.56</strong></td>",
        ] {
            assert!(read.html.contains(part), "{part}: {}", read.html);
        }
        assert!(
            read.text.contains("\n\nAll of it.\n\n") && read.text.contains("\n* First thing\n* the **stars**\n"),
            "{}",
            read.text
        );
        // In the PDF each is tagged as strong, besides those of the house's own words.
        let plain = Value::Array(vec![json!({"paragraph": "Nothing is bold."})]);
        data["facts"]["body"] = json!({"en": plain, "fr": plain});
        let plain = runtime.block_on(studio.preview("correspondence", &data, "2026-11-17".parse().unwrap()));
        let folder = tempfile::tempdir().unwrap();
        let tagged = |name: &str, pdf: &[u8]| {
            let [path, open] = ["", "open-"].map(|before| folder.path().join(format!("{before}{name}.pdf")));
            std::fs::write(&path, pdf).unwrap();
            let paths = [&path, &open].map(|path| path.to_str().unwrap());
            crate::support::tool("qpdf", &["--qdf", "--object-streams=disable", paths[0], paths[1]]);
            let strong = b"/S /Strong";
            (path, std::fs::read(open).unwrap().windows(strong.len()).filter(|window| window == strong).count())
        };
        let (path, strong) = tagged("bold", &set.pdf);
        assert_eq!(strong, 6 + tagged("plain", &plain.unwrap().pdf).1);
        let reports = crate::pdf::conformance("ua1,2a", &[path]);
        assert!(reports.len() == 2 && reports.iter().all(|report| report["compliant"] == true), "{reports:#?}");
    }
}
