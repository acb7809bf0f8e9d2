// What follows from a form and its answers: nothing here touches page, store or network.

/** Whether a question is to be asked, by the answers so far. */
export function isShown(question, answers) {
  if (!question.shown_if) return true;
  const conditions = Array.isArray(question.shown_if) ? question.shown_if : [question.shown_if];
  return conditions.every((each) => {
    const given = answers[each.question];
    const has = (value) => (each.in || []).includes(value);
    return Array.isArray(given) ? given.some(has) : given !== undefined && has(given);
  });
}

/** The questions that are to be asked, also where one hidden question would show another. */
export function asked(form, answers) {
  const seen = {};
  const found = [];
  for (const section of form.sections) {
    for (const question of section.questions) {
      if (!isShown(question, seen)) continue;
      found.push(question);
      if (answers[question.id] !== undefined) seen[question.id] = answers[question.id];
    }
  }
  return found;
}

const FILES = ["photo", "voice", "sign"];
export const isFile = (question) => FILES.includes(question.kind);
const isRequired = (question) => question.required ?? !["photo", "voice"].includes(question.kind);

/** What is wrong with one answer, in words; nothing = it is well. */
export function problem(question, answer, files) {
  const isEmpty = isFile(question)
    ? !(files || []).length
    : answer === undefined || answer === null || answer === "" || (Array.isArray(answer) && !answer.length);
  if (isEmpty) return isRequired(question) ? (question.options ? "请选择。" : "请填写。") : "";
  if (question.kind !== "number") return "";
  if (typeof answer !== "number" || Number.isNaN(answer)) return "请填数字。";
  const { min = -Infinity, max = Infinity } = question;
  return answer < min || answer > max ? `应在 ${question.min ?? "…"} 到 ${question.max ?? "…"} 之间。` : "";
}

/** Question → what is wrong, of all that are asked. */
export function problems(form, draft) {
  const found = new Map();
  for (const question of asked(form, draft.answers)) {
    const wrong = problem(question, draft.answers[question.id], draft.files[question.id]);
    if (wrong) found.set(question.id, wrong);
  }
  return found;
}

/** An answer as people read it. */
export function words(question, answer, files) {
  if (isFile(question)) return files?.length ? `${files.length} 个附件` : "—";
  if (answer === undefined || answer === "" || (Array.isArray(answer) && !answer.length)) return "—";
  const option = (value) => question.options?.find((each) => each.value === value)?.text ?? String(value);
  const said = Array.isArray(answer) ? answer.map(option).join("、") : option(answer);
  return question.unit ? `${said} ${question.unit}` : said;
}

/** What is sent: the answers to what was asked and nothing else, and as people read them. */
export function bodyOf(form, draft, ended) {
  const questions = asked(form, draft.answers);
  const body = { answers: {}, files: {}, said: [], began_at: draft.began_at, ended_at: ended, version: draft.version };
  for (const question of questions) {
    const answer = draft.answers[question.id], files = draft.files[question.id];
    if (isFile(question) && files?.length) {
      body.files[question.id] = files.map(({ media_type, data }) => ({ media_type, data }));
    }
    if (!isFile(question) && answer !== undefined && answer !== "") body.answers[question.id] = answer;
    body.said.push([question.text, words(question, answer, files)]);
  }
  return body;
}

/** Pieces in the order of the day: what is urgent, then by day, turn and time. */
export function ordered(pieces) {
  const key = ({ data = {}, title }) => [
    data.urgent ? "0" : "1", data.on || "9", String(data.turn ?? 9999).padStart(5, "0"),
    String(data.at ?? 9999).padStart(5, "0"), title,
  ].join("|");
  return [...pieces].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
