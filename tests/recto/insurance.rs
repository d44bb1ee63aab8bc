//! Social Insurance Numbers: stopped however they are written, and repeated nowhere.

use axum::http::StatusCode;
use recto::case::{Fault, insurance};
use recto::studio::Studio;
use serde_json::{Value, json};

use crate::http::{Api, STRUCTURED};
use crate::support::{command, debt_referred, desk, files, recto, studio, taken, work};

/// What a text has of the well-known example number.
const NUMBERS: [&str; 43] = [
    "046454286",
    "046 454 286",
    "046-454-286",
    "046.454.286",
    "046/454/286",
    "04 645 428 6",
    "04645-4286",
    "046  454  286",
    "046 - 454 - 286",
    "046 --- 454 --- 286",
    "(046) 454-286",
    "046\u{2012}454\u{2012}286",
    "046 — 454 — 286",
    "046, 454, 286",
    "046:454:286",
    "046\u{202f}454\u{202f}286",
    "046\u{2009}454\u{a0}286",
    "046\n454\n286",
    "046 |454| 286",
    "SIN-046-454-286",
    "His number is 046 454 286.",
    "046 454 286 12,00\u{a0}$",
    // At the start of a longer number, the form of 2004, and glued to letters.
    "0464542861234",
    "0464542861",
    "04645428612345678",
    "046 454 286 1234",
    "046 454 2861234",
    "046-454-286-1",
    "SIN046454286",
    "NAS046454286",
    "SIN046 454 286",
    "A046454286",
    "F046454286",
    "046454286B",
    "046454286CA",
    "X046-454-286Y",
    "ND-046454286",
    "ref:046454286/2",
    "no.046454286",
    "n°046454286",
    // In other digits.
    "０４６ ４５４ ２８６",
    "٠٤٦٤٥٤٢٨٦",
    "𝟎𝟒𝟔𝟒𝟓𝟒𝟐𝟖𝟔",
];

/// Facts of another kind. Each has nine digits that would pass, or stands for one that has.
const OTHERS: [&str; 65] = [
    "BUFFALO NY  04645-4286",
    "046 454 287",
    "0464542871234",
    "1-800-555-0142",
    "1 800 555-0142",
    "416-555-0142",
    "4165550142",
    "14165550142",
    // Telephone numbers whose first nine digits pass.
    "246-454-2877",
    "2464542877",
    "1 246 454-2877",
    "416-555-0142 10",
    "OW-2026-00417",
    "DR-2026-004512",
    "DR-2026-004512 2026-11-17",
    "ND-26-117841",
    "$46,454,286.00",
    "$046454286",
    "046 454 and 286",
    "17, 2026 150, 200",
    // A year in one cell, a French amount in the next; days beside small numbers.
    "16 novembre 2026 14\u{a0}962,30\u{a0}$",
    "2026 1\u{a0}046\u{a0}454,28\u{a0}$ 6",
    "2026-11-17 3",
    "2026-11-17T14:45:00Z",
    // Letters, hashes and identifiers have digits at random.
    "7AA8-N3M2-RXBV",
    "0000-0000-0000",
    "046454286abcdef0123456789abcdef0123456789abcdef0123456789abcdef01",
    "123e4567-e89b-12d3-a456-046454286000",
    // In the middle and at the end of a longer number, where one in ten would pass by chance.
    "9046454286",
    "90464542861",
    "77046454286",
    // Days and times written as digits, beside another figure or alone.
    "20260119144500",
    "202601050930",
    "20260104 3",
    "20260118-3",
    "04012026-3",
    "04/01/2026 3",
    "18.01.2026 3",
    "2026/01/04 3",
    "2026.01.18 3",
    "2026 01 04 3",
    // File numbers that begin or end with their year.
    "2026-00003",
    "2026-00011",
    "2026/00029",
    "2026_00003",
    "2026\u{2013}00003",
    "00006-2026",
    "00014/2026",
    "2026-00417 1000",
    "Dossier 2026-00425",
    // Telephone numbers of other countries.
    "+33 1 23 45 67 10",
    "+33 1 23 45 67 17",
    "+33.1.23.45.67.25",
    "+33123456700",
    "+33 (0)1 23 45 67 33",
    "+44 20 7103 123 456",
    "+52 123 456 105",
    "011 33 1 23 45 18 77",
    "00 33 1 23 45 67 17",
    // Lists of rooms and units.
    "Rooms 204, 206, 213",
    "units 101, 102, 119, 120",
    "Appartements nos 101, 102, 119",
    "chambres 101; 102; 119 et 127",
    "Suite 102, 103, 108",
    "Units 101/102/119",
];

