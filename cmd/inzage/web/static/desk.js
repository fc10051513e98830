// What the desk does better with script; every page works without it.
"use strict";

// A large file is sent in pieces (tus 1.0.0), and goes on where it broke off.
(() => {
  const form = document.querySelector("form[data-uploads]");
  if (!form) return;
  const input = form.querySelector("input[type=file]");
  const bar = form.querySelector("progress");
  const say = form.querySelector("[data-say]");
  const version = { "Tus-Resumable": "1.0.0" };
  const pause = (seconds) => new Promise((done) => setTimeout(done, 1000 * seconds));
  const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

  class Refused extends Error {}

  // A file that was changed since must not go on where the older one stopped.
  const mark = (file) => String(file.lastModified);

  // begun finds what came of the file before, on this page's own list.
  const begun = (file) => {
    for (const item of document.querySelectorAll("[data-upload]")) {
      const { upload, name, size, mark: seen } = item.dataset;
      if (Number(size) === file.size && seen === mark(file) && (name === "" || name === file.name)) return form.dataset.uploads + "/" + upload;
    }
    return "";
  };

  const ask = async (url, options) => {
    const answer = await fetch(url, options);
    if (answer.status === 422) throw new Refused((await answer.text()).split(":")[0].trim());
    // Not signed in any more; or the request is closed, where it is not about an offset.
    if (answer.redirected || answer.status === 403 || (answer.status === 409 && options.method !== "PATCH")) location.reload();
    return answer;
  };

  const send = async (file) => {
    const piece = Number(form.dataset.piece);
    let url = begun(file);
    for (let failed = 0; ; failed++) {
      try {
        if (url === "") {
          const answer = await ask(form.dataset.uploads, {
            method: "POST",
            headers: { ...version, "Upload-Length": String(file.size), "Upload-Metadata": `filename ${base64(file.name)},mark ${base64(mark(file))}` },
          });
          if (answer.status === 413) throw new Refused("too-large");
          if (answer.status !== 201) throw new Error(answer.status);
          url = new URL(answer.headers.get("Location")).pathname;
        }
        const where = await ask(url, { method: "HEAD", headers: version });
        if (where.status === 404) throw new Refused("unsure"); // taken, or refused
        if (!where.ok) throw new Error(where.status);
        let at = Number(where.headers.get("Upload-Offset"));
        while (at < file.size) {
          const answer = await ask(url, {
            method: "PATCH",
            headers: { ...version, "Upload-Offset": String(at), "Content-Type": "application/offset+octet-stream" },
            body: file.slice(at, at + piece),
          });
          if (answer.status !== 204) throw new Error(answer.status);
          at = Number(answer.headers.get("Upload-Offset"));
          bar.value = (100 * at) / file.size;
          say.textContent = form.dataset.sending;
          failed = 0;
        }
        return;
      } catch (problem) {
        if (problem instanceof Refused) throw problem;
        say.textContent = form.dataset.broken;
        await pause(Math.min(30, 2 ** failed));
      }
    }
  };

  form.addEventListener("submit", async (event) => {
    const files = [...input.files].sort((a, b) => (a.name < b.name ? -1 : 1));
    if (!files.some((file) => file.size >= Number(form.dataset.resume) || begun(file))) return;
    event.preventDefault();
    bar.hidden = false;
    form.querySelector("button").disabled = true;
    const refused = new URLSearchParams();
    for (const file of files) {
      try {
        await send(file);
      } catch (problem) {
        refused.append("refused", problem.message); // the others are sent all the same
      }
    }
    location.assign(form.action + "?" + refused);
  });
})();

// A page of a case shows how it goes while it goes on. Events say only that there
// is something; what is shown comes from the page itself, asked for once more.
(() => {
  const live = document.querySelector("[data-live]");
  if (!live) return;
  let source;

  const renew = async () => {
    const answer = await fetch(location.pathname, { headers: { "Inzage-Live": "1" } });
    if (answer.redirected || !answer.ok) return source.close(); // not signed in any more
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of document.querySelectorAll("[data-part]")) {
      const now = page.querySelector(`[data-part="${part.dataset.part}"]`);
      if (!now || part.innerHTML === now.innerHTML) continue;
      // Nothing is taken from under somebody's hands.
      if (part.contains(document.activeElement)) part.addEventListener("focusout", soon, { once: true });
      else part.replaceChildren(...now.childNodes);
    }
    const then = page.querySelector("[data-live]");
    live.querySelector("p").hidden = then?.dataset.stamp === live.dataset.stamp;
    if (!then) source.close(); // there is no more to tell
  };
  let last = Promise.resolve();
  const soon = () => { last = last.then(renew).catch(() => {}); };

  const listen = () => {
    source = new EventSource(live.dataset.live);
    source.onmessage = soon;
  };
  // A page that nobody looks at keeps no connection.
  document.addEventListener("visibilitychange", () => {
    source.close();
    if (!document.hidden && live.isConnected) listen();
  });
  listen();
})();
