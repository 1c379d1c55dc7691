import fc from "fast-check";
import {
  escapeHtml,
  formatCents,
  highlight,
  html,
  renderDescription,
} from "../../../sample/storefront/templates";

test("values are escaped in text and in attributes, nested templates are not escaped twice", () => {
  const item = (name: string) => html`<li title="${name}">${name}</li>`;
  expect(html`<ul>${[item(`a"><script>`), item("b & 'c'")]}</ul>${3}`.text).toBe(
    '<ul><li title="a&quot;&gt;&lt;script&gt;">a&quot;&gt;&lt;script&gt;</li><li title="b &amp; &#39;c&#39;">b &amp; &#39;c&#39;</li></ul>3',
  );
});

test("no text whatever can open a tag or leave an attribute", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("<", ">", '"', "'", "&", "a", ";", "*", "\n", "- ") }),
      (text) => {
        expect(escapeHtml(text)).not.toMatch(/[<>"']/);
        expect(renderDescription(text).text.replace(/<\/?(p|ul|li|strong)>/g, "")).not.toMatch(/[<>"']/);
        expect(highlight(text, ["a", "*", "<"]).text.replace(/<\/?mark>/g, "")).not.toMatch(/[<>"']/);
      },
    ),
  );
});

test("descriptions: bold words, lists and paragraphs", () => {
  expect(renderDescription("A **good** <chair>.\n- Oak\n- 2 kg\nThe end.").text).toBe(
    "<p>A <strong>good</strong> &lt;chair&gt;.</p><ul><li>Oak</li><li>2 kg</li></ul><p>The end.</p>",
  );
  expect(renderDescription("- only").text).toBe("<ul><li>only</li></ul>");
});

test("search words are marked whatever their case; characters with a meaning in patterns have none", () => {
  expect(highlight("Oak Desk (oak)", ["oak", "("]).text).toBe(
    "<mark>Oak</mark> Desk <mark>(</mark><mark>oak</mark>)",
  );
  expect(highlight("a.b", ["."]).text).toBe("a<mark>.</mark>b");
  expect(highlight("plain", [""]).text).toBe("plain");
});

test.each([
  [5, "0.05"],
  [1234, "12.34"],
  [123456789, "1,234,567.89"],
])("%i cents are %s", (cents, text) => {
  expect(formatCents(cents)).toBe(text);
});
