// Compiles the kernels (AssemblyScript) to WebAssembly and writes their bytes as modules that are imported like any other.
// With --check it writes nothing and exits 1 where a committed module is not what its source compiles to.
import { readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import asc from "assemblyscript/asc";

const kernels = ["gate/kernel.as.ts", "decode/kernel.as.ts"];
const options =
  "-O3 --noAssert --runtime stub --enable simd,relaxed-simd --importMemory --initialMemory 1 --memoryBase 0";

/** The kernel's bytes, or an error with the compiler's own words. */
export async function compileKernel(source: string, name: string): Promise<Uint8Array> {
  const outputs = new Map<string, string | Uint8Array>();
  const { error, stderr } = await asc.main([name, ...options.split(" "), "--outFile", "kernel.wasm"], {
    readFile: (file) => (file === name ? source : null),
    writeFile: (file, contents) => void outputs.set(file, contents),
    listFiles: () => [],
  });
  const bytes = outputs.get("kernel.wasm");
  if (error !== null || !(bytes instanceof Uint8Array))
    throw new Error(`${name} does not compile:\n${stderr.toString()}`);
  return bytes;
}

async function main(): Promise<void> {
  const check = process.argv.includes("--check");
  for (const kernel of kernels) {
    const source = join(import.meta.dirname, kernel);
    const target = join(dirname(source), "kernel.wasm.ts");
    const bytes = await compileKernel(readFileSync(source, "utf8"), basename(source));
    const text = moduleOf(bytes, basename(source));
    if (!check) writeFileSync(target, text);
    else if (readFileSync(target, "utf8") !== text) {
      process.stderr.write(`${target} is not what ${kernel} compiles to. Run: npm run generate\n`);
      process.exitCode = 1;
    }
  }
}

function moduleOf(bytes: Uint8Array, source: string): string {
  const lines =
    Buffer.from(bytes)
      .toString("base64")
      .match(/.{1,110}/g) ?? [];
  return [
    `// Generated from ${source} by \`npm run generate\`: ${bytes.length} bytes of WebAssembly. Do not edit.`,
    "export const kernelBytes: Uint8Array<ArrayBuffer> = Uint8Array.from(",
    "  atob(",
    ...lines.map((line, i) => `    ${i === 0 ? "" : "  "}"${line}"${i === lines.length - 1 ? "," : " +"}`),
    "  ),",
    "  (character) => character.charCodeAt(0),",
    ");",
    "",
  ].join("\n");
}

if (import.meta.main) await main();
