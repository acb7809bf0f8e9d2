// What is asked of the platform. Three ways to fail: no network, not logged in, refused with words.

export class Offline extends Error {}
export class LoginNeeded extends Error {}
export class Refused extends Error {
  constructor(status, said) {
    super(said.zh || "平台没有接受，请稍后再试。");
    this.status = status;
    this.code = said.code || "";
  }
}

let csrf = "";

async function ask(path, options = {}) {
  let answer;
  try {
    answer = await fetch(`/field/api/${path}`, { credentials: "same-origin", redirect: "manual", ...options });
  } catch {
    throw new Offline("offline");
  }
  // To be sent to the login page is how pages say that nobody is logged in.
  if (answer.type === "opaqueredirect") throw new LoginNeeded("login");
  const isJson = (answer.headers.get("Content-Type") || "").includes("json");
  if (!isJson) throw answer.status === 403 ? new LoginNeeded("token") : new Refused(answer.status, {});
  const said = await answer.json();
  if (!answer.ok) throw new Refused(answer.status, said);
  return said;
}

/** Who is logged in: {user, name, now, proved}. */
export async function me() {
  const found = await ask("me");
  csrf = found.csrf;
  return found;
}

async function post(path, body, type) {
  if (!csrf) await me();
  const send = () => ask(path, { method: "POST", body, headers: { "X-CSRFToken": csrf, "Content-Type": type } });
  try {
    return await send();
  } catch (error) {
    // Another login has changed the token: once more with the new one.
    if (!(error instanceof LoginNeeded)) throw error;
    await me();
    return send();
  }
}

const form = (words) => new URLSearchParams(words).toString();
const FORM = "application/x-www-form-urlencoded";

export const register = (name, key) => post("devices", form({ name, key }), FORM);
export const keyAgain = (device) => post("key", form({ device }), FORM);
export const pack = (device) => post("pack", form({ device }), FORM);
export const sync = (entries, asks = []) =>
  post("sync", JSON.stringify({ clock: new Date().toISOString(), entries, asks }), "application/json");

/** Where one logs in, to come back here. */
export const loginAddress = () => `/accounts/login/?next=${encodeURIComponent("/field/")}`;
export const proveAddress = () => `/accounts/reauthenticate/?next=${encodeURIComponent("/field/")}`;
