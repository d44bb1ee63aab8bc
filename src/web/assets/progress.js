// Keeps what `#progress` says up to date, and loads the page once there is nothing more to come, unless somebody is writing in it.
const PAUSE_MS = 1_000;
const progress = document.getElementById("progress");

const isWrittenIn = () =>
  [...document.querySelectorAll("input:not([type=hidden]), textarea")].some((field) => field.value !== field.defaultValue) ||
  [...document.querySelectorAll("select")].some((field) => field.value !== (field.querySelector("[selected]")?.value ?? field.options[0].value));

async function look() {
  const at = new URL(progress.dataset.at, location.href);
  const response = await fetch(at, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const now = page.getElementById("progress");
  if (now && new URL(response.url).pathname === at.pathname) {
    progress.replaceChildren(...now.childNodes);
    setTimeout(again, PAUSE_MS);
  } else if (isWrittenIn()) {
    progress.remove();
  } else {
    location.replace(response.url);
  }
}

// A service that does not answer for a while is asked again.
const again = () => look().catch(() => setTimeout(again, 5 * PAUSE_MS));

if (progress) setTimeout(again, PAUSE_MS);
