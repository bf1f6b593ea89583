// An emulated machine that runs one command: boots a kernel of Debian's with a file system of the host's, shared by 9p and
// read-only; the command's output comes through a channel of its own, so that no word of the console is among it.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Kernel } from "./debian.ts";
import { CHECKOUT, environmentOf, type GuestName, type Job, OWN_PLACE, runBounded } from "./guest.ts";

export interface Machine {
  readonly guest: GuestName;
  /** QEMU with what makes this machine: its kind, CPU, console and devices. */
  readonly emulator: readonly string[];
  readonly kernel: Kernel;
  readonly kernelWords: string;
  /** Folders of the host that are seen, read-only, at the tag's place in the boot script. */
  readonly shares: Readonly<Record<string, string>>;
  /** Lines of shell that make the guest's root at /root out of the shares; /share TAG FOLDER mounts one. */
  readonly boot: string;
}

const MEMORY = "2G";

const BOOT_START = `
share() { mkdir -p "$2" && mount -t 9p -o "$3,trans=virtio,version=9p2000.L,msize=512000" "$1" "$2"; }
`;

/** After the root was made: the guest's own places, and over to the job in it. */
const BOOT_END = `
for place in proc sys dev; do mount --move /$place /root/$place; done
mkdir -p /root/dev/shm /root/dev/pts
mount -t tmpfs shm /root/dev/shm
mount -t devpts pts /root/dev/pts
mount -t tmpfs run /root/run
mkdir -p /root/run/job /root/run/tmp
mount --move /job /root/run/job
ln -s /proc/self/fd /root/dev/fd
exec chroot /root /bin/bash /run/job/guest
`;

/** Runs in the guest's root. The port is the one that QEMU gives out as its own standard output. */
const GUEST = `
mkfifo /run/output
cat /run/output >/dev/vport*p1 &
cat=$!
exec 8>/run/output
(
  source /run/job/environment
  ip link set lo up
  cd "$CANWARD_CHECKOUT" || exit 125
  source /run/job/command
) </dev/null >&8 2>&1 8>&-
echo $? >/run/job/exit-code
for process in /proc/[0-9]*; do
  case \${process#/proc/} in 1 | "$cat") ;; *) kill -KILL "\${process#/proc/}" ;; esac
done 2>/dev/null
exec 8>&-
wait "$cat"
sync
echo o >/proc/sysrq-trigger
sleep 60
`;

export async function runInQemu(machine: Machine, job: Job): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "canward-qemu-"));
  try {
    writeFileSync(join(folder, "boot"), `${BOOT_START}${machine.boot}${writableLine(job)}${BOOT_END}`);
    writeFileSync(join(folder, "guest"), GUEST);
    writeFileSync(join(folder, "environment"), exports(machine.guest, job));
    writeFileSync(join(folder, "command"), job.command.map(quoted).join(" "));
    const code = await runBounded(words(machine, job, folder), process.env, job.timeLimitS, "pipe");
    const said = join(folder, "exit-code");
    if (existsSync(said)) return Number(readFileSync(said, "utf8"));
    if (code === 0) process.stderr.write(`The guest broke down. Its last words:\n${lastWords(folder)}\n`);
    return code === 0 ? 125 : code;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function words(machine: Machine, job: Job, folder: string): readonly string[] {
  const shares = Object.entries(machine.shares).flatMap(([tag, path]) => share(tag, path, true));
  const writable = job.writable === undefined ? [] : share("writable", job.writable, false);
  return [
    ...machine.emulator,
    ...["-m", MEMORY, "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"],
    ...["-kernel", machine.kernel.image, "-initrd", machine.kernel.initramfs],
    ...["-append", `${machine.kernelWords} quiet loglevel=3 panic=-1 mitigations=off nokaslr`],
    ...["-serial", `file:${join(folder, "console")}`],
    ...["-chardev", "stdio,id=output,signal=off", "-device", "virtio-serial-pci"],
    ...["-device", "virtserialport,chardev=output,name=output", "-device", "virtio-rng-pci"],
    ...share("job", folder, false),
    ...shares,
    ...writable,
  ];
}

function share(tag: string, path: string, isReadOnly: boolean): readonly string[] {
  const access = isReadOnly ? "readonly=on," : "";
  return [
    ...["-fsdev", `local,id=${tag},${access}security_model=none,multidevs=remap,path=${path}`],
    ...["-device", `virtio-9p-pci,fsdev=${tag},mount_tag=${tag}`],
  ];
}

function writableLine({ writable }: Job): string {
  return writable === undefined ? "" : `share writable ${quoted(`/root${writable}`)} rw,cache=none || poweroff -f\n`;
}

function exports(guest: GuestName, job: Job): string {
  const path = `${join(CHECKOUT, "node_modules", ".bin")}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;
  const variables = {
    ...OWN_PLACE,
    ...environmentOf(guest, job),
    ...{ PATH: path, HOME: "/run/tmp", TMPDIR: "/run/tmp", CANWARD_CHECKOUT: CHECKOUT },
  };
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}=${quoted(value)}\n`)
    .join("");
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

function lastWords(folder: string): string {
  const console = join(folder, "console");
  return existsSync(console) ? readFileSync(console, "latin1").split("\n").slice(-20).join("\n") : "(none)";
}

/** For a guest's folders that the boot script mounts at the same path as the host's. */
export function sameplace(path: string): string {
  return quoted(`/root${path}`);
}
