// Keys for what the page offers anyway: without this file every link and form still works.
"use strict";
(() => {
  const typing = (el) => el && (el.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName)) &&
    !(el.type === "checkbox" || el.type === "radio");
  const rows = () => [...document.querySelectorAll("[data-list] > .item")];
  const at = () => rows().findIndex((row) => row === document.activeElement || row.contains(document.activeElement));
  const select = (row) => { row.focus({ preventScroll: true }); row.scrollIntoView({ block: "nearest" }); };
  let first = "";
  const move = (step) => {
    const all = rows();
    if (!all.length) return;
    const here = at();
    select(all[here < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, here + step))]);
  };
  const press = (el) => {
    if (el.tagName === "INPUT") { el.focus(); el.select(); return; }
    el.click();
  };
  const open = (summary) => {
    const box = summary.parentElement;
    box.open = true;
    const field = box.querySelector("select, input:not([type=hidden]), textarea");
    if (field) field.focus();
    box.scrollIntoView({ block: "nearest" });
  };
  const classOf = (n) => {
    const form = document.getElementById("correct");
    if (!form) return false;
    const classes = [...form.elements.label.options].filter((option) => option.value.startsWith("class|"));
    if (!classes[n - 1]) return false;
    form.elements.label.value = classes[n - 1].value;
    form.closest("details").open = true;
    form.elements.reason.focus();
    return true;
  };
  const help = document.querySelector('[data-keys="?"]');
  const keys = document.getElementById("keyhelp");
  if (keys) help.addEventListener("click", (event) => { event.preventDefault(); keys.showModal(); });
  const find = (attribute, key) => [...document.querySelectorAll(`[${attribute}]`)].find((el) => el.getAttribute(attribute).split(" ").includes(key));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") { document.activeElement.blur(); first = ""; return; }
    if (typing(document.activeElement)) return;
    const key = event.key;
    let did = true;
    if (first === "g") {
      const link = [...document.querySelectorAll("nav [data-keys]")].find((el) => el.dataset.keys === "g " + key);
      first = "";
      if (link) link.click(); else did = false;
    } else if (key === "g") { first = "g"; setTimeout(() => { first = ""; }, 1500); }
    else if (key === "j") move(1);
    else if (key === "k") move(-1);
    else if (key === "?") help.click();
    else if (key === "Enter" && document.activeElement.matches(".item")) document.activeElement.querySelector("h3 a, p a").click();
    else if (key === "x" && document.activeElement.matches(".item")) { const box = document.activeElement.querySelector("[data-choose]"); if (box) box.click(); else did = false; }
    else if (key === "u") { const button = document.querySelector('form input[name=action][value=undo] ~ button'); if (button) button.click(); else did = false; }
    else if (/^[1-9]$/.test(key)) did = classOf(Number(key));
    else {
      const here = rows()[Math.max(0, at())];
      const own = here && [...here.querySelectorAll("[data-row]")].find((el) => el.dataset.row === key);
      const summary = find("data-open", key);
      const other = find("data-key", key);
      if (own) own.click(); else if (summary) open(summary); else if (other) press(other); else did = false;
    }
    if (did) event.preventDefault();
  });
  if (matchMedia("(max-width: 60rem)").matches) document.querySelectorAll("[data-narrow-closed]").forEach((el) => { el.open = false; });
  const list = document.querySelector("[data-list]");
  if (list && location.pathname === "/review" && new URLSearchParams(location.search).has("done") && rows()[0]) select(rows()[0]);
})();
