// Does each role's main paths in Debian's Chromium on the demo's day, and names every fault of each page on the way:
//
//     node roles.mjs BASE_URL PASSWORD FOLDER LANG WAITING
//
// An officer works out a plan that asks for less than the least, and makes it a proposal; a manager approves it. An officer writes one letter twice. A manager opens WAITING, a letter that waits for an approval, and returns it with a comment; its officer answers; the manager opens it
// again, ticks it and approves it, and lets the letter that is held pass the rule. Records find a letter by a misread part of its number, and
// fetch the bundle of its case. An administrator invites somebody, who chooses a password and is signed in.
//
// Prints one JSON line: {"pages": [{"name", "title", "lang", "violations"}], "errors", "done"} and leaves FOLDER/NAME.html, FOLDER/NAME.png and
// FOLDER/NAME-narrow.png. Exit codes: 0 no fault, 1 a fault, 2 wrong use or no browser.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { launch, looking, refuse, signIn, watched } from "./chromium.mjs";

const [base, password, folder, lang, waiting] = process.argv.slice(2);
if (!waiting) refuse("usage: node roles.mjs BASE_URL PASSWORD FOLDER LANG WAITING");

const errors = [];
const done = [];
const fault = (text) => errors.includes(text) || errors.push(text);
const { pages, look } = looking(folder, fault);
const browser = await launch();

// Somebody signs in, in a browser of their own, and does something.
async function as(email, what, act) {
  const context = await watched(browser, base, fault);
  const page = await context.newPage();
  const at = (path) => page.goto(new URL(`${path}${path.includes("?") ? "&" : "?"}lang=${lang}`, base).href);
  try {
    await signIn(page, base, email, password);
    await act(page, at);
    done.push(what);
  } catch (cause) {
    fault(`${what}: ${cause.message}`);
    await page.screenshot({ path: join(folder, `fault-${done.length}.png`), fullPage: true });
  }
  await context.close();
}

const button = (act) => `#writing button[name=act][value=${act}]:not([tabindex])`;
const [officer, manager, records, administrator] = ["l.abernethy", "o.marchildon", "n.castonguay", "s.dufresne"].map(
  (name) => `${name}@fsu.example.ca`,
);
const reason = { en: "Which cheque is it?", fr: "De quel chèque s’agit-il?" }[lang];

let proposal = "";
await as(officer, "plan", async (page, at) => {
  await at("/cases/DR-2026-004518/plan");
  await page.check('input[name=way][value=count]');
  await page.fill("#count", "48");
  await page.click("form[action$='/plan'] button");
  await page.waitForSelector(".table--worked");
  if ((await page.locator("section[aria-labelledby=result] .callout li").count()) === 0) fault("who may approve less is not said");
  await look(page, "plan");
  await page.locator('a.act[href*="plan-proposal"]').first().click();
  await page.waitForSelector("#writing");
  if ((await page.inputValue("[name='facts.plan.instalment']")) === "") fault("the calculator's plan is not in the letter's form");
  await page.locator("[name='facts.plan.method']").selectOption({ index: 1 });
  await page.waitForSelector("#page-beside img");
  await look(page, "proposal");
  await page.click(button("send"));
  await page.waitForURL("**/letters/*");
  proposal = new URL(page.url()).pathname;
  // It is made before anybody decides.
  await page.waitForTimeout(2_000);
  await at(proposal);
  if ((await page.locator("form[action$='/approve']").count()) > 0) fault("whoever asked for it can approve it");
  await look(page, "proposal-asked-for");
});

await as(manager, "approve plan", async (page, at) => {
  await at("/decisions?order=amount");
  await page.click(`a[href='${proposal}']`);
  await page.waitForSelector("form[action$='/approve']");
  await look(page, "proposal-to-approve");
  await page.click("form[action$='/approve'] button");
  await page.waitForLoadState("load");
  if ((await page.locator("form[action$='/approve']").count()) > 0) fault("the plan is not approved");
  await look(page, "proposal-approved");
});

