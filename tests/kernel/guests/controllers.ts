// An emulated PC with two real CAN controllers (SJA1000, classic CAN) on one bus: can0 and can1, with bit rate, listen-only
// and bus state, which virtual interfaces do not have. Its files are the host's.
import { kernelOf } from "./debian.ts";
import type { Guest } from "./guest.ts";
import { missingPackages } from "./packages.ts";
import { runInQemu } from "./qemu.ts";

export const controllers: Guest = {
  name: "controllers",
  compiler: ["gcc"],
  timeLimitS: { usual: 600, full: 1800 },

  obstacle: () =>
    missingPackages([
      ["qemu-system-x86_64", "qemu-system-x86"],
      ["apt-get", "apt"],
      ["dpkg-deb", "dpkg"],
      ["cpio", "cpio"],
      ["depmod", "kmod"],
      ["ip", "iproute2"],
      ["gcc", "gcc"],
    ]),

  run(job) {
    return runInQemu(
      {
        guest: "controllers",
        emulator: [
          ...["qemu-system-x86_64", "-machine", "q35", "-cpu", "max", "-accel", "tcg,thread=multi", "-smp", "2"],
          ...["-object", "can-bus,id=bus", "-device", "kvaser_pci,canbus=bus", "-device", "kvaser_pci,canbus=bus"],
        ],
        kernel: kernelOf("amd64"),
        kernelWords: "console=ttyS0 reboot=t tsc=reliable",
        shares: { host: "/" },
        boot: "share host /root ro,cache=loose || poweroff -f\n",
      },
      job,
    );
  },
};
