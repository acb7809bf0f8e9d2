// The door: a device is entered once, opened with a PIN, and opened again after a fresh login when that is forgotten.

import { button, el, note, show } from "./dom.js";
import * as server from "./server.js";
import * as vault from "./vault.js";

const PIN = /^\d{6,12}$/;
const EASY = ["0123456789012345", "9876543210987654"];

const isEasy = (pin) => /^(\d)\1+$/.test(pin) || EASY.some((row) => row.includes(pin));

function input(id, words, more = {}) {
  return [el("label", { class: "asks", for: id }, words), el("input", { id, autocomplete: "off", ...more })];
}

const secret = (id, words) => input(id, words, { type: "password", inputmode: "numeric", maxlength: 12 });
const value = (id) => document.getElementById(id).value.trim();

/** A form of one page; what goes wrong stands on top, with the way out. */
function ask(title, lead, fields, words, act, ...more) {
  const told = el("div", { role: "alert" });
  const submit = el("button", { class: "main", type: "submit" }, words);
  const go = async (event) => {
    event.preventDefault();
    submit.disabled = true;
    told.replaceChildren();
    try {
      await act();
    } catch (error) {
      told.replaceChildren(...explained(error));
    } finally {
      submit.disabled = false;
    }
  };
  show(el("h1", {}, title), el("p", { class: "help" }, lead), told,
    el("form", { onsubmit: go, class: "door" }, fields, el("div", { class: "ends" }, submit, more)));
  document.querySelector(".door input")?.focus();
}

class Told extends Error {}

function explained(error) {
  if (error instanceof server.Offline) return [note("wait", "现在没有网络，这一步要联网才能办。")];
  if (error instanceof server.LoginNeeded) {
    return [note("wait", "请先登录平台。"), el("p", {}, el("a", { class: "main", href: server.loginAddress() }, "去登录"))];
  }
  if (error instanceof server.Refused && error.code === "prove") {
    return [note("wait", error.message), el("p", {}, el("a", { class: "main", href: server.proveAddress() }, "重新登录"))];
  }
  if (error instanceof server.Refused || error instanceof Told) return [note("bad", error.message)];
  throw error;
}

function newPin() {
  const pin = value("pin");
  if (!PIN.test(pin)) throw new Told("口令须为 6 至 12 位数字。");
  if (isEasy(pin)) throw new Told("这个口令太容易猜到，请换一个。");
  if (pin !== value("again")) throw new Told("两次输入的口令不一样。");
  return pin;
}

const PINS = () => [...secret("pin", "本机口令（6 至 12 位数字）"), ...secret("again", "再输一次")];

/** Enter this device under the account that is logged in. */
function enrol(opened) {
  ask("登记这台设备", "只需一次，要联网。资料加密存在本机，每次打开要输口令。",
    [...input("name", "设备名称", { value: "我的手机", maxlength: 100 }), ...PINS()], "登记", async () => {
      const pin = newPin(), raw = vault.newKey();
      const { device } = await server.register(value("name"), vault.base64(raw));
      await vault.keep(device, raw, pin);
      opened();
    });
}

/** The PIN is forgotten, or was wrong five times: the platform's copy of the key, and a new PIN. */
function forgotten(opened, kept) {
  const words = kept.wrapped ? "用登录密码证明是您本人，再设新口令。已办的记录都还在。"
    : "口令错了五次，本机已锁。用登录密码证明是您本人，再设新口令。已办的记录都还在。";
  ask("重设本机口令", words, PINS(), "设新口令", async () => {
    const pin = newPin();
    const { key } = await server.keyAgain(kept.device);
    await vault.keep(kept.device, vault.bytes(key), pin);
    opened();
  }, kept.wrapped ? button("返回", () => door(opened), "other") : null);
}

/** Open the store, in the way that fits how it stands; then `opened()`. */
export async function door(opened) {
  const kept = await vault.kept();
  if (!kept) return enrol(opened);
  if (!kept.wrapped) return forgotten(opened, kept);
  return ask("输入本机口令", "资料在本机加密保存，没有网络也能打开。换人使用时，请登记人先打开，在“待传”里清空本机。", secret("pin", "本机口令"), "打开", async () => {
    if (await vault.unlock(value("pin"))) return opened();
    const left = vault.TRIES - ((await vault.kept()).tries || 0);
    if (left <= 0) return door(opened);
    document.getElementById("pin").value = "";
    throw new Told(`口令不对，还可以试 ${left} 次。`);
  }, button("忘记口令", () => forgotten(opened, kept), "plain"));
}
