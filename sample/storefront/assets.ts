import { createHash } from "node:crypto";

export interface Asset {
  readonly contentType: string;
  readonly body: Buffer;
  readonly etag: string;
}

const STYLE = `:root{color-scheme:light dark;--accent:#0b6e4f;--line:#8884}
*{box-sizing:border-box}
body{margin:0;font:16px/1.5 system-ui,sans-serif}
header,main,footer{max-width:72rem;margin:auto;padding:1rem}
header{display:flex;gap:1rem;align-items:center;border-bottom:1px solid var(--line)}
header a{font-weight:700;color:var(--accent);text-decoration:none}
nav ul{columns:3;list-style:none;padding:0}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(14rem,1fr));gap:1rem;list-style:none;padding:0}
.cards li{border:1px solid var(--line);border-radius:.5rem;padding:1rem}
.price{font-weight:700}.old{text-decoration:line-through;opacity:.6}
table{border-collapse:collapse}td,th{border:1px solid var(--line);padding:.25rem .75rem;text-align:right}
@media (max-width:40rem){nav ul{columns:1}}
`;

const SCRIPT = `"use strict";
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.matches("[data-add-to-cart]")) return;
  event.preventDefault();
  const send = (path, body) =>
    fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  let cartId = localStorage.getItem("cartId");
  if (!cartId) {
    cartId = (await (await send("/api/carts", {})).json()).cartId;
    localStorage.setItem("cartId", cartId);
  }
  const answer = await send("/api/carts/" + cartId + "/items", {
    productId: Number(form.dataset.addToCart),
    quantity: 1,
  });
  form.querySelector("button").textContent = answer.ok ? "In the cart" : "Not available";
});
`;

function asset(contentType: string, text: string): Asset {
  const body = Buffer.from(text, "utf8");
  const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
  return { contentType, body, etag };
}

/** Kept in memory: a few kilobytes, served without touching the disk. */
export const ASSETS: ReadonlyMap<string, Asset> = new Map([
  ["storefront.css", asset("text/css; charset=utf-8", STYLE)],
  ["storefront.js", asset("text/javascript; charset=utf-8", SCRIPT)],
]);
