import { randomBytes } from "node:crypto";
import { z } from "zod";
import { lifecycle } from "../provider/lifecycle";

const PASSWORD_BYTES = 32;

/** A generated password. It is made once and kept over updates; the component marks it secret. */
export const credentialLifecycle = lifecycle({
  inputs: z.object({ environmentId: z.string(), home: z.string(), account: z.string() }),
  outputs: z.object({ password: z.string() }),
  create: async ({ environmentId, account }) => ({
    id: `${environmentId}/${account}`,
    // URL-safe: it stands in connection URLs and configuration files unescaped.
    outputs: { password: randomBytes(PASSWORD_BYTES).toString("base64url") },
  }),
  delete: async () => {},
});
