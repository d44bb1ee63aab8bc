// Opens pages in Debian's Chromium as a person would, and names every fault:
//
//     node pages.mjs BASE_URL EMAIL PASSWORD FOLDER PATH...
//
// Signs in with EMAIL and PASSWORD, then opens each PATH, which must be an HTML page. What a fault is, is said
// in chromium.mjs.
//
// Prints one JSON line a page: {"path", "title", "lang", "violations": [{"id", "impact", "help", "nodes"}], "errors"},
// and leaves FOLDER/NAME.html, the page as it came, and FOLDER/NAME.png and FOLDER/NAME-narrow.png, all of it at each width; NAME is made
// of the PATH.
// Exit codes: 0 no fault, 1 a fault, 2 wrong use or no browser.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { ANSWER_WITHIN_MS, NARROW, launch, refuse, shortened, signIn, stickingOut, tablesLost, violations, watched } from "./chromium.mjs";

const [base, email, password, folder, ...paths] = process.argv.slice(2);
if (paths.length === 0) refuse("usage: node pages.mjs BASE_URL EMAIL PASSWORD FOLDER PATH...");
mkdirSync(folder, { recursive: true });

let errors = [];
const fault = (text) => errors.includes(text) || errors.push(text);
const browser = await launch();
const context = await watched(browser, base, fault);
const short = shortened(base);

async function open(page, path) {
  const response = await page.goto(new URL(path, base).href, { waitUntil: "load", timeout: ANSWER_WITHIN_MS });
  const type = response.headers()["content-type"] ?? "nothing";
  if (!type.startsWith("text/html")) throw new Error(`not an HTML page: its Content-Type is ${type}`);
  await page.waitForLoadState("networkidle");
  return response.text();
}

async function inspect(path) {
  const name = path.replace(/[^A-Za-z0-9]+/g, "-").replace(/^-|-$/g, "") || "first";
  errors = [];
  const report = { path, title: "", lang: "", violations: [], errors };
  const page = await context.newPage();
  try {
    writeFileSync(join(folder, `${name}.html`), await open(page, path));
    report.title = await page.title();
    report.lang = await page.evaluate(() => document.documentElement.lang);
    if (!report.title) fault("no title");
    if (!report.lang) fault("no language");
    report.violations = await violations(page);
    await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
    await page.setViewportSize(NARROW);
    const wide = await page.evaluate(stickingOut);
    if (wide) fault(`scrolls sideways at ${NARROW.width} px: ${wide}`);
    const lost = await tablesLost(page);
    if (lost) fault(`at ${NARROW.width} px, a screen reader does not find ${lost}`);
    await page.screenshot({ path: join(folder, `${name}-narrow.png`), fullPage: true });
  } catch (cause) {
    fault(short(cause.message));
  } finally {
    await page.close();
  }
  return report;
}

let clean = true;
function print(report) {
  console.log(JSON.stringify(report));
  clean &&= report.errors.length === 0 && report.violations.length === 0;
}

const first = await context.newPage();
await signIn(first, base, email, password).catch((cause) => fault(short(cause.message)));
await first.close();
if (errors.length > 0) print({ path: "/sign-in", title: "", lang: "", violations: [], errors });
for (const path of paths) print(await inspect(path));
await browser.close();
process.exitCode = clean ? 0 : 1;
