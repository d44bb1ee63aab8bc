// Helps whoever writes: fields say that they are wrong to those who do not see it, and what is pasted from a word processor keeps its
// headings, lists and tables as the marks of a plain text.

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
const cells = (row) => `| ${[...row.cells].map((cell) => words(cell).replace(/([\\|])/g, "\\$1")).join(" | ")} |`;

// Blocks of a document as the marks of a plain text. What is no block of a letter (pictures, scripts, styles) is left out.
function marked(node) {
  if (node.nodeType === Node.TEXT_NODE) return words(node) ? [words(node)] : [];
  if (node.nodeType !== Node.ELEMENT_NODE || ["STYLE", "SCRIPT", "META", "TITLE", "XML"].includes(node.tagName)) return [];
  if (/^H[1-6]$/.test(node.tagName)) return words(node) ? [`# ${words(node)}`] : [];
  if (node.tagName === "TABLE") return [[...node.rows].map(cells).join("\n")];
  if (node.tagName === "UL" || node.tagName === "OL") {
    return [[...node.querySelectorAll("li")].map((item) => `- ${words(item)}`).join("\n")];
  }
  // Word writes the items of a list as paragraphs with a bullet of their own.
  const bullet = node.tagName === "P" && /^\s*[·•o§-]\s+/.exec(node.textContent);
  if (bullet && /MsoListParagraph/.test(node.className)) return [`- ${words(node).replace(/^[·•o§-]\s*/, "")}`];
  const hasBlocks = node.querySelector("p, h1, h2, h3, h4, h5, h6, ul, ol, table, div");
  if (hasBlocks) return [...node.childNodes].flatMap(marked);
  return words(node) ? [words(node)] : [];
}

document.addEventListener("paste", (event) => {
  const field = event.target.closest?.("textarea[data-marks]");
  const html = event.clipboardData?.getData("text/html");
  if (!field || !html) return;
  // Its styles are not wanted, and the page's policy would refuse them one by one.
  const unstyled = html.replace(/<style[\s\S]*?<\/style>/gi, "").replace(/\sstyle=("[^"]*"|'[^']*')/gi, "");
  const blocks = marked(new DOMParser().parseFromString(unstyled, "text/html").body);
  const text = blocks.reduce((all, block) => {
    const inList = block.startsWith("- ") && /(^|\n)- [^\n]*$/.test(all);
    return all + (all ? (inList ? "\n" : "\n\n") : "") + block;
  }, "");
  if (!text) return;
  event.preventDefault();
  // As typed, so that it can be undone.
  document.execCommand("insertText", false, text);
});
