// The page's connection to its market: reconnects, sends unanswered commands again, asks anew after a gap. Draws nothing.
(function () {
  "use strict";
  const openpit = (window.openpit = window.openpit || { view: null, host: null });

  const FIRST_RETRY_MS = 250;
  const LONGEST_RETRY_MS = 4000;
  // A connection that is silent this long is asked for a sign of life, and given up when none comes.
  const SILENCE_MS = 30000;
  const PATIENCE_MS = 10000;
  // What the server closes with when there is no such seat: otree_app.live.
  // no such seat any more; too many other pages of it were opened since
  const FINAL = [4404, 4429];

  // crypto.randomUUID is missing on plain http in a lab's network.
  function nonce() {
    const numbers = crypto.getRandomValues(new Uint32Array(3));
    return [...numbers].map((number) => number.toString(36)).join("");
  }

  class Connection {
    /** `hear(message)` gets all but acknowledgements; `change()` tells that `connected` or `gone` have changed. */
    constructor(path, hear, change) {
      this.url = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}`;
      this.hear = hear;
      this.change = change;
      this.nonce = nonce();
      this.commands = 0;
      this.unanswered = new Map();
      this.connected = false;
      this.gone = false;
      this.asked = false;
      this.expecting = false;
      this.retryMs = FIRST_RETRY_MS;
      this.listenToBrowser();
      this.open();
    }

    listenToBrowser() {
      window.addEventListener("online", () => this.reopen());
      window.addEventListener("offline", () => this.lose());
      window.addEventListener("pagehide", () => this.leave());
      window.addEventListener("pageshow", (event) => event.persisted && this.reopen());
    }

    open() {
      clearTimeout(this.retry);
      const socket = new WebSocket(this.url);
      this.socket = socket;
      this.asked = true; // a new connection begins with a snapshot
      this.expectAnswer();
      socket.onopen = () => this.resend();
      socket.onmessage = (event) => socket === this.socket && this.receive(JSON.parse(event.data));
      socket.onclose = (event) => socket === this.socket && (FINAL.includes(event.code) ? this.giveUp() : this.lose());
    }

    resend() {
      for (const { text } of this.unanswered.values()) this.send(text);
    }

    receive(message) {
      if (message.type === "ack") this.settle(message);
      else this.hear(message);
      if (message.type === "snapshot") this.arrive();
      this.expectNews();
    }

    settle(message) {
      const waiting = this.unanswered.get(message.id);
      if (!waiting) return;
      this.unanswered.delete(message.id);
      waiting.resolve(message.receipt);
    }

    arrive() {
      this.asked = false;
      this.retryMs = FIRST_RETRY_MS;
      this.setConnected(true);
    }

    /** Send a command and promise its receipt, however often the connection breaks on the way. */
    act(command) {
      const id = `${this.nonce}-${++this.commands}`;
      const text = JSON.stringify({ id, ...command });
      return new Promise((resolve) => {
        this.unanswered.set(id, { text, resolve });
        this.send(text);
      });
    }

    /** Ask for the whole view, once until it comes. */
    askSnapshot() {
      if (this.asked) return;
      this.asked = true;
      this.send('{"do":"snapshot"}');
    }

    send(text) {
      if (!this.socket || this.socket.readyState !== WebSocket.OPEN) return;
      this.socket.send(text);
      this.expectAnswer();
    }

    expectAnswer() {
      if (this.expecting) return;
      this.expecting = true;
      this.alarm(PATIENCE_MS, () => this.lose());
    }

    expectNews() {
      this.expecting = false;
      if (this.unanswered.size || this.asked) this.expectAnswer();
      else this.alarm(SILENCE_MS, () => this.askSnapshot());
    }

    alarm(milliseconds, ring) {
      clearTimeout(this.silence);
      this.silence = setTimeout(ring, milliseconds);
    }

    lose() {
      if (this.gone) return;
      this.drop();
      this.setConnected(false);
      clearTimeout(this.retry);
      this.retry = setTimeout(() => this.open(), this.retryMs * (0.75 + Math.random() / 2));
      this.retryMs = Math.min(LONGEST_RETRY_MS, this.retryMs * 2);
    }

    // There is nothing to come back to.
    giveUp() {
      this.gone = true;
      this.leave();
      this.connected = false;
      this.change();
    }

    drop() {
      clearTimeout(this.silence);
      this.expecting = false;
      const socket = this.socket;
      this.socket = null;
      if (socket) socket.close();
    }

    reopen() {
      if (this.gone) return;
      this.drop();
      this.retryMs = FIRST_RETRY_MS;
      this.open();
    }

    // The page goes away: closing is no loss to show.
    leave() {
      clearTimeout(this.retry);
      this.drop();
    }

    setConnected(connected) {
      if (this.connected === connected) return;
      this.connected = connected;
      this.change();
    }
  }

  openpit.Connection = Connection;
})();
