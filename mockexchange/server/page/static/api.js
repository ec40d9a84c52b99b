// The control API (docs/mock_exchange.md), and the token that it may ask for. The token is kept in the tab and sent in headers only.

import { $ } from "./dom.js";
import { t } from "./i18n.js";
import { toast } from "./toast.js";

const KEPT = "mock-token";

function fromAddress() {
  const found = new URLSearchParams(location.hash.slice(1)).get("token");
  if (found === null) return;
  sessionStorage.setItem(KEPT, found);
  history.replaceState(null, "", location.pathname + location.search);   // it is in no history and in no link
}

fromAddress();

export const token = () => sessionStorage.getItem(KEPT) || "";

let asking = null;

/** Ask for the token, once however many want it. `wrong`: the one there was has been refused. */
export function askToken(wrong) {
  asking = asking || new Promise((resolve) => {
    const dialog = $("ask-token");
    $("token-wrong").hidden = !wrong;
    $("token").value = "";
    dialog.addEventListener("close", () => {
      sessionStorage.setItem(KEPT, $("token").value);
      asking = null;
      resolve();
    }, { once: true });
    dialog.showModal();
  });
  return asking;
}

/** One call: its answer as an object. Throws an Error with the venue's own words. */
export async function call(method, path, body) {
  for (;;) {
    const headers = token() ? { Authorization: `Bearer ${token()}` } : {};
    let response;
    try {
      response = await fetch(`/_mock/${path}`, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
    } catch {
      throw new Error(t("The venue does not answer."));
    }
    if (response.status === 401) {
      await askToken(Boolean(token()));
      continue;
    }
    const answer = await response.json().catch(() => ({}));
    if (!response.ok) throw new Error(answer.error || `HTTP ${response.status}`);
    return answer;
  }
}

/** A call for a button: says that it was done, or why not. Returns the answer, null where it failed. */
export async function act(method, path, body, done) {
  try {
    const answer = await call(method, path, body);
    if (done) toast(typeof done === "function" ? done(answer) : done);
    return answer;
  } catch (error) {
    toast(error.message, true);
    return null;
  }
}
