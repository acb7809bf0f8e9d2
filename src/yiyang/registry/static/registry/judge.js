/* Answering by keyboard: J next, K before, 1 the same, 2 another, 3 later. Buttons do the same without a script. */
(function () {
  'use strict';
  document.addEventListener('keydown', function (event) {
    var typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || event.target.isContentEditable;
    if (typing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
    var found = document.querySelector('[data-key="' + event.key.toLowerCase() + '"]');
    if (found) { event.preventDefault(); found.click(); }
  });
})();
