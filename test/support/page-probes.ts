/**
 * Scripts that run inside a page, as text: this project compiles without the DOM's types. Each is an expression.
 */

/** Opens every details element, so that nothing hides from a check. */
export const OPEN_ALL = `document.querySelectorAll("details").forEach((one) => { one.open = true; })`;

/** Pixels by which the page is wider than its window. */
export const SIDEWAYS = `document.scrollingElement.scrollWidth - window.innerWidth`;

/** Texts whose contrast to what they stand on is below 4.5 (3 for large text): [{ text, ratio }]. */
export const LOW_CONTRAST = `(() => {
  const parse = (colour) => {
    const parts = (colour.match(/[\\d.]+/g) ?? []).map(Number);
    return { r: parts[0] ?? 0, g: parts[1] ?? 0, b: parts[2] ?? 0, a: parts.length > 3 ? parts[3] : 1 };
  };
  const over = (top, below) => ({
    r: top.r * top.a + below.r * (1 - top.a),
    g: top.g * top.a + below.g * (1 - top.a),
    b: top.b * top.a + below.b * (1 - top.a),
    a: 1,
  });
  const luminance = ({ r, g, b }) => {
    const [x, y, z] = [r, g, b].map((c) => { c /= 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ratio = (a, b) => {
    const [high, low] = [luminance(a), luminance(b)].sort((p, q) => q - p);
    return (high + 0.05) / (low + 0.05);
  };
  // every colour that may lie behind an element: stripes of a gradient count one by one
  const behind = (element) => {
    if (element === null) return [{ r: 255, g: 255, b: 255, a: 1 }];
    const style = getComputedStyle(element);
    const own = parse(style.backgroundColor);
    const stripes = (style.backgroundImage.match(/rgba?\\([^)]*\\)/g) ?? []).map(parse);
    const solid = own.a === 1 || stripes.length > 0 && stripes.every((one) => one.a === 1);
    const below = solid && own.a === 1 ? [own] : stripes.length > 0 && stripes.every((one) => one.a === 1) ? stripes : behind(element.parentElement).map((one) => over(own, one));
    return stripes.length === 0 ? below : [...below, ...below.flatMap((one) => stripes.map((stripe) => over(stripe, one)))];
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    const element = walker.currentNode.parentElement;
    if (text === "" || element === null || element.closest("title, desc, .visually-hidden, caption.hidden") !== null) continue;
    if (element.getClientRects().length === 0) continue;
    const style = getComputedStyle(element);
    const inSvg = element.namespaceURI === "http://www.w3.org/2000/svg";
    const colour = parse(inSvg ? style.fill : style.color);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || size >= 18.66 && Number(style.fontWeight) >= 700;
    const worst = Math.min(...behind(element).map((one) => ratio(over(colour, one), one)));
    if (worst < (large ? 3 : 4.5)) found.push({ text: text.slice(0, 60), ratio: Math.round(worst * 100) / 100 });
  }
  return found;
})()`;

/** Outermost drawings that a screen reader would announce without a name: their markup. */
export const NAMELESS_DRAWINGS = `[...document.querySelectorAll("svg")]
  .filter((svg) => svg.parentElement.closest("svg") === null && svg.getAttribute("aria-hidden") !== "true")
  .filter((svg) => {
    const ids = (svg.getAttribute("aria-labelledby") ?? "").split(" ").filter((id) => id !== "");
    const texts = ids.map((id) => document.getElementById(id)?.textContent?.trim() ?? "");
    return svg.getAttribute("role") !== "img" || texts.length < 2 || texts.some((text) => text === "");
  })
  .map((svg) => svg.outerHTML.slice(0, 120))`;

/** Labels of one chart that cover each other, and labels that stick out of the window: sentences. */
export const COLLIDING_LABELS = `[...document.querySelectorAll("svg.chart")].flatMap((svg) => {
  const labels = [...svg.querySelectorAll("text")]
    .map((node) => ({ text: node.textContent, box: node.getBoundingClientRect() }))
    .filter(({ text, box }) => text.trim() !== "" && box.width > 0);
  const problems = [];
  for (const [index, a] of labels.entries()) {
    if (a.box.left < -0.5 || a.box.right > window.innerWidth + 0.5) problems.push(svg.querySelector("title").textContent + ": " + a.text + " sticks out");
    for (const b of labels.slice(index + 1)) {
      const wide = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
      const high = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
      // boxes hold the line's leading, which may touch
      if (wide > 1 && high > 4) problems.push(svg.querySelector("title").textContent + ": " + a.text + " covers " + b.text);
    }
  }
  return problems;
})`;

/** Pixels from the top of the page to the lower edge of the first match. */
export const bottomOf = (selector: string): string =>
  `document.querySelector(${JSON.stringify(selector)}).getBoundingClientRect().bottom + window.scrollY`;

/** Lines of text that each element of a selector takes. */
export const linesOf = (
  selector: string,
): string => `[...document.querySelectorAll(${JSON.stringify(selector)})].map((element) =>
  Math.round(element.getBoundingClientRect().height / Number.parseFloat(getComputedStyle(element).lineHeight)))`;
