import type { CategoryRow } from "./catalogue";

export interface CategoryNode {
  readonly id: number;
  readonly name: string;
  /** Products in this category and all under it. */
  readonly productCount: number;
  readonly children: readonly CategoryNode[];
}

interface Entry {
  readonly node: CategoryNode;
  readonly parentId: number | null;
  readonly shelves: readonly number[];
}

/** The categories as a tree; built once from the rows, then only read. */
export class CategoryTree {
  readonly roots: readonly CategoryNode[];
  /** Categories that products stand on. */
  readonly shelfIds: readonly number[];
  private readonly entries = new Map<number, Entry>();

  constructor(rows: readonly CategoryRow[]) {
    const childrenOf = new Map<number | null, CategoryRow[]>();
    for (const row of rows) {
      const siblings = childrenOf.get(row.parentId);
      if (siblings === undefined) childrenOf.set(row.parentId, [row]);
      else siblings.push(row);
    }
    const build = (row: CategoryRow): Entry => {
      const children = (childrenOf.get(row.id) ?? []).map(build);
      const entry: Entry = {
        node: {
          id: row.id,
          name: row.name,
          productCount: children.reduce((sum, child) => sum + child.node.productCount, row.productCount),
          children: children.map((child) => child.node),
        },
        parentId: row.parentId,
        shelves: children.length === 0 ? [row.id] : children.flatMap((child) => child.shelves),
      };
      this.entries.set(row.id, entry);
      return entry;
    };
    const roots = (childrenOf.get(null) ?? []).map(build);
    this.roots = roots.map((entry) => entry.node);
    this.shelfIds = roots.flatMap((entry) => entry.shelves);
  }

  find(id: number): CategoryNode | undefined {
    return this.entries.get(id)?.node;
  }

  productCount(id: number): number {
    return this.find(id)?.productCount ?? 0;
  }

  shelvesUnder(id: number): readonly number[] {
    return this.entries.get(id)?.shelves ?? [];
  }

  /** Names from the department down to the category. */
  path(id: number): CategoryNode[] {
    const path: CategoryNode[] = [];
    for (let at: number | null = id; at !== null; ) {
      const entry: Entry | undefined = this.entries.get(at);
      if (entry === undefined) break;
      path.unshift(entry.node);
      at = entry.parentId;
    }
    return path;
  }
}
