// Merges a sheet in Debian's Chromium as an officer would, in one language, and names every fault of each page on the way:
//
//     node merge.mjs BASE_URL EMAIL PASSWORD FOLDER LANG LETTER SHEET [--without-scripts]
//
// Chooses LETTER, hands in SHEET, answers each question with its last choice, changes what the last column tells to nothing and back, opens the letter of the first row to look at,
// confirms, waits until the merge is made, and fetches FOLDER/result.xlsx. Without scripts no page has any, and axe-core cannot be asked.
//
// Prints one JSON line: {"pages": [{"name", "title", "lang", "violations"}], "errors", "merge"}, and leaves FOLDER/NAME.html, FOLDER/NAME.png and
// FOLDER/NAME-narrow.png. Exit codes: 0 no fault, 1 a fault, 2 wrong use or no browser.

import { join } from "node:path";

import { launch, looking, refuse, signIn, watched } from "./chromium.mjs";

const [base, email, password, folder, lang, letter, sheet, option] = process.argv.slice(2);
if (!sheet) refuse("usage: node merge.mjs BASE_URL EMAIL PASSWORD FOLDER LANG LETTER SHEET [--without-scripts]");
const scripts = option !== "--without-scripts";

const errors = [];
const fault = (text) => errors.includes(text) || errors.push(text);
const { pages, look } = looking(folder, fault, scripts);
const browser = await launch();
const context = await watched(browser, base, fault, { javaScriptEnabled: scripts });
const page = await context.newPage();

let merge = "";
try {
  await signIn(page, base, email, password);
  await page.goto(new URL(`/merges?lang=${lang}`, base).href);
  await look(page, "hand-in");
  await page.selectOption("#letter", letter);
  await page.setInputFiles("#sheet", sheet);
  await page.click(".hand-in button:not([formaction])");
  await page.waitForSelector("#verdict");
  await look(page, "sheet");
  const questions = page.locator(".question");
  for (let which = 0; which < (await questions.count()); which++) await questions.nth(which).locator("input").last().check();
  if (await questions.count()) {
    await page.click("#questions ~ p button");
    await page.waitForSelector("#verdict");
    if (await questions.count()) fault("what was answered is asked again");
  }

  const told = page.locator("#columns ~ table select").last();
  const tells = await told.inputValue();
  const again = page.locator("#columns ~ p button");
  await told.selectOption("");
  await again.click();
  await page.waitForSelector("#verdict");
  if ((await told.inputValue()) !== "") fault("the column was not understood as it was said");
  await told.selectOption(tells);
  await again.click();
  await page.waitForSelector("#verdict");
  if ((await told.inputValue()) !== tells) fault("the column was not understood as it was said again");

  const faulty = page.locator(".table--faults a").first();
  if (await faulty.count()) {
    await faulty.click();
    const row = new URL(page.url()).hash;
    if (!(await page.locator(`${row}:target`).count())) fault(`the fault's ${row} is not on the page`);
  }
  await page.locator(".sheets--small a").first().click();
  await page.waitForSelector(".letter__pages");
  await look(page, "row");
  await page.goBack();

  await page.fill("#name", "Looked at in a browser");
  await page.click("form[action$='/confirm'] button");
  await page.waitForURL(/\/merges\/[0-9a-f]+$/);
  merge = new URL(page.url()).pathname;
  // Without scripts somebody looks again; with them the page does.
  while (!scripts && (await page.locator("#progress").count())) await page.click("#progress + p a");
  await page.waitForSelector("#progress", { state: "detached" });
  await look(page, "merge");
  const download = page.waitForEvent("download");
  await page.click("a[href$='/result.xlsx']");
  await (await download).saveAs(join(folder, "result.xlsx"));
} catch (cause) {
  fault(cause.message.split("\n")[0]);
}
console.log(JSON.stringify({ pages, errors, merge }));
await browser.close();
process.exit(errors.length === 0 && pages.every((each) => each.violations.length === 0) ? 0 : 1);
