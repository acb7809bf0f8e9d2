// What was taken along: the list of the day and one piece of work. Other rooms may add to both by `extend`.

import { button, clock, day, el, note, show, when } from "./dom.js";
import { fill } from "./form.js";
import { ordered } from "./logic.js";
import * as outbox from "./outbox.js";
import * as server from "./server.js";
import * as vault from "./vault.js";

const extensions = {};

/**
 * Add to the pages of a kind. `list(pieces)`: an element above its list; `piece(piece)`: an element below a piece's
 * lines. Both may answer nothing, and must not need the network.
 */
export function extend(kind, parts) {
  extensions[kind] = parts;
}

/** Take the work of the next days along, in the place of what was there. What is begun or not settled stays. */
export async function takeAlong() {
  const { device } = await vault.kept();
  const { forms, pieces, ...pack } = await server.pack(device);
  const busy = new Set([...(await vault.all("draft:")).keys()].map((name) => name.replace("draft:", "piece:")));
  for (const each of await outbox.entries()) if (each.state !== "taken") busy.add(`piece:${each.kind}:${each.about}`);
  const now = pieces.map((each) => [`piece:${each.kind}:${each.id}`, { ...each, form: forms[each.form] || null }]);
  const there = new Set(now.map(([name]) => name));
  const old = [...(await vault.all("piece:"))].filter(([name]) => !there.has(name))
    .map(([name, each]) => [name, busy.has(name) ? { ...each, gone: true } : undefined]);
  await vault.change([["pack", pack], ...old, ...now]);
}

const taken = () => vault.get("pack");
export const pieceOf = (kind, id) => vault.get(`piece:${kind}:${id}`);

/** Pieces in the order of the day, each with how far it is: "", "draft", or the state of its entry. */
async function all() {
  const done = new Map((await outbox.entries()).reverse().map((each) => [`${each.kind}:${each.about}`, each.state]));
  const drafts = await vault.all("draft:");
  const pieces = ordered([...(await vault.all("piece:")).values()]);
  return pieces.map((each) => {
    const key = `${each.kind}:${each.id}`;
    return { ...each, stands: drafts.has(`draft:${key}`) ? "draft" : done.get(key) || "" };
  });
}

const WORDS = { "": "", draft: "填了一半", ...outbox.WORDS };
const isToDo = (piece) => piece.form && (piece.stands === "" || piece.stands === "draft");

/** The list: today, the next days, what is done. */
export async function list() {
  const pack = await taken();
  if (!pack) return show(el("h1", {}, "今天的任务"), note("info", "还没有带出任务。请在有网络时点“更新任务”。"), renew());
  const pieces = await all();
  const today = day();
  const isToday = (piece) => !piece.data?.on || piece.data.on <= today;
  const open = pieces.filter((each) => isToDo(each) || !each.form);
  const parts = [
    ["今天", open.filter(isToday)], ["以后几天", open.filter((each) => !isToday(each))],
    ["办完的", pieces.filter((each) => each.form && !isToDo(each))],
  ];
  return show(
    el("h1", {}, "今天的任务"),
    el("p", { class: "help" }, `${open.filter(isToday).length} 件，${Object.values(pack.kinds).join("、")}；任务更新于 ${when(pack.at)}`),
    Object.keys(pack.kinds).map((kind) => extensions[kind]?.list?.(open.filter((each) => each.kind === kind && isToday(each)))),
    pieces.length ? null : note("info", "这几天没有任务。"),
    parts.map(([title, some]) => (some.length ? [el("h2", {}, `${title}（${some.length}）`), el("ul", { class: "pieces" }, some.map(line))] : null)).flat(),
    renew(),
  );
}

function renew() {
  return el("div", { class: "ends" }, button("更新任务", () => dispatchEvent(new Event("yiyang:renew")), "other"));
}

/** The hour; of another day than today its date too. */
function due({ on, at } = {}) {
  const date = on && on !== day() ? `${Number(on.slice(5, 7))}月${Number(on.slice(8))}日 ` : "";
  return `${date}${at == null ? "" : clock(at)}`.trim();
}

function line(piece) {
  const time = `${due(piece.data)}　`.trimStart();
  return el("li", {}, el("a", { class: piece.data?.urgent ? "piece urgent" : "piece", href: `#/piece/${piece.kind}/${piece.id}` },
    el("strong", {}, time + piece.title), piece.data?.urgent ? el("span", { class: "badge bad" }, "紧急") : null,
    piece.stands ? el("span", { class: `badge ${piece.stands}` }, WORDS[piece.stands]) : null,
    piece.lines.slice(0, 2).map((each) => el("small", {}, each))));
}

/** One piece of work: whom it is about, how to get there, call, begin. */
export async function piece(kind, id) {
  const found = await pieceOf(kind, id);
  if (!found) return show(note("wait", "这件任务已不在清单里，可能已由他人办理。"), el("a", { class: "other", href: "#/" }, "回到任务"));
  const { stands } = (await all()).find((each) => each.kind === kind && each.id === id);
  const { data = {} } = found;
  const begins = { "": "开始填写", draft: "接着填写" }[stands] || "再办一次";
  return show(
    el("h1", {}, found.title),
    stands && stands !== "draft" ? note("info", `已办理：${WORDS[stands]}。`) : null,
    found.gone ? note("wait", "这件任务已不在清单里，可能改派或已由他人办理。填好的内容仍可上传，由主管处理。") : null,
    due(data) ? el("p", { class: "line" }, due(data)) : null,
    found.lines.map((each) => el("p", { class: "line" }, each)),
    data.phone ? el("a", { class: "call", href: `tel:${data.phone}` }, `打电话 ${data.phone}`) : null,
    data.directions ? el("section", {}, el("h2", {}, "怎么走"), el("p", { class: "line" }, data.directions)) : null,
    extensions[kind]?.piece?.(found),
    el("div", { class: "ends" },
      found.form ? el("a", { class: "main", href: `#/form/${kind}/${id}` }, begins) : null,
      el("a", { class: "other", href: "#/" }, "回到任务")),
  );
}

/** The form of a piece. */
export async function form(kind, id, done) {
  const found = await pieceOf(kind, id);
  if (!found) return piece(kind, id);
  const back = () => {
    location.hash = `#/piece/${kind}/${id}`;
  };
  return fill(found, back, done);
}
