// The sealed store: every record under AES-GCM with a random key of this device, which lies here wrapped by the PIN only.
// A second copy of the key lies with the platform, for whoever has logged in afresh: a forgotten PIN loses nothing.

import * as store from "./store.js";

export const ROUNDS = 600_000;
export const TRIES = 5;
const TEXT = new TextEncoder();
let key = null;

export const base64 = (bytes) => {
  let text = "";
  for (let n = 0; n < bytes.length; n += 0x8000) text += String.fromCharCode(...bytes.subarray(n, n + 0x8000));
  return btoa(text);
};
export const bytes = (text) => Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
const random = (size) => crypto.getRandomValues(new Uint8Array(size));

/** SHA-256 of a text, in hex: the fingerprint that the platform must give back. */
export async function fingerprint(text) {
  const found = new Uint8Array(await crypto.subtle.digest("SHA-256", TEXT.encode(text)));
  return [...found].map((each) => each.toString(16).padStart(2, "0")).join("");
}

/** What is known before it is opened: {device, salt, iv, wrapped, rounds, tries}, or nothing. */
export const kept = () => store.get("meta", "vault");
export const isOpen = () => key !== null;

async function ofPin(pin, salt, rounds) {
  const raw = await crypto.subtle.importKey("raw", TEXT.encode(pin), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds };
  return crypto.subtle.deriveKey(how, raw, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

const usable = (raw) => crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);

/** A new key for this device. */
export const newKey = () => random(32);

/** Keep a key under a PIN (a new one, or the old one again), and open the store. */
export async function keep(device, raw, pin) {
  const salt = random(16), iv = random(12);
  const wrapped = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await ofPin(pin, salt, ROUNDS), raw);
  await store.put("meta", "vault", { device, salt, iv, wrapped: new Uint8Array(wrapped), rounds: ROUNDS, tries: 0 });
  key = await usable(raw);
}

/** Open with the PIN: true, or false. After five wrong ones the wrapped key is thrown away: then only a login helps. */
export async function unlock(pin) {
  const vault = await kept();
  if (!vault?.wrapped) return false;
  // Counted before it is tried, so that closing the page does not give the try back.
  const tries = vault.tries + 1;
  await store.put("meta", "vault", { ...vault, tries });
  try {
    const raw = await crypto.subtle.decrypt(
      { name: "AES-GCM", iv: vault.iv }, await ofPin(pin, vault.salt, vault.rounds), vault.wrapped,
    );
    key = await usable(raw);
  } catch (error) {
    if (error.name !== "OperationError") throw error;
    if (tries >= TRIES) await store.put("meta", "vault", { device: vault.device, tries });
    return false;
  }
  await store.put("meta", "vault", { ...vault, tries: 0 });
  return true;
}

export function lock() {
  key = null;
}

/** Take everything away from this device. */
export async function wipe() {
  lock();
  await store.clear("sealed");
  await store.clear("meta");
}

async function sealed(name, value) {
  if (!key) throw new Error("locked");
  const iv = random(12);
  // The record's name is bound to it: none can be put in the place of another.
  const how = { name: "AES-GCM", iv, additionalData: TEXT.encode(name) };
  return { iv, box: new Uint8Array(await crypto.subtle.encrypt(how, key, TEXT.encode(JSON.stringify(value)))) };
}

/** A record, or undefined. */
export async function get(name) {
  const found = await store.get("sealed", name);
  if (!found) return undefined;
  if (!key) throw new Error("locked");
  const how = { name: "AES-GCM", iv: found.iv, additionalData: TEXT.encode(name) };
  return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(how, key, found.box)));
}

/** All records whose names begin so: name → record. */
export async function all(beginning) {
  const names = (await store.keys("sealed")).filter((name) => name.startsWith(beginning));
  return new Map(await Promise.all(names.map(async (name) => [name, await get(name)])));
}

/** Several records at once, all or none; undefined takes away. */
export async function change(changes) {
  const made = [];
  for (const [name, value] of changes) made.push([name, value === undefined ? undefined : await sealed(name, value)]);
  return store.change("sealed", made);
}

export const put = (name, value) => change([[name, value]]);
