// Conditions while one types: the sentence or what is wrong, what may stand at the cursor, how many people it reaches.
// Arrows choose, Enter or Tab takes, Escape closes; without a script the page still checks when it is saved.
(() => {
  const form = document.querySelector("form.editor[data-condition-url]");
  if (!form) return;
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;

  const ask = async (url, words) => {
    const body = new URLSearchParams({ item: form.dataset.item, basis: form.dataset.basis, ...words });
    const answer = await fetch(url, { method: "POST", body, headers: { "X-CSRFToken": token } });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  };

  const make = (tag, className, text) => {
    const made = document.createElement(tag);
    made.className = className;
    made.textContent = text;
    return made;
  };

  for (const area of form.querySelectorAll("textarea[data-condition]")) {
    const said = document.getElementById(`said-${area.id}`);
    const list = make("ul", "offers", "");
    list.id = `offers-${area.id}`;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "可以填写");
    list.hidden = true;
    area.insertAdjacentElement("afterend", list);
    area.setAttribute("aria-autocomplete", "list");
    area.setAttribute("aria-controls", list.id);
    area.setAttribute("autocomplete", "off");
    let options = [], chosen = -1, start = 0, turn = 0, wait = 0, later = 0;

    const close = () => { list.hidden = true; chosen = -1; area.removeAttribute("aria-activedescendant"); };

    const mark = (number) => {
      chosen = number;
      [...list.children].forEach((line, n) => line.setAttribute("aria-selected", String(n === number)));
      if (number >= 0) {
        area.setAttribute("aria-activedescendant", list.children[number].id);
        list.children[number].scrollIntoView({ block: "nearest" });
      }
    };

    const take = (number) => {
      const end = area.selectionStart;
      const word = options[number].text + " ";
      area.value = area.value.slice(0, start) + word + area.value.slice(end).replace(/^ /, "");
      area.selectionStart = area.selectionEnd = start + word.length;
      close();
      look();
    };

    const show = () => {
      list.replaceChildren(...options.map((option, number) => {
        const line = make("li", "", "");
        line.id = `${list.id}-${number}`;
        line.setAttribute("role", "option");
        line.setAttribute("aria-selected", "false");
        line.append(make("span", "word", option.text), make("span", "muted", option.says));
        line.addEventListener("mousedown", (event) => { event.preventDefault(); take(number); });
        return line;
      }));
      list.hidden = !options.length || document.activeElement !== area;
      mark(-1);
    };

    const tell = (found) => {
      if (!said) return;
      const line = found.error ? make("p", "field-error", found.error) : make("p", "sentence", found.sentence);
      said.replaceChildren(line);
      area.toggleAttribute("aria-invalid", Boolean(found.error));
    };

    const reach = async (mine) => {
      const found = await ask(form.dataset.reachUrl, { text: area.value });
      if (mine === turn && found.says && said && !said.querySelector(".reach")) said.append(make("p", "reach", found.says));
    };

    const look = async () => {
      const mine = ++turn;
      if (!area.value.trim() && area.dataset.condition === "tier") { said.replaceChildren(); }
      const found = await ask(form.dataset.conditionUrl, { text: area.value, cursor: area.selectionStart });
      if (mine !== turn) return;
      start = found.start;
      options = found.options;
      if (area.value.trim() || area.dataset.condition !== "tier") tell(found);
      show();
      clearTimeout(later);
      if (!found.error) later = setTimeout(() => reach(mine).catch(() => {}), 400);
    };

    area.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(() => look().catch(() => {}), 80); });
    area.addEventListener("blur", close);
    area.addEventListener("keydown", (event) => {
      if (event.key === " " && event.ctrlKey) { event.preventDefault(); look().catch(() => {}); return; }
      if (list.hidden) return;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        const step = event.key === "ArrowDown" ? 1 : -1;
        mark((chosen + step + options.length) % options.length);
      } else if ((event.key === "Enter" || event.key === "Tab") && chosen >= 0) {
        event.preventDefault();
        take(chosen);
      } else if (event.key === "Escape") {
        event.preventDefault();
        close();
      }
    });
  }
})();
