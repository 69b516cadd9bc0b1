"use strict";
// What a page of results does beyond showing what is in it without a script: layers to sort and to filter, their times
// and errors drawn, and commands to copy.
//
// Everything that comes from results is put into the page as text, by `textContent` and attributes that hold no code.
// A kind of result has a function in `kinds`, which gets what Swift's section of that kind gives as its data.
(() => {
  // MARK: - Elements

  const element = (name, properties = {}, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(properties)) {
      if (key.startsWith("aria-") || key === "role" || key === "scope" || key === "for") {
        made.setAttribute(key, value);
      } else {
        made[key] = value;
      }
    }
    made.append(...children.filter((child) => child !== null && child !== undefined));
    return made;
  };

  const drawing = (name, attributes = {}, ...children) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };

  let lastName = 0;
  const uniqueName = () => `made-${(lastName += 1)}`;

  // A name that may be broken after what separates its parts.
  const breakable = (name) =>
    String(name ?? "").split(/(?<=[_./:-])/).flatMap((part, place) => (place > 0 ? [element("wbr"), part] : [part]));

  // MARK: - Numbers

  const isNumber = (value) => typeof value === "number" && Number.isFinite(value);
  const powerOfTen = (exponent) =>
    "10" + [...String(exponent)].map((digit) => (digit === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)])).join("");

  // As tables in a terminal have them: 1.2e-07.
  const scientific = (value) => value.toExponential(1).replace(/e([+-])(\d)$/, "e$10$2");

  // Each shows a number, or what stands in its place: "–" for none, and the name of what is no finite number.
  const shown = (format) => (value) =>
    isNumber(value) ? format(value) : typeof value === "string" ? value : "–";
  const milliseconds = shown((value) => {
    if (value < 0.9995) return value.toFixed(4);
    if (value < 9.995) return value.toFixed(3);
    return value < 999.95 ? value.toFixed(2) : value.toFixed(0);
  });
  const ratio = shown((value) => {
    const size = Math.abs(value);
    if (size === 0) return "0";
    if (size < 0.005 || size >= 999.95) return scientific(value);
    return size < 9.995 ? value.toFixed(2) : value.toFixed(1);
  });
  const rate = shown((value) => (value < 1e6 ? value.toFixed(1) : scientific(value)));
  const percent = shown((value) => `${(100 * value).toFixed(1)} %`);
  const distance = shown((value) => (value === 0 ? "0" : scientific(value)));

  // MARK: - Verdicts

  // Worst last. Those that are not listed, of a later version, are as bad as can be.
  const verdictOrder = [
    "PASS", "FELL_BACK", "SKIPPED", "UNSUPPORTED", "MARGINAL", "MISTRUSTED", "FAIL", "OUT_OF_MEMORY", "TIMED_OUT",
    "CRASHED",
  ];
  const severity = (verdict) => {
    const place = verdictOrder.indexOf(verdict);
    return place < 0 ? verdictOrder.length : place;
  };
  const isGood = (verdict) => verdict === "PASS" || verdict === "MARGINAL";
  const noVerdict = "no verdict";
  const verdictOf = (row) => row.get("verdict") ?? noVerdict;
  const verdictMark = (verdict) => {
    const style = verdictOrder.includes(verdict) ? verdict.toLowerCase().replaceAll("_", "-") : "none";
    return element("span", { className: `verdict v-${style}`, textContent: verdict ?? noVerdict });
  };

  // MARK: - Candidates: each has a colour and a shape

  const colorCount = 8;
  const shapes = [
    "M-4,0A4,4 0 1 0 4,0A4,4 0 1 0 -4,0Z", // circle
    "M-3.6,-3.6H3.6V3.6H-3.6Z", // square
    "M0,-5L5,0L0,5L-5,0Z", // diamond
    "M0,-4.6L4.6,3.6H-4.6Z", // triangle
    "M0,4.6L4.6,-3.6H-4.6Z", // triangle, point down
    "M-1.5,-4.5H1.5V-1.5H4.5V1.5H1.5V4.5H-1.5V1.5H-4.5V-1.5H-1.5Z", // plus
    "M0,-4.8L4.6,-1.5L2.8,3.9H-2.8L-4.6,-1.5Z", // pentagon
  ];
  const colorOf = (candidate) => `c${candidate % colorCount}`;
  const shapeOf = (candidate) => shapes[candidate % shapes.length];
  const swatch = (candidate) =>
    drawing(
      "svg",
      {
        class: `swatch ${colorOf(candidate)}`, viewBox: "-6 -6 12 12", width: 12, height: 12,
        "aria-hidden": "true",
      },
      drawing("path", { d: shapeOf(candidate) }));

  // MARK: - Axes

  // Where values lie between 0 and 1, and where to draw ticks: logarithmic, from one round number to another.
  //
  // - least: no smaller number than this has a place of its own.
  // - including: numbers that are on the axis in any case.
  const logAxis = (values, { least = 0, including = [] } = {}) => {
    const positive = values.filter((value) => isNumber(value) && value > 0).concat(including);
    let low = positive.reduce((a, b) => Math.min(a, b), Infinity);
    let high = positive.reduce((a, b) => Math.max(a, b), 0);
    if (!(high > 0)) [low, high] = [0.1, 10];
    const round = (value, up) => {
      const power = 10 ** Math.floor(Math.log10(value));
      // A little more than one of them is no reason for the next.
      const steps = [1, 2, 5, 10].filter((step) => (up ? step * power >= value * 0.999 : step * power <= value * 1.001));
      return power * (up ? (steps[0] ?? 10) : (steps.at(-1) ?? 1));
    };
    [low, high] = [Math.max(round(low, false), least), round(high, true)];
    if (!(high > low)) high = 10 * low;
    const [start, end] = [Math.log10(low), Math.log10(high)];
    const step = Math.max(1, Math.ceil((end - start) / 5));
    const factors = end - start < 1.2 ? [1, 2, 5] : [1];
    const ticks = [];
    for (let power = Math.floor(start); power <= end; power += 1) {
      // Counted from 1, so that 1 itself has a label wherever it is on the axis.
      if (power % step !== 0) continue;
      for (const factor of factors) {
        const at = (power + Math.log10(factor) - start) / (end - start);
        if (at < -1e-9 || at > 1 + 1e-9) continue;
        const plain = Number((factor * 10 ** power).toPrecision(1));
        ticks.push({ at, label: power >= -2 && power <= 3 ? String(plain) : powerOfTen(power) });
      }
    }
    return {
      place: (value) =>
        value === "∞" ? 1
        : !isNumber(value) || value <= 0 ? 0
        : Math.min(1, Math.max(0, (Math.log10(value) - start) / (end - start))),
      ticks,
    };
  };

  const linearAxis = (values) => {
    const largest = values.filter(isNumber).reduce((a, b) => Math.max(a, b), 0) || 1;
    const raw = largest / 4;
    const power = 10 ** Math.floor(Math.log10(raw));
    const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= raw) ?? 10);
    const ticks = [];
    for (let count = 0; count < 6 && count * step <= largest; count += 1) {
      ticks.push({ at: (count * step) / largest, label: String(Number((count * step).toPrecision(3))) });
    }
    return { place: (value) => (isNumber(value) ? Math.min(1, Math.max(0, value / largest)) : 0), ticks };
  };

  const axisLabels = (axis) =>
    element(
      "span", { className: "axis", "aria-hidden": "true" },
      ...axis.ticks.map(({ at, label }) => {
        const tick = element("span", { textContent: label });
        tick.style.left = `${100 * at}%`;
        return tick;
      }));

  // MARK: - Commands

  // Shows the command that a button copies, so that it can be copied by hand where the browser does not let the page.
  const notice = element("div", { className: "notice", hidden: true, role: "status" });
  const closeNotice = () => { notice.hidden = true; };
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") closeNotice(); });

  const copy = async (command) => {
    const code = element("code", { textContent: command });
    const words = element("span", { textContent: "Copied:" });
    const close = element("button", { type: "button", textContent: "Close" });
    close.addEventListener("click", closeNotice);
    notice.replaceChildren(words, code, close);
    notice.hidden = false;
    try {
      await navigator.clipboard.writeText(command);
    } catch {
      words.textContent = "Selected, to be copied with Ctrl+C or ⌘C:";
      getSelection()?.selectAllChildren(code);
    }
  };

  const copyButton = (command, what) => {
    if (!command) return null;
    const button = element(
      "button", { type: "button", className: "copy", textContent: "copy", title: command,
        "aria-label": `Copy the command that repeats ${what}` });
    button.addEventListener("click", () => copy(command));
    return button;
  };

  // MARK: - Sorting

  // What sorts before what: numbers, then what is infinite, then what is not there.
  const compare = (a, b) => {
    const rank = (value) =>
      value === null || value === undefined || value === "" || value === "NaN" ? 2 : value === "∞" ? 1 : 0;
    if (rank(a) !== rank(b)) return rank(a) - rank(b);
    if (rank(a) > 0) return 0;
    if (typeof a === "number" && typeof b === "number") return a - b;
    return String(a).localeCompare(String(b), "en", { numeric: true });
  };
  // What is not there comes last in both directions.
  const isMissing = (value) => value === null || value === undefined || value === "" || value === "NaN";
  const directed = (a, b, descending) =>
    isMissing(a) || isMissing(b) ? compare(a, b) : descending ? -compare(a, b) : compare(a, b);

  // A header that sorts: once in its own direction, then in the other, then not at all.
  const sortHeader = (cell, title, sorting, key, startsDescending, changed) => {
    const button = element("button", { type: "button", className: "sort", textContent: title });
    button.addEventListener("click", () => {
      if (sorting.key !== key) {
        Object.assign(sorting, { key, descending: startsDescending });
      } else if (sorting.descending === startsDescending) {
        sorting.descending = !startsDescending;
      } else {
        sorting.key = null;
      }
      changed();
    });
    cell.prepend(button);
    return () => {
      if (sorting.key === key) {
        cell.setAttribute("aria-sort", sorting.descending ? "descending" : "ascending");
      } else {
        cell.removeAttribute("aria-sort");
      }
    };
  };

  // Tables that are there without the script.
  for (const table of document.querySelectorAll("table.sortable")) {
    const body = table.tBodies[0];
    const rows = [...body.rows];
    const sorting = { key: null, descending: false };
    const value = (row, column) => {
      const cell = row.cells[column];
      if (!cell) return null;
      if (cell.dataset.value !== undefined) {
        const number = Number(cell.dataset.value);
        return number === Infinity ? "∞" : number;
      }
      return cell.textContent === "–" ? null : cell.textContent;
    };
    const updates = [...table.tHead.rows[0].cells].map((cell, column) => {
      const title = cell.textContent;
      cell.textContent = "";
      const isText = cell.classList.contains("left") && rows[0]?.cells[column]?.dataset.value === undefined;
      return sortHeader(cell, title, sorting, column, !isText, () => {
        const order = [...rows];
        if (sorting.key !== null) {
          order.sort((a, b) => directed(value(a, sorting.key), value(b, sorting.key), sorting.descending));
        }
        body.append(...order);
        for (const update of updates) update();
      });
    });
  }

  // MARK: - Tables in the data

  // Rows as functions of the name of a column: a name from a file is never the key of an object.
  const read = (table) => {
    const places = new Map(table.columns.map((column, place) => [column.name, place]));
    return {
      has: (name) => places.has(name),
      names: table.columns.map((column) => column.name),
      meaning: (name) => table.columns[places.get(name)]?.meaning,
      rows: table.rows.map((values, order) => {
        const get = (name) => values[places.get(name)] ?? null;
        return { get, order, candidate: get("candidate") ?? 0 };
      }),
    };
  };

  const legend = (entries) =>
    element(
      "details", { className: "legend" }, element("summary", { textContent: "What the columns say" }),
      element(
        "dl", {},
        ...entries.filter(([, meaning]) => meaning).flatMap(([title, meaning]) => [
          element("dt", { textContent: title }), element("dd", { textContent: meaning }),
        ])));

  const labelled = (title, control) => {
    control.id = uniqueName();
    const label = element("label", { textContent: title, for: control.id });
    return element("span", { className: "control" }, label, control);
  };

  const select = (options, changed) => {
    const made = element("select");
    for (const [value, title] of options) made.append(element("option", { value, textContent: title }));
    made.addEventListener("change", () => changed(made.value));
    return made;
  };

  // So many layers are drawn before the reader asks for the rest.
  const firstLayers = 400;

  // Layers, each with a row for every candidate, behind controls that filter them.
  //
  // - candidates: what the rows of a layer are told apart by, as { label }.
  // - columns: { title, key, cell(row), isText, style, meaning }, where key gives what a row is sorted by.
  // - graph: { title, key, axis(rows, scale), cell(row, axis), scales } of the column with the drawing.
  // - changed: what else has to follow the filters; gets the rows that are left.
  const layerTable = ({ title, candidates, table, columns, graph, changed }) => {
    const kindOf = (row) => String(row.get("step_kind") ?? "").split(" → ")[0];
    const groups = new Map();
    for (const row of table.rows) {
      const key = JSON.stringify([row.get("model"), row.get("case"), row.get("layer")]);
      if (!groups.has(key)) groups.set(key, []);
      groups.get(key).push(row);
    }

    const hasCases = new Set(table.rows.map((row) => row.get("case"))).size > 1;
    const sorting = { key: null, descending: false };
    const filter = { text: "", verdict: "", kind: "", hidden: new Set() };
    let scale = graph.scales?.[0]?.[0];
    let limit = firstLayers;

    // Controls
    const count = (values) => {
      const counts = new Map();
      for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
      return counts;
    };
    const verdicts = [...count(table.rows.map(verdictOf))]
      .sort(([a], [b]) => severity(b) - severity(a));
    const kinds = [...count(table.rows.map(kindOf))].sort(([a], [b]) => compare(a, b));
    const search = element("input", { type: "search", placeholder: "layer, step, problem", spellcheck: false });
    search.addEventListener("input", () => { filter.text = search.value; update(); });
    const verdictChoice = select(
      [["", "any"], ...verdicts.map(([verdict, number]) => [verdict, `${verdict} (${number})`])],
      (value) => { filter.verdict = value; update(); });
    const kindChoice = select(
      [["", "any"], ...kinds.map(([kind, number]) => [kind, `${kind || "none"} (${number})`])],
      (value) => { filter.kind = value; update(); });
    const boxes = candidates.map((candidate, place) => {
      const box = element("input", { type: "checkbox", checked: true });
      box.addEventListener("change", () => {
        if (box.checked) filter.hidden.delete(place); else filter.hidden.add(place);
        update();
      });
      const name = element("span", { textContent: candidate.label });
      return element("label", { className: "box" }, box, swatch(place), name);
    });
    const reset = element("button", { type: "button", textContent: "Reset" });
    reset.addEventListener("click", () => {
      Object.assign(filter, { text: "", verdict: "", kind: "" });
      filter.hidden.clear();
      search.value = verdictChoice.value = kindChoice.value = "";
      for (const box of boxes) box.querySelector("input").checked = true;
      sorting.key = null;
      update();
    });
    const status = element("p", { className: "status", role: "status" });
    const controls = element(
      "div", { className: "controls", role: "group", "aria-label": `Filter: ${title}` },
      labelled("Find", search), labelled("Verdict", verdictChoice), labelled("Step", kindChoice),
      graph.scales
        ? labelled("Scale", select(graph.scales, (value) => { scale = value; update(); })) : null,
      reset,
      element("div", { className: "boxes", role: "group", "aria-label": "Candidates" }, ...boxes));

    // Table
    const head = element("tr");
    const follow = [];
    const header = (column) => {
      const cell = element("th", { scope: "col", className: column.style ?? "right" });
      if (column.key) {
        follow.push(sortHeader(cell, column.title, sorting, column, !column.isText, update));
      } else {
        cell.append(column.title);
      }
      head.append(cell);
      return cell;
    };
    header({ title: "layer", key: (row) => row.get("layer"), isText: true, style: "left layer" });
    header({ title: "candidate", key: (row) => candidates[row.candidate]?.label, isText: true, style: "left" });
    const graphHeader = header({ ...graph, style: "left graph" });
    for (const column of columns) header(column);
    const made = element("table", { className: "layers" });
    made.append(element("caption", { textContent: title }), element("thead", {}, head));
    const more = element("button", { type: "button", className: "more" });
    more.addEventListener("click", () => { limit = Infinity; update(); });

    const rowOf = (row, axis) => {
      const candidate = row.candidate;
      const label = candidates[candidate]?.label ?? "";
      const executed = row.get("executed");
      const name = element("td", { className: "left candidate" }, swatch(candidate), label);
      if (executed && executed !== label && !label.startsWith(`${executed},`)) {
        name.append(element("span", { className: "faint", textContent: ` ran on ${executed}` }));
      }
      const line = element("tr", {}, name);
      const drawn = element("td", { className: `left graph ${colorOf(candidate)}` }, graph.cell(row, axis));
      line.append(drawn);
      for (const column of columns) {
        const content = column.cell(row);
        const cell = element("td", { className: column.style ?? "right" });
        if (content !== null) cell.append(content);
        line.append(cell);
      }
      return line;
    };

    const bodyOf = ({ rows }, axis) => {
      const body = element("tbody");
      rows.forEach((row, place) => {
        const line = rowOf(row, axis);
        if (place === 0) {
          const name = element("th", { scope: "rowgroup", rowSpan: rows.length, className: "left layer" });
          name.append(element("span", { className: "name" }, ...breakable(row.get("layer"))));
          for (const detail of [hasCases ? row.get("case") : null, row.get("step_kind"), row.get("problem")]) {
            // Single convolutions are called what they are.
            if (detail && !String(row.get("layer")).startsWith(detail)) name.append(element("span", { className: "detail", textContent: detail }));
          }
          line.prepend(name);
        }
        body.append(line);
      });
      return body;
    };

    const matches = (row) =>
      !filter.hidden.has(row.candidate)
      && (filter.verdict === "" || verdictOf(row) === filter.verdict)
      && (filter.kind === "" || kindOf(row) === filter.kind)
      && filter.text.toLowerCase().split(/\s+/).every((word) =>
        [row.get("layer"), row.get("step_kind"), row.get("problem"), row.get("case"), row.get("reason")]
          .some((text) => String(text ?? "").toLowerCase().includes(word)));

    function update() {
      let left = [];
      for (const rows of groups.values()) {
        const kept = rows.filter(matches);
        if (kept.length > 0) left.push({ rows: kept });
      }
      if (sorting.key) {
        const { key } = sorting.key;
        for (const group of left) {
          group.rows.sort((a, b) => directed(key(a), key(b), sorting.descending) || a.order - b.order);
        }
        // A layer stands where its first row would.
        left.sort((a, b) =>
          directed(key(a.rows[0]), key(b.rows[0]), sorting.descending) || a.rows[0].order - b.rows[0].order);
      }
      const rows = left.flatMap((group) => group.rows);
      const axis = graph.axis(rows, scale);
      graphHeader.querySelector(".axis")?.remove();
      graphHeader.append(axisLabels(axis));
      for (const body of [...made.tBodies]) body.remove();
      made.append(...left.slice(0, limit).map((group) => bodyOf(group, axis)));
      more.hidden = left.length <= limit;
      more.textContent = `Show all ${left.length} layers`;
      status.textContent =
        `${left.length} of ${groups.size} layers, ${rows.length} of ${table.rows.length} rows`;
      for (const one of follow) one();
      changed?.(rows);
    }

    addEventListener("beforeprint", () => { limit = Infinity; update(); });
    const entries = [[graph.title, graph.meaning], ...columns.map(({ title: name, meaning }) => [name, meaning])];
    return {
      parts: [
        controls, status,
        element("div", { className: "scroll tall", role: "region", "aria-label": title, tabIndex: 0 }, made),
        more, legend(entries),
      ],
      update,
      find: (text) => { search.value = filter.text = text; update(); search.focus(); },
    };
  };

  const dot = (axis, value, style) => {
    const made = element("span", { className: `dot ${style}` });
    made.style.left = `${100 * axis.place(value)}%`;
    return made;
  };

  const commandColumn = (command, what) => ({
    title: "repeat", style: "left command", cell: (row) => copyButton(command(row), what(row)),
    meaning: "the command that measures or judges this again",
  });

  const verdictColumn = (table) => ({
    title: "verdict", style: "left", key: (row) => severity(row.get("verdict")),
    cell: (row) => {
      const mark = verdictMark(row.get("verdict"));
      const reason = row.get("reason");
      return reason ? element("span", {}, mark, element("span", { className: "detail", textContent: reason })) : mark;
    },
    meaning: table.meaning("verdict"),
  });

  // MARK: - Roofline

  // More points than these would only hide each other.
  const mostPoints = 5000;

  // Convolutions by operations a byte and by operations a second, below the lines of what the processor can do at most.
  const roofline = ({ candidates, states, find }) => {
    let state = states[0];
    let rows = [];
    let focused = 0;
    const box = element("div", { className: "chart" });
    const detail = element("p", { className: "status", role: "status" });
    const hint = "Arrow keys go from point to point; Enter finds the layer in the table.";

    const draw = () => {
      const width = Math.max(280, box.clientWidth || 700);
      const height = Math.round(Math.min(440, Math.max(260, width * 0.5)));
      const margin = { left: 46, right: 12, top: 14, bottom: 36 };
      const all = rows.filter((row) =>
        isGood(row.get("verdict")) && row.get("direct_intensity") > 0 && row.get(state.rate) > 0);
      const points = all.slice(0, mostPoints);
      const shownCandidates = new Set(points.map((row) => row.candidate));
      // All candidates with as many threads have one roof: the most that was measured before any of them.
      const roofs = new Map();
      for (const candidate of shownCandidates) {
        const { peak, threads } = candidates[candidate] ?? {};
        if (peak > 0) roofs.set(threads, Math.max(peak, roofs.get(threads) ?? 0));
      }
      const across = logAxis(points.map((row) => row.get("direct_intensity")));
      const up = logAxis(points.map((row) => row.get(state.rate)).concat([...roofs.values()]));
      const x = (value) => margin.left + across.place(value) * (width - margin.left - margin.right);
      const y = (value) => height - margin.bottom - up.place(value) * (height - margin.top - margin.bottom);
      const image = drawing("svg", {
        class: "roofline", width, height, viewBox: `0 0 ${width} ${height}`, role: "group",
        "aria-label": `Roofline: ${points.length} convolutions, ${state.title}`,
      });
      const text = (words, attributes) => {
        const made = drawing("text", attributes);
        made.textContent = words;
        return made;
      };
      for (const { at, label } of across.ticks) {
        const place = margin.left + at * (width - margin.left - margin.right);
        image.append(
          drawing("line", { class: "grid", x1: place, x2: place, y1: margin.top, y2: height - margin.bottom }),
          text(label, { x: place, y: height - margin.bottom + 14, "text-anchor": "middle" }));
      }
      for (const { at, label } of up.ticks) {
        const place = height - margin.bottom - at * (height - margin.top - margin.bottom);
        image.append(
          drawing("line", { class: "grid", x1: margin.left, x2: width - margin.right, y1: place, y2: place }),
          text(label, { x: margin.left - 6, y: place + 4, "text-anchor": "end" }));
      }
      image.append(
        text("operations a byte", {
          class: "title", x: (margin.left + width - margin.right) / 2, y: height - 6, "text-anchor": "middle" }),
        text("GFLOP/s", {
          class: "title", x: 12, y: height / 2, "text-anchor": "middle", transform: `rotate(-90 12 ${height / 2})` }));
      for (const [threads, peak] of roofs) {
        image.append(
          drawing("line", { class: "roof", x1: margin.left, x2: width - margin.right, y1: y(peak), y2: y(peak) }),
          text(`peak of ${threads} thread${threads === 1 ? "" : "s"}: ${rate(peak)} GFLOP/s`, {
            class: "roof", x: margin.left + 6, y: y(peak) - 5 }));
      }
      const describe = (row) =>
        `${row.get("layer")} on ${candidates[row.candidate]?.label}: ${row.get("step_kind")}, `
        + `${ratio(row.get("direct_intensity"))} operations a byte, ${rate(row.get(state.rate))} GFLOP/s, `
        + `${milliseconds(row.get(state.time))} ms ${state.title}`;
      // From left to right, as the arrow keys go.
      points.sort((a, b) => a.get("direct_intensity") - b.get("direct_intensity") || a.candidate - b.candidate);
      focused = Math.min(focused, Math.max(0, points.length - 1));
      const marks = points.map((row, place) => {
        const words = describe(row);
        const mark = drawing(
          "path", {
            class: `point ${colorOf(row.candidate)}`, d: shapeOf(row.candidate), role: "img", "aria-label": words,
            tabindex: place === focused ? 0 : -1,
            transform: `translate(${x(row.get("direct_intensity"))} ${y(row.get(state.rate))})`,
          }, text(words, {}));
        const title = drawing("title");
        title.textContent = words;
        mark.replaceChildren(title);
        const tell = () => { detail.textContent = words; };
        mark.addEventListener("mouseenter", tell);
        mark.addEventListener("focus", tell);
        mark.addEventListener("click", () => find(row.get("layer")));
        return mark;
      });
      const go = (place) => {
        const target = Math.min(marks.length - 1, Math.max(0, place));
        marks[focused]?.setAttribute("tabindex", -1);
        focused = target;
        marks[focused]?.setAttribute("tabindex", 0);
        marks[focused]?.focus();
      };
      image.addEventListener("keydown", (event) => {
        const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageDown: 20, PageUp: -20 };
        if (Object.hasOwn(steps, event.key)) go(focused + steps[event.key]);
        else if (event.key === "Home") go(0);
        else if (event.key === "End") go(marks.length - 1);
        else if (event.key === "Enter" && points[focused]) find(points[focused].get("layer"));
        else return;
        event.preventDefault();
      });
      image.append(...marks);
      const without = rows.filter((row) => row.get("direct_intensity") > 0 && !isGood(row.get("verdict"))).length;
      const drawn = points.length < all.length ? `${points.length} of ` : "";
      const left = without > 0 ? `; ${without} without a speed of their own are left out` : "";
      detail.textContent = `${drawn}${all.length} convolutions${left}. ${hint}`;
      box.replaceChildren(image);
    };

    let lastWidth = 0;
    if (typeof ResizeObserver === "function") {
      new ResizeObserver(() => {
        if (Math.abs(box.clientWidth - lastWidth) < 2) return;
        lastWidth = box.clientWidth;
        draw();
      }).observe(box);
    }
    const controls = states.length < 2 ? null : element(
      "div", { className: "controls" },
      labelled("Data", select(states.map(({ title }, place) => [String(place), title]), (value) => {
        state = states[Number(value)] ?? states[0];
        draw();
      })));
    return {
      parts: [
        element("h3", { textContent: "Roofline" }),
        element("p", {
          className: "note",
          textContent: "Each convolution by how many operations it has for a byte of its operands, each of them moved "
            + "once, and by its rate; the line is the measured peak of all threads. Work is counted by the definition, "
            + "so that an algorithm with fewer products, such as Winograd's, can lie above it.",
        }),
        controls, box, detail,
      ],
      show: (left) => { rows = left; draw(); },
    };
  };

  // MARK: - Kinds of results

  const kinds = {
    bench: ({ candidates, layers, command }) => {
      const table = read(layers);
      // Any number of states of the cache: min_ms is that of the network, X_min_ms any other.
      const states = table.names.filter((name) => /^(?:\w+_)?min_ms$/.test(name)).map((time) => {
        const prefix = time.slice(0, -"min_ms".length);
        const title = prefix === "" ? "in the network" : prefix.slice(0, -1).replaceAll("_", " ");
        return { time, title, short: prefix === "" ? "net" : title, rate: `${prefix}gflops` };
      }).filter(({ time }) => table.rows.some((row) => isNumber(row.get(time))));
      if (table.rows.length === 0) return [];
      const value = (row, name) => (isGood(row.get("verdict")) ? row.get(name) : null);
      const times = (row) => states.map(({ time }) => value(row, time)).filter(isNumber);
      const largest = (row) => (times(row).length > 0 ? Math.max(...times(row)) : null);
      const all = table.rows.map((row) => value(row, "min_ms")).filter((time) => time > 0);
      const graph = {
        title: "time, ms", key: (row) => value(row, "min_ms"),
        meaning: "the shortest time: " + states.map(({ title }, place) =>
          `${["filled", "outlined", "hatched"][Math.min(place, 2)]}, ${title}`).join("; "),
        scales: [["log", "logarithmic"], ["linear", "linear"], ["layer", "each layer’s own"]],
        axis: (rows, scale) => {
          if (scale === "log") return { ...logAxis(rows.flatMap(times)), isLog: true };
          if (scale === "linear") return linearAxis(rows.flatMap(times));
          const most = new Map();
          for (const row of rows) {
            const layer = row.get("layer");
            most.set(layer, Math.max(most.get(layer) ?? 0, largest(row) ?? 0));
          }
          return {
            ticks: [{ at: 0, label: "0" }, { at: 1, label: "slowest" }],
            place: (time, row) => (isNumber(time) ? time / (most.get(row.get("layer")) || 1) : 0),
          };
        },
        cell: (row, axis) => {
          if (!isGood(row.get("verdict"))) return verdictMark(row.get("verdict"));
          const made = element("div", { className: axis.isLog ? "dots" : "bars", "aria-hidden": "true" });
          states.forEach(({ time }, place) => {
            if (!isNumber(row.get(time))) return;
            const at = axis.place(row.get(time), row);
            if (axis.isLog) {
              made.append(dot(axis, row.get(time), `state-${Math.min(place, 2)}`));
              return;
            }
            const bar = element("span", { className: `bar state-${Math.min(place, 2)}` });
            bar.style.width = `${100 * at}%`;
            made.append(bar);
          });
          if (axis.isLog) join(made, axis, times(row));
          return made;
        },
      };
      // Bars tell more than dots as long as the short ones can be seen.
      const spread = all.reduce((a, b) => Math.max(a, b), 0) / all.reduce((a, b) => Math.min(a, b), Infinity);
      if (spread < 100) graph.scales.push(graph.scales.shift());
      const columns = states.flatMap(({ time, rate: speed, short }) => [
        { title: `${short} ms`, key: (row) => value(row, time), cell: (row) => milliseconds(value(row, time)),
          meaning: table.meaning(time) },
        table.has(speed) ? {
          title: `${short} GFLOP/s`, key: (row) => value(row, speed), cell: (row) => rate(value(row, speed)),
          meaning: table.meaning(speed) } : null,
      ]).filter(Boolean);
      const optional = [["share", "share", percent], ["share_of_peak", "of peak", percent]];
      for (const [name, title, format] of optional) {
        if (!table.rows.some((row) => isNumber(row.get(name)))) continue;
        columns.push({
          title, key: (row) => value(row, name), cell: (row) => format(value(row, name)),
          meaning: table.meaning(name) });
      }
      columns.push(
        { title: "err/bound", key: (row) => row.get("error_over_bound"),
          cell: (row) => ratio(row.get("error_over_bound")), meaning: table.meaning("error_over_bound") },
        verdictColumn(table),
        commandColumn(() => command, () => "the benchmark"));
      let made = null;
      const chart = roofline({
        candidates, find: (text) => made.find(text),
        states: states.filter(({ rate: speed }) => table.rows.some((row) => row.get(speed) > 0)),
      });
      const hasPoints = table.rows.some((row) => row.get("direct_intensity") > 0 && row.get("gflops") > 0);
      made = layerTable({
        title: "Layers by candidate", candidates, table, columns, graph,
        changed: (rows) => { if (hasPoints) chart.show(rows); },
      });
      return [
        { update: made.update, parts: [element("h3", { textContent: "Layers" }), ...made.parts] },
        ...(hasPoints ? [{ parts: chart.parts }] : []),
      ];
    },

    verify: (content) => {
      const { candidates, layers } = content;
      const table = read(layers);
      const feeds = ["own", "inherited"];
      const numbers = [
        ["own", "own", ratio], ["inherited", "inherited", ratio], ["rel. L2", "relative_l2", distance],
        ["growth", "growth", ratio], ["max ulp", "max_ulp", ratio],
      ];
      const columns = [
        ...numbers.filter(([, name]) => table.rows.some((row) => row.get(name) !== null)).map(
          ([title, name, format]) => ({
            title, key: (row) => row.get(name), cell: (row) => format(row.get(name)), meaning: table.meaning(name) })),
        verdictColumn(table),
        commandColumn((row) => row.get("command"), (row) => `layer ${row.get("layer")}`),
      ];
      const graph = {
        title: "error / bound", key: (row) => {
          const values = feeds.map((feed) => row.get(feed));
          return values.includes("∞") ? "∞" : values.filter(isNumber).reduce((a, b) => Math.max(a, b), -1);
        },
        meaning: "the largest error of an element over its likely bound, at most 1 where it passes: filled, the "
          + "kernel’s own; outlined, in the running network, with what was inherited",
        axis: (rows) =>
          logAxis(rows.flatMap((row) => feeds.map((feed) => row.get(feed))), { least: 1e-5, including: [0.01, 2] }),
        cell: (row, axis) => {
          const values = feeds.map((feed) => row.get(feed));
          if (values.every((value) => value === null)) return verdictMark(row.get("verdict"));
          const made = element("div", { className: "dots", "aria-hidden": "true" });
          const line = element("span", { className: "limit" });
          line.style.left = `${100 * axis.place(1)}%`;
          made.append(line);
          values.forEach((value, place) => {
            if (value !== null) made.append(dot(axis, value, `state-${place}`));
          });
          join(made, axis, values.filter((value) => value !== null));
          return made;
        },
      };
      const made = layerTable({ title: "Layers by backend", candidates, table, columns, graph });
      const images = gallery(content);
      return [
        { update: made.update, parts: [element("h3", { textContent: "Layers" }), ...made.parts] },
        ...(images ? [{ parts: images }] : []),
      ];
    },
  };

  // The line between the dots of a row.
  const join = (box, axis, values) => {
    if (values.length < 2) return;
    const places = values.map(axis.place);
    const line = element("span", { className: "joint" });
    line.style.left = `${100 * Math.min(...places)}%`;
    line.style.width = `${100 * (Math.max(...places) - Math.min(...places))}%`;
    box.prepend(line);
  };

  // Golden, backend and difference of each map side by side; nothing where results have no numbers of maps, as is the
  // case of all that there are yet.
  const gallery = ({ maps }) => (Array.isArray(maps) && maps.length > 0 ? [] : null);

  // MARK: - The page

  const data = document.getElementById("data");
  for (const result of JSON.parse(data?.textContent || "[]")) {
    const box = document.getElementById(result.section)?.querySelector(".interactive");
    if (!box || !Object.hasOwn(kinds, result.kind)) continue;
    for (const { parts, update } of kinds[result.kind](result.content)) {
      box.append(...parts.filter(Boolean));
      update?.();
    }
  }
  document.body.append(notice);
  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details")) details.open = true;
  });
  document.documentElement.classList.add("ready");
})();
