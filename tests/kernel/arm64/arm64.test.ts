// What the ARM64 guest must have for the tests of the gateway in it: native code for this processor, and a broker.
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { MOSQUITTO } from "../../requirements.ts";
import { CHECKOUT } from "../guests/guest.ts";

const require = createRequire(import.meta.url);

test("SQLite stores a row", () => {
  const database = new Database(":memory:");
  expect(database.prepare("SELECT 40 + 2 AS answer").get()).toEqual({ answer: 42 });
});

test.for(["socketcan", join(CHECKOUT, "src/vehicle/bus/live/build/Release/receiver.node")])("%s loads", (name) => {
  expect(typeof require(name)).toBe("object");
});

test("there is a broker", () => {
  // It tells its version with exit code 3.
  const { stdout } = ((): { stdout: string } => {
    try {
      return { stdout: execFileSync(MOSQUITTO, ["-h"], { encoding: "utf8" }) };
    } catch (error) {
      return error as { stdout: string };
    }
  })();
  expect(stdout).toContain("mosquitto version");
});
