// The example vehicle's files in, its databases out. The files lie in `deploy/example/` of the package, and are found from
// the sources and from the compiled code alike.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Database } from "../../dbc/database.ts";
import { parseDatabase } from "../../dbc/parse.ts";
import { decodeText } from "../../dbc/text.ts";
import { PACKAGE_DIRECTORY } from "../../version.ts";
import type { BusName } from "./drive/schedule.ts";

export const EXAMPLE_DIRECTORY = join(PACKAGE_DIRECTORY, "deploy", "example");

export const EXAMPLE_FILES: Readonly<Record<BusName, string>> = { can0: "powertrain.dbc", can1: "body.dbc" };

export function readExampleDatabases(): Readonly<Record<BusName, Database>> {
  return { can0: readExample(EXAMPLE_FILES.can0), can1: readExample(EXAMPLE_FILES.can1) };
}

function readExample(file: string): Database {
  return parseDatabase(decodeText(readFileSync(join(EXAMPLE_DIRECTORY, file))), file).database;
}