/// Numbers beside facts of another kind.
const BESIDE_OTHERS: [&str; 14] = [
    "2026-11-17 046 454 286",
    "20261117 046454286",
    "2026/046-454-286",
    "2026-00417 046 454 286",
    "+33 1 23 45 67 89 046 454 286",
    "+33 1 23 45 67 89, 046454286",
    "+046454286",
    "+1 046454286",
    "Unit 4, 046 454 286",
    "Units 4, 5 and 6, 046-454-286",
    "Room 046 454 286",
    "Apt 046-454-286",
    "the rooms are clean: 046, 454, 286",
    "202600003",
];

#[test]
fn a_number_is_found_however_it_is_written_and_other_numbers_are_not() {
    for text in NUMBERS.iter().chain(&BESIDE_OTHERS) {
        assert!(insurance::holds(text), "{text}");
        let masked = insurance::masked(text);
        assert!(masked.contains(" *** ***") && !insurance::holds(&masked), "{text}: {masked}");
        assert!(insurance::was_masked(&masked), "{masked}");
    }
    for text in OTHERS {
        assert!(!insurance::holds(text), "{text}");
        assert_eq!(insurance::masked(text), text);
    }
    assert_eq!(insurance::masked("a 046-454-286 b SIN046454286 c"), "a 046 *** *** b SIN046 *** *** c");
    let fault = Fault::new("x", "/046454286", "“046 454 286” is wrong.", "« 046454286 » est faux.");
    assert!(!fault.to_string().contains("454") && !fault.message.fr.contains("454") && !fault.place.contains("454"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_with_a_number_in_whatever_form_is_held_and_one_with_another_number_goes() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let forms =
        ["0464542861234", "SIN046454286", "NAS046454286", "A046454286", "046454286B", "046\u{202f}454\u{2009}286"];
    let controls = ["ND-26-117841", "046454287", "4165550142", "DR2026004512"];
    let mut letters = Vec::new();
    for (index, reference) in forms.iter().chain(&controls).enumerate() {
        let mut event = debt_referred(&format!("e-{index}"));
        let case = format!("DR-2026-{:06}", 141_000 + index);
        (event["subject"], event["data"]["case"]["reference"]) = (json!(case), json!(case));
        event["data"]["party"]["id"] = json!(format!("P-S{index}"));
        event["data"]["facts"]["decision"]["reference"] = json!(reference);
        letters.push((reference, taken(&desk, &event).await.remove(0)));
    }
    work(&desk).await;
    for (reference, letter) in letters {
        let row = desk.reader().letter(&letter).await.unwrap().unwrap();
        let codes: Vec<&str> = row.reasons.iter().map(|reason| reason.code.as_str()).collect();
        let wanted: &[&str] = if forms.contains(reference) { &["insurance-number-on-page"] } else { &[] };
        assert_eq!(codes, wanted, "{reference}");
    }
    // Neither the case file nor what is shown of a letter repeats it.
    for entry in desk.reader().entries_of_case(&recto::case::CaseRef::new("DR-2026-141001")).await.unwrap() {
        assert!(!insurance::holds(&entry.detail().to_string()), "{}", entry.detail());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_of_the_service_repeats_a_number() {
    let api = Api::start().await;
    let mut event = debt_referred("e-1");
    event["data"]["party"]["surname"] = json!("Tremblay 046 454 286");
    event["data"]["facts"]["decision"]["reference"] = json!("SIN046454286");
    api.taken(&event).await;
    work(&api.desk).await;
    let case = api.get("/cases/DR-2026-004512").await;
    let letter = case["letters"][0]["id"].as_str().unwrap().to_owned();
    let mut answers = vec![case.to_string(), api.get("/letters").await.to_string()];
    answers.push(api.get(&format!("/letters/{letter}")).await.to_string());
    answers.push(api.get(&format!("/letters/{letter}/review")).await.to_string());
    let (status, problem) = api.call("GET", &format!("/letters/{letter}/draft"), &[], String::new()).await;
    assert_eq!(
        (status, &problem["faults"][0]["code"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("insurance-number-on-page"))
    );
    answers.push(problem.to_string());
    // Faults quote what they refuse.
    for (place, value) in [("balance", json!("046454286")), ("as_of", json!("046 454 286")), ("046454286", json!("x"))]
    {
        let mut bad = debt_referred("e-2");
        bad["data"]["facts"][place] = value;
        let (status, problem) = api.call("POST", "/events", &[STRUCTURED], bad.to_string()).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem:#}");
        answers.push(problem.to_string());
    }
    let request = json!({"letter": "046454286", "data": {}}).to_string();
    answers.push(api.call("POST", "/letters/preview", &[], request).await.1.to_string());
    let request = json!({"letter": "debt-notice", "data": event["data"]}).to_string();
    let (status, problem) = api.call("POST", "/letters/preview", &[], request).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem:#}");
    answers.push(problem.to_string());
    answers.push(api.call("POST", "/letters/preview", &[], "{\"letter\": 046454286}".into()).await.1.to_string());
    for answer in answers {
        assert!(!insurance::holds(&answer), "{answer}");
    }
}

#[test]
fn a_refused_file_is_kept_without_the_number_and_is_not_taken_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut event = debt_referred("e-1");
    event["data"]["facts"]["decision"]["reference"] = json!("SIN046454286");
    event["data"]["facts"]["balance"] = json!("12,50");
    let escaped = event.to_string().replace("SIN046", "SIN\\u0030\\u0034\\u0036");
    let mut other = debt_referred("e-2");
    other["data"]["facts"]["balance"] = json!("12,50");
    let file = folder.path().join("events.jsonl");
    std::fs::write(&file, format!("{event}\n{escaped}\n{other}\n{{\"no\": 046-454-286\n")).unwrap();
    let output = command(&data, &["take", file.to_str().unwrap(), "--json"]).env("RUST_LOG", "trace").output().unwrap();
    let (said, logged) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(!said.contains("454") && !logged.contains("454286"), "{said}\n{logged}");
    let report: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((&report["masked"], report["refused"].as_array().unwrap().len()), (&json!(3), 4), "{report:#}");
    let kept = files(&data.join("refused"));
    let kept = String::from_utf8(kept[0].1.clone()).unwrap();
    assert!(!insurance::holds(&kept) && kept.contains("SIN046 *** ***"), "{kept}");
    assert!(kept.contains(&other.to_string()), "what has no number is kept as it came");
    // Correcting only the amount is not enough: nobody gets a letter with stars in it.
    std::fs::write(&file, kept.lines().next().unwrap().replace("12,50", "1846.35")).unwrap();
    let again: Value =
        serde_json::from_slice(&recto(&data, &["take", file.to_str().unwrap(), "--json"]).stdout).unwrap();
    let fault = &again["refused"][0]["faults"][0];
    assert_eq!(
        (&fault["code"], &fault["place"]),
        (&json!("insurance-number-masked"), &json!("/data/facts/decision/reference"))
    );
}

#[test]
fn a_number_that_a_line_break_parts_is_seen_on_the_page() {
    let (studio, runtime) = (studio(), tokio::runtime::Runtime::new().unwrap());
    let codes = |studio: &Studio, text: String| -> Vec<String> {
        let mut data = crate::support::sample("correspondence", "plausible");
        data.as_object_mut().unwrap().shift_remove("dated");
        data["facts"]["body"]["en"] = json!([{"paragraph": text}]);
        let set = runtime.block_on(studio.preview("correspondence", &data, "2026-11-17".parse().unwrap()));
        set.unwrap_or_else(|faults| panic!("{faults:?}")).stops.into_iter().map(|fault| fault.code).collect()
    };
    for blank in 0..12 {
        let filler = "x".repeat(blank * 3);
        let text = format!(
            "We have looked at your file and at what you wrote to us in {filler} about 046 / 454 / 286 and no more."
        );
        assert!(codes(&studio, text).contains(&"insurance-number-on-page".to_owned()), "{blank}");
        let text = format!(
            "We have looked at your file and at what you wrote to us in {filler} about 046 / 454 / 287 and no more."
        );
        assert!(!codes(&studio, text).contains(&"insurance-number-on-page".to_owned()), "{blank}");
    }
}
