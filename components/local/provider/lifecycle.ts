import { isDeepStrictEqual } from "node:util";
import type { z } from "zod";
import { PROVIDER_KEY } from "./kinds";

/** What the engine keeps of a resource: its inputs and what creating it found out. */
export type Properties = Record<string, unknown>;

export interface DiffAnswer {
  readonly changes: boolean;
  readonly replaces: string[];
  readonly deleteBeforeReplace: boolean;
}

/** The life of one kind of resource as the dynamic provider drives it. Properties come from the engine unchecked. */
export interface Lifecycle {
  diff(olds: Properties, news: Properties): DiffAnswer;
  create(inputs: Properties): Promise<{ id: string; outs: Properties }>;
  update(id: string, olds: Properties, news: Properties): Promise<Properties>;
  /** Idempotent: what is gone already is no error. */
  delete(id: string, state: Properties): Promise<void>;
}

export interface LifecycleDefinition<Inputs extends object, Outputs extends object> {
  /** Inputs as the component gives them. The provider's border: anything else is an error. */
  readonly inputs: z.ZodType<Inputs>;
  /** What `create` adds. */
  readonly outputs: z.ZodType<Outputs>;
  create(inputs: Inputs): Promise<{ readonly id: string; readonly outputs: Outputs }>;
  delete(state: Inputs & Outputs): Promise<void>;
  /** Takes a changed input over without replacing the resource. Needed for every key in `updatable`. */
  update?(olds: Inputs & Outputs, news: Inputs): Promise<Outputs>;
  /** Inputs that `update` can take over; a change of any other input replaces the resource (old one removed first). */
  readonly updatable?: readonly (keyof Inputs & string)[];
  /** Updatable inputs whose particular change `update` cannot take over after all. */
  replacesAnyway?(olds: Inputs, news: Inputs): readonly (keyof Inputs & string)[];
  /** True if a change of this input is no change of the resource. */
  ignores?(key: string, olds: Inputs & Outputs, news: Inputs): boolean;
}

/** Inputs and outputs as the engine keeps them: in one bag. */
const joined = (inputs: object, outputs: object): Properties => ({ ...inputs, ...outputs });

/** Turns a typed definition into what the provider drives. The one place where engine data becomes typed data. */
export function lifecycle<Inputs extends object, Outputs extends object>(
  definition: LifecycleDefinition<Inputs, Outputs>,
): Lifecycle {
  const stateOf = (raw: Properties): Inputs & Outputs => ({
    ...definition.inputs.parse(raw),
    ...definition.outputs.parse(raw),
  });
  const updatable: readonly string[] = definition.updatable ?? [];

  return {
    diff(olds, news) {
      // State of an older version, or values not known before the update, may not parse; then every difference counts.
      const oldInputs = definition.inputs.safeParse(olds);
      const oldOutputs = definition.outputs.safeParse(olds);
      const newInputs = definition.inputs.safeParse(news);
      const ignored = (key: string): boolean =>
        oldInputs.success &&
        oldOutputs.success &&
        newInputs.success &&
        definition.ignores?.(key, { ...oldInputs.data, ...oldOutputs.data }, newInputs.data) === true;
      // A key that only the old state has is an output, unless the kind knows it as an input that was taken away.
      const inputKeys = new Set([...Object.keys(news), ...Object.keys(oldInputs.data ?? {})]);
      const changed = [...inputKeys]
        .filter((key) => !isDeepStrictEqual(olds[key], news[key]))
        .filter((key) => key === PROVIDER_KEY || !ignored(key));
      const replacing: readonly string[] =
        oldInputs.success && newInputs.success
          ? (definition.replacesAnyway?.(oldInputs.data, newInputs.data) ?? [])
          : updatable;
      return {
        changes: changed.length > 0,
        replaces: changed.filter(
          (key) => key !== PROVIDER_KEY && (!updatable.includes(key) || replacing.includes(key)),
        ),
        deleteBeforeReplace: true,
      };
    },

    async create(raw) {
      const inputs = definition.inputs.parse(raw);
      const { id, outputs } = await definition.create(inputs);
      return { id, outs: joined(inputs, outputs) };
    },

    async update(_id, oldRaw, newRaw) {
      const olds = stateOf(oldRaw);
      const news = definition.inputs.parse(newRaw);
      const inputsChanged = updatable.some((key) => !isDeepStrictEqual(oldRaw[key], newRaw[key]));
      // Only the provider's code is newer: what runs, runs on, under the new code.
      const outputs =
        inputsChanged && definition.update !== undefined
          ? await definition.update(olds, news)
          : definition.outputs.parse(oldRaw);
      return joined(news, outputs);
    },

    async delete(_id, raw) {
      await definition.delete(stateOf(raw));
    },
  };
}
