// Small helpers that touch the page only where something changes, so that nothing flickers and screen readers stay calm.
(function () {
  "use strict";
  const openpit = (window.openpit = window.openpit || { view: null, host: null });

  function byId(id) {
    return document.getElementById(id);
  }

  function put(node, text) {
    if (node.textContent !== text) node.textContent = text;
  }

  function show(node, visible) {
    if (node.hidden === visible) node.hidden = !visible;
  }

  function attribute(node, name, value) {
    if (node.getAttribute(name) !== value) node.setAttribute(name, value);
  }

  /** A new element with a class and children, which are nodes or texts. */
  function make(tag, className, ...children) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    node.append(...children);
    return node;
  }

  /** Put a number, and let it glow for a moment when it replaces another one. */
  function putNumber(node, text) {
    const before = node.textContent;
    if (before === text) return;
    node.textContent = text;
    if (!before) return;
    node.classList.remove("glow");
    void node.offsetWidth; // restarts the animation
    node.classList.add("glow");
  }

  openpit.dom = { byId, put, putNumber, show, attribute, make };
})();
