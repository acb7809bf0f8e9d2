() => {
  const seen = (e) => e.getClientRects().length && getComputedStyle(e).visibility !== 'hidden' && e.checkVisibility();
  const where = (e) => e.tagName.toLowerCase() + (e.className && e.className.baseVal === undefined ? '.' + String(e.className).split(' ')[0] : '') +
    ' ' + (e.innerText || e.value || e.name || '').trim().slice(0, 24);
  const px = (e, name) => parseFloat(getComputedStyle(e)[name]);
  const texts = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const e = walker.currentNode.parentElement;
    if (walker.currentNode.nodeValue.trim() && seen(e) && !e.closest('script, style, option') && !texts.includes(e)) texts.push(e);
  }
  // What a map shows in its own measure stands beside it as a list.
  const hidden = (e) => e.closest('.sr, .visually-hidden, .skip, svg');
  const pressed = [...document.querySelectorAll('a[href], button, summary, select, textarea, input:not([type=hidden])')].filter(seen).filter((e) => !hidden(e));
  // Of a box to tick the whole line is the target.
  const box = (e) => (['radio', 'checkbox'].includes(e.type) ? e.closest('label') || e : e).getBoundingClientRect();
  const top = document.querySelector('.looks .strong').getBoundingClientRect();
  // An amount in large figures is a heading of what follows, a hint the label of a field: no paragraphs.
  const p = [...document.querySelectorAll('main p + p, main p + ul, main p + section')].filter(seen)
    .filter((e) => !e.previousElementSibling.matches('.money, .standard, .hint'));
  return {
    lang: document.documentElement.lang, title: document.title, h1: document.querySelectorAll('h1').length,
    mains: document.querySelectorAll('main').length, scroll: document.documentElement.scrollWidth, wide: innerWidth,
    small: texts.filter((e) => !hidden(e)).map((e) => [px(e, 'fontSize'), where(e)]),
    lines: texts.filter((e) => !hidden(e) && !e.closest('svg')).map((e) => [px(e, 'lineHeight') / px(e, 'fontSize'), where(e)]),
    gaps: p.map((e) => { const b = e.previousElementSibling;
      return [(e.getBoundingClientRect().top - b.getBoundingClientRect().bottom) / px(b, 'lineHeight'), where(e)]; }),
    targets: pressed.map((e) => [box(e).width, box(e).height, where(e)]),
    main_buttons: pressed.filter((e) => e.matches('.btn-primary')).map((e) => [px(e, 'fontSize'), where(e)]),
    cut: texts.filter((e) => !hidden(e) && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX !== 'visible' && e.clientWidth).map(where),
    cursor: getComputedStyle(document.body).cursor,
    size_switch: [innerWidth - top.right, top.top],
    links: [...document.querySelectorAll('a[href]')].filter(seen).map((e) => [e.textContent.trim().replace(/\s+/g, ' '), e.getAttribute('href')]),
    telephone: [...document.querySelectorAll('a[href^="tel:"]')].filter(seen).length,
    nameless: pressed.filter((e) => !(e.innerText || e.getAttribute('aria-label') || (e.labels && e.labels.length))).map(where),
    colours: [...document.querySelectorAll('.state, .note-box')].filter(seen).filter((e) => !e.querySelector('svg') || !e.innerText.trim()).map(where),
    intrusions: document.querySelectorAll('iframe, video, audio, canvas, object, embed, dialog[open], [target=_blank], marquee, meta[http-equiv=refresh], [autofocus]').length,
    inline: document.querySelectorAll('[style], [onclick], script:not([src]), style').length,
    columns: [...document.querySelectorAll('h1, .tile strong, .btn, .tool')].filter(seen).map((e) => e.innerText).join(''),
  };
}
