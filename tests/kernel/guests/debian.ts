// Debian's packages as raw material, fetched and checked by apt, unpacked without being installed: a kernel with the few
// modules that a guest needs, and a root file system of another architecture.
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { cached, make } from "./cache.ts";
import { KernelTestError } from "./guest.ts";

export type Architecture = "amd64" | "arm64";

export interface Kernel {
  readonly image: string;
  readonly initramfs: string;
}

/** In this order; each one's own needs go before it. What a kernel has built in has no file, and needs none. */
const MODULES = [
  ...["virtio_pci", "virtio_console", "virtio-rng", "9pnet_virtio", "9p", "overlay"],
  ...["can-dev", "can", "can-raw", "can-gw", "vcan", "vxcan", "kvaser_pci"],
] as const;

/** The first program of the guest: loads the modules, then does what the job's own boot script says. */
const INIT = `#!/bin/busybox sh
export PATH=/bin
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
for module in $(cat /modules/order); do insmod /modules/$module || echo "insmod $module failed"; done
mount -t 9p -o trans=virtio,version=9p2000.L,cache=none job /job && . /job/boot
poweroff -f
`;

export function kernelOf(architecture: Architecture): Kernel {
  const name = kernelPackage(architecture);
  const folder = cached(`kernel-${architecture}`, [name, INIT, ...MODULES], (made) => {
    const [kernel, busybox] = [join(made, "kernel"), join(made, "busybox")];
    unpack(made, [name], kernel);
    unpack(made, [`busybox-static:${architecture}`], busybox);
    const [version = ""] = readdirSync(join(kernel, "lib", "modules"));
    cpSync(join(kernel, "boot", `vmlinuz-${version}`), join(made, "vmlinuz"));
    make(made, ["depmod", "-b", kernel, version]);
    packInitramfs(made, join(kernel, "lib", "modules", version), join(busybox, "bin", "busybox"));
    for (const used of [kernel, busybox]) rmSync(used, { recursive: true });
  });
  return { image: join(folder, "vmlinuz"), initramfs: join(folder, "initramfs.gz") };
}

/** A root file system made of these packages and all that they depend on. */
export function rootOf(architecture: Architecture, packages: readonly string[]): string {
  return cached(`root-${architecture}`, [...packages], (root) => {
    for (const name of ["bin", "sbin", "lib"]) {
      mkdirSync(join(root, "usr", name), { recursive: true });
      symlinkSync(`usr/${name}`, join(root, name));
    }
    for (const name of ["proc", "sys", "dev", "run", "tmp", "root", "etc"]) mkdirSync(join(root, name));
    unpack(root, closureOf(root, architecture, packages), root);
    for (const name of ["doc", "man", "locale", "info"])
      rmSync(join(root, "usr", "share", name), { recursive: true, force: true });
    rmSync(join(root, "usr", "bin", "sh"), { force: true });
    symlinkSync("bash", join(root, "usr", "bin", "sh"));
    writeFileSync(join(root, "etc", "passwd"), USERS);
    writeFileSync(join(root, "etc", "group"), GROUPS);
    writeFileSync(join(root, "etc", "hosts"), "127.0.0.1 localhost\n");
  });
}

/** What the packages' own scripts would have made, had they been installed. */
const USERS =
  "root:x:0:0:root:/root:/bin/bash\nmosquitto:x:100:100::/:/bin/false\nnobody:x:65534:65534::/:/bin/false\n";
const GROUPS = "root:x:0:\nmosquitto:x:100:\nnogroup:x:65534:\n";

/** The package that Debian's newest kernel is in now. */
function kernelPackage(architecture: Architecture): string {
  const any = `linux-image-${architecture}:${architecture}`;
  const { stdout } = spawnSync("apt-cache", ["depends", any], { encoding: "utf8" });
  const name = /Depends: (linux-image-[^\s:]+)/.exec(stdout)?.[1];
  if (name !== undefined) return `${name}:${architecture}`;
  throw new KernelTestError(`apt knows no package ${any}`, {
    code: "KERNEL_NO_PACKAGE",
    remedy: `On Debian: sudo dpkg --add-architecture ${architecture} && sudo apt-get update`,
  });
}

/** All packages that these need, as if nothing were installed. */
function closureOf(folder: string, architecture: Architecture, packages: readonly string[]): readonly string[] {
  const status = join(folder, "status");
  writeFileSync(status, "");
  const only = [
    `APT::Architecture=${architecture}`,
    `APT::Architectures::=${architecture}`,
    `Dir::State::status=${status}`,
  ];
  const options = [...only, "APT::Install-Recommends=0"].flatMap((option) => ["-o", option]);
  const uris = make(folder, ["apt-get", ...options, "-y", "--print-uris", "install", ...packages]);
  rmSync(status);
  // 'http://…/bash_5.2.15_arm64.deb' bash_5.2.15_arm64.deb 1424744 SHA256:…
  return [...uris.matchAll(/^'[^']*' ([^_]+)_[^_]+_(\w+)\.deb /gm)].map(([, name, built]) => {
    return built === "all" ? `${name}` : `${name}:${built}`;
  });
}

/** Fetches packages, all at once since apt takes a while to start, and unpacks them into one folder. */
function unpack(folder: string, names: readonly string[], into: string): void {
  const work = mkdtempSync(join(folder, "deb-"));
  make(work, ["apt-get", "-qq", "download", ...names]);
  mkdirSync(into, { recursive: true });
  // Not `dpkg-deb -x`: it would replace the link /lib by a folder.
  const each =
    'for deb in *.deb; do dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$1" --keep-directory-symlink --no-same-owner; done';
  make(work, ["bash", "-c", `set -e -o pipefail; ${each}`, "-", into]);
  rmSync(work, { recursive: true });
}

function packInitramfs(made: string, modules: string, busybox: string): void {
  const tree = join(made, "tree");
  for (const name of ["bin", "proc", "sys", "dev", "job", "modules", "lower", "upper", "checkout", "root"])
    mkdirSync(join(tree, name), { recursive: true });
  cpSync(busybox, join(tree, "bin", "busybox"));
  const order = withNeeds(modules);
  for (const file of order) cpSync(join(modules, file), join(tree, "modules", basename(file)));
  writeFileSync(join(tree, "modules", "order"), order.map((file) => basename(file)).join("\n"));
  writeFileSync(join(tree, "init"), INIT);
  chmodSync(join(tree, "init"), 0o755);
  make(tree, ["bash", "-c", "set -o pipefail; find . | cpio -o -H newc --quiet | gzip -1 >../initramfs.gz"]);
  rmSync(tree, { recursive: true });
}

function withNeeds(modules: string): readonly string[] {
  // kernel/net/can/can-raw.ko: kernel/net/can/can.ko
  const needs = new Map<string, readonly string[]>();
  for (const line of readFileSync(join(modules, "modules.dep"), "utf8").split("\n")) {
    const [file = "", rest = ""] = line.split(":");
    needs.set(file, rest.split(" ").filter(Boolean));
  }
  const order = new Set<string>();
  for (const name of MODULES) {
    const file = [...needs.keys()].find((path) => basename(path).startsWith(`${name}.ko`));
    if (file === undefined) continue;
    for (const need of [...(needs.get(file) ?? [])].reverse()) order.add(need);
    order.add(file);
  }
  return [...order];
}
