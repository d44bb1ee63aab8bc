//! What officers and managers do on the pages: approve, let pass, withdraw, decide on follow-ups; and what the administrator does.

use axum::http::StatusCode;
use recto::case::CaseRef;
use recto::case::entry::View;
use serde_json::{Value, json};

use crate::http::Api;
use crate::support::{debt_referred, desk_at, event, machine, person, sample, taken, with_facts, work};

/// What stands in a page between two marks.
fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("no {before} in {text}"));
    rest.split_once(after).unwrap().0
}

async fn state(api: &Api, letter: &str) -> Value {
    api.get(&format!("/letters/{letter}")).await["state"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_sees_the_pages_that_wait_and_approves_what_was_seen() {
    let api = Api::start().await;
    let data = sample("reimbursement", "plausible");
    let letter = api.taken(&event("c-1", "credit.found", "2026-11-17T09:00:00-05:00", &data)).await.remove(0);
    let path = format!("/letters/{letter}");
    let (approve, withdraw) = (format!("{path}/approve"), format!("{path}/withdraw"));
    for (name, approves, withdraws) in
        [("A. Manager", true, true), ("O. Officer", false, true), ("R. Cords", false, false)]
    {
        let page = api.open(name, &path, "en").await.text;
        assert!(page.contains(&format!("{path}/draft-1.png")), "the pages as they would go: {page}");
        assert!(page.contains("Amount at stake") && page.contains("manager"), "{name}: {page}");
        assert_eq!(page.contains(&format!("action=\"{approve}\"")), approves, "{name}");
        assert_eq!(page.contains(&format!("action=\"{withdraw}\"")), withdraws, "{name}");
    }
    assert_eq!(api.open("A. Manager", &format!("{path}/draft-1.png"), "en").await.status, StatusCode::OK);
    assert!(api.open("A. Manager", &format!("{path}/draft.pdf"), "en").await.text.starts_with("%PDF"));
    assert_eq!(api.open("A. Manager", &format!("{path}/draft-9.png"), "en").await.status, StatusCode::NOT_FOUND);
    assert_eq!(api.open("A. Manager", &approve, "en").await.place, path, "bookmarked, it leads to the letter");
    let page = api.open("A. Manager", &path, "fr").await.text;
    let seal = between(&page, "name=\"seal\" value=\"", "\"").to_owned();
    let other = api.fill_in("A. Manager", &approve, &[("seal", "another")]).await;
    assert_eq!(other.status, StatusCode::CONFLICT);
    assert!(other.text.contains("role=\"alert\"") && other.text.contains("is not what would go now"), "{}", other.text);
    let lead = api.fill_in("L. Lead", &approve, &[("seal", &seal)]).await;
    assert_eq!(lead.status, StatusCode::FORBIDDEN);
    assert!(lead.text.contains("has not the authority"), "{}", lead.text);
    assert_eq!(state(&api, &letter).await, "awaiting-approval");
    let done = api.fill_in("A. Manager", &approve, &[("seal", &seal)]).await;
    assert_eq!((done.status, done.place.as_str()), (StatusCode::SEE_OTHER, path.as_str()));
    work(&api.desk).await;
    let page = api.open("O. Officer", &path, "en").await.text;
    assert!(page.contains("page-1.png") && !page.contains("draft-1.png") && page.contains("A. Manager"), "{page}");
    // Until its run is closed, it can be withdrawn.
    let unsaid = api.fill_in("O. Officer", &withdraw, &[("reason", " ")]).await;
    assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(api.fill_in("O. Officer", &withdraw, &[("reason", "Paid back by cheque")]).await.place, path);
    let page = api.open("O. Officer", &path, "en").await.text;
    assert!(page.contains("Paid back by cheque") && !page.contains(&format!("action=\"{withdraw}\"")), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_letter_passes_on_its_page_by_somebody_with_the_authority() {
    let api = Api::start().await;
    api.taken(&debt_referred("e-1")).await;
    let letter = api.taken(&debt_referred("e-2")).await.remove(0);
    let (path, pass) = (format!("/letters/{letter}"), format!("/letters/{letter}/override"));
    assert!(!api.open("O. Officer", &path, "en").await.text.contains(&pass));
    let page = api.open("A. Manager", &path, "fr").await.text;
    assert!(page.contains(&pass), "{page}");
    // Each rule as a sentence that is read whole, on a narrow screen too; the only one is chosen.
    let (_, rule) =
        page.split_once("<input type=\"radio\" id=\"rule-no-duplicate\"").unwrap_or_else(|| panic!("{page}"));
    assert!(rule.split_once('>').unwrap().0.contains(" checked"), "{page}");
    assert!(!page.contains("<select"), "{page}");
    let unsaid = api.fill_in("A. Manager", &pass, &[("rule", "no-duplicate"), ("reason", "")]).await;
    assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY);
    let lead = api.fill_in("L. Lead", &pass, &[("rule", "no-duplicate"), ("reason", "It was torn in the mail")]).await;
    assert_eq!(lead.status, StatusCode::FORBIDDEN);
    assert!(lead.text.contains("value=\"It was torn in the mail\""), "nothing typed is lost: {}", lead.text);
    let done =
        api.fill_in("A. Manager", &pass, &[("rule", "no-duplicate"), ("reason", "It was torn in the mail")]).await;
    assert_eq!(done.place, path, "{}", done.text);
    work(&api.desk).await;
    assert_eq!(state(&api, &letter).await, "issued");
}

#[tokio::test(flavor = "multi_thread")]
async fn follow_ups_are_accepted_declined_and_answered_on_their_pages() {
    let api = Api::start().await;
    let data = sample("plan-confirmation", "plausible");
    let plan = json!({"instalment": "100.00", "frequency": "monthly", "first_due": "2026-11-02", "method": "cheque"});
    let agreed = json!({"as_of": "2026-10-16", "balance": "1000.00", "agreed_on": "2026-10-16", "plan": plan});
    api.taken(&event("p-1", "plan.agreed", "2026-10-16T09:00:00-04:00", &with_facts(&data, agreed))).await;
    let mut other = with_facts(&sample("debt-notice", "plausible"), json!({"received": "2026-11-16"}));
    other["case"]["reference"] = json!("DR-2026-009999");
    api.taken(&event("d-1", "dispute.received", "2026-11-16T09:00:00-05:00", &other)).await;
    api.taken(&debt_referred("e-1")).await;
    let mut strange =
        with_facts(&sample("debt-notice", "plausible"), json!({"flagged": "2026-11-17", "flag": "safe-contact"}));
    strange["party"]["id"] = json!("P-99999");
    api.taken(&event("f-1", "person.flagged", "2026-11-17T10:00:00-05:00", &strange)).await;
    let due = api.get("/follow-ups").await;
    let path = |kind: &str| {
        let one = due.as_array().unwrap().iter().find(|one| one["kind"] == kind).unwrap_or_else(|| panic!("{due:#}"));
        format!("/follow-ups/{}", one["id"].as_str().unwrap())
    };
    let (reminder, answer, who) = (path("plan-reminder"), path("answer-due"), path("who-is-it"));
    let today = api.open("O. Officer", "/", "en").await.text;
    for one in [&reminder, &answer, &who] {
        assert!(today.contains(&format!("href=\"{one}\"")), "one click from the first page: {today}");
        assert!(!api.open("R. Cords", one, "fr").await.text.contains("method=\"post\" action=\"/follow-ups"), "{one}");
    }
    let done = api.fill_in("O. Officer", &reminder, &[("decision", "accept")]).await;
    assert_eq!(done.place, reminder, "{}", done.text);
    work(&api.desk).await;
    let letters = api.get("/letters?type=plan-reminder").await;
    assert_eq!(letters["letters"][0]["state"], "issued");
    let again = api.fill_in("O. Officer", &reminder, &[("decision", "accept")]).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    let unsaid = api.fill_in("O. Officer", &answer, &[("decision", "decline"), ("reason", "")]).await;
    assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY);
    api.fill_in("O. Officer", &answer, &[("decision", "decline"), ("reason", "Answered by telephone")]).await;
    let page = api.open("O. Officer", &answer, "en").await.text;
    assert!(page.contains("Answered by telephone") && page.contains("O. Officer"), "{page}");
    // Only the answers that fit are offered; one is wanted.
    let page = api.open("O. Officer", &who, "en").await.text;
    assert!(page.contains("value=\"mistake\"") && page.contains("value=\"known-person\""), "{page}");
    assert!(!page.contains("value=\"one-person\""), "{page}");
    assert_eq!(api.fill_in("O. Officer", &who, &[("reason", "?")]).await.status, StatusCode::CONFLICT);
    let unfit = api.fill_in("O. Officer", &who, &[("answer", "known-person"), ("reason", "His sister")]).await;
    assert_eq!(unfit.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unfit.text.contains("His sister"), "nothing typed is lost: {}", unfit.text);
    let done = api.fill_in("O. Officer", &who, &[("answer", "mistake"), ("reason", "A wrong number")]).await;
    assert_eq!(done.place, who, "{}", done.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_invites_changes_and_closes_and_sees_no_case() {
    let api = Api::start().await;
    assert_eq!(api.open("S. Admin", "/", "en").await.place, "/people");
    let list = api.open("S. Admin", "/people", "fr").await.text;
    assert!(list.contains("S. Admin") && !list.contains("href=\"/letters\""), "{list}");
    let wrong =
        api.fill_in("S. Admin", "/people", &[("name", "Nina Rowe"), ("email", "nina"), ("program", "odsp")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    for kept in ["value=\"Nina Rowe\"", "value=\"nina\"", "href=\"#email\"", "href=\"#roles\""] {
        assert!(wrong.text.contains(kept), "{kept}: {}", wrong.text);
    }
    let fields = [("name", "Nina Rowe"), ("email", "nina@fsu.example.ca"), ("role", "officer"), ("role", "records")];
    let made = api.fill_in("S. Admin", "/people", &fields).await;
    let link = format!("/links/{}", between(&made.text, "/links/", "<"));
    let account = between(&made.text, "href=\"/people/", "\"").to_owned();
    // The link as its owner opens it, who is not signed in.
    let nobody = async |method: &str, fields: &[(&str, &str)]| {
        let request = axum::http::Request::builder().method(method).uri(&link).header("sec-fetch-site", "same-origin");
        api.answered(crate::http::form(request, fields)).await
    };
    assert!(nobody("GET", &[]).await.text.contains("Nina Rowe"));
    let weak = nobody("POST", &[("new_password", "too short")]).await;
    assert_eq!(weak.status, StatusCode::UNPROCESSABLE_ENTITY);
    let done = nobody("POST", &[("new_password", "four other words here")]).await;
    assert_eq!((done.status, done.place.as_str()), (StatusCode::SEE_OTHER, "/"));
    assert_eq!(nobody("GET", &[]).await.status, StatusCode::NOT_FOUND, "once");
    let path = format!("/people/{account}");
    let fields = [("name", "Nina Rowe"), ("email", "nina@fsu.example.ca"), ("role", "records")];
    assert_eq!(api.fill_in("S. Admin", &path, &fields).await.place, path);
    let page = api.open("S. Admin", &path, "en").await.text;
    assert!(page.contains("value=\"records\" checked") && !page.contains("value=\"officer\" checked"), "{page}");
    let closed = api.fill_in("S. Admin", &format!("{path}/close"), &[]).await;
    assert_eq!(closed.place, path);
    assert!(api.open("S. Admin", &path, "en").await.text.contains(&format!("{path}/open")));
    assert_eq!(api.fill_in("A. Manager", &format!("{path}/open"), &[]).await.status, StatusCode::FORBIDDEN);
    let token = [("name", "Case system"), ("permission", "record"), ("permission", "decide")];
    let made = api.fill_in("S. Admin", "/tokens", &token).await;
    let text = between(&made.text, "<p class=\"secret\"><code>", "<").to_owned();
    assert_eq!(text.len(), 64, "{}", made.text);
    assert!(!api.open("S. Admin", "/tokens", "en").await.text.contains(&text), "shown once");
    let trail = api.open("S. Admin", "/audit?kind=account-closed", "fr").await.text;
    assert!(trail.contains("Compte fermé") && trail.contains("S. Admin"), "{trail}");
    let csv = api.open("S. Admin", "/audit.csv", "en").await.text;
    assert!(csv.starts_with("number,at,actor_kind,actor,what,subject,detail\n"), "{csv}");
    assert!(csv.contains("token-made") && csv.contains("Case system") && csv.lines().count() > 6, "{csv}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_approved_at_once_when_the_run_of_its_day_was_closed_meanwhile() {
    let api = Api::start().await;
    let data = sample("reimbursement", "plausible");
    let letter = api.taken(&event("c-1", "credit.found", "2026-11-17T09:00:00-05:00", &data)).await.remove(0);
    assert_eq!(api.post("/runs/2026-11-17/close", &Value::Null).await.0, 200);
    work(&api.desk).await;
    let path = format!("/letters/{letter}");
    let page = api.open("A. Manager", &path, "en").await.text;
    let seal = between(&page, "name=\"seal\" value=\"", "\"").to_owned();
    let done = api.fill_in("A. Manager", &format!("{path}/approve"), &[("seal", &seal)]).await;
    assert_eq!(done.place, path, "{}", done.text);
    work(&api.desk).await;
    let letter = api.get(&path).await;
    assert_eq!((&letter["state"], &letter["date"]), (&json!("issued"), &json!("2026-11-18")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mail_room_closes_the_run_and_fetches_its_files_and_opens_no_letter() {
    let api = Api::start().await;
    let letter = api.taken(&debt_referred("e-1")).await.remove(0);
    assert_eq!(api.open("M. Room", "/", "en").await.place, "/runs");
    let page = api.open("M. Room", "/runs", "fr").await.text;
    assert!(page.contains("datetime=\"2026-11-17\"") && page.contains("lettre l’attend"), "{page}");
    let close = "/runs/2026-11-17/close";
    assert!(page.contains(close) && !api.open("O. Officer", "/runs", "en").await.text.contains(close));
    assert_eq!(api.open("M. Room", &format!("/letters/{letter}"), "en").await.status, StatusCode::FORBIDDEN);
    assert_eq!(api.fill_in("M. Room", "/runs/2026-11-19/close", &[]).await.status, StatusCode::CONFLICT);
    assert_eq!(api.fill_in("M. Room", "/runs/someday/close", &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(api.fill_in("M. Room", close, &[]).await.place, "/runs/2026-11-17");
    let run = api.open("M. Room", "/runs/2026-11-17", "en").await.text;
    for name in ["letters-001.pdf", "manifest.csv", "manifest.json", "totals.json", "SHA256SUMS"] {
        let path = format!("/runs/2026-11-17/files/{name}");
        assert!(run.contains(&path), "{path}: {run}");
        let fetched = api.open("M. Room", &path, "en").await;
        let kept = std::fs::read(api.folder().join("runs/2026-11-17").join(name)).unwrap();
        assert_eq!(fetched.status, StatusCode::OK);
        assert_eq!(fetched.text, String::from_utf8_lossy(&kept), "{name} as it lies there");
        assert_eq!(api.open("O. Officer", &path, "en").await.status, StatusCode::FORBIDDEN);
    }
    for way_out in ["..%2F..%2Ftoken", "token", "%2Fetc%2Fpasswd", "."] {
        let path = format!("/runs/2026-11-17/files/{way_out}");
        assert_eq!(api.open("M. Room", &path, "en").await.status, StatusCode::NOT_FOUND, "{way_out}");
    }
    for way_out in ["..", "..%2Farchive", "2026-11-18"] {
        let path = format!("/runs/{way_out}/files/recto.db");
        assert_eq!(api.open("M. Room", &path, "en").await.status, StatusCode::NOT_FOUND, "{way_out}");
    }
    let trail = api.open("S. Admin", "/audit?kind=run-fetched", "en").await.text;
    assert!(trail.contains("manifest.csv") && trail.contains("M. Room"), "{trail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_looked_at_a_letter_and_fetched_it_stands_in_its_case_file() {
    let api = Api::start().await;
    let letter = api.taken(&debt_referred("e-1")).await.remove(0);
    let path = format!("/letters/{letter}");
    for name in ["O. Officer", "R. Cords"] {
        for _ in 0..2 {
            assert_eq!(api.open(name, &path, "en").await.status, StatusCode::OK);
        }
    }
    api.open("R. Cords", &format!("{path}/pdf"), "en").await;
    assert_eq!(api.call("GET", &format!("{path}/pdf"), &[], String::new()).await.0, StatusCode::OK);
    let case = api.get("/cases/DR-2026-004512").await;
    let entries = case["entries"].as_array().unwrap().iter().filter(|entry| entry["kind"] == "letter-viewed");
    let looks: Vec<(&str, &str)> = entries
        .map(|entry| (entry["actor"]["name"].as_str().unwrap(), entry["detail"]["way"].as_str().unwrap()))
        .collect();
    assert_eq!(looks, [("O. Officer", "page"), ("R. Cords", "page"), ("R. Cords", "pdf"), ("API", "pdf")]);
    let page = api.open("A. Manager", &path, "fr").await.text;
    assert!(page.contains("R. Cords, PDF ouvert") && page.contains("Qui l’a consultée"), "{page}");
    assert_eq!(api.desk.verify().await.unwrap(), []);
}

/// Who has looked at the case of the tests, and in which way.
async fn looks(desk: &recto::desk::Desk) -> Vec<(String, String)> {
    let entries = desk.reader().entries_of_case(&CaseRef::new("DR-2026-004512")).await.unwrap();
    let looks = entries.iter().filter(|entry| entry.kind().as_str() == "case-viewed");
    let look = |entry: &recto::case::FiledEntry| {
        (entry.actor.as_ref().unwrap().name.clone(), entry.detail()["way"].as_str().unwrap().to_owned())
    };
    looks.map(look).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_looked_at_a_case_stands_in_its_file_wherever_it_was_shown() {
    let case = "/cases/DR-2026-004512";
    for (path, status) in [
        (case, StatusCode::OK),
        ("/cases/DR-2026-004512/plan", StatusCode::OK),
        ("/letters/new?case=DR-2026-004512", StatusCode::OK),
        ("/letters/new?case=DR-2026-004512&letter=account-statement", StatusCode::OK),
        ("/events/new?case=DR-2026-004512", StatusCode::OK),
        (
            "/events/take-back?case=DR-2026-004512&source=https%3A%2F%2Fcases.fsu.example.ca%2F&event=e-1",
            StatusCode::OK,
        ),
        ("/api/v1/cases/DR-2026-004512", StatusCode::OK),
        ("/api/v1/cases/DR-2026-004512/eligibility", StatusCode::OK),
        ("/cases/DR-2026-999999", StatusCode::NOT_FOUND),
    ] {
        let api = Api::start().await;
        api.taken(&debt_referred("e-1")).await;
        for _ in 0..2 {
            assert_eq!(api.open("O. Officer", path, "en").await.status, status, "{path}");
        }
        let way = if path.starts_with("/api/") { "api" } else { "page" };
        let expected = [("O. Officer".to_owned(), way.to_owned())];
        assert_eq!(looks(&api.desk).await, if status == StatusCode::OK { &expected[..] } else { &[] }, "{path}");
        // Whose it is not to see has seen nothing of it.
        api.open("E. Lsewhere", path, "en").await;
        assert!(looks(&api.desk).await.iter().all(|(name, _)| name == "O. Officer"), "{path}");
        let told = api.open("R. Cords", case, "fr").await.text;
        let timeline = between(&told, "<ol class=\"timeline\">", "</ol>");
        assert!(!timeline.contains("consulté"), "looks do not drown what was done: {timeline}");
        let told = api.open("R. Cords", &format!("{case}?show=looks"), "fr").await.text;
        let timeline = between(&told, "<ol class=\"timeline\">", "</ol>");
        assert!(timeline.contains("Dossier consulté") && timeline.contains("R. Cords"), "{timeline}");
        assert_eq!(api.desk.verify().await.unwrap(), []);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn looks_at_a_case_within_one_visit_are_one() {
    let folder = tempfile::tempdir().unwrap();
    let case = CaseRef::new("DR-2026-004512");
    for (at, by, count) in [
        ("2026-11-17T14:45:00-05:00", person("O. Officer"), 1),
        ("2026-11-17T15:30:00-05:00", person("O. Officer"), 1),
        ("2026-11-17T15:30:00-05:00", person("A. Manager"), 2),
        ("2026-11-17T15:46:00-05:00", person("O. Officer"), 3),
        // What a program asks for again and again.
        ("2026-11-17T15:46:00-05:00", machine(), 4),
        ("2026-11-18T15:00:00-05:00", machine(), 4),
        ("2026-11-18T15:46:00-05:00", machine(), 5),
    ] {
        let desk = desk_at(folder.path(), at).await;
        if desk.reader().program_of(&case).await.unwrap().is_none() {
            taken(&desk, &debt_referred("e-1")).await;
        }
        desk.looked_at_case(&by, &case, View::Page).await.unwrap();
        assert_eq!(looks(&desk).await.len(), count, "{at} {by:?}");
        desk.close().await;
    }
}
