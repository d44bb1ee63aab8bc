// Helps whoever writes: fields say that they are wrong to those who do not see it, what is pasted from a word processor keeps its
// headings, bold, lists and tables as the marks of a plain text, and a saved phrase is put in where one writes.

// What the service found is beside each field; the field itself says so too.
document.addEventListener("htmx:afterSettle", () => {
  for (const field of document.querySelectorAll("#writing [data-fault]")) {
    const fault = document.getElementById(field.dataset.fault);
    field.toggleAttribute("aria-invalid", Boolean(fault?.textContent.trim()));
    if (field.hasAttribute("aria-invalid")) field.setAttribute("aria-invalid", "true");
  }
});

// Where what was typed could not be kept, the page says so and keeps it.
const say = (id, is) => document.getElementById(id)?.toggleAttribute("hidden", !is);
document.addEventListener("htmx:responseError", (event) => say("signed-out", event.detail.xhr.status === 401));
document.addEventListener("htmx:sendError", () => say("unreached", true));
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) ["signed-out", "unreached"].forEach((id) => say(id, false));
});

const words = (node) => node.textContent.replace(/\s+/g, " ").trim();

const touching = /[\p{Alphabetic}\p{N}*]/u;
// Asterisks that would make bold of what is none in the document (src/case/bold.rs).
const alike = /(?<![\p{Alphabetic}\p{N}*])\*\*[^\s*](?:.*?[^\s*])??\*\*(?![\p{Alphabetic}\p{N}*])/gu;
const isStrong = (node, within) => (node.dataset?.weight ? /^(bold|bolder|[6-9]00)$/i.test(node.dataset.weight) : within || ["B", "STRONG"].includes(node.tagName));

// The words of a node, with the marks of bold around what is strong in it and hugged by nothing else.
function marked(node) {
  const runs = [];
  (function gather(node, strong) {
    if (node.nodeType !== Node.TEXT_NODE) return node.childNodes.forEach((child) => gather(child, isStrong(child, strong)));
    const text = node.textContent.replace(/\s+/g, " ");
    const last = runs.at(-1);
    if (last && (last.strong === strong || text === " ")) last.text += text;
    else if (text) runs.push({ text, strong });
  })(node, isStrong(node, false));
  const said = runs.map(({ text, strong }, at) => {
    if (!strong) return text.replace(alike, "\\$&");
    const [, before, core, after] = /^( *)(.*?)( *)$/.exec(text);
    const touches = (!before && touching.test(runs[at - 1]?.text.at(-1) ?? "")) || (!after && touching.test(runs[at + 1]?.text[0] ?? ""));
    return core && !touches && !core.includes("**") && !/^\*|\*$/.test(core) ? `${before}**${core}**${after}` : text;
  });
  return said.join("").replace(/\s+/g, " ").trim();
}

// The heads of a table's columns are bold as they are.
const cells = (row, at) => `| ${[...row.cells].map((cell) => (at ? marked : words)(cell).replace(/([\\|])/g, "\\$1")).join(" | ")} |`;

// Blocks of a document as the marks of a plain text. What is no block of a letter (pictures, scripts, styles) is left out.
function blocks(node) {
  if (node.nodeType === Node.TEXT_NODE) return words(node) ? [marked(node)] : [];
  if (node.nodeType !== Node.ELEMENT_NODE || ["STYLE", "SCRIPT", "META", "TITLE", "XML"].includes(node.tagName)) return [];
  if (/^H[1-6]$/.test(node.tagName)) return words(node) ? [`# ${words(node)}`] : [];
  if (node.tagName === "TABLE") return [[...node.rows].map(cells).join("\n")];
  if (node.tagName === "UL" || node.tagName === "OL") {
    return [[...node.querySelectorAll("li")].map((item) => `- ${marked(item)}`).join("\n")];
  }
  // Word writes the items of a list as paragraphs with a bullet of their own.
  const bullet = node.tagName === "P" && /^\s*[·•o§-]\s+/.exec(node.textContent);
  if (bullet && /MsoListParagraph/.test(node.className)) return [`- ${marked(node).replace(/^[·•o§-]\s*/, "")}`];
  const hasBlocks = node.querySelector("p, h1, h2, h3, h4, h5, h6, ul, ol, table, div");
  if (hasBlocks) return [...node.childNodes].flatMap(blocks);
  return words(node) ? [marked(node)] : [];
}

document.addEventListener("paste", (event) => {
  const field = event.target.closest?.("textarea[data-marks]");
  const html = event.clipboardData?.getData("text/html");
  if (!field || !html) return;
  // Its styles are not wanted, but for what is bold, and the page's policy would refuse them one by one.
  const unstyled = html.replace(/<style[\s\S]*?<\/style>/gi, "").replace(/\sstyle=("[^"]*"|'[^']*')/gi, (style) => {
    const weight = /font-weight:\s*(\w+)/i.exec(style);
    return weight ? ` data-weight="${weight[1]}"` : "";
  });
  const pasted = blocks(new DOMParser().parseFromString(unstyled, "text/html").body);
  const text = pasted.reduce((all, block) => {
    const inList = block.startsWith("- ") && /(^|\n)- [^\n]*$/.test(all);
    return all + (all ? (inList ? "\n" : "\n\n") : "") + block;
  }, "");
  if (!text) return;
  event.preventDefault();
  // As typed, so that it can be undone.
  document.execCommand("insertText", false, text);
});

// A saved phrase goes below the line in which one was writing, or to the end of a text in which nobody was, in each language of the letter.
const writtenIn = new WeakSet();
document.addEventListener("focusin", ({ target }) => target.matches("textarea[data-marks]") && writtenIn.add(target));

function putIn(field, phrase) {
  const { value, selectionEnd: at } = field;
  const begins = writtenIn.has(field) && value.slice(0, at).endsWith("\n");
  const lineEnd = value.indexOf("\n", at);
  const place = begins ? at : writtenIn.has(field) && lineEnd >= 0 ? lineEnd : value.length;
  const [before, after] = [value.slice(0, place), value.slice(place)];
  const apart = (text, blanks) => (text.trim() ? "\n".repeat(Math.max(0, 2 - blanks.exec(text)[0].length)) : "");
  field.focus();
  field.setSelectionRange(place, place);
  document.execCommand("insertText", false, apart(before, /\n*$/) + phrase + apart(after, /^\n*/));
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button[data-phrases]");
  if (!button) return;
  event.preventDefault();
  const choice = document.getElementById(button.dataset.phrases);
  const phrase = choice.selectedOptions[0];
  if (!phrase.value) return choice.focus();
  const fields = [...button.closest("fieldset").querySelectorAll("textarea[data-marks]")];
  choice.value = "";
  // One goes on in the first language.
  fields.reverse().forEach((field) => putIn(field, phrase.dataset[field.lang.slice(0, 2)]));
});
