// The outbox: what was done and must reach the platform. Nothing goes before the platform has given its fingerprint back.

import * as server from "./server.js";
import * as vault from "./vault.js";

export const WORDS = { waiting: "待上传", taken: "已入库", conflict: "有冲突", refused: "未入库", settled: "已处理" };
const AT_ONCE = 3_000_000; // characters a request: a weak network carries small ones better
const TAKEN_STAYS = 7 * 86_400_000;

/** Seal what was done into the outbox, in one step with taking its draft away. */
export async function add(piece, body) {
  const text = JSON.stringify(body);
  const entry = {
    id: crypto.randomUUID(),
    kind: piece.kind,
    about: piece.id,
    title: piece.title,
    ticket: (await vault.get("pack")).ticket,
    pass: piece.pass,
    done_at: body.ended_at,
    body: text,
    sha256: await vault.fingerprint(text),
    state: "waiting",
    kept: false,
    problems: [],
    theirs: {},
  };
  await vault.change([[`entry:${entry.id}`, entry], [`draft:${piece.kind}:${piece.id}`, undefined]]);
  return entry;
}

/** All entries, the newest first. */
export async function entries() {
  const found = [...(await vault.all("entry:")).values()];
  return found.sort((a, b) => (a.done_at < b.done_at ? 1 : -1));
}

export async function counts() {
  const found = { waiting: 0, taken: 0, conflict: 0, refused: 0, settled: 0 };
  for (const each of await entries()) found[each.state] += 1;
  return found;
}

/** Send all that wait; how many the platform took over. Only one page of this device sends at a time. */
export const send = () => navigator.locks.request("yiyang-field-send", sendAll);

async function sendAll() {
  const waiting = (await entries()).filter((each) => each.state === "waiting").reverse();
  let kept = 0;
  for (const batch of batches(waiting)) kept += await sendBatch(batch);
  await ask();
  await tidy();
  return kept;
}

function* batches(waiting) {
  let batch = [], size = 0;
  for (const each of waiting) {
    if (batch.length && size + each.body.length > AT_ONCE) {
      yield batch;
      batch = [];
      size = 0;
    }
    batch.push(each);
    size += each.body.length;
  }
  if (batch.length) yield batch;
}

async function sendBatch(batch) {
  const bare = batch.map(({ id, ticket, pass, done_at, body, sha256 }) => ({ id, ticket, pass, done_at, body, sha256 }));
  try {
    const { answers } = await server.sync(bare);
    const mine = new Map(batch.map((each) => [each.id, each]));
    const known = answers.filter((answer) => mine.has(answer.id));
    await vault.change(known.map((answer) => [`entry:${answer.id}`, told(mine.get(answer.id), answer)]));
    return known.filter((answer) => answer.kept).length;
  } catch (error) {
    if (!(error instanceof server.Refused) || error.status !== 413) throw error;
    if (batch.length > 1) {
      let kept = 0;
      for (const each of batch) kept += await sendBatch([each]);
      return kept;
    }
    const problems = [{ zh: "记录太大，不能上传。请打开后减少照片，再办一次。" }];
    await vault.put(`entry:${batch[0].id}`, { ...batch[0], state: "refused", problems });
    return 0;
  }
}

/** Whether somebody has decided meanwhile about what was in conflict or refused. */
async function ask() {
  const open = (await entries()).filter((each) => each.kept && (each.state === "conflict" || each.state === "refused"));
  if (!open.length) return;
  const { answers } = await server.sync([], open.map(({ id, ticket, sha256 }) => ({ id, ticket, sha256 })));
  const mine = new Map(open.map((each) => [each.id, each]));
  await vault.change(answers.map((answer) => [`entry:${answer.id}`, told(mine.get(answer.id), answer)]));
}

/** An entry with the platform's answer. Its content goes only when the platform holds exactly that. */
function told(entry, answer) {
  const isSafe = answer.kept && answer.sha256 === entry.sha256;
  if (answer.kept && !isSafe) return { ...entry, state: "waiting" };
  const now = { ...entry, state: answer.state, kept: isSafe, problems: answer.problems, theirs: answer.theirs };
  now.sent_at = new Date().toISOString();
  if (isSafe && (answer.state === "taken" || answer.state === "settled")) delete now.body;
  return now;
}

async function tidy() {
  const old = (each) => each.state === "taken" && Date.now() - Date.parse(each.sent_at) > TAKEN_STAYS;
  await vault.change((await entries()).filter(old).map((each) => [`entry:${each.id}`, undefined]));
}

/** Take away from the list what the platform has; nothing else can be. */
export async function dismiss(entry) {
  if (entry.kept) await vault.put(`entry:${entry.id}`, undefined);
}

/** Try once more what the platform did not keep. */
export const again = (entry) => vault.put(`entry:${entry.id}`, { ...entry, state: "waiting", problems: [] });

/** Open the content again as a draft, to be mended and finished anew; the refused entry goes if the platform has it. */
export async function mend(entry, piece) {
  const body = JSON.parse(entry.body);
  const draft = {
    version: body.version, form: piece.form, answers: body.answers, files: body.files, began_at: body.began_at, section: 0,
  };
  await vault.change([[`draft:${entry.kind}:${entry.about}`, draft], [`entry:${entry.id}`, undefined]]);
}
