/* Reading aloud, printing, and focus on errors. Every page works without it. No inline handlers: the policy forbids them. */
(function () {
  'use strict';

  document.addEventListener('click', function (event) {
    if (event.target.closest('[data-print]')) window.print();
  });
  document.querySelectorAll('[data-print], [data-copy]').forEach(function (button) { button.hidden = false; });
  // Paper has nothing to unfold; the screen is afterwards as it was.
  var unfolded = [];
  window.addEventListener('beforeprint', function () {
    unfolded = Array.from(document.querySelectorAll('main details:not([open])'));
    unfolded.forEach(function (each) { each.open = true; });
  });
  window.addEventListener('afterprint', function () {
    unfolded.forEach(function (each) { each.open = false; });
    unfolded = [];
  });
  var summary = document.querySelector('[data-error-summary]');
  if (summary) summary.focus();

  // A short text to show or to send: into the clipboard, and said.
  document.addEventListener('click', function (event) {
    var button = event.target.closest('[data-copy]');
    if (!button) return;
    var text = document.getElementById(button.dataset.copy);
    text.focus();
    text.select();
    var done = function () { button.textContent = '已复制'; };
    if (navigator.clipboard) navigator.clipboard.writeText(text.value).then(done, function () { document.execCommand('copy'); done(); });
    else { document.execCommand('copy'); done(); }
  });

  var reader = document.getElementById('reader');
  if (!reader) return;
  var synth = window.speechSynthesis;
  var says = reader.querySelector('[data-read-says]');
  var buttons = {};
  reader.querySelectorAll('[data-read]').forEach(function (button) { buttons[button.dataset.read] = button; });
  reader.hidden = false;
  // One piece is a block of the page and its text; `turn` tells a late answer of the voice from a current one.
  var pieces = [], at = 0, parts = [], state = 'idle', turn = 0;

  function voice() {
    var all = synth ? synth.getVoices() : [];
    return all.find(function (each) { return /^zh([-_]|$)|^cmn/i.test(each.lang) && !/HK|TW|yue/i.test(each.lang); }) ||
      all.find(function (each) { return /^zh|^cmn/i.test(each.lang); });
  }

  // The blocks of the main text, as they are seen: hidden and folded parts are not read.
  function collect() {
    var found = [], walker = document.createTreeWalker(document.getElementById('content'), NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      var text = walker.currentNode.nodeValue.trim(), block = walker.currentNode.parentElement;
      if (!text || block.closest('[aria-hidden="true"], .steps, script, style, option, textarea')) continue;
      while (getComputedStyle(block).display.indexOf('inline') === 0 && block.parentElement.id !== 'content') block = block.parentElement;
      if (!block.getClientRects().length || getComputedStyle(block).visibility === 'hidden') continue;
      var last = found[found.length - 1];
      if (last && last.block === block) last.text += ' ' + text;
      else found.push({ block: block, text: text });
    }
    return found;
  }

  // Some voices break off in long texts.
  function split(text) { return text.match(/[^。！？；\n]{1,90}[。！？；]?/g) || [text]; }

  function mark(block) {
    document.querySelectorAll('.being-read').forEach(function (each) { each.classList.remove('being-read'); });
    if (block) { block.classList.add('being-read'); block.scrollIntoView({ block: 'nearest' }); }
  }

  function show(now, text) {
    state = now;
    buttons.start.hidden = now === 'reading';
    buttons.start.textContent = now === 'paused' ? '继续' : '朗读';
    buttons.pause.hidden = now !== 'reading';
    buttons.stop.hidden = now === 'idle';
    says.textContent = text;
    reader.classList.toggle('open', now !== 'idle' || text !== '');
  }

  function next() {
    if (state !== 'reading') return;
    if (!parts.length) {
      if (at >= pieces.length) return stop('读完了');
      parts = split(pieces[at].text);
      mark(pieces[at].block);
      at += 1;
    }
    var mine = ++turn, line = new SpeechSynthesisUtterance(parts.shift());
    line.lang = 'zh-CN';
    line.voice = voice() || null;
    line.rate = 0.9;
    line.onend = function () { if (mine === turn) next(); };
    line.onerror = function () { if (mine === turn && state === 'reading') stop('朗读中断了，请再按一次'); };
    synth.speak(line);
  }

  function start() {
    if (!synth || !window.SpeechSynthesisUtterance) return show('idle', '这个浏览器不能朗读，请用手机自带的朗读功能');
    if (!voice()) {
      synth.onvoiceschanged = function () { if (voice()) says.textContent = '朗读已准备好，请再按一次'; };
      return show('idle', '这台设备没有中文朗读声音。其他功能不受影响');
    }
    if (state !== 'paused') { pieces = collect(); at = 0; }
    parts = [];
    show('reading', '正在朗读，按 Esc 键停止');
    buttons.pause.focus();
    next();
  }

  function pause() {
    turn += 1;
    synth.cancel();
    at = Math.max(at - 1, 0);
    show('paused', '已暂停');
    buttons.start.focus();
  }

  function stop(text) {
    var inside = reader.contains(document.activeElement);
    turn += 1;
    if (synth) synth.cancel();
    mark(null);
    show('idle', text || '');
    if (inside) buttons.start.focus();
  }

  buttons.start.addEventListener('click', start);
  buttons.pause.addEventListener('click', pause);
  buttons.stop.addEventListener('click', function () { stop('已停止'); });
  document.addEventListener('keydown', function (event) { if (event.key === 'Escape' && state !== 'idle') stop('已停止'); });
  window.addEventListener('pagehide', function () { if (synth && state !== 'idle') stop(''); });
})();
