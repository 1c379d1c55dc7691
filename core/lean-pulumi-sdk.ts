import Module from "node:module";
import { sep } from "node:path";

/**
 * Libraries that the Pulumi SDK loads at its start and uses only to turn closures into source text: the TypeScript compiler and npm's
 * dependency tree. perfbed writes that text by hand (components/local/provider/resource.ts), in two processes, and would wait 0.4 s for
 * them in each.
 */
const CLOSURE_LIBRARIES: ReadonlySet<string> = new Set(["../../typescript-shim", "@npmcli/arborist"]);

const SDK_FOLDER = `${sep}@pulumi${sep}pulumi${sep}runtime${sep}closure${sep}`;

/** Stands for a module and loads it when somebody first looks into it. */
function loadedOnUse(load: () => object): object {
  let loaded: object | undefined;
  const real = (): object => {
    loaded ??= load();
    return loaded;
  };
  return new Proxy(
    {},
    {
      // Compiled TypeScript asks this at import, and copies every export of a module that says no.
      get: (_target, key) => (key === "__esModule" ? true : Reflect.get(real(), key)),
      has: (_target, key) => Reflect.has(real(), key),
    },
  );
}

/**
 * From here on the Pulumi SDK loads those libraries when it first uses them. Nobody else's imports are touched, and an SDK that loads
 * other modules loads them as ever. Call it before the SDK is loaded.
 */
export function loadPulumiSdkLean(): void {
  const load = Module.prototype.require;
  Module.prototype.require = function (this: Module, id: string) {
    if (!CLOSURE_LIBRARIES.has(id) || !this.filename.includes(SDK_FOLDER)) return load.call(this, id);
    return loadedOnUse(() => load.call(this, id));
  };
}
