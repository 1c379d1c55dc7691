import type { ProductDetail, ProductSummary } from "./catalogue";
import type { CategoryNode, CategoryTree } from "./category-tree";
import type { Quote } from "./promotions";
import { formatCents, html, renderDescription, type SafeHtml } from "./templates";

export interface Priced<T extends ProductSummary> {
  readonly product: T;
  readonly quote: Quote;
}

/** One row of the table of prices by quantity. */
export interface QuantityPrice {
  readonly quantity: number;
  readonly unitCents: number;
}

function layout(title: string, tree: CategoryTree, content: SafeHtml): string {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><link rel="stylesheet" href="/static/storefront.css">
<script src="/static/storefront.js" defer></script></head>
<body><header><a href="/">Storefront</a></header><main>${content}</main>
<footer>${menu(tree)}</footer></body></html>`.text;
}

function menu(tree: CategoryTree): SafeHtml {
  const item = (node: CategoryNode): SafeHtml =>
    html`<li><a href="/api/categories/${node.id}/products">${node.name}</a> (${node.productCount})${
      node.children.length === 0 ? "" : html`<ul>${node.children.map(item)}</ul>`
    }</li>`;
  return html`<nav aria-label="Categories"><ul>${tree.roots.map(item)}</ul></nav>`;
}

function price(quote: Quote): SafeHtml {
  const now = html`<span class="price">${formatCents(quote.unitCents)}</span>`;
  return quote.unitCents === quote.listCents
    ? now
    : html`${now} <span class="old">${formatCents(quote.listCents)}</span>`;
}

function card({ product, quote }: Priced<ProductSummary>): SafeHtml {
  return html`<li><a href="/products/${product.id}">${product.name}</a><br>${product.brand}, ${product.rating.toFixed(1)} of 5<br>${price(quote)}</li>`;
}

export function homePage(tree: CategoryTree, featured: readonly Priced<ProductSummary>[]): string {
  return layout("Storefront", tree, html`<h1>Popular today</h1><ul class="cards">${featured.map(card)}</ul>`);
}

export function productPage(
  tree: CategoryTree,
  priced: Priced<ProductDetail>,
  quantityPrices: readonly QuantityPrice[],
  recommended: readonly Priced<ProductSummary>[],
): string {
  const { product, quote } = priced;
  const stock = product.stock > 0 ? `${product.stock} in stock` : "Sold out";
  return layout(
    `${product.name} by ${product.brand}`,
    tree,
    html`<p>${tree.path(product.categoryId).map((node) => html`${node.name} / `)}</p>
<h1>${product.name}</h1><p>${product.brand}</p><p>${price(quote)}</p><p>${stock}</p>
<p>No. ${product.standing.popularityRank} of its shelf, where products cost ${formatCents(product.standing.averageCents)} on average</p>
<form data-add-to-cart="${product.id}"><button>Add to cart</button></form>
${renderDescription(product.description)}
<table><tr><th>Quantity</th><th>Each</th></tr>${quantityPrices.map(
      (row) => html`<tr><td>${row.quantity}</td><td>${formatCents(row.unitCents)}</td></tr>`,
    )}</table>
<h2>You may also like</h2><ul class="cards">${recommended.map(card)}</ul>`,
  );
}
