// What every page can do beyond being read: copy a command, and choose the element that a picture explains.
"use strict";

for (const box of document.querySelectorAll(".copied")) {
  const button = box.querySelector("button");
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(box.querySelector("code").textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(box.querySelector("code"));
      button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
}

// A link into a folded part opens it.
function unfold() {
  let part = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (; part; part = part.parentElement) if (part.localName === "details") part.open = true;
}
addEventListener("hashchange", unfold);
unfold();

for (const figure of document.querySelectorAll(".picture")) {
  const data = JSON.parse(figure.querySelector("script").textContent);
  const cells = new Map([...figure.querySelectorAll("[data-key]")].map((cell) => [cell.dataset.key, cell]));
  const slider = figure.querySelector("input[type=range]");
  const [height, width] = [data.rows.length, data.columns.length];

  const mark = (key, name) => cells.get(key)?.classList.add(name);
  const show = (number) => {
    const m = data.filters[Math.floor(number / (height * width))];
    const [i, j] = [Math.floor(number / width) % height, number % width];
    const [rows, columns] = [data.rows[i], data.columns[j]];
    for (const cell of cells.values()) cell.classList.remove("read", "origin", "chosen");
    mark(`y${m}:${i},${j}`, "chosen");
    let outside = 0;
    for (const c of data.channels[m]) {
      rows.forEach(([row, from], kh) => columns.forEach(([column, start], kw) => {
        mark(`x${c}:${row},${column}`, "read");
        mark(`w${c - data.first[m]}:${kh},${kw}`, "read");
        if (from === null || start === null) outside += 1;
        else if (from !== row || start !== column) mark(`x${c}:${from},${start}`, "origin");
      }));
    }
    for (const plane of figure.querySelectorAll(".plane.x")) {
      plane.classList.toggle("idle", !data.channels[m].includes(Number(plane.dataset.plane.slice(1))));
    }
    figure.querySelectorAll(".plane.w").forEach((plane, k) => {
      plane.querySelectorAll("rect + text").forEach((text, place) => { text.textContent = data.weights[m][k][place]; });
    });
    const span = (axis) => [...new Set(axis.map(([, from]) => from).filter((from) => from !== null))].join(", ") || "none";
    figure.querySelector(".reads").textContent =
      `y[${m},${i},${j}] reads rows ${span(rows)} and columns ${span(columns)}` +
      (outside ? `; ${outside} of its taps meet zeros` : "");
    slider.setAttribute("aria-valuetext", `channel ${m}, row ${i}, column ${j}`);
  };

  figure.querySelector(".controls").hidden = false;
  slider.addEventListener("input", () => show(Number(slider.value)));
  figure.querySelector("input[type=checkbox]").addEventListener("change", (event) => {
    figure.classList.toggle("places", event.target.checked);
  });
  figure.querySelector("svg").addEventListener("click", (event) => {
    const found = /^y(\d+):(\d+),(\d+)$/.exec(event.target.closest("[data-key]")?.dataset.key ?? "");
    if (!found) return;
    const [m, i, j] = found.slice(1).map(Number);
    slider.value = (data.filters.indexOf(m) * height + i) * width + j;
    show(Number(slider.value));
  });
  show(Number(slider.value));
}
