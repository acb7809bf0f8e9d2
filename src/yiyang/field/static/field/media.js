// Photo, voice note, signature: made small on the phone; a picture drawn anew carries no place and no camera's number.

import { base64, bytes } from "./vault.js";
import { button, el, say } from "./dom.js";

const LONGEST_SIDE = 1600;
const QUALITY = 0.75;
const VOICE_SECONDS = 120;

const asBase64 = async (blob) => base64(new Uint8Array(await blob.arrayBuffer()));
const drawn = (canvas, type) => new Promise((done) => canvas.toBlob(done, type, QUALITY));

async function smaller(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  const canvas = el("canvas", { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) });
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  return { media_type: "image/jpeg", data: await asBase64(await drawn(canvas, "image/jpeg")) };
}

/** Photos: `files` are those there are; `changed(files)` takes the new list. */
export function photo(question, files, changed) {
  const most = Math.min(question.most || 3, 6);
  const take = el("input", {
    type: "file", accept: "image/*", capture: "environment", id: `q-${question.id}`, class: "file",
    "aria-label": `拍照：${question.text}`,
    onchange: async () => {
      try {
        changed([...files, await smaller(take.files[0])]);
      } catch {
        say("这个文件不是照片，或不能读取。");
      }
    },
  });
  const kept = files.map((each, n) => el("li", {},
    el("img", { src: `data:${each.media_type};base64,${each.data}`, alt: `照片 ${n + 1}` }),
    button(`删除照片 ${n + 1}`, () => changed(files.filter((other) => other !== each)), "plain")));
  return [el("ul", { class: "photos" }, kept), files.length < most ? el("label", { class: "main" }, "拍照", take) : null];
}

/** A voice note. */
export function voice(question, files, changed) {
  if (files.length) {
    return [el("p", { class: "row" }, button("听录音", () => play(files[0]), "other"),
      button("删除录音", () => changed([]), "plain"))];
  }
  const start = button("开始录音", () => record(question, start, changed), "other");
  return [start];
}

async function record(question, start, changed) {
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch {
    say("不能使用话筒。请在手机设置里允许，或改写文字。");
    return;
  }
  const recorder = new MediaRecorder(stream, { audioBitsPerSecond: 24_000 });
  const parts = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  recorder.onstop = async () => {
    for (const track of stream.getTracks()) track.stop();
    const type = recorder.mimeType.split(";")[0];
    changed([{ media_type: type, data: await asBase64(new Blob(parts, { type })) }]);
  };
  recorder.start();
  const ends = setTimeout(() => recorder.stop(), Math.min(question.longest || 60, VOICE_SECONDS) * 1000);
  start.replaceWith(button("正在录音，点此结束", () => {
    clearTimeout(ends);
    recorder.stop();
  }, "main"));
}

/** By way of the sound card: the policy of pages lets no other address be played. */
async function play(file) {
  const context = new AudioContext();
  const source = context.createBufferSource();
  source.buffer = await context.decodeAudioData(bytes(file.data).buffer);
  source.connect(context.destination);
  source.onended = () => context.close();
  source.start();
}

/** A signature, drawn with the finger. */
export function sign(question, files, changed) {
  if (files.length) {
    return [el("img", { class: "signed", src: `data:image/png;base64,${files[0].data}`, alt: "签名" }),
      button("重新签名", () => changed([]), "plain")];
  }
  const canvas = el("canvas", { width: 640, height: 240, class: "pad", role: "img", "aria-label": `在此签名：${question.text}` });
  const pen = canvas.getContext("2d");
  let isDrawn = false;
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * 640) / box.width, ((event.clientY - box.top) * 240) / box.height];
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    pen.lineWidth = 4;
    pen.lineCap = "round";
    pen.beginPath();
    pen.moveTo(...at(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!event.buttons) return;
    isDrawn = true;
    pen.lineTo(...at(event));
    pen.stroke();
  });
  const keep = async () => {
    if (!isDrawn) return say("请先签名。");
    changed([{ media_type: "image/png", data: await asBase64(await drawn(canvas, "image/png")) }]);
  };
  return [canvas, el("p", { class: "row" }, button("签好了", keep, "other"),
    button("清除", () => {
      pen.clearRect(0, 0, 640, 240);
      isDrawn = false;
    }, "plain"))];
}
