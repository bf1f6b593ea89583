// The host's own kernel, where it has CAN: a new network namespace, so that the interfaces of the tests are alone in it and
// vanish with it, whatever happens. Root is not needed where the kernel lets a user make namespaces.
import { spawnSync } from "node:child_process";
import { CHECKOUT, environmentOf, type Guest, runBounded } from "./guest.ts";

const PROBE_LIMIT_MS = 10_000;
/** sysfs shows the interfaces of the namespace in which it was mounted. */
const ENTER = 'mount -t sysfs sysfs /sys 2>/dev/null; ip link set lo up && exec "$@"';

export const host: Guest = {
  name: "host",
  compiler: ["gcc"],
  timeLimitS: { usual: 600, full: 3600 },

  obstacle() {
    const probe = [...insideNamespace(), "ip", "link", "add", "canward0", "type", "vcan"] as const;
    const { status } = spawnSync(probe[0], probe.slice(1), { stdio: "ignore", timeout: PROBE_LIMIT_MS });
    if (status === 0) return undefined;
    return "this kernel gives no vcan interface; enable it with: sudo modprobe vcan (as root, or with user namespaces allowed)";
  },

  run(job) {
    return runBounded(
      [...insideNamespace(), ...job.command],
      { ...process.env, ...environmentOf("host", job) },
      job.timeLimitS,
    );
  },
};

function insideNamespace(): readonly [string, ...string[]] {
  const asUser = process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"];
  return ["unshare", ...asUser, "--net", "--mount", "bash", "-c", ENTER, CHECKOUT];
}
