// Writes the JSON schemas of the files that people write, so that editors complete and check them.
// With --check it writes nothing and exits 1 where a committed schema is not the one in force.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FleetConfigSchema } from "./fleet/config.ts";
import { GatewayConfigSchema } from "./vehicle/config.ts";
import { AllowListSchema } from "./vehicle/policy/allowlist.ts";

const FOLDER = join(import.meta.dirname, "..", "deploy", "schema");
const schemas = { allowlist: AllowListSchema, gateway: GatewayConfigSchema, fleet: FleetConfigSchema };

mkdirSync(FOLDER, { recursive: true });
for (const [name, schema] of Object.entries(schemas)) {
  const file = join(FOLDER, `${name}.schema.json`);
  const text = `${JSON.stringify({ $schema: "http://json-schema.org/draft-07/schema#", ...schema }, null, 2)}\n`;
  if (!process.argv.includes("--check")) writeFileSync(file, text);
  else if (readOrEmpty(file) !== text) {
    process.stderr.write(`${file} is not the schema in force. Run: npm run generate\n`);
    process.exitCode = 1;
  }
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
