// The choosers of area, figure and item, the county map and the bars.
(() => {
  "use strict";
  const data = JSON.parse(document.getElementById("data").textContent);
  const $ = (id) => document.getElementById(id);
  const style = getComputedStyle(document.documentElement);
  const color = (name) => style.getPropertyValue(`--${name}`).trim();
  const font = { fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 13, color: color("ink") };
  const charts = [];

  const fixed = (number, places) => number.toLocaleString("en-US", { minimumFractionDigits: places, maximumFractionDigits: places });
  const count = (number) => fixed(number, 0);
  const yuan = (fen) => `${fen < 0 ? "-" : ""}¥${fixed(Math.abs(fen) / 100, 2)}`;
  const wan = (fen) => fen === 0 ? "¥0" : `${fen < 0 ? "-" : ""}¥${fixed(Math.abs(fen) / 1e6, 2)} 万`;
  const big = (fen) => Math.abs(fen) >= 1e10 ? `¥${fixed(fen / 1e10, 2)} 亿` : Math.abs(fen) >= 1e6 ? `¥${fixed(fen / 1e6, 1)} 万` : yuan(fen);

  function small(text) {
    const element = document.createElement("small");
    element.textContent = text;
    return element;
  }

  function put(cell, value, shown, notes, exact) {
    cell.dataset.sort = value;
    cell.replaceChildren(shown, ...(notes || []).map(small));
    cell.title = exact || "";
    cell.dataset.csv = exact ? (value / 100).toFixed(2) : value;
  }

  // ---- The table of items, for one county.
  function chooseArea(code) {
    for (const row of $("items").tBodies[0].rows) {
      const item = data.rows[row.dataset.row];
      const sums = code ? item.at[code] : Object.values(item.at).reduce((a, b) => a.map((n, i) => n + b[i]), [0, 0, 0, 0, 0, 0, 0]);
      if (sums) showItem(row.cells, item, sums);
      if (sums) delete row.dataset.off; else row.dataset.off = "yes";
    }
    $("items").tFoot.hidden = Boolean(code);
    window.tables.refresh($("items"));
  }

  function showItem(cells, item, [entitled, undecided, fen, , year, most, paid]) {
    put(cells[4], entitled, count(entitled), item.households && paid !== entitled ? [`计发 ${count(paid)} 户`] : []);
    put(cells[5], undecided, count(undecided));
    if (item.note) return;
    put(cells[6], fen, wan(fen), [item.every], yuan(fen));
    put(cells[7], year, wan(year), most > year ? [`最多 ${wan(most)}`] : [], yuan(year));
  }

  // ---- Counties: one item or all of them together.
  function county(place, group) {
    const people = data.areas[place].people;
    const cells = (group === "" ? data.groups : [data.groups[group]]).map((g) => g.cells[place]).filter(Boolean);
    if (!cells.length) return null;
    const [entitled, money, undecided] = cells.reduce((a, b) => a.map((n, i) => n + b[i]));
    return { people, entitled, money, undecided, rate: people ? entitled * 1000 / people : null };
  }

  const SHOWN = {
    rate: { title: (item) => item ? "每千人中符合条件的人" : "每千人符合条件的项次", format: (n) => fixed(n, n < 1 ? 2 : n < 100 ? 1 : 0) },
    money: { title: () => "每年资金（元）", format: big },
    undecided: { title: (item) => item ? "暂不能判定的人" : "暂不能判定的项次", format: count },
  };

  function chooseCounties() {
    const group = $("map-item").value;
    const figure = document.querySelector("[name=figure]:checked").value;
    const found = data.areas.map((area, place) => ({ ...area, figures: county(place, group) }));
    for (const row of $("by-county").tBodies[0].rows) showCounty(row.cells, found.find((area) => area.code === row.dataset.area).figures);
    const name = group === "" ? "全部项目合计" : data.groups[group].name;
    $("county-what").textContent = name;
    const known = found.filter((area) => /^\d+$/.test(area.code) && area.figures && area.figures[figure] !== null);
    sayCounties(known, figure, name, group !== "");
    if ($("map")) drawMap(known, figure, name, group !== "");
  }

  function showCounty(cells, figures) {
    const none = () => "—";
    const { entitled, rate, money, undecided } = figures || {};
    put(cells[2], entitled ?? -1, figures ? count(entitled) : none());
    put(cells[3], rate ?? -1, rate === null || rate === undefined ? none() : fixed(rate, 1));
    put(cells[4], money ?? -1, figures ? wan(money) : none(), [], figures && yuan(money));
    put(cells[5], undecided ?? -1, figures ? count(undecided) : none());
    if (!figures) for (const place of [2, 3, 4, 5]) cells[place].dataset.csv = "";
  }

  function sayCounties(known, figure, name, one) {
    const { title, format } = SHOWN[figure];
    const order = [...known].sort((a, b) => b.figures[figure] - a.figures[figure]);
    const [top, last] = [order[0], order[order.length - 1]];
    const values = top && `${top.name}最高（${format(top.figures[figure])}），${last.name}最低（${format(last.figures[figure])}）`;
    const only = known.length === 1 && `只有${top.name}有（${format(top.figures[figure])}）`;
    const same = top && top.figures[figure] === last.figures[figure] && `各地相同（${format(top.figures[figure])}）`;
    const drawn = data.map ? data.map.geo.features.map((feature) => feature.properties.code) : [];
    const off = data.map ? known.filter((area) => !drawn.includes(area.code)).map((area) => area.name) : [];
    const note = off.length ? `${off.join("、")}没有县界，只在表里。` : "";
    $("map-says").textContent = (top ? `${name}，${title(one).replace("（元）", "")}：${only || same || values}。` : `${name}：没有数字。`) + note;
  }

  // Five classes of equal width with round limits; fewer when there is less to tell apart.
  function classLimits(values) {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const raw = (high - low) / 5 || 1;
    const power = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 3, 4, 5, 6, 8, 10].find((n) => n * power >= raw * 0.999) * power;
    const start = Math.floor(low / step) * step;
    const classes = Math.min(6, Math.max(1, Math.ceil((high - start) / step + 1e-9)));
    return classes > 5 ? classLimits([start, start + step * 6]) : Array.from({ length: classes + 1 }, (_, n) => start + n * step);
  }

  function drawMap(known, figure, name, one) {
    const { title, format } = SHOWN[figure];
    const limits = classLimits(known.length ? known.map((area) => area.figures[figure]) : [0]);
    const ramp = [1, 2, 3, 4, 5].map((n) => color(`pine-${n}`));
    // As many decimals as the step between two limits has.
    const places = Math.max(0, -Math.floor(Math.log10(limits[1] - limits[0]) + 1e-9));
    const limitText = (limit) => figure === "rate" ? fixed(limit, places) : format(limit);
    const classOf = (value) => Math.min(limits.length - 2, limits.findLastIndex((limit) => value >= limit));
    const regions = data.map.geo.features.map(({ properties }) => {
      const area = known.find((one) => one.code === properties.code);
      const value = area ? area.figures[figure] : NaN;
      const place = area ? classOf(value) : 0;
      const look = area ? { areaColor: ramp[place] } : { areaColor: "#E6EAE7", decal: HATCH };
      return { name: properties.code, value, shown: area ? `${properties.name}\n${format(value)}` : properties.name, itemStyle: look, label: { color: place > 2 ? "#FFFFFF" : color("ink"), ...(area ? {} : HALO) } };
    });
    $("map-title").textContent = `${name}：${title(one)}，${data.month}`;
    $("map-legend").replaceChildren(...limits.slice(0, -1).map((limit, n) => legend(ramp[n], `${limitText(limit)} – ${limitText(limits[n + 1])}`)), legend("", "没有数字"));
    chart("map", mapOption(regions));
  }

  const HALO = { textBorderColor: "#FFFFFF", textBorderWidth: 4 };
  const HATCH = { symbol: "rect", color: "#B4BEB9", dashArrayX: [1, 0], dashArrayY: [1.5, 5], rotation: -Math.PI / 4 };

  function legend(background, text) {
    const [line, swatch] = [document.createElement("li"), document.createElement("i")];
    if (background) swatch.style.background = background; else swatch.className = "hatch";
    line.append(swatch, text);
    return line;
  }

  function mapOption(regions) {
    const label = { show: true, formatter: (at) => at.data.shown, ...font, fontSize: 12, lineHeight: 16 };
    return {
      animation: false, aria: { enabled: true }, tooltip: tooltip((at) => at.data && (at.data.shown.includes("\n") ? at.data.shown.replace("\n", "：") : `${at.data.shown}：没有数字`)),
      series: [{
        type: "map", map: "area", nameProperty: "code", aspectScale: data.map.shape, selectedMode: false, data: regions, label, left: 8, right: 8, top: 8, bottom: 8,
        itemStyle: { borderColor: "#FFFFFF", borderWidth: 1.5 }, emphasis: { label: { show: true }, itemStyle: { borderColor: color("ink"), borderWidth: 2, areaColor: "inherit" } },
      }],
    };
  }

  // ---- Bars. Rich-text tooltips hold no markup, so a name cannot become one.
  const tooltip = (formatter) => ({ renderMode: "richText", formatter, textStyle: font, borderColor: color("ink"), backgroundColor: "#FFFFFF", confine: true });

  function bars(id, names, series, ending) {
    const narrow = $(id).clientWidth < 500;
    $(id).style.height = `${names.length * (narrow ? 48 : 34) + 16}px`;
    const last = series.length - 1;
    const label = { show: true, position: "right", formatter: (at) => ending(at.dataIndex), ...font };
    return {
      animation: false, aria: { enabled: true },
      grid: { left: 4, right: narrow ? 136 : 190, top: 4, bottom: 4, containLabel: true },
      xAxis: { type: "value", min: 0, show: false },
      yAxis: { type: "category", inverse: true, data: names, axisTick: { show: false }, axisLine: { lineStyle: { color: color("field") } }, axisLabel: { ...font, lineHeight: 15, width: narrow ? 96 : 240, overflow: "break" } },
      tooltip: { trigger: "axis", axisPointer: { type: "none" }, ...tooltip((at) => `${names[at[0].dataIndex]}\n${ending(at[0].dataIndex)}`) },
      series: series.map((one, n) => ({ type: "bar", stack: "all", barWidth: 18, ...one, label: n === last ? label : undefined })),
    };
  }

  function moneyBars() {
    const range = (n) => {
      const { low, high } = data.bars[n];
      return high > low ? `${big(low)} – ${big(high).replace("¥", "")}` : big(low);
    };
    const stripes = { color: color("amber-wash"), decal: { ...HATCH, color: color("amber"), dashArrayY: [2, 4] } };
    chart("money-chart", bars("money-chart", data.bars.map((bar) => bar.name), [
      { data: data.bars.map((bar) => bar.low), itemStyle: { color: color("pine") } },
      { data: data.bars.map((bar) => bar.high - bar.low), itemStyle: stripes },
    ], range));
  }

  function causeBars() {
    const words = { new: "新增", changed: "改变", ended: "终止" };
    const total = (n) => Object.keys(words).filter((kind) => data.causes[n][kind]).map((kind) => `${words[kind]} ${count(data.causes[n][kind])}`).join(" ");
    chart("cause-chart", bars("cause-chart", data.causes.map((cause) => cause.zh), Object.keys(words).map((kind) => (
      { data: data.causes.map((cause) => cause[kind]), itemStyle: { color: color(kind) } })), total));
  }

  function chart(id, option) {
    const element = $(id);
    const label = element.getAttribute("aria-label");
    const held = charts.find((one) => one.id === id) || { id, drawn: window.echarts.init(element, null, { renderer: "svg" }) };
    if (!charts.includes(held)) charts.push(held);
    held.drawn.resize({ silent: true });
    held.drawn.setOption({ ...option, aria: { enabled: true, label: { description: label } } }, true);
  }

  const draw = () => {
    if ($("money-chart")) moneyBars();
    if ($("cause-chart")) causeBars();
    if ($("by-county")) chooseCounties();
  };
  if (data.map) window.echarts.registerMap("area", { geoJSON: data.map.geo });
  draw();

  // ---- The matrix of items and counties.
  function chooseMatrix() {
    const figure = Number($("matrix-figure").value);
    const show = figure === 1 ? (n) => fixed(n / 1e6, 2) : count;
    for (const row of $("by-item").tBodies[0].rows) {
      const { total, cells } = data.groups[row.dataset.row];
      [total, ...cells].forEach((cell, place) => {
        if (cell) put(row.cells[place + 1], cell[figure], show(cell[figure]), [], figure === 1 ? yuan(cell[figure]) : "");
      });
    }
    $("matrix-what").textContent = $("matrix-figure").selectedOptions[0].textContent;
  }

  if ($("area")) $("area").addEventListener("change", (event) => chooseArea(event.target.value));
  if ($("by-county")) for (const control of [$("map-item"), ...document.querySelectorAll("[name=figure]")]) control.addEventListener("change", chooseCounties);
  if ($("matrix-figure")) $("matrix-figure").addEventListener("change", chooseMatrix);
  let waiting = 0;
  window.addEventListener("resize", () => { clearTimeout(waiting); waiting = setTimeout(draw, 100); });
  window.addEventListener("beforeprint", draw);
  window.addEventListener("afterprint", draw);
})();
