// The box under what one sends: refusals stay until something changes, good news fades.
(function () {
  "use strict";
  const openpit = (window.openpit = window.openpit || { view: null, host: null });
  const { byId, put, attribute } = openpit.dom;

  const GOOD_NEWS_MS = 8000;

  let fading = 0;

  function tell(text, refused) {
    clearTimeout(fading);
    put(byId("op-alert"), refused ? text : "");
    put(byId("op-status"), refused ? "" : text);
    attribute(byId("op-message"), "data-kind", refused ? "refused" : "done");
    if (!refused) fading = setTimeout(clear, GOOD_NEWS_MS);
  }

  function clear() {
    clearTimeout(fading);
    put(byId("op-alert"), "");
    put(byId("op-status"), "");
    attribute(byId("op-message"), "data-kind", "none");
  }

  openpit.answers = { tell, clear };
})();
