// The websocket that keeps the page up to date. It comes back by itself; while the page is hidden it is told nothing.

import { askToken, token } from "./api.js";

const NO_TOKEN = 4401;
const SLOWEST = 4000;

/** `on.hello(venue)` when it is connected, `on.update(changes)` with what has changed, `on.link(isOpen)`. */
export class Stream {
  constructor(on) {
    this.on = on;
    this.wanted = null;
    this.wait = 250;
    document.addEventListener("visibilitychange", () => this.send({ pause: document.hidden }));
    this.open();
  }

  open() {
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/_mock/watch`);
    this.socket = socket;
    this.greeted = false;
    const sent = token();
    socket.addEventListener("open", () => { if (sent) this.send({ token: sent }); });
    socket.addEventListener("message", (event) => this.receive(JSON.parse(event.data)));
    socket.addEventListener("close", async (event) => {
      this.on.link(false);
      if (event.code === NO_TOKEN) await askToken(Boolean(sent));
      else await new Promise((resolve) => setTimeout(resolve, this.wait));
      this.wait = Math.min(this.wait * 2, SLOWEST);
      this.open();
    });
  }

  receive(message) {
    if (message.hello) {
      this.greeted = true;
      this.wait = 250;
      this.on.link(true);
      this.on.hello(message.hello);
    } else if (message.shown) {
      this.on.shown(message.shown);
    } else {
      this.on.update(message);
    }
  }

  /** Look at a symbol, in bars of a length. */
  show(symbol, interval) {
    this.send({ show: { symbol, interval } });
    if (document.hidden) this.send({ pause: true });
  }

  send(message) {
    if (this.socket.readyState === WebSocket.OPEN && (this.greeted || "token" in message)) this.socket.send(JSON.stringify(message));
  }
}
