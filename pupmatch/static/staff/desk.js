// Keys of the staff desk. Everything works without them; they are shown beside what they do.
//
//   data-key="w"       pressing w presses this (a link, button, radio button or summary)
//   data-row           a row that j and k walk over; Enter follows its first link
//   data-tile          a photo that the arrow keys walk over; data-mark is what Space turns

(() => {
  const typing = (target) => target.closest('input:not([type=radio]):not([type=checkbox]), textarea, select');
  const visible = (element) => element.getClientRects().length > 0;

  const press = (key) => {
    const target = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find(visible);
    if (!target) return false;
    target.click();
    if (target.matches('[type=radio]')) target.focus();
    return true;
  };

  const walk = (selector, step) => {
    const all = [...document.querySelectorAll(selector)].filter(visible);
    if (!all.length) return false;
    const now = all.indexOf(document.querySelector(`${selector}.is-current`));
    const next = all[Math.max(0, Math.min(all.length - 1, now < 0 ? 0 : now + step))];
    all.forEach((one) => one.classList.toggle('is-current', one === next));
    next.scrollIntoView({ block: 'nearest' });
    return true;
  };

  const columns = () => {
    const tiles = [...document.querySelectorAll('[data-tile]')];
    const top = tiles[0]?.offsetTop;
    return Math.max(1, tiles.filter((tile) => tile.offsetTop === top).length);
  };

  const turn = () => {
    const mark = document.querySelector('[data-tile].is-current [data-mark]');
    if (mark) mark.click();
    return Boolean(mark);
  };

  const follow = () => {
    const link = document.querySelector('[data-row].is-current a[href]');
    if (link) link.click();
    return Boolean(link);
  };

  const moves = {
    j: () => walk('[data-row]', 1),
    k: () => walk('[data-row]', -1),
    ArrowRight: () => walk('[data-tile]', 1),
    ArrowLeft: () => walk('[data-tile]', -1),
    ArrowDown: () => walk('[data-tile]', columns()),
    ArrowUp: () => walk('[data-tile]', -columns()),
    ' ': turn,
  };

  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      const form = event.target.closest('form');
      if (event.key === 'Enter' && form) form.requestSubmit();
      return;
    }
    if (event.key === 'Escape') {
      document.querySelectorAll('dialog[open]').forEach((dialog) => dialog.close());
      event.target.blur();
      return;
    }
    if (typing(event.target)) return;
    // On a button, link or box, Enter and Space do what they always do.
    const acts = event.target.closest('a, button, summary, input');
    if (acts && event.key === 'Enter' && !acts.matches('input')) return;
    if (acts && event.key === ' ') return;
    if (event.key === 'Enter' && follow()) return event.preventDefault();
    if ((moves[event.key] && moves[event.key]()) || press(event.key)) event.preventDefault();
  });

  document.querySelectorAll('#result_list tr.data-row').forEach((row) => row.setAttribute('data-row', ''));

  // --- The form of a decision: what a kind needs is shown, and the words follow the reason ---------

  const decide = document.querySelector('form[data-decide]');
  if (decide) {
    const words = JSON.parse(document.getElementById('desk-words').textContent);
    const statement = decide.elements.statement;
    let suggested = statement.value;
    const suggest = () => {
      if (statement.value !== suggested) return;
      suggested = words[decide.elements.reason.value] || '';
      statement.value = suggested;
    };
    const show = () => {
      const kind = decide.elements.kind.value;
      decide.querySelector('[data-details]').hidden = !kind;
      decide.querySelectorAll('[data-for]').forEach((field) => {
        field.hidden = !field.dataset.for.split(' ').includes(kind);
        field.querySelectorAll('input, select, textarea').forEach((input) => { input.disabled = field.hidden; });
      });
    };
    decide.addEventListener('change', (event) => {
      if (event.target.name === 'reason') suggest();
      show();
    });
    // A decision is made once, however often Enter is pressed.
    decide.addEventListener('submit', (event) => {
      if (decide.dataset.sent) event.preventDefault();
      decide.dataset.sent = 'yes';
    });
    suggest();
    show();
  }

  document.querySelectorAll('[data-opens]').forEach((button) => {
    button.addEventListener('click', () => document.getElementById(button.dataset.opens).showModal());
  });

  document.querySelectorAll('[data-tile] [data-mark]').forEach((mark) => {
    mark.addEventListener('change', () => mark.closest('[data-tile]').classList.toggle('is-marked', mark.checked));
  });
})();
