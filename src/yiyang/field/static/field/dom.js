// The little that is needed to make a page: elements, words, times.

/** An element: properties (on… = listener, others as attributes; true = without value) and children. */
export function el(tag, props = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "value") made.value = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

export const main = () => document.getElementById("main");

/** Show a page, and put the reader (and the reading voice) at its beginning. */
export function show(...parts) {
  main().replaceChildren(...parts.flat().filter(Boolean));
  main().focus({ preventScroll: true });
  scrollTo(0, 0);
}

/** Say something that the eye and the reading voice notice, and that goes away by itself. */
export function say(words) {
  const there = document.getElementById("said");
  there.replaceChildren(el("p", {}, words));
  clearTimeout(say.timer);
  say.timer = setTimeout(() => there.replaceChildren(), 6000);
}

export const note = (tone, ...words) => el("div", { class: `note ${tone}` }, ...words);
export const button = (words, onclick, kind = "main") => el("button", { type: "button", class: kind, onclick }, words);

/** 08:30 of minutes since midnight. */
export const clock = (minutes) =>
  `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;

/** 11月23日 10:05 of an ISO time. */
export function when(iso) {
  const at = new Date(iso);
  return `${at.getMonth() + 1}月${at.getDate()}日 ${clock(at.getHours() * 60 + at.getMinutes())}`;
}

/** The local day as ISO. */
export function day(at = new Date()) {
  return `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, "0")}-${String(at.getDate()).padStart(2, "0")}`;
}
