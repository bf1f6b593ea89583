// Compiles the receiver for live buses (src/vehicle/bus/live/receiver.cc) with node-gyp, where it is older than its sources.
// Where it cannot be compiled, canward works without it: the fallback receives, and says what it cannot do.
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const folder = join(import.meta.dirname, "..", "src", "vehicle", "bus", "live");
const product = join(folder, "build", "Release", "receiver.node");
const SOURCES = ["receiver.cc", "hardware-clock.hpp", "binding.gyp"];

/** The path of the compiled receiver; undefined where it could not be compiled, of which the person is told. */
export function buildReceiver(): string | undefined {
  const newestMs = Math.max(...SOURCES.map((name) => statSync(join(folder, name)).mtimeMs));
  if (existsSync(product) && statSync(product).mtimeMs >= newestMs) return product;
  const { resolve } = createRequire(import.meta.url);
  const headers = headersFolder();
  const { status, stdout, stderr, error } = spawnSync(
    process.execPath,
    [
      resolve("node-gyp/bin/node-gyp.js"),
      "rebuild",
      "-C",
      folder,
      ...(headers === undefined ? [] : [`--nodedir=${headers}`]),
    ],
    { encoding: "utf8" },
  );
  if (status === 0) return product;
  process.stderr.write(`${error?.message ?? `${stdout}${stderr}`}
The receiver for live buses was not compiled (see above). Live buses are received by the socketcan package instead, and
frames that the kernel drops cannot be counted. Install a C++ compiler (apt-get install build-essential python3) and run \`npm run build\`.
`);
  return undefined;
}

/** Where the running Node's own headers are, so that none have to be fetched; undefined where they did not come with it. */
function headersFolder(): string | undefined {
  const runtime = dirname(dirname(process.execPath));
  const packaged = join(runtime, "node_modules", `node-linux-${process.arch}`);
  return [packaged, join(dirname(runtime), `node-linux-${process.arch}`), runtime].find((place) =>
    existsSync(join(place, "include", "node", "node_api.h")),
  );
}
