// The matrix: filters and order, kept in the address; requirements of a chapter on demand; arrow keys between cells.
"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const table = document.getElementById("matrix");
const body = table.tBodies[0];
const head = table.tHead.rows[0];
const form = document.getElementById("filters");
const rows = [...body.rows];
const state = new URLSearchParams(location.search);
const open = new Set((state.get("open") ?? "").split(",").filter(Boolean));
const WORDS = { p: "pass", f: "fail", e: "error", n: "not reached", u: "unsupported", "-": "unsupported" };
const MARKS = { p: "✓", f: "✗", e: "✗", n: "?", u: "–", "-": "·" };

function remember() {
  for (const name of ["find", "verdict", "profile", "dtype", "feature", "language", "device", "all"]) {
    const field = form.elements[name];
    const value = !field || (field.type === "checkbox" && !field.checked) ? "" : field.value;
    if (value) state.set(name, value); else state.delete(name);
  }
  if (open.size) state.set("open", [...open].join(",")); else state.delete("open");
  const query = state.toString();
  try { history.replaceState(null, "", (query ? `?${query}` : location.pathname) + location.hash); } catch { /* a page without an address */ }
}

function isShown(row) {
  const { dataset } = row;
  for (const name of ["verdict", "profile", "language", "device"]) {
    if (state.get(name) && dataset[name] !== state.get(name)) return false;
  }
  for (const name of ["dtype", "feature"]) {
    if (state.get(name) && !dataset[name].split(" ").includes(state.get(name))) return false;
  }
  const words = (state.get("find") ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const text = `${dataset.name} ${dataset.device} ${dataset.language} ${dataset.profile}`.toLowerCase();
  if (!words.every((word) => text.includes(word))) return false;
  return state.has("all") || "latest" in dataset || location.hash.slice(1).startsWith(row.id);
}

function filter() {
  for (const row of rows) row.hidden = !isShown(row);
  const shown = rows.filter((row) => !row.hidden);
  const [number, all] = [shown.length, rows.length];
  document.getElementById("shown").textContent = number === all ? `${all} shown` : `${number} of ${all} shown`;
  document.getElementById("none").hidden = number > 0;
  rove(shown);
}

function value(row, key) {
  if (key === "name") return row.dataset.name.toLowerCase();
  if (key === "verdict") return Number(row.dataset.rank);
  if (key === "date") return row.dataset.date;
  const cell = document.getElementById(`${row.id}.${key}`);
  return cell.dataset.held === "0" && cell.dataset.failing === "0" ? -1 : Number(cell.dataset.failing);
}

function sort() {
  const given = state.get("sort") ?? "";
  const [key, sign] = given.startsWith("-") ? [given.slice(1), -1] : [given, 1];
  const header = [...head.cells].find((cell) => (cell.dataset.sort ?? cell.dataset.chapter) === key);
  for (const cell of head.cells) cell.removeAttribute("aria-sort");
  header?.setAttribute("aria-sort", sign < 0 ? "descending" : "ascending");
  const place = new Map(rows.map((row, number) => [row, number]));
  const order = (a, b) => {
    const [x, y] = [value(a, key), value(b, key)];
    return x < y ? -sign : x > y ? sign : place.get(a) - place.get(b);
  };
  body.append(...(header ? [...rows].sort(order) : rows));
}

function sortBy(key, first) {
  const [one, other] = first < 0 ? [`-${key}`, key] : [key, `-${key}`];
  const now = state.get("sort");
  if (now === one) state.set("sort", other); else if (now === other) state.delete("sort"); else state.set("sort", one);
  sort();
  remember();
}

// Requirements of a chapter: columns that are made when they are asked for.
function unfold(chapter, isOpen) {
  const header = head.querySelector(`[data-chapter="${chapter}"]`);
  header.querySelector("[aria-expanded]").setAttribute("aria-expanded", String(isOpen));
  for (const cell of table.querySelectorAll(`[data-of="${chapter}"]`)) cell.remove();
  if (isOpen) open.add(chapter); else open.delete(chapter);
  if (!isOpen) return;
  const members = [...data.requirements.entries()].filter(([, [id]]) => id.startsWith(`${chapter}.`));
  const titles = members.map(([, [id, level, sentence]]) => {
    const cell = make("th", { scope: "col", className: "requirement" }, chapter);
    cell.append(link(`edition-${data.edition}/${id}.html`, id.slice(chapter.length + 1), sentence));
    if (level !== "MUST") cell.firstChild.append(` (${level})`);
    return cell;
  });
  header.after(...titles);
  for (const row of rows) {
    const found = members.map(([number, [id]]) => {
      const letter = data.verdicts[row.id][number];
      const cell = make("td", { id: `${row.id}.${id}`, className: `cell small ${WORDS[letter].replace(" ", "-")}` }, chapter);
      const shown = link(`implementations/${row.id}.html#${id}`, MARKS[letter], `${id}: ${WORDS[letter]}`);
      shown.setAttribute("aria-label", `${row.dataset.name}, ${id}: ${letter === "u" ? "not claimed" : WORDS[letter]}`);
      cell.append(letter === "-" ? MARKS[letter] : shown);
      return cell;
    });
    document.getElementById(`${row.id}.${chapter}`).after(...found);
  }
}

function make(name, properties, chapter) {
  const made = Object.assign(document.createElement(name), properties);
  made.dataset.of = chapter;
  return made;
}

function link(href, text, title) {
  return Object.assign(document.createElement("a"), { href, title, textContent: text });
}

// One cell takes part in the order of the tab key; arrows move from it to the others.
const linksOf = (row) => [...row.querySelectorAll("td a")];

function rove(shown) {
  const links = rows.flatMap(linksOf);
  for (const one of links) one.tabIndex = -1;
  const first = shown.length ? linksOf(shown[0])[0] : undefined;
  if (first) first.tabIndex = 0;
}

body.addEventListener("keydown", (event) => {
  const cell = event.target.closest("td");
  const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
  if (!cell || !step) return;
  event.preventDefault();
  const shown = [...body.rows].filter((row) => !row.hidden);
  let [row, column] = [shown.indexOf(cell.parentElement), cell.cellIndex];
  do [row, column] = [row + step[0], column + step[1]];
  while (shown[row]?.cells[column] && !shown[row].cells[column].querySelector("a"));
  const target = shown[row]?.cells[column]?.querySelector("td a, a");
  if (!target || !target.closest("td")) return;
  event.target.tabIndex = -1;
  target.tabIndex = 0;
  target.focus();
});

// An address that names a cell of a requirement unfolds its chapter; one that names a row shows it.
function follow() {
  const name = decodeURIComponent(location.hash.slice(1));
  const row = rows.find((one) => name.startsWith(`${one.id}.`));
  const id = row ? name.slice(row.id.length + 1) : "";
  if (id.includes(".") && data.requirements.some(([known]) => known === id)) unfold(id.split(".")[0], true);
  filter();
  if (name) document.getElementById(name)?.scrollIntoView({ block: "center", inline: "center" });
}

for (const cell of head.cells) {
  const button = Object.assign(document.createElement("button"), { type: "button" });
  const { chapter, sort: key } = cell.dataset;
  button.textContent = cell.textContent.trim();
  (cell.querySelector("div") ?? cell).replaceChildren(button);
  if (key) button.addEventListener("click", () => sortBy(key, key === "date" ? -1 : 1));
  if (!chapter) continue;
  button.setAttribute("aria-expanded", "false");
  button.addEventListener("click", () => { unfold(chapter, !open.has(chapter)); filter(); remember(); });
  const order = Object.assign(document.createElement("button"), { type: "button", textContent: "⇅", title: `sort by ${chapter}` });
  order.setAttribute("aria-label", `sort by ${chapter.replaceAll("-", " ")}`);
  order.addEventListener("click", () => sortBy(chapter, -1));
  cell.firstChild.prepend(order);
}
for (const field of form.elements) {
  if (!field.name || !state.has(field.name)) continue;
  if (field.type === "checkbox") field.checked = true; else field.value = state.get(field.name);
}
form.hidden = false;
document.querySelector(".hint").hidden = false;
for (const kind of ["input", "change"]) form.addEventListener(kind, () => { remember(); filter(); });
form.addEventListener("reset", () => setTimeout(() => { remember(); filter(); }));
form.addEventListener("submit", (event) => event.preventDefault());
addEventListener("hashchange", follow);
for (const chapter of open) if (head.querySelector(`[data-chapter="${CSS.escape(chapter)}"]`)) unfold(chapter, true);
sort();
follow();
