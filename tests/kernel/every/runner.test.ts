// What a test may rely on inside a guest: a kernel with CAN, no interface that it did not make, a checkout that it cannot
// spoil, and the Node of the project.
import { accessSync, constants, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CHECKOUT } from "../guests/guest.ts";
import { ip } from "../support/interfaces.ts";

const guest = process.env["CANWARD_GUEST"];

test("the kernel has CAN, and no interface but the guest's controllers", async () => {
  expect(readFileSync("/proc/net/protocols", "latin1")).toMatch(/^CAN_RAW /m);
  const links: readonly { link_type: string; ifname: string }[] = JSON.parse(await ip("-json", "link", "show"));
  const buses = links.filter(({ link_type }) => link_type === "can").map(({ ifname }) => ifname);
  expect(buses).toEqual(guest === "controllers" ? ["can0", "can1"] : []);
});

test("this is the project's own Node, for this processor", () => {
  expect(process.arch).toBe(guest === "arm64" ? "arm64" : "x64");
  const { version } = JSON.parse(readFileSync(join(CHECKOUT, "node_modules", "node", "package.json"), "utf8"));
  expect(process.version).toBe(`v${version}`);
});

test("the checkout is read-only, the temporary folder is not", ({ skip }) => {
  if (guest === "host") skip("the host's own kernel: the checkout is what it is");
  expect(() => accessSync(CHECKOUT, constants.W_OK)).toThrow();
  accessSync(tmpdir(), constants.W_OK);
});
