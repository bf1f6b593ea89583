// An emulated ARM64 board: Debian's kernel and packages for it, Node's own binary for it, and the checkout, in which every
// native addon is replaced by one for ARM64.
import { join } from "node:path";
import { addonOf, packagesOf } from "./arm64-addons.ts";
import { kernelOf, rootOf } from "./debian.ts";
import { CHECKOUT, type Guest } from "./guest.ts";
import { missingPackages } from "./packages.ts";
import { runInQemu, sameplace } from "./qemu.ts";

/** What tests need in the guest; Node needs the libraries. */
const PACKAGES = [
  ...["base-files", "bash", "coreutils", "grep", "sed", "procps", "mount", "util-linux", "iproute2", "can-utils"],
  ...["libstdc++6", "libatomic1", "ca-certificates", "mosquitto", "openssl"],
] as const;

export const arm64: Guest = {
  name: "arm64",
  // Static, since the programs are compiled here against this system's libraries.
  compiler: ["aarch64-linux-gnu-gcc", "-static"],
  timeLimitS: { usual: 900, full: 3600 },

  obstacle: () =>
    missingPackages([
      ["qemu-system-aarch64", "qemu-system-arm"],
      ["aarch64-linux-gnu-g++", "g++-aarch64-linux-gnu"],
      ["apt-get", "apt"],
      ["dpkg-deb", "dpkg"],
      ["cpio", "cpio"],
      ["depmod", "kmod"],
      ["make", "make"],
      ["npm", "npm"],
    ]),

  run(job) {
    return runInQemu(
      {
        guest: "arm64",
        emulator: [
          ...["qemu-system-aarch64", "-machine", "virt,gic-version=3", "-cpu", "cortex-a72"],
          ...["-accel", "tcg,thread=multi", "-smp", "2"],
        ],
        kernel: kernelOf("arm64"),
        kernelWords: "console=ttyAMA0 kpti=off",
        shares: {
          system: rootOf("arm64", PACKAGES),
          packages: packagesOf(),
          addon: addonOf(join(CHECKOUT, "src", "vehicle", "bus", "live")),
          checkout: CHECKOUT,
          tools: job.tools,
        },
        boot: `
share system /system ro,cache=loose || poweroff -f
mount -t tmpfs upper /upper && mkdir /upper/root /upper/work
mount -t overlay -o lowerdir=/system,upperdir=/upper/root,workdir=/upper/work root /root || poweroff -f
for layer in checkout packages addon; do share $layer /$layer ro,cache=loose || poweroff -f; done
mkdir -p ${sameplace(CHECKOUT)}
mount -t overlay -o lowerdir=/addon:/packages:/checkout checkout ${sameplace(CHECKOUT)} || poweroff -f
share tools ${sameplace(job.tools)} ro,cache=loose || poweroff -f
`,
      },
      job,
    );
  },
};
