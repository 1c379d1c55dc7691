/** Random streams, feeders and tables: what visits are made of. A part of the helper of rendered k6 scripts. */
export const DATA_SOURCE = `// Random numbers -------------------------------------------------------------------------------------------------

// sfc32: a small, fast generator with 128 bits of state. One stream for each (seed, journey, arrival), so that the data of an
// arrival is the same on any number of generators and virtual users.
export function randomStream(seed, journey, arrival) {
  let a = seed | 0;
  let b = journey | 0;
  let c = arrival | 0;
  let d = 1;
  const next = () => {
    const sum = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  };
  for (let round = 0; round < 15; round++) next();
  // 53 bits: every value of [0, 1) that a double can tell apart.
  return () => ((next() >>> 5) * 67108864 + (next() >>> 6)) / 9007199254740992;
}

// Data: each of these gives a function of a visit --------------------------------------------------------------

export function integer(min, max) {
  return (visit) => min + Math.floor(visit.random() * (max - min + 1));
}

export function choice(values, weights) {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return (visit) => {
    let left = visit.random() * total;
    for (let index = 0; index < values.length; index++) {
      left -= weights[index];
      if (left < 0) return values[index];
    }
    return values[values.length - 1];
  };
}

// Zipf's law on min..max: the k-th value has probability proportional to k^-exponent. Rejection-inversion after Hörmann and
// Derflinger (1996): no table, about one draw a value, for any exponent above 0.
export function zipf(min, max, exponent) {
  const count = max - min + 1;
  const power = 1 - exponent;
  // Integral of x^-exponent and its inverse, written so that they stay exact as the exponent goes to 1.
  const integral = (x) => {
    const log = Math.log(x);
    const y = power * log;
    return Math.abs(y) < 1e-8 ? log * (1 + y / 2) : Math.expm1(y) / power;
  };
  const inverse = (area) => {
    const y = Math.max(area * power, -1);
    return Math.exp(Math.abs(y) < 1e-8 ? area * (1 - y / 2) : Math.log1p(y) / power);
  };
  const height = (x) => Math.exp(-exponent * Math.log(x));
  const from = integral(1.5) - 1;
  const to = integral(count + 0.5);
  const squeeze = 2 - inverse(integral(2.5) - height(2));
  return (visit) => {
    for (;;) {
      const area = to + visit.random() * (from - to);
      const x = inverse(area);
      const rank = Math.min(Math.max(Math.round(x), 1), count);
      if (rank - x <= squeeze || area >= integral(rank + 0.5) - height(rank)) return min + rank - 1;
    }
  };
}

// Unique across the whole fleet and across runs.
export function uniqueId(prefix) {
  return () => prefix + [RUN, GENERATOR, exec.vu.idInTest, exec.vu.iterationInInstance].join("-");
}

// Drawn once for all visits of a virtual user.
export function perUser(feeder) {
  let value;
  let drawn = false;
  return (visit) => {
    if (!drawn) value = feeder(visit.ofUser());
    drawn = true;
    return value;
  };
}

// Rows of tables -------------------------------------------------------------------------------------------------

function row(rows, index, name) {
  if (rows.length === 0) exec.test.abort(\`\${name} has no rows\`);
  return rows[index];
}

// Each row once over the whole fleet. Running out ends the test: a row that comes twice would be another test.
export function uniqueRow(rows, name) {
  return (visit) => {
    if (visit.arrival >= rows.length) {
      exec.test.abort(\`\${name} has \${rows.length} rows, and all of them are used: add rows, or take another mode\`);
    }
    return row(rows, visit.arrival, name);
  };
}

// Row by row over the whole fleet, and from the start again.
export function nextRow(rows, name) {
  return (visit) => row(rows, visit.arrival % rows.length, name);
}

export function randomRow(rows, name) {
  return (visit) => row(rows, Math.floor(visit.random() * rows.length), name);
}

// Rows g, g + n, g + 2n … of generator g of n, again and again.
export function ownRow(rows, name) {
  const first = Number(GENERATOR) - 1;
  const own = Math.ceil((rows.length - first) / GENERATORS);
  return (visit) => {
    if (own < 1) exec.test.abort(\`\${name} has \${rows.length} rows, and generator \${GENERATOR} none of its own\`);
    return row(rows, first + (visit.arrivalHere % own) * GENERATORS, name);
  };
}
`;