// The very same letter twice: the second is held.
let twice = "";
await as(officer, "write twice", async (page, at) => {
  for (let time = 0; time < 2; time++) {
    await at("/letters/new?case=DR-2026-004512&letter=correspondence");
    await page.locator("[name^='facts.subject.']").fill("Votre question");
    await page.locator("[name^='facts.body.']").fill("Voici notre réponse.");
    await page.waitForSelector("#page-beside img");
    await page.click(button("send"));
    await page.waitForURL("**/letters/*");
    twice = new URL(page.url()).pathname;
    // It is made before the other one is asked for.
    await page.waitForTimeout(2_000);
  }
});

await as(manager, "return", async (page, at) => {
  await at("/decisions");
  await look(page, "decisions");
  await page.click(`a[href='/letters/${waiting}']`);
  await page.waitForSelector("form[action$='/return']");
  await look(page, "waiting");
  await page.fill("form[action$='/return'] [name=comment]", reason);
  await page.click("form[action$='/return'] button");
  await page.waitForLoadState("load");
});

await as(officer, "answer", async (page, at) => {
  await at("/work");
  await look(page, "work");
  await page.click(`#came-back ~ table a[href='/letters/${waiting}']`);
  await page.waitForSelector("form[action$='/resubmit']");
  await look(page, "came-back");
  await page.fill("form[action$='/resubmit'] [name=answer]", reason);
  await page.click("form[action$='/resubmit'] button");
  await page.waitForLoadState("load");
});

await as(manager, "approve", async (page, at) => {
  // It is looked at again by the service first.
  await page.waitForTimeout(2_000);
  await at(`/letters/${waiting}`);
  await at("/decisions");
  await page.check(`input[name=letter][value='${waiting}']`);
  await page.click("form[action='/decisions/approve'] button");
  await page.waitForSelector("form[method=post][action='/decisions/approve']");
  await look(page, "approve");
  await page.click("form[method=post][action='/decisions/approve'] button");
  await page.waitForLoadState("load");
  await look(page, "approved");
});

await as(manager, "let pass", async (page, at) => {
  await at(twice);
  await page.fill("form[action$='/override'] [name=reason]", reason);
  await look(page, "let-pass");
  await page.click("form[action$='/override'] button");
  await page.waitForLoadState("load");
});

await as(records, "find and bundle", async (page, at) => {
  await at("/letters");
  // As it was read over the telephone: in small letters, B for 8 and 2 for Z.
  await page.fill("#q", waiting.slice(0, 9).toLowerCase().replace("8", "b").replace("z", "2"));
  await page.click("form[action='/letters'] button[type=submit]");
  await page.waitForSelector(`a[href='/letters/${waiting}']`);
  await look(page, "found");
  await page.click(`a[href='/letters/${waiting}']`);
  await page.locator("a[href^='/cases/']").first().click();
  await page.waitForSelector("form[action$='/disclosure']");
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("form[action$='/disclosure'] button")]);
  const zip = join(folder, "bundle.zip");
  await download.saveAs(zip);
  if (readFileSync(zip).subarray(0, 2).toString() !== "PK") fault("the bundle is no zip file");
});

await as(administrator, "invite", async (page, at) => {
  await at("/people");
  const name = `Rosa ${{ en: "Underhill", fr: "Desrosiers" }[lang]}`;
  await page.fill("#name", name);
  await page.fill("#email", `${name.split(" ")[1].toLowerCase()}@fsu.example.ca`);
  await page.check("#role-officer");
  await page.click("form[action='/people'] button");
  const link = await page.locator("code, .address").first().textContent();
  await look(page, "invited");
  await at("/health");
  await look(page, "health");
  const newcomer = await (await watched(browser, base, fault)).newPage();
  await newcomer.goto(new URL(link.trim(), base).href);
  await newcomer.fill("#new_password", "five words that nobody has guessed");
  await newcomer.click("form[action^='/links/'] button");
  await newcomer.waitForURL((url) => !url.pathname.startsWith("/links/"));
  if (!(await newcomer.locator(".header__me").textContent()).includes(name)) fault("the newcomer is not signed in");
});

await browser.close();
const clean = errors.length === 0 && pages.every((one) => one.violations.length === 0);
console.log(JSON.stringify({ pages, errors, done }));
process.exit(clean ? 0 : 1);
