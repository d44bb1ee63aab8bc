// Writes a letter and tells an event in Debian's Chromium as an officer would, by keyboard alone, and names every fault of each page on
// the way:
//
//     node write.mjs BASE_URL EMAIL PASSWORD FOLDER LANG CASE [--without-scripts]
//
// Asks for a free letter about CASE: types its subject and text, pastes from a word processor, sees the page beside change, leaves and comes back to the draft, sends it.
// Then records a payment. Without scripts nothing is shown while one types, and a paste is plain; the rest is the same.
//
// Prints one JSON line: {"pages": [{"name", "title", "lang", "violations"}], "errors", "letter", "live_ms"} and leaves FOLDER/NAME.html, FOLDER/NAME.png and
// FOLDER/NAME-narrow.png. Exit codes: 0 no fault, 1 a fault, 2 wrong use or no browser.

import { join } from "node:path";

import { launch, looking, refuse, signIn, watched } from "./chromium.mjs";

const [base, email, password, folder, lang, reference, option] = process.argv.slice(2);
if (!reference) refuse("usage: node write.mjs BASE_URL EMAIL PASSWORD FOLDER LANG CASE [--without-scripts]");
const scripts = option !== "--without-scripts";

const errors = [];
// What is refused on purpose is answered with 422, and Chromium says so.
let refusing = false;
const fault = (text) => (refusing && /422/.test(text)) || errors.includes(text) || errors.push(text);
const { pages, look } = looking(folder, fault, scripts);
const browser = await launch();
const context = await watched(browser, base, fault, { javaScriptEnabled: scripts });
const page = await context.newPage();
const at = (path) => page.goto(new URL(path, base).href);

// Goes on with the Tab key to what a selector names, as somebody does who has no mouse.
async function tabTo(selector) {
  for (let steps = 0; steps < 200; steps++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
  }
  throw new Error(`the Tab key does not lead to ${selector}`);
}

async function typeInto(selector, text) {
  await tabTo(selector);
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.insertText(text);
}

const button = (act) => `#writing button[name=act][value=${act}]:not([tabindex])`;
const live = [];
// Types, and waits until the page beside has changed.
async function typeAndSee(selector, text) {
  const before = await page.locator("#page-beside img").getAttribute("src").catch(() => "");
  await typeInto(selector, text);
  if (!scripts) return;
  const began = Date.now();
  const answer = await page.waitForResponse((response) => response.url().includes("/drafts/") && response.request().method() === "POST");
  await answer.finished();
  live.push(Math.round(answer.request().timing().responseEnd));
  await page.waitForFunction((old) => document.querySelector("#page-beside img")?.src !== old, before, { timeout: 10_000 });
  if (Date.now() - began > 5_000) fault("the page beside comes late");
}

const words = { en: ["Your question of November 5", "English"], fr: ["Votre question du 5 novembre", "Français"] }[lang];
const html = "<style>p{}</style><h2>Titre</h2><p>One &amp; <b>two </b><span style='color:red;font-weight:700'>bold</span>, <b style=\"font-weight:normal\">not three</b>; 2 ** 3 and **stars**</p><ul><li><strong>first</strong></li><li>wo<b>rd</b></li></ul><table><tr><th><b>A</b></th><th>B</th></tr><tr><td>1</td><td><b>2</b></td></tr></table>";
const marked = "# Titre\n\nOne & **two bold**, not three; 2 ** 3 and \\**stars**\n\n- **first**\n- word\n\n| A | B |\n| 1 | **2** |";

const phrases = {
  en: ["Thank you for your letter. We have read it, and this is our answer.", "Thank you for calling us. This letter confirms what we talked about. If we got something wrong, please tell us."],
  fr: ["Nous vous remercions de votre lettre. Nous l’avons lue, et voici notre réponse.", "Nous vous remercions de votre appel. Cette lettre confirme ce dont nous avons parlé. Si nous avons fait une erreur, veuillez nous le dire."],
};
// Puts the saved phrase of a place in the list into the text.
async function pick(place) {
  await page.focus("#main");
  await tabTo("#facts-body-phrase");
  for (let steps = 0; steps < place; steps++) await page.keyboard.press("ArrowDown");
  await tabTo("button[data-phrases]");
  await page.keyboard.press("Enter");
}

