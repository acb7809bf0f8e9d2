// The generic form: one section a page, saved sealed after every change, a summary before it is finished.

import * as media from "./media.js";
import { button, el, note, say, show } from "./dom.js";
import { asked, bodyOf, isFile, problem, problems, words } from "./logic.js";
import * as outbox from "./outbox.js";
import * as vault from "./vault.js";

const name = (piece) => `draft:${piece.kind}:${piece.id}`;
export const draftOf = (piece) => vault.get(name(piece));

/** The draft of a piece: the one there is, or a new one with the answers filled in beforehand. */
async function begun(piece) {
  const there = await draftOf(piece);
  if (there) return there;
  // Saved with the first answer: to have looked is not to have begun.
  return {
    version: piece.version, form: piece.form, answers: { ...(piece.data?.answers || {}) }, files: {},
    began_at: new Date().toISOString(), section: 0,
  };
}

/** Open the form of a piece; `back()` leads away, `done()` is called when it lies in the outbox. */
export async function fill(piece, back, done) {
  new Filling(piece, await begun(piece), back, done).page();
}

class Filling {
  constructor(piece, draft, back, done) {
    Object.assign(this, { piece, draft, back, done });
    // A draft keeps the form with which it was begun.
    this.form = draft.form;
    this.kept = el("p", { class: "steps" });
  }

  /** The sections in which something is asked. */
  get sections() {
    const ids = new Set(asked(this.form, this.draft.answers).map((each) => each.id));
    return this.form.sections.filter((section) => section.questions.some((each) => ids.has(each.id)));
  }

  save() {
    // One after the other: an older state never overwrites a newer one.
    this.kept.textContent = "";
    const now = this.saving = (this.saving || Promise.resolve()).then(() => vault.put(name(this.piece), this.draft))
      .then(() => now === this.saving && (this.kept.textContent = "已存在本机"))
      .catch(() => say("没有存上：本机已锁定或空间不足。"));
    return now;
  }

  async go(section) {
    this.draft.section = section;
    await this.save();
    this.page();
  }

  page(wrong = new Map()) {
    const sections = this.sections;
    const at = Math.min(this.draft.section, sections.length);
    if (at === sections.length) return this.summary();
    const section = sections[at];
    this.blocks = new Map(section.questions.map((each) => [each.id, this.block(each, wrong.get(each.id))]));
    this.steps = el("p", { class: "steps" });
    this.bar = el("progress", { value: at + 1, "aria-label": "进度" });
    this.refresh();
    return show(
      el("h1", {}, this.piece.title),
      this.steps,
      this.bar,
      section.help ? el("p", { class: "help" }, section.help) : null,
      wrong.size ? note("bad", `还有 ${wrong.size} 处要填。`) : null,
      [...this.blocks.values()],
      el("div", { class: "ends" }, button("下一步", () => this.next(section, at)),
        button(at ? "上一步" : "先放下，以后再填", () => (at ? this.go(at - 1) : this.leave()), "other")),
      this.kept,
    );
  }

  async leave() {
    await this.saving;
    this.back();
  }

  async next(section, at) {
    const open = asked(this.form, this.draft.answers);
    const wrong = new Map(section.questions.filter((each) => open.includes(each))
      .map((each) => [each.id, problem(each, this.draft.answers[each.id], this.draft.files[each.id])])
      .filter(([, words]) => words));
    if (!wrong.size) return this.go(at + 1);
    this.page(wrong);
    return document.querySelector(".question.wrong")?.scrollIntoView();
  }

  /** Show and hide what depends on answers, and count the pages anew. */
  refresh() {
    const sections = this.sections;
    this.bar.max = sections.length + 1;
    this.steps.textContent = `${this.bar.value} / ${this.bar.max}　${sections[this.bar.value - 1]?.title ?? ""}`;
    const open = new Set(asked(this.form, this.draft.answers).map((each) => each.id));
    for (const [id, block] of this.blocks) block.hidden = !open.has(id);
  }

  answer(question, value) {
    if (value === undefined || value === "") delete this.draft.answers[question.id];
    else this.draft.answers[question.id] = value;
    this.refresh();
    this.save();
  }

  block(question, wrong) {
    const isGroup = question.kind === "one" || question.kind === "many" || isFile(question);
    const help = question.help ? el("p", { class: "help", id: `h-${question.id}` }, question.help) : null;
    const told = wrong ? el("p", { class: "told", id: `w-${question.id}` }, wrong) : null;
    const said = [help && `h-${question.id}`, told && `w-${question.id}`].filter(Boolean).join(" ") || null;
    const head = isGroup ? el("legend", {}, question.text)
      : el("label", { class: "asks", for: `q-${question.id}` }, question.text);
    const made = el(isGroup ? "fieldset" : "div", { class: wrong ? "question wrong" : "question", "data-id": question.id },
      head, help, told, this.input(question, said, Boolean(wrong)));
    return made;
  }

