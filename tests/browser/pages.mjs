// Opens pages in Debian's Chromium as a person would, and names every fault:
//
//     node pages.mjs BASE_URL TOKEN FOLDER PATH...
//
// BASE_URL/?token=TOKEN comes first, for the cookie that it sets; then each PATH, which must be an HTML page. A fault is
// an error in the console, a request that fails, is answered with 400 or more, or goes to another origin, an axe-core
// violation of WCAG 2.0 or 2.1 at level A or AA, or a page that scrolls sideways on a screen 390 px wide.
//
// Prints one JSON line a page: {"path", "title", "lang", "violations": [{"id", "impact", "help", "nodes"}], "errors"},
// and leaves FOLDER/N.png and FOLDER/N-narrow.png, the whole page at each width (N counts from 1 as the PATHs do).
// Exit codes: 0 no fault, 1 a fault, 2 wrong use or no browser. RECTO_TOOLS names the folder that tests/run prepared.

import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 390, height: 844 };
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"];
const ANSWER_WITHIN_MS = 20_000;

function refuse(why) {
  console.error(`pages.mjs: ${why}`);
  process.exit(2);
}

const [base, token, folder, ...paths] = process.argv.slice(2);
if (paths.length === 0) refuse("usage: node pages.mjs BASE_URL TOKEN FOLDER PATH...");
const origin = new URL(base).origin;
mkdirSync(folder, { recursive: true });

const here = dirname(fileURLToPath(import.meta.url));
const tools = resolve(process.env.RECTO_TOOLS ?? join(here, "../../.tools"));
const installed = createRequire(join(tools, "browser", "package.json"));
let chromium, axe;
try {
  ({ chromium } = installed("playwright-core"));
  axe = readFileSync(installed.resolve("axe-core/axe.min.js"), "utf8");
} catch (cause) {
  refuse(`${cause.message.split("\n")[0]} (tests/run --prepare installs it)`);
}

const browser = await chromium
  .launch({
    executablePath: process.env.RECTO_CHROMIUM ?? "/usr/bin/chromium",
    chromiumSandbox: process.getuid() !== 0, // Chromium refuses to run sandboxed as root
    args: [
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  })
  .catch((cause) => refuse(`Chromium does not start: ${cause.message.split("\n")[0]}`));

const context = await browser.newContext({ viewport: WIDE, locale: "en-CA", timezoneId: "America/Toronto" });
context.setDefaultTimeout(ANSWER_WITHIN_MS);
let errors = [];
const fault = (text) => errors.includes(text) || errors.push(text);
const ours = (url) => /^(data|blob|about):/.test(url) || new URL(url).origin === origin;
const secret = `token=${encodeURIComponent(token)}`;
const short = (text) => text.replaceAll(origin, "").replaceAll(secret, "token=…").split("\n")[0].slice(0, 300);

await context.route("**/*", (route) => (ours(route.request().url()) ? route.continue() : route.abort()));
context.on("request", (request) => ours(request.url()) || fault(`request to another origin: ${short(request.url())}`));
context.on("requestfailed", (request) => {
  if (ours(request.url())) fault(`request failed: ${short(request.url())}: ${request.failure()?.errorText}`);
});
context.on("response", (response) => {
  if (response.status() >= 400) fault(`status ${response.status()}: ${short(response.url())}`);
});
context.on("console", (message) => message.type() === "error" && fault(`console: ${short(message.text())}`));
context.on("weberror", (error) => fault(`script: ${short(error.error().message)}`));

async function open(page, path) {
  const response = await page.goto(new URL(path, base).href, { waitUntil: "load", timeout: ANSWER_WITHIN_MS });
  const type = response.headers()["content-type"] ?? "nothing";
  if (!type.startsWith("text/html")) throw new Error(`not an HTML page: its Content-Type is ${type}`);
  await page.waitForLoadState("networkidle");
}

async function violations(page) {
  await page.evaluate(axe);
  const found = await page.evaluate((values) => axe.run(document, { runOnly: { type: "tag", values } }), RULES);
  return found.violations.map(({ id, impact, help, nodes }) => ({
    id,
    impact,
    help,
    nodes: nodes.map((node) => node.target.join(" ")),
  }));
}

/** What sticks out to the right of the window, the outermost first; empty if nothing scrolls. */
function stickingOut() {
  const width = document.documentElement.clientWidth;
  const scrolled = Math.max(document.documentElement.scrollWidth, document.body.scrollWidth);
  if (scrolled <= width) return null;
  const culprits = [...document.body.querySelectorAll("*")].filter((each) => each.getBoundingClientRect().right > width + 0.5);
  const name = (each) => each.tagName.toLowerCase() + (each.id && `#${each.id}`) + [...each.classList].map((c) => `.${c}`).join("");
  return `${scrolled} px wide: ${culprits.slice(0, 3).map(name).join(", ")}`;
}

async function inspect(path, number) {
  errors = [];
  const report = { path, title: "", lang: "", violations: [], errors };
  const page = await context.newPage();
  try {
    await open(page, path);
    report.title = await page.title();
    report.lang = await page.evaluate(() => document.documentElement.lang);
    if (!report.title) fault("no title");
    if (!report.lang) fault("no language");
    report.violations = await violations(page);
    await page.screenshot({ path: join(folder, `${number}.png`), fullPage: true });
    await page.setViewportSize(NARROW);
    const wide = await page.evaluate(stickingOut);
    if (wide) fault(`scrolls sideways at ${NARROW.width} px: ${wide}`);
    await page.screenshot({ path: join(folder, `${number}-narrow.png`), fullPage: true });
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

async function signIn() {
  const page = await context.newPage();
  try {
    await open(page, `/?${secret}`);
  } catch (cause) {
    fault(short(cause.message));
  } finally {
    await page.close();
  }
  if (errors.length > 0) print({ path: "/?token=…", title: "", lang: "", violations: [], errors });
}

await signIn();
for (const [index, path] of paths.entries()) print(await inspect(path, index + 1));
await browser.close();
process.exitCode = clean ? 0 : 1;
