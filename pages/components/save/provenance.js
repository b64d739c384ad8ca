// What is shown, for those who take it away: the preset, the settings, and the link that brings it back. The page tells it
// as it is drawn; of a run whoever shows how it stands.

const told = new Map(); // by who has told it: {run, preset, settings, query}
// In the page's language: what the menu says, the names of columns, and the sentences of shared/summary.js.
export const words = { columns: {}, summary: {} };

export const tell = (who, provenance) => told.set(who, provenance);
export const forget = (who) => told.delete(who);

// Of the run that a part shows; or where it names none, of the run on this page; else of the experiment in the form.
export function provenanceOf({ run }) {
  const all = [...told.values()];
  return all.find((one) => run && one.run === run) ?? all.find((one) => one.run) ?? all[0] ?? null;
}
