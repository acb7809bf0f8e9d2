/* Questions that hang on others are shown when they are asked; without this every question stands there. */
(function () {
  'use strict';
  var form = document.querySelector('form[data-conditional]');
  if (!form) return;
  function given(question) {
    return Array.from(form.querySelectorAll('[name="q-' + question + '"]:checked'), function (box) { return box.value; });
  }
  function isShown(part) {
    var wanted = part.dataset.shownIf;
    return !wanted || wanted.split(';').every(function (rule) {
      var pair = rule.split('='), holder = form.querySelector('[data-question="' + pair[0] + '"]');
      var chosen = holder && holder.hidden ? [] : given(pair[0]);
      return pair[1].split('|').some(function (value) { return chosen.indexOf(value) >= 0; });
    });
  }
  function look() {
    form.querySelectorAll('[data-question]').forEach(function (part) {
      part.hidden = !isShown(part);
      part.querySelectorAll('input, textarea').forEach(function (field) { field.disabled = part.hidden; });
    });
    form.querySelectorAll('[data-section]').forEach(function (section) {
      section.hidden = !section.querySelector('[data-question]:not([hidden])');
    });
  }
  form.addEventListener('change', look);
  look();
})();
