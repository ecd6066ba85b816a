// Draws the dashboard's charts from what the service tells, and follows it without drawing the page anew.
(function () {
  "use strict";

  var TONES = {
    done: "--tblr-green", failed: "--tblr-red", waiting: "--tblr-yellow", odoo: "--tblr-purple", "odoo-slow": "--tblr-purple",
    store: "--tblr-azure", "store-slow": "--tblr-azure", order: "--tblr-primary", "order-slow": "--tblr-primary",
    update_stock: "--tblr-teal", "update_stock-slow": "--tblr-teal"
  };
  // In the language of the page; where the browser has that language of a country, in its way.
  var lang = document.documentElement.lang || "en";
  var locale = (navigator.languages || []).find(function (one) { return one.split("-")[0] === lang; }) || lang;
  var tenth = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  var clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
  var day = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" });
  var full = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

  function start(card) {
    var body = card.querySelector("[data-charts-body]");
    var span = card.querySelector("[data-span][aria-pressed=true]").dataset.span;
    var drawn = {}, shown = null, asked = 0;

    // A canvas knows no variables: the browser is asked what they come to.
    var probe = document.createElement("span");
    probe.hidden = true;
    card.appendChild(probe);
    function color(tone) {
      probe.style.color = "var(" + (TONES[tone] || "--tblr-secondary") + ")";
      return getComputedStyle(probe).color;
    }

    function say(unit, value) {
      if (value === null || value === undefined) { return card.dataset.wordGap; }
      if (unit !== "ms") { return String(value); }
      if (value < 1000) { return Math.round(value) + " ms"; }
      if (value < 60000) { return tenth.format(value / 1000) + " s"; }
      return value < 3600000 ? Math.round(value / 60000) + " min" : tenth.format(value / 3600000) + " h";
    }

    function element(name, text, parent) {
      var made = document.createElement(name);
      if (text) { made.textContent = text; }
      if (parent) { parent.appendChild(made); }
      return made;
    }

    // A value between two gaps has no line; a point stands for it.
    function alone(u, series, all) {
      if (all) { return null; }
      var values = u.data[series], found = [];
      values.forEach(function (v, i) {
        if (v !== null && (values[i - 1] === null || i === 0) && (values[i + 1] === null || i === values.length - 1)) { found.push(i); }
      });
      return found.length ? found : null;
    }

    function options(chart, width, told) {
      var long = told.step >= 3600, muted = color("none"), grid = { stroke: getComputedStyle(card).borderTopColor || "#8884", width: 1 };
      return {
        width: width, height: 190, cursor: { points: { size: 6 } }, legend: { live: true },
        scales: { x: { time: true }, y: { range: function (u, low, high) { return [0, high > 0 ? high * 1.1 : 1]; } } },
        axes: [
          { stroke: muted, grid: grid, ticks: grid, space: 70, values: function (u, at) {
            return at.map(function (t) { return (long ? day : clock).format(new Date(t * 1000)); });
          } },
          { stroke: muted, grid: grid, ticks: grid, size: 64, values: function (u, at) {
            return at.map(function (v) { return chart.unit === "ms" || v % 1 === 0 ? say(chart.unit, v) : ""; });
          } }
        ],
        series: [{ label: card.dataset.wordTime, value: function (u, t) { return t ? full.format(new Date(t * 1000)) : ""; } }].concat(chart.lines.map(function (line) {
          return {
            label: line.name, stroke: color(line.tone), width: 2, spanGaps: false,
            dash: /-slow$/.test(line.tone) ? [5, 4] : undefined,
            points: { size: 4, filter: alone }, value: function (u, v) { return u.cursor.idx === null || u.cursor.idx === undefined ? "" : say(chart.unit, v); }
          };
        }))
      };
    }

    // In words, for those who do not see it: the latest figure of each line.
    function words(chart) {
      return chart.title + ". " + chart.lines.map(function (line) {
        var last = line.values.filter(function (v) { return v !== null; }).pop();
        return line.name + ": " + say(chart.unit, last);
      }).join(", ");
    }

    function table(chart, told, into) {
      into.textContent = "";
      var made = element("table", "", into);
      made.className = "table table-sm";
      var head = element("tr", "", element("thead", "", made));
      [card.dataset.wordTime].concat(chart.lines.map(function (l) { return l.name; })).forEach(function (text) {
        element("th", text, head).scope = "col";
      });
      var rows = element("tbody", "", made);
      for (var i = told.times.length - 1; i >= 0; i--) {
        var row = element("tr", "", rows), name = element("th", full.format(new Date(told.times[i] * 1000)), row);
        name.scope = "row";
        for (var k = 0; k < chart.lines.length; k++) {
          element("td", say(chart.unit, chart.lines[k].values[i]), row).className = "num";
        }
      }
    }

    function place(chart) {
      var figure = element("figure", "", body), caption = element("figcaption", chart.title, figure);
      caption.className = "h4";
      var canvas = element("div", "", figure);
      canvas.setAttribute("role", "img");
      canvas.className = "chart";
      canvas.dataset.chart = chart.name;
      var more = element("details", "", figure);
      element("summary", card.dataset.wordTable, more);
      var rows = element("div", "", more);
      rows.className = "chart-table";
      rows.tabIndex = 0;
      return { canvas: canvas, more: more, rows: rows, lines: 0 };
    }

    function show(told) {
      shown = told;
      var any = told.charts.some(function (chart) {
        return chart.lines.some(function (line) { return line.values.some(function (v) { return v !== null; }); });
      });
      if (!any) { body.textContent = ""; drawn = {}; element("p", card.dataset.wordNone, body).className = "text-secondary m-3"; return; }
      if (!Object.keys(drawn).length) { body.textContent = ""; }
      told.charts.forEach(function (chart) {
        if (!chart.lines.length) { return; }
        var there = drawn[chart.name] = drawn[chart.name] || place(chart);
        var data = [told.times].concat(chart.lines.map(function (line) { return line.values; }));
        if (there.plot && there.lines === chart.lines.length && there.step === told.step) { there.plot.setData(data); } else {
          if (there.plot) { there.plot.destroy(); }
          there.plot = new uPlot(options(chart, there.canvas.clientWidth || 300, told), data, there.canvas);
          there.lines = chart.lines.length;
          there.step = told.step;
        }
        there.canvas.setAttribute("aria-label", words(chart));
        if (there.more.open) { table(chart, told, there.rows); }
        there.more.ontoggle = function () { if (there.more.open) { table(chart, told, there.rows); } };
      });
    }

    function redraw() {
      Object.keys(drawn).forEach(function (name) { drawn[name].step = 0; });
      if (shown) { show(shown); }
    }

    function ask() {
      var mine = ++asked, address = new URL(card.dataset.charts, location.href);
      address.searchParams.set("span", span);
      fetch(address, { headers: { Accept: "application/json" }, credentials: "same-origin" }).then(function (answer) {
        if (!answer.ok || answer.redirected) { throw new Error("no figures"); }
        return answer.json();
      }).then(function (told) { if (mine === asked) { show(told); } }).catch(function () {
        if (!shown) { body.textContent = ""; element("p", card.dataset.wordFailed, body).className = "text-secondary m-3"; }
      });
    }

    card.addEventListener("click", function (event) {
      var button = event.target.closest("[data-span]");
      if (!button) { return; }
      card.querySelectorAll("[data-span]").forEach(function (one) { one.setAttribute("aria-pressed", String(one === button)); });
      span = button.dataset.span;
      ask();
    });
    new MutationObserver(redraw).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
    new ResizeObserver(function () {
      Object.keys(drawn).forEach(function (name) {
        var one = drawn[name];
        if (one.plot && one.canvas.clientWidth && one.canvas.clientWidth !== one.plot.width) {
          one.plot.setSize({ width: one.canvas.clientWidth, height: 190 });
        }
      });
    }).observe(body);
    setInterval(function () { if (!document.hidden) { ask(); } }, 10000);
    ask();
  }

  document.addEventListener("DOMContentLoaded", function () { document.querySelectorAll("[data-charts]").forEach(start); });
})();
