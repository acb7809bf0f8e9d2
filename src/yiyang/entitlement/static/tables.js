// Tables that sort, filter, fold and export themselves. A table says with data-* what it wants; see macros.html.j2.
(() => {
  "use strict";
  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));
  const collator = new Intl.Collator("zh-Hans", { numeric: true });
  const rowsOf = (table) => Array.from(table.tBodies[0].rows);
  const text = (cell) => (cell.dataset.csv !== undefined ? cell.dataset.csv : cell.textContent.trim().replace(/\s+/g, " "));
  const key = (cell) => (cell.dataset.sort !== undefined ? Number(cell.dataset.sort) : cell.textContent.trim());

  // A row is off when another control has taken it out (an area without the item); the others are search and filters.
  function isWanted(table, row) {
    const search = document.querySelector(`[data-search="${table.id}"]`);
    const words = (search ? search.value : "").trim().toLowerCase().split(/\s+/);
    const said = row.textContent.toLowerCase();
    const filters = all(`[data-filter="${table.id}"]`);
    return !row.dataset.off && words.every((word) => said.includes(word))
      && filters.every((filter) => !filter.value || row.dataset[filter.dataset.key] === filter.value);
  }

  // Rows beyond the limit are cut, not gone: print and export still have them.
  function refresh(table) {
    const limit = table.dataset.open ? Infinity : Number(table.dataset.limit || Infinity);
    const wanted = rowsOf(table).filter((row) => isWanted(table, row));
    for (const row of rowsOf(table)) {
      const place = wanted.indexOf(row);
      row.hidden = place < 0 || place >= limit;
      row.classList.toggle("cut", place >= limit);
    }
    const status = document.querySelector(`[data-status="${table.id}"]`);
    const total = rowsOf(table).length;
    if (status) status.textContent = wanted.length === total ? `共 ${total} 行` : wanted.length ? `找到 ${wanted.length} 行，共 ${total} 行` : "没有符合的行，请换一个词或放宽条件";
    const more = document.querySelector(`[data-more="${table.id}"]`);
    if (more) more.style.display = wanted.length > Number(table.dataset.limit) ? "" : "none";
  }

  function compare(column, sign) {
    return (a, b) => {
      const [x, y] = [key(a.cells[column]), key(b.cells[column])];
      return sign * (typeof x === "number" && typeof y === "number" ? x - y : collator.compare(x, y));
    };
  }

  // Numbers start with the largest, words with the first; a second press turns the order round.
  function sort(head) {
    const table = head.closest("table");
    const before = head.getAttribute("aria-sort");
    const descending = before ? before === "ascending" : head.classList.contains("n");
    all("thead th", table).forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", descending ? "descending" : "ascending");
    table.tBodies[0].append(...rowsOf(table).sort(compare(head.cellIndex, descending ? -1 : 1)));
    refresh(table);
  }

  // Spreadsheets take a cell that begins with = + - @ for a formula; a leading quote makes it text.
  function csvCell(value) {
    const risky = /^[=+\-@\t\r]/.test(value) && !/^-?\d+(\.\d+)?$/.test(value);
    const safe = risky ? `'${value}` : value;
    return /[",\n\r]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
  }

  function csv(table) {
    const heads = all("thead th", table).map((head) => head.textContent.trim());
    const rows = rowsOf(table).filter((row) => isWanted(table, row)).map((row) => Array.from(row.cells).map(text));
    return "\ufeff" + [heads, ...rows].map((row) => row.map((cell) => csvCell(cell.replace(/^(-?[\d,]+)$/, (n) => n.replace(/,/g, "")))).join(",")).join("\r\n") + "\r\n";
  }

  function save(button) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([csv(document.getElementById(button.dataset.export))], { type: "text/csv;charset=utf-8" }));
    link.download = button.dataset.file.replace(/[\\/:*?"<>|]/g, "_");
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  function unfold(button) {
    const table = document.getElementById(button.dataset.more);
    const open = !table.dataset.open;
    if (open) table.dataset.open = "yes"; else delete table.dataset.open;
    button.dataset.closed = button.dataset.closed || button.textContent;
    button.textContent = open ? "收起" : button.dataset.closed;
    button.setAttribute("aria-expanded", String(open));
    refresh(table);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.classList.contains("sort")) sort(button.closest("th"));
    if (button.dataset.export) save(button);
    if (button.dataset.more) unfold(button);
  });
  document.addEventListener("input", (event) => {
    const id = event.target.dataset.search || event.target.dataset.filter;
    if (id) refresh(document.getElementById(id));
  });
  window.tables = { refresh };
  all("table").forEach(refresh);
})();
