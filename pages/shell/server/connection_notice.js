// Says what is missing where Streamlit's script runs but never reaches its server: a page of grey bars says nothing.
const PATIENCE = 10_000; // milliseconds
const notice = document.querySelector(".rl-no-connection");

const connected = () => document.querySelector("[data-test-connection-state=CONNECTED]") !== null;

const watch = new MutationObserver(() => {
  if (!connected()) return;
  watch.disconnect();
  clearTimeout(timer);
  notice.hidden = true;
});
const timer = setTimeout(() => {
  notice.hidden = connected();
}, PATIENCE);
watch.observe(document.getElementById("root"), {
  attributeFilter: ["data-test-connection-state"],
  childList: true,
  subtree: true,
});
