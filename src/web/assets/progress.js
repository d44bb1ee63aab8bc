// Keeps what `#progress` says up to date, and loads the page once there is nothing more to come. Without scripts the page does so itself.
const PAUSE_MS = 1_000;

async function look() {
  const response = await fetch(location.href, { headers: { Accept: "text/html" } });
  const now = new DOMParser().parseFromString(await response.text(), "text/html").getElementById("progress");
  if (!now || response.url !== location.href) {
    location.assign(response.url);
    return;
  }
  document.getElementById("progress").replaceChildren(...now.childNodes);
  setTimeout(again, PAUSE_MS);
}

// A service that does not answer for a while is asked again.
const again = () => look().catch(() => setTimeout(again, 5 * PAUSE_MS));

if (document.getElementById("progress")) setTimeout(again, PAUSE_MS);
