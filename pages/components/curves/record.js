// Lines as a table with a row an epoch. Needs no page.

// Each line has a head, y, and where it has not every epoch, x; where it has them, seconds, low and high, a column each.
export function byEpoch(lines, names) {
  const columns = lines.flatMap(({ head, x, y, seconds, low, high }) =>
    [
      ...(seconds ? [[`${head}, ${names.seconds}`, seconds]] : []),
      [head, y],
      ...(low ? [[`${head}, ${names.low}`, low]] : []),
      ...(high ? [[`${head}, ${names.high}`, high]] : []),
    ].map(([title, values]) => ({ title, at: new Map(Array.from(values, (value, i) => [x ? x[i] : i + 1, value])) })),
  );
  const epochs = [...new Set(columns.flatMap(({ at }) => [...at.keys()]))].sort((a, b) => a - b);
  return [
    [names.epoch, ...columns.map(({ title }) => title)],
    ...epochs.map((epoch) => [epoch, ...columns.map(({ at }) => at.get(epoch) ?? null)]),
  ];
}
