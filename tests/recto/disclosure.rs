//! A disclosure bundle: all that there is of a case or of a person, and nothing of anybody else.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use recto::case::{PersonId, Sha256};
use recto::desk::{Disclosed, Proof};
use recto::people::{Particulars, Role, Who};
use serde_json::{Value, json};

use crate::http::{Api, BATCH};
use crate::pdf::conformance;
use crate::support::{PASSWORD, debt_referred, machine, pdf_text, work};

const CASE: &str = "DR-2026-004512";

/// A case with two people who are both written to, and another case of the first of them.
async fn shared_case() -> Api {
    let api = Api::start().await;
    let mut events = vec![debt_referred("e-1"), debt_referred("e-2"), debt_referred("e-3")];
    let people = [
        (CASE, "P-1", "Eino", "Rantala", "2026-11-17T09:00:00-05:00"),
        (CASE, "P-2", "Maria", "Santos", "2026-11-17T09:10:00-05:00"),
        ("DR-2026-000077", "P-1", "Eino", "Rantala", "2026-11-17T09:20:00-05:00"),
    ];
    for (event, (case, id, given, surname, time)) in events.iter_mut().zip(people) {
        (event["subject"], event["time"]) = (json!(case), json!(time));
        event["data"]["case"]["reference"] = json!(case);
        let party = &mut event["data"]["party"];
        (party["id"], party["given_name"], party["surname"]) = (json!(id), json!(given), json!(surname));
    }
    api.call("POST", "/events", &[BATCH], json!(events).to_string()).await;
    work(&api.desk).await;
    api
}

/// The files of a bundle by name, as somebody fetches it.
async fn fetched(api: &Api, name: &str, language: &str, person: &str) -> BTreeMap<String, Vec<u8>> {
    let request = Request::post(format!("/cases/{CASE}/disclosure")).header(header::ACCEPT_LANGUAGE, language);
    let request =
        api.session(name).await.into_iter().fold(request, |request, (name, value)| request.header(name, value));
    let answer = api.send(crate::http::form(request, &[("person", person)])).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/zip");
    let bytes = answer.into_body().collect().await.unwrap().to_bytes();
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut files = BTreeMap::new();
    for place in 0..zip.len() {
        let mut file = zip.by_index(place).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        files.insert(file.name().unwrap().into_owned(), bytes);
    }
    files
}

