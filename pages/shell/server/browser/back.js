// Tells of the browser's Back and Forward before Streamlit hears of them: its own script, which listens too, runs later.
addEventListener("popstate", ({ state }) => dispatchEvent(new PopStateEvent("rl-popstate", { state })));
