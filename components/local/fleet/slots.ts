import { chmod, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { environmentDir } from "../../../core/home";
import { lifecycle } from "../provider/lifecycle";

const slotsInputs = z.object({ environmentId: z.string(), home: z.string(), generators: z.number() });
export type FleetSlotsInputs = z.infer<typeof slotsInputs>;

const slotsOutputs = z.object({
  slots: z.array(z.object({ name: z.string(), location: z.string() })),
});

const generatorsFolder = (environmentId: string): string => join(environmentDir(environmentId), "generators");

async function createSlots(
  environmentId: string,
  from: number,
  to: number,
): Promise<z.infer<typeof slotsOutputs>> {
  const slots = Array.from({ length: to }, (_, index) => {
    const name = `generator-${index + 1}`;
    return { name, location: join(generatorsFolder(environmentId), name) };
  });
  for (const slot of slots.slice(from)) {
    await mkdir(slot.location, { recursive: true, mode: 0o700 });
    await chmod(slot.location, 0o700);
  }
  return { slots };
}

/** Folders of the load generators: their scripts and results. The fleet itself runs only while a scenario does. */
export const fleetSlotsLifecycle = lifecycle({
  inputs: slotsInputs,
  outputs: slotsOutputs,
  create: async ({ environmentId, generators }) => ({
    id: `${environmentId}/generators`,
    outputs: await createSlots(environmentId, 0, generators),
  }),
  updatable: ["generators"],
  update: async (olds, news) => {
    for (const slot of olds.slots.slice(news.generators)) {
      await rm(slot.location, { recursive: true, force: true });
    }
    return createSlots(news.environmentId, olds.slots.length, news.generators);
  },
  delete: async ({ environmentId }) => {
    await rm(generatorsFolder(environmentId), { recursive: true, force: true });
  },
});