let letter = "";
try {
  await signIn(page, base, email, password);
  await at(`/letters/new?lang=${lang}`);
  await look(page, "choose-case");
  await typeInto("#case", reference.toLowerCase());
  await page.keyboard.press("Enter");
  await page.waitForSelector(".picks a");
  await look(page, "choose-letter");
  await tabTo('a[href*="letter=correspondence"]');
  await page.keyboard.press("Enter");
  await page.waitForSelector("#writing");
  await look(page, "blank");
  const own = (await page.locator("#facts-body-fr").count()) ? "fr" : "en";
  await typeInto(`#facts-subject-${own}`, words[0]);
  await typeAndSee(`#facts-body-${own}`, "First paragraph.\n\n# A heading\n\n- one\n- two");
  if (scripts) {
    if (!(await page.locator("#verdict .verdict__says").textContent()).trim()) fault("nothing is said of what will happen");
    if (new URL(page.url()).pathname.split("/")[1] !== "drafts") fault("loaded anew, the page would lose the draft");
    await page.locator(`#facts-body-${own}`).evaluate((field, [pasted]) => {
      field.select();
      const data = new DataTransfer();
      data.setData("text/html", pasted);
      field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
    }, [html]);
    const is = await page.locator(`#facts-body-${own}`).inputValue();
    if (is !== marked) fault(`what was pasted became ${JSON.stringify(is)}`);
    // A phrase goes below the line in which one writes, and can be taken back as if it were typed.
    const field = page.locator(`#facts-body-${own}`);
    await field.evaluate((field) => field.setSelectionRange(3, 3));
    await pick(1);
    const put = await field.inputValue();
    if (put !== marked.replace("# Titre", `# Titre\n\n${phrases[own][0]}`)) fault(`the phrase was put in as ${JSON.stringify(put)}`);
    if (!(await field.evaluate((field) => document.activeElement === field))) fault("one does not go on in the text");
    await page.keyboard.press("ControlOrMeta+z");
    if ((await field.inputValue()) !== marked) fault("the phrase cannot be taken back");
    await field.evaluate((field) => field.setSelectionRange(field.value.length, field.value.length));
    await pick(2);
    if ((await field.inputValue()) !== `${marked}\n\n${phrases[own][1]}`) fault("the phrase is not at the end of the text");
    await page.waitForTimeout(1_500);
    await look(page, "written");
    // Somebody calls; the browser is closed; an hour later it is all there.
    await at("/work");
    await page.click('a[href*="/drafts/"]');
    await page.waitForSelector("#writing");
    if ((await field.inputValue()) !== `${marked}\n\n${phrases[own][1]}`) fault("the draft is not what was typed");
  } else {
    await pick(1);
    await page.waitForURL("**#facts-body");
    const put = (await page.locator(`#facts-body-${own}`).inputValue()).split("\n\n").pop();
    if (put !== phrases[own][0]) fault(`the phrase was put in as ${JSON.stringify(put)}`);
    await tabTo(button("look"));
    await page.keyboard.press("Enter");
    await page.waitForSelector("#page-beside img");
    await look(page, "written");
  }
  await page.focus("#main");
  await tabTo(button("send"));
  await page.keyboard.press("Enter");
  await page.waitForURL("**/letters/*");
  letter = new URL(page.url()).pathname.split("/").pop();

  await at(`/events/new?case=${reference}&event=payment.received`);
  await page.waitForSelector("#writing");
  await typeInto("#facts-received", "yesterday");
  await typeInto("#facts-amount", "0.00");
  refusing = true;
  await tabTo(button("look"));
  await page.keyboard.press("Enter");
  await page.waitForSelector("#wrong");
  await look(page, "faults");
  refusing = false;
  // Each fault leads to its field.
  await page.locator("section[role=alert] a").first().press("Enter");
  if (!(await page.evaluate(() => location.hash.length > 1 && document.querySelector(location.hash)))) fault("a fault leads nowhere");
  await typeInto("#facts-received", "2026-11-16");
  await typeInto("#facts-amount", "50,00");
  await tabTo("#facts-kind");
  await page.keyboard.press("ArrowDown");
  await tabTo(button("look"));
  await page.keyboard.press("Enter");
  await page.waitForSelector(".verdict__says");
  await look(page, "event");
  await page.focus("#main");
  await tabTo(button("send"));
  await page.keyboard.press("Enter");
  await page.waitForURL("**/cases/*");
} catch (cause) {
  fault(cause.message);
  await page.screenshot({ path: join(folder, "fault.png"), fullPage: true });
}
await browser.close();
const clean = errors.length === 0 && pages.every((one) => one.violations.length === 0);
console.log(JSON.stringify({ pages, errors, letter, live_ms: live }));
process.exit(clean ? 0 : 1);
