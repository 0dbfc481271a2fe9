// What happens in the page itself: markers lead to passages, buttons become events for the server.
(() => {
  "use strict";

  const find = (selector) => document.querySelector(selector);
  const busy = () => find(".thread")?.getAttribute("aria-busy") === "true";

  // -- the conversation -------------------------------------------------------------------------

  // Called by the conversation's, the shelf's and the themes' component with its own `trigger`.
  window.wire = (element, trigger) => {
    const ask = (question, at, fresh) => busy() || trigger("submit", { question, at: at ?? null, fresh: !!fresh });
    element.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      const { ask: question, do: deed, copy, at } = button.dataset;
      if (copy !== undefined) copyText(button, copy);
      else if (question !== undefined) ask(question, at && Number(at));
      else if (deed !== undefined && !busy()) trigger("select", { deed, at: at ? Number(at) : null });
    });
    element.addEventListener("submit", (event) => {
      event.preventDefault();
      const question = new FormData(event.target).get("question").trim();
      if (question) ask(question, Number(event.target.dataset.at));
    });
    element.addEventListener("keydown", (event) => {
      if (event.target.name === "question" && event.key === "Enter" && !event.shiftKey) {
        event.preventDefault();
        event.target.form.requestSubmit();
      }
    });
    element.addEventListener("toggle", (event) => {
      const field = event.target.open && event.target.querySelector("textarea");
      if (field) {
        field.value = field.defaultValue; // the page may have put another question in the same place
        field.focus();
      }
    }, true);
    return ask;
  };

  // One question at a time: Enter waits while an answer is being given.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && event.target.closest("#question") && busy()) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }, true);

  window.wireThread = (element, trigger) => {
    const ask = window.wire(element, trigger);
    let turns = 0;
    let wasBusy = false;
    let ready = false;
    let linked = linkedQuestion();
    const changed = () => {
      const thread = element.querySelector(".thread");
      if (!thread || thread.dataset.restored !== "true") return;
      if (!ready) {
        ready = true;
        // On a phone this would open the keyboard and scroll the greeting away.
        if (window.matchMedia("(min-width: 900px)").matches) find("#question textarea").focus();
      }
      if (linked) {
        ask(linked, null, true);
        linked = "";
      }
      const found = thread.querySelectorAll(".turn");
      const isBusy = thread.getAttribute("aria-busy") === "true";
      const last = found[found.length - 1];
      if (found.length !== turns || isBusy || wasBusy) {
        showTurn(last, thread);
        highlight(last ? [...last.querySelectorAll("a.marker")] : []);
        if (!last) find("#document").scrollTop = 0;
      }
      turns = found.length;
      wasBusy = isBusy;
    };
    new MutationObserver(changed).observe(element, { childList: true, subtree: true, attributes: true });
    changed();
  };

  // The question at the top, its answer under it: in the column where it scrolls, else in the window.
  function showTurn(turn, thread) {
    if (!turn) thread.scrollTop = 0;
    else if (getComputedStyle(thread).overflowY === "auto") scrollWithin(turn, thread);
    else turn.scrollIntoView({ block: "start", behavior: calm("smooth") });
  }

  // A row of the picture asks about its theme. The picture is drawn when its tab is first shown.
  window.wireThemes = (element, trigger) => {
    const ask = window.wire(element, trigger);
    new MutationObserver((_, observer) => {
      const picture = find("#theme-map .js-plotly-plot");
      if (!picture?.on) return;
      observer.disconnect();
      picture.on("plotly_click", ({ points }) => ask(points[0].customdata));
    }).observe(document.body, { childList: true, subtree: true });
  };

  // ?vraag= or ?question= is asked once; the address loses it, so that a reload does not ask again.
  function linkedQuestion() {
    const address = new URL(window.location.href);
    const question = address.searchParams.get("vraag") ?? address.searchParams.get("question") ?? "";
    address.searchParams.delete("vraag");
    address.searchParams.delete("question");
    if (question) window.history.replaceState(null, "", address);
    return question.trim();
  }

  async function copyText(button, text) {
    if (navigator.clipboard) await navigator.clipboard.writeText(text);
    else if (!copyPlainly(text)) return;
    button.focus();
    const label = button.textContent;
    button.textContent = button.closest(".thread").dataset.copied;
    setTimeout(() => { button.textContent = label; }, 2000);
  }

  // Browsers have no clipboard object over plain http, but for this machine's own pages.
  function copyPlainly(text) {
    const field = document.createElement("textarea");
    field.value = text;
    field.readOnly = true; // no keyboard on a phone
    field.style.cssText = "position: fixed; top: 0; opacity: 0";
    document.body.append(field);
    field.select();
    const copied = document.execCommand("copy");
    field.remove();
    return copied;
  }

  // -- briefing ---------------------------------------------------------------------------------

  // In one column the page lies below the form.
  window.showBriefing = () => {
    if (window.matchMedia("(min-width: 900px)").matches) return;
    requestAnimationFrame(() => find("#briefing-page").scrollIntoView({ block: "start", behavior: calm("smooth") }));
  };

  // -- markers and passages ---------------------------------------------------------------------

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.marker[href], a.back");
    if (!link) return;
    event.preventDefault();
    if (link.matches(".back")) goBack();
    else visit(link);
  }, true);

  let came = null; // the marker that led to the passage

  function visit(link) {
    highlight([...link.closest(".turn").querySelectorAll("a.marker[href]")]);
    leave();
    came = link;
    const passage = find(link.getAttribute("href"));
    passage.classList.add("visited");
    passage.append(backLink());
    passage.focus({ preventScroll: true });
    bringIntoView(passage.querySelector("mark") ?? passage, "smooth");
  }

  function backLink() {
    const link = document.createElement("a");
    link.className = "back";
    link.href = "#conversation";
    link.textContent = find("#document").dataset.back;
    return link;
  }

  function leave() {
    find("a.back")?.remove();
    find(".passage.visited")?.classList.remove("visited");
  }

  function goBack() {
    leave();
    const target = came?.isConnected ? came : find(".thread");
    target.focus({ preventScroll: true });
    target.scrollIntoView({ block: "center", behavior: calm("smooth") });
  }

  // Only the panel scrolls for an answer that comes in; the whole page only for a marker that is followed.
  function bringIntoView(target, behavior) {
    const panel = find("#document");
    if (panel.scrollHeight > panel.clientHeight + 1) scrollWithin(target, panel, behavior);
    if (behavior) {
      const { top, bottom } = target.getBoundingClientRect();
      const covered = find("#composer").getBoundingClientRect();
      const limit = covered.top < window.innerHeight && covered.left < 40 && window.innerWidth < 900 ? covered.top : window.innerHeight;
      if (top < 0 || bottom > limit) target.scrollIntoView({ block: "center", behavior: calm(behavior) });
    }
  }

  function scrollWithin(target, box, behavior) {
    const distance = target.getBoundingClientRect().top - box.getBoundingClientRect().top;
    box.scrollTo({ top: box.scrollTop + distance - 16, behavior: calm(behavior) });
  }

  function calm(behavior) {
    return window.matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : behavior ?? "auto";
  }

  let shown = "";

  function highlight(markers) {
    const key = markers.map((marker) => marker.outerHTML).join();
    if (key === shown) return;
    shown = key;
    leave();
    for (const mark of document.querySelectorAll("#document mark")) {
      const parent = mark.parentNode;
      mark.replaceWith(...mark.childNodes);
      parent.normalize();
    }
    for (const title of document.querySelectorAll("#document h3.cited")) title.classList.remove("cited");
    for (const marker of markers) if (marker.hash) mark(marker);
    const first = find("#document mark");
    if (first) bringIntoView(first.closest(".passage"));
  }

  function mark(marker) {
    const passage = find(marker.hash);
    if ("titled" in marker.dataset) passage.querySelector("h3")?.classList.add("cited");
    wrap(passage.querySelector("p"), marker.dataset.span, "cited");
    if (marker.dataset.emphasis) wrap(passage.querySelector("p"), marker.dataset.emphasis, "emphasis");
  }

  // Puts <mark> around the characters from-to of an element, piece by piece where marks stand already.
  function wrap(element, span, kind) {
    const [from, to] = span.split("-").map(Number);
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    const texts = [];
    while (walker.nextNode()) texts.push(walker.currentNode);
    let at = 0;
    for (const text of texts) {
      const start = Math.max(from - at, 0);
      const end = Math.min(to - at, text.length);
      at += text.length;
      if (start >= end) continue;
      const range = document.createRange();
      range.setStart(text, start);
      range.setEnd(text, end);
      const around = document.createElement("mark");
      around.className = kind;
      range.surroundContents(around);
    }
  }
})();
