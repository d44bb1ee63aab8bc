// Debian's Chromium as the tests drive it, and what counts as a fault of a page: an error in the console, a request that fails, is
// answered with 400 or more, or goes to another origin, an axe-core violation of WCAG 2.2 at level A or AA, or a page that
// scrolls sideways on a screen 320 px wide. RECTO_TOOLS names the folder that tests/run prepared.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const WIDE = { width: 1280, height: 900 };
export const NARROW = { width: 320, height: 844 };
export const ANSWER_WITHIN_MS = 20_000;
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

export function refuse(why) {
  console.error(`${process.argv[1]}: ${why}`);
  process.exit(2);
}

const here = dirname(fileURLToPath(import.meta.url));
const tools = resolve(process.env.RECTO_TOOLS ?? join(here, "../../.tools"));
/** What tests/run has installed. */
export const installed = createRequire(join(tools, "browser", "package.json"));
let chromium, axe;
try {
  ({ chromium } = installed("playwright-core"));
  axe = readFileSync(installed.resolve("axe-core/axe.min.js"), "utf8");
} catch (cause) {
  refuse(`${cause.message.split("\n")[0]} (tests/run --prepare installs it)`);
}

export function launch() {
  return chromium
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
}

/** A new context that is signed in to nothing; `fault` is told of every fault. Pages may lead to `others`, whose own faults are not ours. */
export async function watched(browser, base, fault, options = {}, others = []) {
  const context = await browser.newContext({ viewport: WIDE, locale: "en-CA", timezoneId: "America/Toronto", ...options });
  context.setDefaultTimeout(ANSWER_WITHIN_MS);
  const origin = new URL(base).origin;
  const ours = (url) => /^(data|blob|about):/.test(url) || new URL(url).origin === origin;
  const short = shortened(base);
  const known = (url) => ours(url) || others.includes(new URL(url).origin);
  await context.route("**/*", (route) => (known(route.request().url()) ? route.continue() : route.abort()));
  context.on("request", (request) => {
    const isOthers = others.includes(new URL(request.frame().url() || base).origin);
    if (!known(request.url()) && !isOthers) fault(`request to another origin: ${short(request.url())}`);
  });
  context.on("requestfailed", (request) => {
    const why = request.failure()?.errorText;
    // What a page that is left was still asking for, and what is saved instead of shown.
    if (ours(request.url()) && why !== "net::ERR_ABORTED") fault(`request failed: ${short(request.url())}: ${why}`);
  });
  context.on("response", (response) => {
    if (ours(response.url()) && response.status() >= 400) fault(`status ${response.status()}: ${short(response.url())}`);
  });
  context.on("console", (message) => {
    const { url } = message.location();
    // htmx names a question that newer typing has replaced, as the page asks it to, and after every failure its own step first.
    if (/^htmx:(sendAbort|afterRequest),/.test(message.text())) return;
    if (message.type() === "error" && (others.length === 0 || ours(url))) fault(`console: ${short(message.text())}`);
  });
  context.on("weberror", (error) => fault(`script: ${short(error.error().message)}`));
  return context;
}

/** Signs in by the form, as a person does, and leaves `page` at what it was sent to. */
export async function signIn(page, base, email, password) {
  await page.goto(new URL("/sign-in", base).href);
  await page.fill("#email", email);
  await page.fill("#password", password);
  await page.click("form[action='/sign-in'] button");
  await page.waitForURL((url) => url.pathname !== "/sign-in");
}

/** What shortens a text for a report. */
export function shortened(base) {
  return (text) => text.replaceAll(new URL(base).origin, "").split("\n")[0].slice(0, 300);
}

export async function violations(page) {
  await page.evaluate(axe);
  const found = await page.evaluate((values) => axe.run(document, { runOnly: { type: "tag", values } }), RULES);
  return found.violations.map(({ id, impact, help, nodes }) => ({
    id,
    impact,
    help,
    nodes: nodes.map((node) => node.target.join(" ")),
  }));
}

/** The tables that a screen reader would not find as tables, because of how they are laid out: how many of how many; none if all are. */
export async function tablesLost(page) {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  await session.detach();
  const found = (role) => nodes.filter((node) => !node.ignored && node.role?.value === role).length;
  const shown = await page.evaluate(() => {
    const seen = (name) => [...document.querySelectorAll(name)].filter((one) => one.checkVisibility()).length;
    return { tables: seen("table"), rows: seen("tr"), heads: seen("tbody th") };
  });
  const is = { tables: found("table"), rows: found("row"), heads: found("rowheader") };
  const lost = Object.keys(shown).filter((name) => is[name] < shown[name]);
  return lost.length ? lost.map((name) => `${name}: ${is[name]} of ${shown[name]}`).join(", ") : null;
}

/**
 * Looks at pages on the way: what has been seen is in `pages`, each with its faults by axe-core; `look(page, name)` leaves NAME.html, NAME.png and
 * NAME-narrow.png in a folder. Without scripts axe-core cannot be asked.
 */
export function looking(folder, fault, scripts = true) {
  mkdirSync(folder, { recursive: true });
  const pages = [];
  async function look(page, name) {
    const report = { name, title: await page.title(), lang: await page.getAttribute("html", "lang"), violations: [] };
    if (scripts) report.violations = await violations(page);
    writeFileSync(join(folder, `${name}.html`), await page.content());
    await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
    await page.setViewportSize(NARROW);
    const wide = scripts && (await page.evaluate(stickingOut));
    if (wide) fault(`${name} scrolls sideways: ${wide}`);
    await page.screenshot({ path: join(folder, `${name}-narrow.png`), fullPage: true });
    await page.setViewportSize(WIDE);
    pages.push(report);
  }
  return { pages, look };
}

/** What sticks out to the right of the window, the outermost first; empty if nothing scrolls. */
export function stickingOut() {
  const width = document.documentElement.clientWidth;
  const scrolled = Math.max(document.documentElement.scrollWidth, document.body.scrollWidth);
  if (scrolled <= width) return null;
  const culprits = [...document.body.querySelectorAll("*")].filter((each) => each.getBoundingClientRect().right > width + 0.5);
  const name = (each) => each.tagName.toLowerCase() + (each.id && `#${each.id}`) + [...each.classList].map((c) => `.${c}`).join("");
  return `${scrolled} px wide: ${culprits.slice(0, 3).map(name).join(", ")}`;
}
