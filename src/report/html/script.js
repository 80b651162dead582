"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("script");
  const form = document.getElementById("filter");
  const clauses = [...document.querySelectorAll(".clause")];
  const operations = [...document.querySelectorAll(".operation")];
  const texts = new Map();
  const textOf = (clause) => {
    if (!texts.has(clause)) {
      texts.set(clause, (clause.id + " " + clause.firstElementChild.textContent).toLowerCase());
    }
    return texts.get(clause);
  };
  // So many are opened at once without a wait.
  const FEW = 300;

  function filter() {
    const verdict = form.elements.verdict.value;
    const words = form.elements.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    const here = new Set();
    for (const clause of clauses) {
      const shown = (!verdict || clause.dataset.verdict === verdict)
        && words.every((word) => textOf(clause).includes(word));
      clause.hidden = !shown;
      if (shown) {
        found += 1;
        here.add(clause.parentElement);
      }
    }
    const all = !verdict && words.length === 0;
    for (const operation of operations) {
      operation.hidden = !here.has(operation);
      if (!all) operation.open = here.has(operation) && found <= FEW;
    }
    form.elements.found.value = all ? "" : `${found} of ${clauses.length} clauses`;
  }

  function reveal() {
    const name = location.hash.slice(1);
    const target = document.getElementById(name);
    if (!target) return;
    if (target.closest("[hidden]")) {
      form.reset();
      filter();
    }
    for (let part = target; part; part = part.parentElement) {
      if (part.tagName === "DETAILS") part.open = true;
    }
    target.scrollIntoView();
    if (target.tagName === "DETAILS") target.firstElementChild.focus({ preventScroll: true });
  }

  async function copy(button) {
    const text = button.parentElement.querySelector("code").textContent;
    let done = true;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      done = document.execCommand("copy");
      area.remove();
      button.focus();
    }
    const said = done ? "Copied" : "Not copied";
    button.firstChild.data = said;
    document.getElementById("said").textContent = said;
    setTimeout(() => {
      button.firstChild.data = "Copy";
      document.getElementById("said").textContent = "";
    }, 2000);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button.copy");
    if (button) {
      copy(button);
      return;
    }
    const link = event.target.closest("a[href^='#']");
    if (!link) return;
    if (link.dataset.filter && form) {
      form.elements.search.value = "";
      form.elements.verdict.value = link.dataset.filter;
      filter();
    }
    // A link to where one is changes nothing, and what it leads to may have been closed.
    if (link.hash === location.hash) setTimeout(reveal);
  });
  addEventListener("hashchange", reveal);

  if (form) {
    let waiting;
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("change", filter);
    form.elements.search.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(filter, 120);
    });
    // A browser keeps what was chosen over a reload.
    if (form.elements.verdict.value || form.elements.search.value) filter();
  }

  const closed = [];
  addEventListener("beforeprint", () => {
    for (const part of document.querySelectorAll(".operation:not([open]), article details:not([open])")) {
      closed.push(part);
      part.open = true;
    }
  });
  addEventListener("afterprint", () => {
    for (const part of closed.splice(0)) part.open = false;
  });
  reveal();
})();
