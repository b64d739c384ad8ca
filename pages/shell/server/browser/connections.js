// Notes on the page that the server has said why it is gone: it is being stopped, and may come back in another process.
// Runs before Streamlit's own script, which opens the socket.
const RESTART = 1012; // among the numbers that IANA keeps for closing a WebSocket, “Service Restart”

window.WebSocket = class extends WebSocket {
  constructor(...where) {
    super(...where);
    const { dataset } = document.documentElement;
    this.addEventListener("open", () => delete dataset.restarts);
    this.addEventListener("close", ({ code }) => {
      if (code === RESTART) dataset.restarts = "";
    });
  }
};