/// Each file but the sums has its hash in the sums, and each but both lists in the manifest.
fn assert_hashes(files: &BTreeMap<String, Vec<u8>>) {
    let manifest: Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
    let told: BTreeMap<String, String> = manifest["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| (file["name"].as_str().unwrap().to_owned(), file["sha256"].as_str().unwrap().to_owned()))
        .collect();
    let sums = String::from_utf8(files["SHA256SUMS"].clone()).unwrap();
    for (name, bytes) in files.iter().filter(|(name, _)| *name != "SHA256SUMS") {
        let hash = Sha256::of(bytes).to_string();
        assert!(sums.contains(&format!("{hash}  {name}\n")), "{name}");
        assert!(name == "manifest.json" || told[name] == hash, "{name}");
    }
    assert_eq!(told.len() + 2, files.len());
}

async fn exact_pdf(api: &Api, id: &str) -> Vec<u8> {
    let request = Request::get(format!("/api/v1/letters/{id}/pdf"));
    let request = request.header(header::AUTHORIZATION, format!("Bearer {}", crate::http::TOKEN));
    api.send(request.body(Body::empty()).unwrap()).await.into_body().collect().await.unwrap().to_bytes().to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_bundled_with_its_exact_letters_its_file_and_an_accessible_index() {
    let api = shared_case().await;
    let letters = api.get(&format!("/letters?case={CASE}")).await["letters"].as_array().unwrap().clone();
    assert!(letters.len() == 2 && letters.iter().all(|letter| letter["state"] == "issued"), "{letters:#?}");
    let files = fetched(&api, "R. Cords", "en", "").await;
    assert_hashes(&files);
    for letter in &letters {
        let id = letter["id"].as_str().unwrap();
        assert_eq!(files[&format!("letters/2026-11-17_{id}.pdf")], exact_pdf(&api, id).await);
    }
    assert_eq!(files.keys().filter(|name| name.starts_with("letters/")).count(), 2);
    let entries: Value = serde_json::from_slice(&files["case-file.json"]).unwrap();
    let told = api.get(&format!("/cases/{CASE}")).await["entries"].as_array().unwrap().clone();
    // Fetching the bundle, and looking at the letters and the case, was entered after it was made.
    let kinds = |entries: &[Value]| {
        let kinds = entries.iter().map(|one| one["kind"].as_str().unwrap().to_owned());
        kinds.filter(|kind| !kind.ends_with("-viewed")).collect::<Vec<_>>()
    };
    assert_eq!(kinds(entries.as_array().unwrap()), kinds(&told));
    let html = String::from_utf8(files["case-file.html"].clone()).unwrap();
    assert!(html.starts_with("<!doctype html>") && html.contains("Letter issued") && html.contains(CASE), "{html}");
    // The index can be read, by whoever and by whatever.
    let folder = tempfile::tempdir().unwrap();
    let french = fetched(&api, "A. Manager", "fr", "").await;
    let mut paths = Vec::new();
    for (language, files) in [("en", &files), ("fr", &french)] {
        paths.push(folder.path().join(format!("{language}.pdf")));
        std::fs::write(paths.last().unwrap(), &files["index.pdf"]).unwrap();
    }
    let reports = conformance("ua1,2a", &paths);
    assert!(reports.len() == 4 && reports.iter().all(|report| report["compliant"] == true), "{reports:#?}");
    let (english, french) = (pdf_text(&paths[0]), pdf_text(&paths[1]));
    assert!(
        english.contains("Disclosure bundle of a case")
            && english.contains("Maria Santos")
            && english.contains("R. Cords")
    );
    assert!(french.contains("Recueil de documents") && french.contains("Avant la communication"), "{french}");
    // Who fetched it stands in the trail, and on the page of each letter.
    let audit = api.open("S. Admin", "/audit?kind=bundle-fetched", "en").await.text;
    assert!(audit.contains("R. Cords") && audit.contains(Sha256::of(&files["manifest.json"]).as_str()), "{audit}");
    let page = api.open("O. Officer", &format!("/letters/{}", letters[0]["id"].as_str().unwrap()), "en").await.text;
    let acts = page.split_once("Who did what").unwrap().1.split_once("</dl>").unwrap().0;
    for done in ["Asked for", "Issued", "PDF downloaded", "R. Cords", "A. Manager"] {
        assert!(acts.contains(done), "{done}: {acts}");
    }
    assert_eq!(api.desk.verify().await.unwrap(), Vec::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_bundle_has_the_persons_letters_of_all_cases_and_no_word_of_others() {
    let api = shared_case().await;
    let own = api.get("/letters?person=rantala").await["letters"].as_array().unwrap().clone();
    assert_eq!(own.len(), 2);
    let files = fetched(&api, "R. Cords", "en", "P-1").await;
    assert_hashes(&files);
    let pdfs: Vec<&String> = files.keys().filter(|name| name.starts_with("letters/")).collect();
    let expected: Vec<String> = {
        let mut names: Vec<String> =
            own.iter().map(|one| format!("letters/2026-11-17_{}.pdf", one["id"].as_str().unwrap())).collect();
        names.sort();
        names
    };
    assert_eq!(pdfs, expected.iter().collect::<Vec<_>>());
    let other = api.get("/letters?person=santos").await["letters"][0]["id"].as_str().unwrap().to_owned();
    for name in ["case-file.json", "case-file.html", "manifest.json", "SHA256SUMS"] {
        let text = String::from_utf8(files[name].clone()).unwrap();
        for word in ["Santos", "P-2", &other, "e-2"] {
            assert!(!text.contains(word), "{name} says {word}: {text}");
        }
    }
    let entries: Value = serde_json::from_slice(&files["case-file.json"]).unwrap();
    let taken: Vec<&Value> = entries
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["kind"] == "event-taken")
        .map(|one| &one["detail"]["event"])
        .collect();
    assert_eq!(taken, ["e-3", "e-1"], "case by case");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_those_who_may_are_offered_a_bundle_and_get_one() {
    let api = shared_case().await;
    let (page, action) = (format!("/cases/{CASE}"), format!("/cases/{CASE}/disclosure"));
    for (name, may) in [("R. Cords", true), ("A. Manager", true), ("O. Officer", false), ("L. Lead", false)] {
        let text = api.open(name, &page, "en").await.text;
        assert_eq!(text.contains(&format!("action=\"{action}\"")), may, "{name}");
        let answer = api.fill_in(name, &action, &[("person", "P-99")]).await.status;
        assert_eq!(answer, if may { StatusCode::NOT_FOUND } else { StatusCode::FORBIDDEN }, "{name}");
    }
    assert_eq!(api.open("R. Cords", &action, "en").await.place, page);
    // Nothing of it stays in the data folder.
    let left = std::fs::read_dir(api.folder())
        .unwrap()
        .flatten()
        .filter(|one| one.file_name().to_string_lossy().contains("disclosure"));
    assert_eq!(left.count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_works_in_one_program_finds_and_bundles_nothing_of_another() {
    let api = Api::start().await;
    let mut events = vec![debt_referred("e-1"), debt_referred("e-2")];
    for (event, (case, program)) in events.iter_mut().zip([(CASE, "ontario-works"), ("DR-2026-000077", "odsp")]) {
        event["subject"] = json!(case);
        event["data"]["case"] = json!({"reference": case, "program": program});
        (event["data"]["party"]["id"], event["data"]["party"]["surname"]) = (json!("P-1"), json!("Rantala"));
    }
    let (status, _) = api.call("POST", "/events", &[BATCH], json!(events).to_string()).await;
    assert_eq!(status, StatusCode::ACCEPTED);
    work(&api.desk).await;
    let id = async |case: &str| {
        api.get(&format!("/letters?case={case}")).await["letters"][0]["id"].as_str().unwrap().to_owned()
    };
    let (works, odsp) = (id(CASE).await, id("000077").await);
    let is = Particulars {
        name: "Rae Cord".to_owned(),
        email: "rae@fsu.example.ca".to_owned(),
        roles: vec![Role::Records],
        programs: vec!["odsp".to_owned()],
    };
    let (account, link) = api.desk.invite(&machine(), is).await.unwrap();
    let here = Proof { address: "192.0.2.1", browser: "tests" };
    let secret = api.desk.sign_in_by_link(&link, None, PASSWORD, here).await.unwrap();
    let open = async |path: &str| {
        let request = Request::get(path).header(header::COOKIE, format!("__Host-recto_session={}", secret.text()));
        api.answered(request.body(Body::empty()).unwrap()).await
    };
    for query in ["", "q=rantala", "person=P-1", "words=2026", "sort=name", "from=2026-01-01", "program=ontario-works"]
    {
        for path in [format!("/letters?{query}"), format!("/letters.csv?{query}"), format!("/api/v1/letters?{query}")] {
            let answer = open(&path).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            assert!(!answer.text.contains(&works), "{path}: {}", answer.text);
        }
    }
    assert!(open("/letters.csv?q=rantala").await.text.contains(&odsp));
    assert!(!open(&format!("/letters?q={works}")).await.text.contains(&format!("/letters/{works}")));
    assert_eq!(open(&format!("/letters/{}", works.to_lowercase())).await.status, StatusCode::NOT_FOUND);
    assert_eq!(open(&format!("/letters/{}", odsp.to_lowercase())).await.place, format!("/letters/{odsp}"));
    let rae = Who::Person(api.desk.accounts().await.unwrap().into_iter().find(|one| one.id == account.id).unwrap());
    let whole = api.desk.disclosure(&rae, Disclosed::Person(PersonId::new("P-1"))).await.unwrap().unwrap();
    assert!(whole.letters.iter().all(|letter| *letter.id == *odsp) && whole.letters.len() == 1);
    assert!(!whole.entries.is_empty() && whole.entries.iter().all(|filed| *filed.case == *"DR-2026-000077"));
}
