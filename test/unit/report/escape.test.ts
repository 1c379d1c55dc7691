import fc from "fast-check";
import { escapeHtml, html, SafeHtml, trustedHtml } from "../../../report/html/escape";
import { cleanText } from "../../../report/text";

const readBack = (text: string): string =>
  text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&#96;", "`")
    .replaceAll("&amp;", "&");

describe("html template", () => {
  it("lets no character through that could leave text or a quoted attribute, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
        const escaped = html`${text}`.toString();
        expect(escaped).not.toMatch(/[<>"'`]/);
        expect(escaped.replace(/&(amp|lt|gt|quot|#39|#96);/g, "")).not.toContain("&");
        expect(readBack(escaped)).toBe(cleanText(text));
      }),
    );
  });

  it("escapes values in lists and keeps markup made by the template", () => {
    const items = ["<b>", html`<i>${"&"}</i>`];
    expect(html`<p>${items}</p>`.toString()).toBe("<p>&lt;b&gt;<i>&amp;</i></p>");
  });

  it("prints nothing for absent values and flags", () => {
    expect(html`a${undefined}${null}${false}${true}b`.toString()).toBe("ab");
  });

  it("prints a dash for a number that is not finite", () => {
    expect(html`${Number.NaN} ${Number.POSITIVE_INFINITY} ${4.5}`.toString()).toBe("— — 4.5");
  });

  it("does not take data that looks like safe HTML for safe HTML", () => {
    const imitation: unknown = JSON.parse('{"markup":"<script>"}');
    expect(imitation instanceof SafeHtml).toBe(false);
    expect(trustedHtml("<br>").toString()).toBe("<br>");
  });

  it("makes control and direction characters visible and repairs lone surrogates", () => {
    expect(escapeHtml("a\u0000b\u001b[31m\u202ec\ud800")).toBe("a\ufffdb\ufffd[31m\ufffdc\ufffd");
  });
});
