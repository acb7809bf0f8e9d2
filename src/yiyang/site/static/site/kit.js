/* Small helpers; every page works without them except where it says so. No inline handlers: the policy forbids them. */
(function () {
  'use strict';
  var on = function (type, selector, act) {
    document.addEventListener(type, function (event) {
      var found = event.target.closest && event.target.closest(selector);
      if (found) act(found, event);
    });
  };

  // "/" goes to the search box, unless somebody is typing.
  document.addEventListener('keydown', function (event) {
    var typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || event.target.isContentEditable;
    var box = document.getElementById('search');
    if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && box) { event.preventDefault(); box.focus(); }
    if (event.key === 'Escape') closeMenus(null);
  });

  function closeMenus(except) {
    document.querySelectorAll('details.menu[open]').forEach(function (menu) {
      if (menu === except) return;
      if (menu.contains(document.activeElement)) menu.querySelector('summary').focus();
      menu.open = false;
    });
  }
  document.addEventListener('click', function (event) { closeMenus(event.target.closest('details.menu')); });

  on('click', '[data-toggle-rail]', function (button) {
    var open = document.getElementById('rail').classList.toggle('open');
    button.setAttribute('aria-expanded', String(open));
  });

  // Dialogs: data-open="id" opens one, data-close closes the one around it. Focus goes back by itself.
  on('click', '[data-open]', function (button, event) {
    var dialog = document.getElementById(button.dataset.open);
    if (dialog) { event.preventDefault(); dialog.showModal(); }
  });
  on('click', '[data-close]', function (button) { button.closest('dialog').close(); });
  document.addEventListener('htmx:afterRequest', function (event) {
    var dialog = event.target.closest && event.target.closest('dialog');
    if (dialog && event.detail.successful) dialog.close();
  });
  on('click', '[data-print]', function () { window.print(); });
  on('click', '[data-clear]', function (button) { document.getElementById(button.dataset.clear).replaceChildren(); });

  // Selected rows: how many, and all at once.
  on('change', '[data-select-all]', function (all) {
    all.closest('.listing').querySelectorAll('tbody [data-select]').forEach(function (box) { box.checked = all.checked; });
    count(all.closest('.listing'));
  });
  on('change', '[data-select]', function (box) { count(box.closest('.listing')); });
  function count(listing) {
    var boxes = listing.querySelectorAll('tbody [data-select]');
    var chosen = listing.querySelectorAll('tbody [data-select]:checked').length;
    listing.querySelectorAll('[data-selected]').forEach(function (place) { place.textContent = chosen; });
    var all = listing.querySelector('[data-select-all]');
    if (all) { all.checked = chosen > 0 && chosen === boxes.length; all.indeterminate = chosen > 0 && chosen < boxes.length; }
  }

  // Files dropped on a zone go into its field; the field itself works with the keyboard.
  ['dragover', 'dragleave', 'drop'].forEach(function (type) {
    on(type, '.drop', function (zone, event) {
      event.preventDefault();
      zone.classList.toggle('over', type === 'dragover');
      if (type !== 'drop') return;
      var field = zone.querySelector('input[type=file]');
      field.files = event.dataTransfer.files;
      field.dispatchEvent(new Event('change', { bubbles: true }));
    });
  });
  on('change', '.drop input[type=file]', function (field) {
    var names = Array.from(field.files, function (file) { return file.name + '（' + size(file.size) + '）'; });
    field.closest('.drop').querySelector('[data-chosen]').textContent = names.join('，') || '未选择文件';
  });
  function size(bytes) { return bytes < 1048576 ? Math.ceil(bytes / 1024) + ' KB' : (bytes / 1048576).toFixed(1) + ' MB'; }

  // Progress of an upload; the form's own bar.
  document.addEventListener('htmx:xhr:progress', function (event) {
    var bar = event.target.querySelector && event.target.querySelector('[data-upload-bar]');
    if (!bar || !event.detail.lengthComputable) return;
    bar.hidden = false;
    bar.max = event.detail.total;
    bar.value = event.detail.loaded;
  });

  // A failed part says so instead of standing still.
  function say(text) {
    var place = document.getElementById('messages');
    if (!place) return;
    var box = document.createElement('div');
    box.className = 'note-box bad';
    box.setAttribute('role', 'alert');
    box.textContent = text;
    place.replaceChildren(box);
  }
  document.addEventListener('htmx:responseError', function (event) {
    var status = event.detail.xhr.status;
    var id = event.detail.xhr.getResponseHeader('X-Request-ID');
    var why = { 403: '您没有这项权限。', 404: '没有找到，或不在您的管辖范围内。', 429: '操作太频繁，请稍候再试。' }[status] || '没有完成，请稍后再试。';
    say(why + (id ? '（请求编号 ' + id + '）' : ''));
  });
  document.addEventListener('htmx:sendError', function () { say('网络不通，没有完成。请检查网络后再试。'); });

  // Errors of a form: focus goes to the summary, also after a part was swapped in.
  function focusErrors(root) {
    var summary = root.querySelector && root.querySelector('[data-error-summary]');
    if (summary) summary.focus();
  }
  document.addEventListener('DOMContentLoaded', function () { focusErrors(document); });
  document.addEventListener('htmx:afterSwap', function (event) {
    focusErrors(event.target);
    if (event.target.classList && event.target.classList.contains('side')) {
      var head = event.target.querySelector('h2, h3');
      if (head) { head.tabIndex = -1; head.focus({ preventScroll: true }); }
    }
  });
})();
