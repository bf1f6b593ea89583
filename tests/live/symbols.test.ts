// The live reader can only receive: the compiled addon asks the system's library for nothing by which bytes leave a process.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { needsCompiler } from "./compiler.ts";

const repository = join(import.meta.dirname, "..", "..");
const ADDONS = [
  join(repository, "src", "vehicle", "bus", "live", "build", "Release", "receiver.node"),
  join(repository, "dist", "receiver.node"),
];

/**
 * All that sends or writes, by itself or through a stream, a message queue or a ring; what could run another program; and
 * what could find any of them by name. `ioctl` and `setsockopt` are not of it: neither can put a frame on a bus.
 */
const FORBIDDEN =
  /^_*(send\w*|write\w*|pwrite\w*|splice|vmsplice|tee|syscall|io_\w+|aio_\w+|lio_listio\w*|f?put[cs]\w*|fwrite\w*|(v|f|d|vf|vd)?printf\w*|mq_\w*send\w*|msgsnd|fork|vfork|clone\w*|exec\w+|posix_spawn\w*|system|popen|dl(v|m)?(open|sym)\w*|uv_(write|try_write|udp_\w*send|fs_\w+|pipe_\w+|spawn)\w*)$/;

function undefinedSymbols(path: string): readonly string[] {
  const lines = execFileSync("nm", ["-D", "--undefined-only", path], { encoding: "utf8" }).trim().split("\n");
  return lines.map((line) => (line.trim().split(/\s+/).at(-1) ?? "").replace(/@.*$/, ""));
}

describe("the addon's symbols", () => {
  needsCompiler();

  it.each(ADDONS.filter((path) => existsSync(path)))("have nothing that sends: %s", (path) => {
    const symbols = undefinedSymbols(path);
    // Else the list was not read.
    expect(symbols).toContain("recvmmsg");
    expect(symbols.filter((symbol) => FORBIDDEN.test(symbol))).toEqual([]);
    // Whatever is called beside Node-API and libuv, by name: a new one wants to be looked at.
    const others = symbols
      .filter((symbol) => !/^(napi_|uv_|_ITM_|__gmon|__cxa|__stack_chk|_Z|__gxx)/.test(symbol))
      .sort();
    const known = ["bind", "calloc", "clock_gettime", "close", "free", "getsockopt", "ioctl", "malloc", "memcpy"];
    const more = ["memset", "recvmmsg", "setsockopt", "socket", "strerror", "__errno_location"];
    expect(others.filter((symbol) => ![...known, ...more].includes(symbol))).toEqual([]);
  });

  it("were compiled at all", () => {
    expect(ADDONS.some((path) => existsSync(path))).toBe(true);
  });

  it("would show what sends", () => {
    const folder = mkdtempSync(join(tmpdir(), "canward-symbols-"));
    try {
      const [source, library] = [join(folder, "send.c"), join(folder, "send.so")];
      const calls = "send(f, 0, 0, 0); sendmmsg(f, 0, 0, 0); write(f, 0, 0); splice(f, 0, f, 0, 0, 0); syscall(1);";
      const headers = ["sys/socket.h", "unistd.h", "fcntl.h"].map((name) => `#include <${name}>`);
      const text = ["#define _GNU_SOURCE", ...headers, `int leak(int f) { ${calls} return 0; }`, ""].join("\n");
      writeFileSync(source, text);
      execFileSync("g++", ["-x", "c", "-shared", "-fPIC", "-w", "-o", library, source]);
      const found = undefinedSymbols(library).filter((symbol) => FORBIDDEN.test(symbol));
      expect(found.sort()).toEqual(["send", "sendmmsg", "splice", "syscall", "write"]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
