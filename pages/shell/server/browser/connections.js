// Notes on the page that the server has said why it is gone: it is being stopped, and may come back in another process.
// And where the page has a connection again, of which Streamlit asks nothing, as it does not where it has drawn all that
// it asked for last, says so: the server may know nothing of the page any more. Runs before Streamlit's own script,
// which opens the socket.
const RESTART = 1012; // among the numbers that IANA keeps for closing a WebSocket, “Service Restart”
const SOON = 500; // milliseconds within which Streamlit asks, if it does
const STREAM = "/_stcore/stream";

let before = false; // whether the page has had a connection

window.WebSocket = class extends WebSocket {
  constructor(...where) {
    super(...where);
    const { dataset } = document.documentElement;
    this.addEventListener("open", () => {
      delete dataset.restarts;
      if (!new URL(this.url).pathname.endsWith(STREAM)) return;
      if (before) setTimeout(() => this.asked || dispatchEvent(new Event("rl-reconnected")), SOON);
      before = true;
    });
    this.addEventListener("close", ({ code }) => {
      if (code === RESTART) dataset.restarts = "";
    });
  }

  send(...what) {
    this.asked = true;
    super.send(...what);
  }
};
