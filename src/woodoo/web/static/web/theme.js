// Sets light or dark before the first paint: the reader's choice, else the system's.
(function () {
  "use strict";
  var system = window.matchMedia("(prefers-color-scheme: dark)");
  function apply() {
    var chosen = null;
    try { chosen = localStorage.getItem("woodoo-theme"); } catch (e) { /* storage is off: follow the system */ }
    var theme = chosen || (system.matches ? "dark" : "light");
    document.documentElement.setAttribute("data-bs-theme", theme);
  }
  apply();
  system.addEventListener("change", apply);
  window.woodooTheme = function () {
    var dark = document.documentElement.getAttribute("data-bs-theme") === "dark";
    try { localStorage.setItem("woodoo-theme", dark ? "light" : "dark"); } catch (e) { /* lasts for this page only */ }
    document.documentElement.setAttribute("data-bs-theme", dark ? "light" : "dark");
  };
})();
