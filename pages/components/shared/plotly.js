// Plotly, loaded when the first chart asks for it.
import { element } from "./dom.js";

let loading = null;

// `address` is below the address that Streamlit was loaded from; this module lies in assets/<digest>/components/shared/.
export function loadPlotly(address) {
  if (globalThis.Plotly) return Promise.resolve(globalThis.Plotly);
  loading ??= new Promise((resolve, reject) => {
    const script = element("script");
    script.src = new URL(`../../../../${address}`, import.meta.url);
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
