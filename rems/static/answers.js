// Questions that hang on an answer appear and go at once. The server decides; without this, saving shows what applies.
const form = document.querySelector("form:has([data-hangs-on])");

function values(name) {
  return [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)].filter((one) => one.type === "text" || one.checked).map((one) => one.value);
}

function met({ hangsOn, anyOf, atLeast }) {
  const given = values(hangsOn);
  if (atLeast) return given[0]?.trim() !== "" && Number(given[0]) >= Number(atLeast);
  return given.some((one) => anyOf.split("|").includes(one));
}

// In the order of the page: what hangs on a question that is hidden is hidden too.
function show() {
  for (const row of form.querySelectorAll("[data-hangs-on]")) {
    const above = form.querySelector(`[name="${CSS.escape(row.dataset.hangsOn)}"]`)?.closest("[data-hangs-on]");
    row.hidden = Boolean(above?.hidden) || !met(row.dataset);
  }
}

if (form) {
  form.addEventListener("input", show);
  show();
}
