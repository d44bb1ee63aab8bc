// Signs in at an OpenID Connect provider in Debian's Chromium, and out again, and names every fault of our own pages on the way:
//
//     node elsewhere.mjs BASE_URL ISSUER FOLDER LANG LOGIN
//
// Prints one JSON line: {"pages": [{"name", "title", "lang", "violations"}], "errors", "me"} and leaves pictures in FOLDER. Exit codes: 0 no fault,
// 1 a fault, 2 wrong use or no browser.

import { launch, looking, refuse, watched } from "./chromium.mjs";

const [base, issuer, folder, lang, login] = process.argv.slice(2);
if (!login) refuse("usage: node elsewhere.mjs BASE_URL ISSUER FOLDER LANG LOGIN");

const errors = [];
// Whoever goes back is told so with 422, and Chromium says so.
let refusing = false;
const fault = (text) => (refusing && /422/.test(text)) || errors.includes(text) || errors.push(text);
const { pages, look } = looking(folder, fault);
const browser = await launch();
const context = await watched(browser, base, fault, {}, [issuer]);
const page = await context.newPage();
let me = "";

// At the provider's own pages: who one is, and that the service may know it.
async function atProvider() {
  await page.waitForURL(`${issuer}/**`);
  await page.fill("input[name=login]", login);
  await page.fill("input[name=password]", "any");
  await page.click("button[type=submit]");
  await page.waitForSelector("input[name=prompt][value=consent]", { state: "attached" });
  await page.click("button[type=submit]");
}

try {
  // Where somebody was going is where they come to.
  await page.goto(new URL(`/sign-in?next=%2Fletters%3Fstate%3Dheld&lang=${lang}`, base).href);
  await look(page, "sign-in");
  await page.click("a[href^='/sign-in/provider']");
  await atProvider();
  await page.waitForURL("**/letters?state=held");
  await page.goto(new URL("/account", base).href);
  await look(page, "account");
  me = await page.locator("dd").first().innerText();
  await page.click("form[action='/sign-out'] button");
  await page.waitForURL("**/sign-in?over=1");
  await look(page, "signed-out");
  await page.click(`a[href^='${issuer}']`);
  await page.click("button[name=logout]");
  await page.waitForURL("**/sign-in");
  // Signed out at both: the provider asks who one is again, and whoever goes back is told so.
  await page.click("a[href^='/sign-in/provider']");
  await page.waitForSelector("input[name=login]");
  refusing = true;
  await page.click("a[href$='/abort']");
  await page.waitForSelector(".callout--refused");
  await look(page, "went-back");
} catch (cause) {
  fault(cause.message);
  await page.screenshot({ path: `${folder}/fault.png`, fullPage: true });
}
await browser.close();
console.log(JSON.stringify({ pages, errors, me }));
process.exit(errors.length || pages.some((one) => one.violations.length) ? 1 : 0);
