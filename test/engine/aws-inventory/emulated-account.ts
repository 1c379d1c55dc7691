import { type MotoFront, type MotoFrontOptions, startMotoFront } from "../../support/moto-front";
import { type MotoServer, startMoto } from "../../support/moto-server";

/** moto with its front for all tests of a file, with nothing in it when a test begins. */
export function emulatedAccount(options: Omit<MotoFrontOptions, "motoUrl"> = {}): {
  readonly front: MotoFront;
} {
  let moto: MotoServer;
  let front: MotoFront;
  beforeAll(async () => {
    moto = await startMoto();
    front = await startMotoFront({ motoUrl: moto.url, ...options });
  });
  afterAll(async () => {
    await front?.stop();
    await moto?.stop();
  });
  beforeEach(async () => {
    await fetch(`${moto.url}/moto-api/reset`, { method: "POST" });
  });
  return {
    get front() {
      return front;
    },
  };
}
