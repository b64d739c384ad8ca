// Tells Streamlit where its server is, before its own script runs. Left to itself it asks below the page's address
// first, and on every page but the first writes two errors into the console.
window.__streamlit = { BACKEND_BASE_URL: new URL(".", window.location.href).href };
