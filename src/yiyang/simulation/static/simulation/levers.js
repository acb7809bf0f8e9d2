/* A slider beside each figure: it needs this script and is hidden without it; the figure alone works too. */
(function () {
  'use strict';
  function marked(field) { field.classList.toggle('is-moved', Number(field.value) !== Number(field.dataset.now)); }
  function each(act) {
    document.querySelectorAll('[data-slides]').forEach(function (slider) {
      act(slider, document.getElementById(slider.dataset.slides));
    });
  }
  function begin() {
    each(function (slider, field) {
      slider.hidden = false;
      if (Number(field.value) > Number(slider.max)) slider.max = field.value;
      slider.value = field.value;
      marked(field);
      slider.addEventListener('input', function () { field.value = slider.value; marked(field); });
      field.addEventListener('input', function () { slider.value = field.value; marked(field); });
    });
    var form = document.getElementById('levers');
    if (!form) return;
    // Back to the list in force, also where a scenario filled the fields.
    form.addEventListener('reset', function () {
      setTimeout(function () {
        each(function (slider, field) { field.value = field.dataset.now; slider.value = field.dataset.now; marked(field); });
        form.querySelectorAll('input[name^="end:"]').forEach(function (box) { box.checked = false; });
        form.querySelectorAll('input[name^="when:"], input[name^="fen:"]').forEach(function (box) { box.value = ''; });
      }, 0);
    });
  }
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', begin); else begin();
})();
