// The server's clock on this page: carries its last word on with the page's own time. Draws nothing.
(function () {
  "use strict";
  const openpit = (window.openpit = window.openpit || { view: null, host: null });

  let secondsAt = 0;
  let remainingAt = 0;

  function now() {
    return performance.now() / 1000;
  }

  /** Note that `openpit.view.seconds` is the market's time now. */
  function heardSeconds() {
    secondsAt = now();
  }

  /** Note that `openpit.host.remaining` counts from now. */
  function heardHost() {
    remainingAt = now();
  }

  /** Seconds since the period opened. */
  function seconds() {
    const { view, host } = openpit;
    if (!view) return 0;
    const gone = host.running && view.phase === "open" ? now() - secondsAt : 0;
    const whole = view.facts.period_seconds + (view.extended || 0);
    return Math.min(view.seconds + gone, Math.max(view.seconds, whole));
  }

  /** Seconds until the next scheduled change, null where none is. */
  function remaining() {
    const { view, host } = openpit;
    if (!view || host.remaining === null) return null;
    const gone = view.phase === "paused" ? 0 : now() - remainingAt;
    return Math.max(0, host.remaining - gone);
  }

  openpit.clock = { heardSeconds, heardHost };
  openpit.secondsNow = seconds;
  openpit.remaining = remaining;
})();
