// The frame: which page is shown, when it locks, when it sends.

import { button, el, note, say, show, when } from "./dom.js";
import * as outbox from "./outbox.js";
import * as pieces from "./pieces.js";
import * as server from "./server.js";
import { door } from "./unlock.js";
import * as vault from "./vault.js";

const IDLE = 5 * 60_000; // then it locks
const EVERY = 60_000; // so often it tries to send what waits
const STALE = 30 * 60_000; // older work is taken along anew when it is opened with a network
let touched = Date.now();
const there = (id) => document.getElementById(id);

async function status() {
  const isOpen = vault.isOpen();
  there("nav").hidden = there("lock").hidden = !isOpen;
  there("net").textContent = navigator.onLine ? "有网络" : "无网络";
  there("net").className = navigator.onLine ? "online" : "offline";
  if (!isOpen) return;
  const { waiting, conflict, refused } = await outbox.counts();
  const parts = [`待传 ${waiting}`, conflict && `冲突 ${conflict}`, refused && `未入库 ${refused}`];
  there("to-outbox").textContent = parts.filter(Boolean).join(" · ");
  there("to-outbox").className = conflict || refused ? "bad" : waiting ? "wait" : "";
  const isOutbox = /^#\/(outbox|entry)/.test(location.hash);
  there("to-outbox").toggleAttribute("aria-current", isOutbox);
  there("to-pieces").toggleAttribute("aria-current", !isOutbox);
}

/** Try to send; what stands in the way is told only when somebody asked for it. */
async function send(isAsked = false) {
  if (!vault.isOpen()) return;
  try {
    const kept = await outbox.send();
    if (kept) say(`平台已收到 ${kept} 条记录。`);
    else if (isAsked) say("没有要上传的记录。");
  } catch (error) {
    if (isAsked) fail(error);
  }
  await status();
  if (location.hash === "#/outbox") await outboxPage();
}

function fail(error) {
  if (error instanceof server.Offline) return say("现在没有网络。记录存在本机，联网后自动上传。");
  if (error instanceof server.LoginNeeded) {
    return show(note("wait", "登录已过期。记录都在本机，登录后自动上传；由谁登录都可以，记录算在办理人名下。"),
      el("a", { class: "main", href: server.loginAddress() }, "去登录"), el("a", { class: "other", href: "#/outbox" }, "返回"));
  }
  if (error instanceof server.Refused) return say(error.message);
  throw error;
}

