// Plotly, loaded when the first chart asks for it.
import { element } from "./dom.js";

// This module lies in assets/<digest>/components/shared/, below the address that Streamlit was loaded from.
const SOURCE = new URL("../../../../vendor/plotly.min.js", import.meta.url);
let loading = null;

export function loadPlotly() {
  if (globalThis.Plotly) return Promise.resolve(globalThis.Plotly);
  loading ??= new Promise((resolve, reject) => {
    const script = element("script");
    script.src = SOURCE;
    script.onload = () => resolve(globalThis.Plotly);
    script.onerror = () => {
      loading = null; // the next update tries again
      script.remove();
      reject(new Error(`${script.src} did not load`));
    };
    document.head.append(script);
  });
  return loading;
}
