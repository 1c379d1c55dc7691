/**
 * Colours and sizes. Lines and marks keep apart for colour-blind readers (hue and lightness differ, and each has a dash pattern or a
 * shape of its own); text keeps at least 4.5 : 1 to what it stands on, in both schemes. test/browser measures that.
 */
export const TOKENS = `
:root {
  color-scheme: light dark;
  --page: #fbfbf9; --surface: #ffffff; --sunken: #f1f2ee; --ink: #191d22; --soft: #434b55; --faint: #59626d;
  --rule: #d5d8d2; --rule-strong: #8d949b; --grid: #e7e9e4; --shade: #eceee9; --hatch: rgba(25, 29, 34, .055);
  --good: #0d6345; --bad: #a31c2f; --unknown: #76540a; --void: #4a3f63; --link: #0b5c9e;
  --c1: #0b63a5; --c2: #b85a00; --c3: #7b3fa0; --c4: #b3261e; --c5: #0c7268; --c6: #5c6570; --c7: #876a00; --c8: #a31d6c;
  --s1: #c3c9cf; --s2: #7b3fa0; --s3: #0b63a5; --s4: #0c7268; --s5: #b85a00;
  --serving: #a9cbe8; --pass: #0d5c41; --regression: #981b2d; --inconclusive: #6a4b06; --invalid: #2c2a36; --invalid-2: #3b3847;
  --sans: ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", Arial, sans-serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", "Segoe UI Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #131619; --surface: #191d21; --sunken: #20252a; --ink: #e9ebee; --soft: #bcc3cb; --faint: #9ea7b1;
    --rule: #343b42; --rule-strong: #6c757f; --grid: #272d33; --shade: #20262b; --hatch: rgba(233, 235, 238, .05);
    --good: #5cc99c; --bad: #ff8f95; --unknown: #e2b858; --void: #c3b4e6; --link: #7dbcf2;
    --c1: #6cb2ee; --c2: #f2a45f; --c3: #c8a0ec; --c4: #ff8b82; --c5: #52c7b6; --c6: #a5aeb8; --c7: #ddbf55; --c8: #f398c7;
    --s1: #4a525b; --s2: #c8a0ec; --s3: #6cb2ee; --s4: #52c7b6; --s5: #f2a45f;
    --serving: #2c557a; --pass: #0c4f39; --regression: #821a2a; --inconclusive: #5a4108; --invalid: #25232e; --invalid-2: #322f3d;
  }
}
`;
