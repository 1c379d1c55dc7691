import type { Aws } from "./api";
import type { Props } from "./props";
import type { PropertyMap } from "./wire";

/** Name that is made up from the logical one when the program gives none, as Pulumi's provider does. */
export interface Naming {
  readonly property: string;
  readonly longest: number;
}

/** One type of resource: how it is made, read, changed and removed over the API of AWS. */
export interface ResourceType {
  readonly naming?: Naming;
  /** Properties that AWS cannot change on what exists. Without `update`, all of them. */
  readonly replaceOn?: readonly string[];
  /** Output that identifies it, for types whose id is made from their inputs. Returns the id. */
  create(inputs: Props, aws: Aws, made: (id: string) => void): Promise<string>;
  /**
   * What AWS says of it: computed outputs, and inputs that may drift. Undefined when it is gone (an error whose name says "not found" counts
   * as gone).
   */
  read(id: string, state: Props, aws: Aws): Promise<PropertyMap | undefined>;
  update?(id: string, news: Props, olds: Props, aws: Aws): Promise<void>;
  /** Removing what is gone is no error. */
  delete(id: string, state: Props, aws: Aws): Promise<void>;
}

export type ResourceTypes = Readonly<Record<string, ResourceType>>;
