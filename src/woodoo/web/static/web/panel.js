// The panel's few moving parts: times in the reader's zone, theme button, copy buttons, bulk selection.
(function () {
  "use strict";

  // In the language of the page; where the browser has that language of a country, in its way.
  var lang = document.documentElement.lang || "en";
  var locale = (navigator.languages || []).find(function (one) { return one.split("-")[0] === lang; }) || lang;
  var full = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "long" });
  var day = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  var year = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });
  var clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  var time = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
  var ago = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" });

  function short(when) {
    var seconds = (when - Date.now()) / 1000, size = Math.abs(seconds);
    if (size < 60) { return ago.format(Math.round(seconds), "second"); }
    if (size < 3600) { return ago.format(Math.round(seconds / 60), "minute"); }
    if (size < 12 * 3600) { return ago.format(Math.round(seconds / 3600), "hour"); }
    return size < 300 * 86400 ? day.format(when) : year.format(when);
  }

  // A moment something began: with its time of day, which stays right on a page that stands open.
  function moment(when) {
    return when.toDateString() === new Date().toDateString() ? time.format(when) : day.format(when);
  }

  function times(root) {
    root.querySelectorAll("time[datetime]").forEach(function (element) {
      var when = new Date(element.getAttribute("datetime"));
      if (isNaN(when)) { return; }
      element.textContent = element.dataset.show === "clock" ? clock.format(when)
        : element.dataset.show === "full" ? full.format(when)
        : element.dataset.show === "time" ? moment(when) : short(when);
      // An abbreviation at the end of a sentence has its full stop already: "vor 5 Min.".
      var after = element.nextSibling;
      if (after && after.nodeType === 3 && after.data.charAt(0) === ".") { element.textContent = element.textContent.replace(/\.$/, ""); }
      element.title = full.format(when);
    });
  }

  function selection() {
    var boxes = document.querySelectorAll("input[name=work]");
    var chosen = document.querySelectorAll("input[name=work]:checked").length;
    var bar = document.getElementById("bulk");
    if (!bar) { return; }
    bar.hidden = chosen === 0;
    bar.querySelectorAll("[data-count]").forEach(function (e) { e.textContent = chosen; });
    var all = document.getElementById("work-all");
    if (all) {
      all.checked = chosen > 0 && chosen === boxes.length;
      all.indeterminate = chosen > 0 && chosen < boxes.length;
    }
  }

  // Days that are asked for are the reader's.
  function zones(root) {
    root.querySelectorAll("input[data-zone]").forEach(function (input) {
      if (!input.value) { input.value = Intl.DateTimeFormat().resolvedOptions().timeZone || ""; }
    });
  }

  document.addEventListener("DOMContentLoaded", function () { times(document); selection(); zones(document); });
  document.addEventListener("htmx:afterSwap", function () { times(document); selection(); });
  setInterval(function () { if (!document.hidden) { times(document); } }, 15000);

  // A part that is refreshed in place keeps its elements: focus, selected text and what was opened stay, nothing flickers.
  function same(old, fresh) {
    return old.nodeType === fresh.nodeType && old.nodeName === fresh.nodeName && (old.id || "") === (fresh.id || "");
  }

  function blank(node) { return node.nodeType === Node.TEXT_NODE && !node.nodeValue.trim(); }

  function inPlace(old, fresh) {
    if (old.nodeType !== Node.ELEMENT_NODE) {
      if (old.nodeValue !== fresh.nodeValue) { old.nodeValue = fresh.nodeValue; }
      return;
    }
    if (old.hasAttribute("data-charts")) { return; }
    if (old.nodeName === "TIME" && old.getAttribute("datetime") === fresh.getAttribute("datetime")) { return; }
    Array.from(fresh.attributes).forEach(function (a) {
      if (a.name !== "open" && old.getAttribute(a.name) !== a.value) { old.setAttribute(a.name, a.value); }
    });
    Array.from(old.attributes).forEach(function (a) {
      if (a.name !== "open" && !fresh.hasAttribute(a.name)) { old.removeAttribute(a.name); }
    });
    var at = old.firstChild;
    Array.from(fresh.childNodes).forEach(function (wanted) {
      var known = wanted.id && Array.from(old.children).find(function (one) { return one.id === wanted.id; });
      if (known && known !== at) { old.insertBefore(known, at); at = known; }
      while (at && blank(at) && !blank(wanted)) { at = at.nextSibling; }
      if (at && same(at, wanted)) { inPlace(at, wanted); at = at.nextSibling; } else {
        old.insertBefore(document.importNode(wanted, true), at);
      }
    });
    while (at) { var next = at.nextSibling; at.remove(); at = next; }
  }

  document.addEventListener("htmx:beforeSwap", function (event) {
    var live = event.target;
    if (live.dataset.live !== "in-place" || !event.detail.shouldSwap) { return; }
    event.detail.shouldSwap = false;
    var page = new DOMParser().parseFromString(event.detail.serverResponse, "text/html");
    var fresh = page.getElementById(live.id);
    if (fresh) { inPlace(live, fresh); } else {
      var shell = live.cloneNode(false);
      Array.from(page.body.childNodes).forEach(function (node) { shell.appendChild(node); });
      inPlace(live, shell);
    }
    (live.dataset.also || "").split(",").filter(Boolean).forEach(function (id) {
      var here = document.getElementById(id), there = page.getElementById(id);
      if (here && there) { inPlace(here, there); }
    });
    htmx.process(live);
    times(document);
  });

  // A page that refreshes itself holds still while it is in the background or somebody is choosing rows.
  function busy(live) {
    if (live.dataset.live === "in-place") { return document.hidden; }
    return document.hidden || document.querySelector("input[name=work]:checked") !== null ||
      live.querySelector("details[open].call") !== null || live.querySelector(":focus-visible") !== null;
  }

  // Looked at twice: a row may be chosen while the answer is on its way.
  ["htmx:beforeRequest", "htmx:beforeSwap"].forEach(function (name) {
    document.addEventListener(name, function (event) {
      if (event.target.hasAttribute("data-live") && busy(event.target)) { event.preventDefault(); }
    });
  });

  // A part that cannot be refreshed says so; so does a button that was answered with nothing.
  function tell(event, failed) {
    var live = event.detail.elt && event.detail.elt.hasAttribute("data-live");
    var note = document.getElementById(live ? "stale" : "unanswered");
    if (note) { note.hidden = !failed; }
  }
  ["htmx:responseError", "htmx:sendError", "htmx:timeout"].forEach(function (name) {
    document.addEventListener(name, function (event) { tell(event, true); });
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    if (event.detail.successful) { tell(event, false); }
  });

  // What the reader opened or closed stays so when the page refreshes itself.
  var opened = {};
  document.addEventListener("htmx:beforeSwap", function (event) {
    if (event.target.dataset.live === "in-place") { return; }
    event.target.querySelectorAll("details[id]").forEach(function (element) { opened[element.id] = element.open; });
  });
  document.addEventListener("htmx:afterSettle", function () {
    document.querySelectorAll("details[id]").forEach(function (element) {
      if (element.id in opened) { element.open = opened[element.id]; }
    });
    opened = {};
  });

  // A place that is named in the address, and comes with a later part of the page.
  var sought = location.hash.length > 1 ? location.hash.slice(1) : "";
  function seek() {
    var place = sought && document.getElementById(sought);
    if (!place) { return; }
    sought = "";
    if (place.tagName === "DETAILS") { place.open = true; }
    place.scrollIntoView();
  }
  document.addEventListener("DOMContentLoaded", seek);
  document.addEventListener("htmx:afterSettle", seek);

  document.addEventListener("change", function (event) {
    if (event.target.id === "work-all") {
      document.querySelectorAll("input[name=work]").forEach(function (box) { box.checked = event.target.checked; });
    }
    if (event.target.id === "work-all" || event.target.name === "work") { selection(); }
  });

  document.addEventListener("click", function (event) {
    var theme = event.target.closest("[data-theme-toggle]");
    if (theme) { window.woodooTheme(); return; }
    var copy = event.target.closest("[data-copy]");
    if (copy && navigator.clipboard) {
      navigator.clipboard.writeText(document.querySelector(copy.dataset.copy).textContent.trim()).then(function () {
        copy.classList.add("copied");
        setTimeout(function () { copy.classList.remove("copied"); }, 1500);
      });
      return;
    }
    document.querySelectorAll("details.menu[open]").forEach(function (menu) {
      if (!menu.contains(event.target)) { menu.removeAttribute("open"); }
    });
  });

  // A double click sends once: the answer to the second one would hide what the first has done.
  document.addEventListener("submit", function (event) {
    var form = event.target, now = Date.now();
    if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("hx-post")) { return; }
    if (now - Number(form.dataset.sentAt || 0) < 1500) { event.preventDefault(); return; }
    form.dataset.sentAt = now;
  });

  // A form whose answer takes some seconds shows that it is on its way. The pressed button still counts.
  document.addEventListener("submit", function (event) {
    var wheel = event.target.matches("[data-busy]") && event.target.querySelector(".busy");
    if (wheel) { wheel.hidden = false; event.target.setAttribute("aria-busy", "true"); }
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll(".busy").forEach(function (wheel) { wheel.hidden = true; });
  });

  document.addEventListener("keydown", function (event) {
    // Else Enter would press the first button of the form around it, which is another one.
    if (event.key === "Enter" && event.target.dataset && event.target.dataset.enter) {
      event.preventDefault();
      document.querySelector(event.target.dataset.enter).click();
    }
    if (event.key === "Escape") {
      document.querySelectorAll("details.menu[open]").forEach(function (menu) { menu.removeAttribute("open"); });
    }
    var typing = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);
    var search = document.getElementById("search");
    if (event.key === "/" && search && !typing) { event.preventDefault(); search.focus(); }
  });
})();