async function renew(isAsked = true) {
  try {
    await outbox.send();
    await pieces.takeAlong();
    if (isAsked) say("任务已更新。");
  } catch (error) {
    if (isAsked) fail(error);
    else if (!(error instanceof server.Offline || error instanceof server.LoginNeeded || error instanceof server.Refused)) throw error;
  }
  if (/^#?\/?$/.test(location.hash)) await route();
  await status();
}

async function outboxPage() {
  const found = await outbox.entries();
  const item = (each) => el("li", {}, el("a", { class: "piece", href: `#/entry/${each.id}` },
    el("strong", {}, each.title), el("span", { class: `badge ${each.state}` }, outbox.WORDS[each.state]),
    el("small", {}, `${when(each.done_at)} 办理`),
    each.problems.length ? el("small", { class: "told" }, each.problems[0].zh) : null));
  show(el("h1", {}, "待传"),
    el("p", { class: "help" }, "平台确认收到之前，本机一条也不删。已入库的保留七天。"),
    el("div", { class: "ends" }, button("现在上传", () => send(true))),
    found.length ? el("ul", { class: "pieces" }, found.map(item)) : note("info", "还没有记录。办好的任务先放在这里，联网后自动上传。"),
    el("p", {}, button("换人使用：清空本机", () => leave(found), "plain")));
}

async function leave(found) {
  if (found.some((each) => !each.kept) || found.some((each) => each.state === "waiting")) {
    return say("还有没上传的记录，不能清空。");
  }
  show(el("h1", {}, "清空本机？"), note("wait", "本机上的任务和填了一半的内容会删除；平台已收到的记录不受影响。"),
    el("div", { class: "ends" }, button("清空", async () => {
      await vault.wipe();
      location.hash = "#/";
      await route();
    }, "danger"), el("a", { class: "other", href: "#/" }, "不清空")));
}

async function entryPage(id) {
  const entry = await vault.get(`entry:${id}`);
  if (!entry) return outboxPage();
  const said = entry.body ? JSON.parse(entry.body).said : [];
  const lines = (pairs) => el("dl", {}, pairs.flatMap(([term, words]) => [el("dt", {}, term), el("dd", {}, words)]));
  const theirs = Object.entries(entry.theirs || {});
  const piece = await pieces.pieceOf(entry.kind, entry.about);
  const act = (work) => async () => {
    await work();
    location.hash = "#/outbox";
  };
  return show(el("h1", {}, entry.title),
    el("p", {}, el("span", { class: `badge ${entry.state}` }, outbox.WORDS[entry.state]), ` ${when(entry.done_at)} 办理`),
    entry.problems.map((each) => note("wait", each.zh)),
    entry.state === "conflict" ? note("info", "两份记录平台都留存，由主管决定以哪份为准，您不用再办。") : null,
    theirs.length ? el("section", { class: "sum" }, el("h2", {}, "先到的记录"), lines(theirs)) : null,
    said.length ? el("section", { class: "sum" }, el("h2", {}, "我的记录"), lines(said)) : null,
    el("div", { class: "ends" },
      entry.state === "refused" && !entry.kept ? button("再传一次", act(() => outbox.again(entry))) : null,
      entry.state === "refused" && entry.body && piece ? button("改好再办", act(() => outbox.mend(entry, piece)), "other") : null,
      entry.kept ? button("从本机列表移除", act(() => outbox.dismiss(entry)), "plain") : null,
      el("a", { class: "other", href: "#/outbox" }, "返回")));
}

function finished() {
  say("已存入本机，联网后自动上传。");
  location.hash = "#/";
  send();
}

async function route() {
  if (!vault.isOpen()) {
    await status();
    return door(opened);
  }
  const [page, one, two] = location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  await status();
  if (page === "outbox") return outboxPage();
  if (page === "entry") return entryPage(one);
  if (page === "piece") return pieces.piece(one, two);
  if (page === "form") return pieces.form(one, two, finished);
  return pieces.list();
}

async function opened() {
  touched = Date.now();
  await route();
  const pack = await vault.get("pack");
  if (!pack || Date.now() - Date.parse(pack.at) > STALE) await renew(false);
  else await send();
}

function lock() {
  vault.lock();
  document.getElementById("said").replaceChildren();
  route();
}

function watch() {
  for (const each of ["pointerdown", "keydown", "scroll"]) addEventListener(each, () => (touched = Date.now()), { passive: true });
  const tooLong = () => vault.isOpen() && Date.now() - touched > IDLE && lock();
  setInterval(tooLong, 10_000);
  // Timers sleep with a page in the background: look again when it comes back.
  document.addEventListener("visibilitychange", tooLong);
  setInterval(() => navigator.onLine && send(), EVERY);
}

async function begin() {
  if (!("serviceWorker" in navigator && window.isSecureContext && "locks" in navigator)) {
    return show(note("bad", "这里不能安全保存资料：请用新版浏览器，经 https 打开。"));
  }
  navigator.serviceWorker.register("/field/sw.js", { scope: "/field/" }).catch(() => say("离线功能没有装好，请联网后重新打开。"));
  navigator.storage?.persist?.();
  addEventListener("hashchange", route);
  addEventListener("online", () => status().then(() => send()));
  addEventListener("offline", status);
  addEventListener("yiyang:renew", () => renew());
  there("lock").addEventListener("click", lock);
  watch();
  return route();
}

begin();
