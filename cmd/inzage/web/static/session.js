// Warns before a session ends, and takes the page away when it has. Every page works
// without, but then nobody is warned, and what was on the page stays.
"use strict";

(() => {
  const here = document.querySelector("[data-session]");
  if (!here) return;
  const [warnAt, askEvery] = [120, 10]; // seconds
  const warning = here.querySelector("section");
  const [clock, failed, stay, say, last] = ["[role=timer]", ".desk-ending-failed", "button", "[role=alert]", "template"].map((what) => here.querySelector(what));

  // For how long the session goes on, as the desk said it at a moment: in silence,
  // without another page, in all. The first was said after the browser asked for the
  // page. What passes is measured twice: one clock may stand still while the machine
  // sleeps, and somebody may set the other.
  const read = (text) => text.trim().split(" ").map(Number);
  const moment = () => [performance.now(), Date.now()];
  let left = read(here.dataset.left);
  let at = [0, Date.now() - performance.now()];
  const passed = () => Math.max(...moment().map((now, i) => now - at[i])) / 1000;
  const ends = () => Math.min(...left) - passed();

  // The desk alone knows whether it is over: another page may have kept it alive, or
  // ended it. Where nobody answers, it is over when it is so by what is known here.
  const put = async (method) => {
    const then = moment();
    let said = [];
    try {
      const answer = await fetch(`/session?of=${here.dataset.session}`, { method, redirect: "manual", signal: AbortSignal.timeout(10_000) });
      if (answer.type === "opaqueredirect") return over(); // to the sign-in
      if (answer.ok) said = read(await answer.text());
    } catch {
      // as one that says nothing
    }
    const heard = said.length === left.length && said.every(Number.isFinite);
    if (heard) [left, at] = [said, then];
    asked = then[0];
    if (ends() <= 0) return over();
    if (method === "POST") failed.hidden = heard;
    show();
    return heard;
  };
  let asked = -Infinity, turn = Promise.resolve(), waiting = 0;
  const ask = (method) => {
    if (waiting > 0 && method === "GET") return turn;
    waiting++;
    return (turn = turn.then(() => here.isConnected && put(method)).finally(() => waiting--));
  };

  const over = () => {
    clearInterval(ticking);
    document.title = last.dataset.title;
    document.body.replaceChildren(last.content);
    room(0);
    document.querySelector("main").focus();
  };

  // The warning takes no focus. It stands behind what has it, so that the next Tab
  // comes to its button, and is above the page for the eye.
  let before = null, told = "";
  const place = () => {
    const on = document.activeElement ?? document.body;
    if (on === document.body) on.prepend(warning);
    else (on.closest("label") ?? (on.matches("summary") ? on.parentElement : on)).after(warning);
    const { top, bottom } = on.getBoundingClientRect();
    const seen = bottom > 0 && top < innerHeight;
    warning.hidden = false;
    room(warning.offsetHeight);
    if (seen) on.scrollIntoView({ block: "nearest" }); // on a small screen the warning takes most of it
  };
  warning.addEventListener("focusin", (event) => {
    if (!warning.contains(event.relatedTarget)) before = event.relatedTarget;
  });
  const room = (pixels) => { // so that it hides nothing that has the focus
    document.body.style.paddingBlockStart = pixels ? `${pixels}px` : "";
    document.documentElement.style.scrollPaddingBlockStart = pixels ? `${pixels + 16}px` : "";
  };
  const tell = (text) => { say.textContent = text; };

  const show = () => {
    const inside = warning.contains(document.activeElement);
    const soon = left.map((seconds) => seconds - passed() <= warnAt);
    const why = soon[2] ? "all" : soon[1] ? "roles" : soon[0] ? "silence" : "";
    for (const part of warning.querySelectorAll("[data-why]")) part.hidden = part.dataset.why !== why;
    failed.hidden ||= why !== "silence";
    warning.tabIndex = why === "all" ? 0 : -1; // it may have to be scrolled
    if (why === "") warning.hidden = true;
    else if (warning.hidden || !warning.isConnected) place();
    room(warning.offsetHeight);
    const seconds = Math.max(0, Math.ceil(ends()));
    clock.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (inside && why !== told) (before?.isConnected ? before : document.getElementById("main")).focus();
    if (why !== told) {
      const words = [...warning.querySelectorAll("p")].filter((p) => !p.hidden && p !== failed).map((p) => p.firstChild.textContent.trim());
      tell(why === "" ? "" : [...words, why === "all" ? "" : say.dataset.tab].join(" "));
    }
    told = why;
  };

  const tick = () => {
    if (ends() > warnAt) return;
    if (ends() <= 0 || performance.now() - asked >= 1000 * askEvery) ask("GET");
    else show();
  };
  const ticking = setInterval(tick, 1000);
  stay.addEventListener("click", async () => {
    const heard = await ask("POST");
    if (!here.isConnected) return;
    if (!heard) tell(failed.textContent);
    else if (warning.hidden) tell(say.dataset.stayed);
  });
  // Whoever comes back to the page may come back to a session that was ended elsewhere.
  const back = () => { if (!document.hidden && here.isConnected) ask("GET"); };
  document.addEventListener("visibilitychange", back);
  window.addEventListener("pageshow", (event) => { if (event.persisted) back(); });
})();
