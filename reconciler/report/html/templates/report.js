"use strict";
/* Sorting of the tables, and long lists of which only the rows in sight are in the page. Without it everything but the long
   lists is there all the same. */
(() => {
  const ROW = 26;
  const MARGIN = 12;
  const PRINTED = 2000;
  const format = new Intl.NumberFormat("en-US");

  const make = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  };

  const heads = (cells, sort) => {
    cells.forEach((cell, at) => {
      const button = make("button", { type: "button" }, cell.textContent);
      cell.replaceChildren(button);
      button.addEventListener("click", () => {
        const down = cell.getAttribute("aria-sort") === "ascending" || (!cell.hasAttribute("aria-sort") && cell.classList.contains("number"));
        cells.forEach((other) => other.removeAttribute("aria-sort"));
        cell.setAttribute("aria-sort", down ? "descending" : "ascending");
        sort(at, down ? -1 : 1);
      });
    });
  };

  const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

  for (const table of document.querySelectorAll("table.sortable")) {
    const cells = [...table.tHead.rows[0].cells];
    const body = table.tBodies[0];
    if (body.rows.length < 2) continue;
    const first = [...body.rows];
    heads(cells, (at, sign) => {
      const number = cells[at].classList.contains("number");
      const keyed = first.map((row, place) => {
        const cell = row.cells[at];
        const text = cell.dataset.sort ?? cell.textContent;
        const value = number || cell.querySelector("svg") ? Number(text) : text.toLowerCase();
        return [Number.isNaN(value) ? Infinity : value, place, row];
      });
      keyed.sort((a, b) => sign * compare(a[0], b[0]) || a[1] - b[1]);
      body.append(...keyed.map((item) => item[2]));
    });
  }

  /* A column by row. `flags` tells which distinct texts hold a word, so that a keystroke looks at each of them once. */
  class Values {
    constructor(source) {
      this.raw = source.v;
      if (source.of) {
        const other = valuesOf(source.of)[0];
        this.texts = other.raw;
        this.lowered = other.lower();
        this.members = this.texts;
        this.places = Int32Array.from(source.i);
      } else if (!this.raw) {
        this.texts = source.s ? source.d.map((set) => set.map((at) => source.s[at]).join(", ")) : source.d;
        this.sets = source.s ? source.d : null;
        this.members = source.s || source.d;
        this.places = Int32Array.from(source.i);
      }
    }
    at(row) { return this.raw ? this.raw[row] : this.texts[this.places[row]]; }
    lower() { return (this.lowered ??= (this.raw || this.texts).map((text) => text.toLowerCase())); }
    flags(word) { return Uint8Array.from(this.lower(), (text) => (text.includes(word) ? 1 : 0)); }
    having(member) {
      return this.sets ? Uint8Array.from(this.sets, (set) => (set.includes(member) ? 1 : 0))
        : Uint8Array.from(this.texts, (_, at) => (at === member ? 1 : 0));
    }
    ranks() {
      if (this.ranked) return this.ranked;
      const lower = this.lower();
      const order = Array.from(lower.keys()).sort((a, b) => compare(lower[a], lower[b]) || a - b);
      const rank = new Int32Array(order.length);
      order.forEach((place, at) => { rank[place] = at && lower[order[at - 1]] === lower[place] ? rank[order[at - 1]] : at; });
      this.ranked = this.raw ? rank : this.places.map((place) => rank[place]);
      return this.ranked;
    }
    counts() {
      const found = new Uint32Array(this.members.length);
      if (!this.sets) for (const place of this.places) found[place] += 1;
      else {
        const each = new Uint32Array(this.sets.length);
        for (const place of this.places) each[place] += 1;
        this.sets.forEach((set, at) => { for (const member of set) found[member] += each[at]; });
      }
      return found;
    }
  }

  class List {
    constructor(place, source) {
      this.source = source;
      this.columns = valuesOf(place.id);
      this.order = Uint32Array.from({ length: source.rows }, (_, row) => row);
      this.shown = this.order;
      this.current = 0;
      this.words = "";
      this.chosen = new Map();
      this.build(place);
      this.draw();
    }

    build(place) {
      const caption = place.querySelector("h3");
      caption.id = `${place.id}-title`;
      const tools = make("div", { class: "tools", role: "search", "aria-labelledby": caption.id });
      const search = make("input", { type: "search", autocomplete: "off", spellcheck: "false", placeholder: "any words, in any order" });
      search.addEventListener("input", () => { this.words = search.value; this.filter(); });
      tools.append(make("label", {}, "Search", search));
      this.source.columns.forEach((column, at) => { if (column.f && this.columns[at].members.length > 1) tools.append(this.facet(column, at)); });
      this.told = make("output", { "aria-live": "polite" });
      tools.append(this.told);
      const row = make("tr", { "aria-rowindex": "1" });
      const shares = this.source.columns.reduce((sum, column) => sum + column.w, 0);
      for (const column of this.source.columns) {
        const head = make("th", { scope: "col", class: column.n ? "number" : "" }, column.l);
        head.style.width = `${((100 * column.w) / shares).toFixed(2)}%`;
        row.append(head);
      }
      this.body = make("tbody");
      this.table = make("table", { role: "grid", "aria-labelledby": caption.id, "aria-rowcount": String(this.source.rows + 1) }, make("thead", {}, row), this.body);
      this.table.style.minWidth = `${Math.round(shares * 6)}rem`;
      this.scroll = make("div", { class: "scroll" }, this.table);
      this.detail = make("div", { class: "detail", "aria-live": "polite", hidden: "" });
      heads([...row.cells], (at, sign) => this.sort(at, sign));
      this.scroll.addEventListener("scroll", () => this.soon(), { passive: true });
      this.body.addEventListener("click", (event) => this.click(event));
      this.body.addEventListener("keydown", (event) => this.key(event));
      place.append(tools, this.scroll, this.detail);
      this.printed = make("p", { class: "note", hidden: "" });
      place.append(this.printed);
    }

    facet(column, at) {
      const values = this.columns[at];
      const counts = values.counts();
      const select = make("select", {}, make("option", { value: "" }, "all"));
      const options = Array.from(values.members.keys()).filter((member) => counts[member]);
      options.sort((a, b) => compare(values.members[a].toLowerCase(), values.members[b].toLowerCase()));
      for (const member of options) {
        select.append(make("option", { value: String(member) }, `${values.members[member] || "(none)"} (${format.format(counts[member])})`));
      }
      select.addEventListener("change", () => {
        if (select.value === "") this.chosen.delete(at);
        else this.chosen.set(at, Number(select.value));
        this.filter();
      });
      return make("label", {}, column.l, select);
    }

    filter() {
      const words = this.words.normalize("NFC").toLowerCase().split(/\s+/).filter(Boolean);
      const coded = this.columns.filter((column) => !column.raw);
      const raw = this.raw();
      const before = this.asked;
      const chosen = JSON.stringify([...this.chosen]);
      this.asked = { words: words.join(" "), chosen, order: this.order };
      // Typing on narrows what was found down; no need to look at everybody again.
      const narrows = before && before.order === this.order && before.chosen === chosen && this.asked.words.startsWith(before.words);
      const among = narrows ? this.shown : this.order;
      const tests = words.map((word) => [word, coded.map((column) => [column.flags(word), column.places])]);
      const having = [...this.chosen].map(([at, member]) => [this.columns[at].having(member), this.columns[at].places]);
      const found = new Uint32Array(among.length);
      let size = 0;
      rows: for (const row of among) {
        for (const [flags, places] of having) if (!flags[places[row]]) continue rows;
        words: for (const [word, flagged] of tests) {
          for (const [flags, places] of flagged) if (flags[places[row]]) continue words;
          if (raw && raw[row].includes(word)) continue words;
          continue rows;
        }
        found[size++] = row;
      }
      this.shown = found.subarray(0, size);
      this.current = 0;
      this.detail.hidden = true;
      this.scroll.scrollTop = 0;
      this.draw(true);
    }

    /* The texts of a row that are its own, as one, so that a word is looked for once. */
    raw() {
      if (this.own !== undefined) return this.own;
      const columns = this.columns.filter((column) => column.raw).map((column) => column.lower());
      this.own = columns.length ? columns[0].map((text, row) => columns.slice(1).reduce((all, column) => `${all}\n${column[row]}`, text)) : null;
      return this.own;
    }

    sort(at, sign) {
      const ranks = this.columns[at].ranks();
      this.order = Uint32Array.from({ length: this.source.rows }, (_, row) => row);
      this.order.sort((a, b) => sign * (ranks[a] - ranks[b]) || a - b);
      this.filter();
    }

    soon() {
      if (this.waits) return;
      this.waits = true;
      requestAnimationFrame(() => { this.waits = false; this.draw(); });
    }

    draw(fresh = false) {
      const total = this.shown.length;
      const height = this.scroll.clientHeight || 600;
      const from = Math.max(0, Math.floor(this.scroll.scrollTop / ROW) - MARGIN);
      const to = Math.min(total, from + Math.ceil(height / ROW) + 2 * MARGIN);
      const whole = this.source.rows;
      const noun = this.source.noun;
      this.told.textContent = total === whole ? `${format.format(whole)} ${noun}` : `${format.format(total)} of ${format.format(whole)} ${noun}`;
      this.table.setAttribute("aria-rowcount", String(total + 1));
      if (!fresh && from === this.from && to === this.to) return;
      const focused = this.body.contains(document.activeElement);
      this.render(from, to);
      if (focused) this.focus(false);
    }

    render(from, to) {
      this.from = from;
      this.to = to;
      const rows = [];
      if (from) rows.push(this.space(from));
      for (let at = from; at < to; at += 1) rows.push(this.row(at));
      if (to < this.shown.length) rows.push(this.space(this.shown.length - to));
      this.body.replaceChildren(...rows);
    }

    space(rows) {
      const cell = make("td", { colspan: String(this.columns.length) });
      cell.style.height = `${rows * ROW}px`;
      return make("tr", { class: "space", "aria-hidden": "true" }, cell);
    }

    row(at) {
      const line = make("tr", { "aria-rowindex": String(at + 2), tabindex: at === this.current ? "0" : "-1" });
      line.dataset.at = String(at);
      if (at === this.current && !this.detail.hidden) line.setAttribute("aria-selected", "true");
      this.columns.forEach((column, index) => {
        const text = column.at(this.shown[at]);
        const cell = make("td", { dir: "auto" }, text);
        const { n: number, t: tones } = this.source.columns[index];
        if (number || tones[text]) cell.className = number ? "number" : tones[text];
        line.append(cell);
      });
      return line;
    }

    click(event) {
      const line = event.target.closest("tr[data-at]");
      if (!line) return;
      this.current = Number(line.dataset.at);
      this.show();
      this.focus(false);
    }

    key(event) {
      const page = Math.max(1, Math.floor(this.scroll.clientHeight / ROW) - 2);
      const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -this.shown.length, End: this.shown.length };
      if (event.key === "Enter" || event.key === " ") this.show();
      else if (event.key === "Escape") this.detail.hidden = true;
      else if (event.key in steps) {
        this.current = Math.min(this.shown.length - 1, Math.max(0, this.current + steps[event.key]));
        if (!this.detail.hidden) this.show();
      } else return;
      event.preventDefault();
      this.focus(true);
    }

    focus(follow) {
      if (follow) {
        const top = this.current * ROW;
        const room = this.scroll.clientHeight - 2 * ROW;
        if (top < this.scroll.scrollTop) this.scroll.scrollTop = top;
        else if (top > this.scroll.scrollTop + room) this.scroll.scrollTop = top - room;
      }
      const height = this.scroll.clientHeight || 600;
      const from = Math.max(0, Math.floor(this.scroll.scrollTop / ROW) - MARGIN);
      this.render(from, Math.min(this.shown.length, from + Math.ceil(height / ROW) + 2 * MARGIN));
      this.body.querySelector(`tr[data-at="${this.current}"]`)?.focus({ preventScroll: true });
    }

    show() {
      const list = make("dl");
      this.columns.forEach((column, index) => {
        const text = column.at(this.shown[this.current]);
        if (text) list.append(make("dt", {}, this.source.columns[index].l), make("dd", { dir: "auto" }, text));
      });
      this.detail.replaceChildren(list);
      this.detail.hidden = false;
    }

    unfold() {
      const shown = Math.min(this.shown.length, PRINTED);
      this.render(0, shown);
      this.body.querySelector(".space")?.remove();
      const rest = this.shown.length - shown;
      this.printed.hidden = !rest;
      this.printed.textContent = rest ? `${format.format(rest)} more ${this.source.noun} are not printed: search or choose before printing, to print whom it is about.` : "";
    }

    fold() {
      this.printed.hidden = true;
      this.from = -1;
      this.draw();
    }
  }

  /* Each list is read once; a column may be the places of its rows in another list. */
  const sources = new Map();
  const columns = new Map();
  const sourceOf = (id) => {
    if (!sources.has(id)) sources.set(id, JSON.parse(document.getElementById(`${id}-data`).textContent));
    return sources.get(id);
  };
  const valuesOf = (id) => {
    if (!columns.has(id)) columns.set(id, sourceOf(id).columns.map((column) => new Values(column)));
    return columns.get(id);
  };

  const lists = [...document.querySelectorAll(".list")].map((place) => new List(place, sourceOf(place.id)));
  /* The first letter of a search should not wait for what can be made before. */
  const idle = window.requestIdleCallback || ((work) => setTimeout(work, 200));
  lists.forEach((list) => idle(() => list.raw()));

  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    opened.forEach((details) => { details.open = true; });
    lists.forEach((list) => list.unfold());
  });
  addEventListener("afterprint", () => {
    opened.forEach((details) => { details.open = false; });
    lists.forEach((list) => list.fold());
  });
  addEventListener("resize", () => lists.forEach((list) => list.soon()));
  document.documentElement.dataset.ready = "true";
})();