  input(question, said, isWrong) {
    if (question.kind === "one" || question.kind === "many") return this.options(question, said);
    if (isFile(question)) return this.files(question);
    return this.line(question, said, isWrong);
  }

  options(question, said) {
    const isMany = question.kind === "many";
    const chosen = () => [].concat(this.draft.answers[question.id] ?? []);
    return question.options.map((option, n) => {
      const id = `q-${question.id}-${n}`;
      const pick = el("input", {
        type: isMany ? "checkbox" : "radio", name: question.id, id, "aria-describedby": said,
        checked: chosen().includes(option.value),
        onchange: () => {
          const others = chosen().filter((each) => each !== option.value);
          this.answer(question, isMany ? (pick.checked ? [...others, option.value] : others) : option.value);
        },
      });
      return el("label", { class: option.alarm ? "option alarm" : "option", for: id }, pick,
        el("span", {}, option.text, option.help ? el("small", {}, option.help) : null));
    });
  }

  line(question, said, isWrong) {
    const shared = {
      id: `q-${question.id}`, "aria-describedby": said, "aria-invalid": isWrong && "true", autocomplete: "off",
      value: this.draft.answers[question.id] ?? "",
    };
    if (question.kind === "text") {
      return el("textarea", { ...shared, rows: 3, maxlength: question.longest || 400,
        oninput: (event) => this.answer(question, event.target.value.trim()) });
    }
    if (question.kind === "time") {
      return el("input", { ...shared, type: "time", onchange: (event) => this.answer(question, event.target.value) });
    }
    const read = (text) => (text.trim() === "" ? undefined : Number(text));
    return el("p", { class: "row" }, el("input", { ...shared, inputmode: "decimal",
      oninput: (event) => this.answer(question, read(event.target.value)) }), question.unit ? ` ${question.unit}` : null);
  }

  files(question) {
    const kept = this.draft.files[question.id] || [];
    return media[question.kind](question, kept, async (files) => {
      this.draft.files[question.id] = files;
      await this.save();
      const old = this.blocks.get(question.id);
      this.blocks.set(question.id, this.block(question));
      old.replaceWith(this.blocks.get(question.id));
    });
  }

  summary() {
    const wrong = problems(this.form, this.draft);
    const sections = this.sections;
    const of = (section) => section.questions.filter((each) => asked(this.form, this.draft.answers).includes(each));
    const lines = (section, n) => el("section", { class: "sum" },
      el("h2", {}, section.title, " ", button("修改", () => this.go(n), "plain")),
      el("dl", {}, of(section).flatMap((each) => [el("dt", {}, each.text),
        el("dd", wrong.has(each.id) ? { class: "told" } : {},
          wrong.get(each.id) || words(each, this.draft.answers[each.id], this.draft.files[each.id]))])));
    show(
      el("h1", {}, this.piece.title),
      el("p", { class: "steps" }, "最后看一遍，没有错就完成"),
      wrong.size ? note("bad", `还有 ${wrong.size} 处要填，请点“修改”补上。`) : null,
      this.alarm(),
      sections.map(lines),
      el("div", { class: "ends" },
        wrong.size ? null : button("完成，存入待传", (event) => this.finish(event.target)),
        button("上一步", () => this.go(sections.length - 1), "other")),
    );
  }

  /** Nobody is sent before the platform has it: danger cannot wait for a network. */
  alarm() {
    const { answers } = this.draft;
    const said = asked(this.form, answers).flatMap(({ id, options = [] }) =>
      options.filter((each) => each.alarm && [].concat(answers[id]).includes(each.value)).map((each) => each.text));
    return said.length ? note("bad", `要马上处理：${said.join("、")}。联网上传后才会派人；有危险的先打 120 或 110。`) : null;
  }

  async finish(pressed) {
    // A second press would be a second entry.
    pressed.disabled = true;
    const body = bodyOf(this.form, this.draft, new Date().toISOString());
    body.place = this.piece.data?.place ? await here() : null;
    await this.saving;
    await outbox.add(this.piece, body);
    this.done();
  }
}

/** Where the phone is, if allowed and known within eight seconds; else nothing. */
function here() {
  if (!navigator.geolocation) return null;
  return new Promise((done) => {
    const found = ({ coords }) =>
      done({ latitude: coords.latitude, longitude: coords.longitude, accuracy: Math.round(coords.accuracy) });
    navigator.geolocation.getCurrentPosition(found, () => done(null), { timeout: 8000, maximumAge: 60_000 });
  });
}
