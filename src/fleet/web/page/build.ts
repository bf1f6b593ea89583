// Bundles the page: from the TypeScript and CSS beside this file to a folder with index.html and assets/, whose names carry a hash of
// their content. Reads nothing from the network, and the page that comes out loads nothing from another host.
import { mkdir, rm, writeFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { build } from "esbuild";

const page = import.meta.dirname;

/** What the script and the styles may weigh together, minified: a page at a roadside, on a bad link. */
export const BUNDLE_BYTES_MAX = 150_000;

export interface BuiltPage {
  readonly pageDir: string;
  readonly bytes: number;
}

export async function buildPage(pageDir: string): Promise<BuiltPage> {
  await rm(pageDir, { recursive: true, force: true });
  await mkdir(pageDir, { recursive: true });
  const { metafile } = await build({
    entryPoints: { main: join(page, "main.tsx"), theme: join(page, "theme-early.ts"), icon: join(page, "icon.svg") },
    outdir: pageDir,
    entryNames: "assets/[name]-[hash]",
    assetNames: "assets/[name]-[hash]",
    loader: { ".svg": "copy" },
    bundle: true,
    minify: true,
    format: "iife",
    target: ["es2022", "chrome123", "firefox120", "safari17.5"],
    jsx: "automatic",
    jsxImportSource: "preact",
    legalComments: "linked",
    metafile: true,
    logLevel: "warning",
  });
  const outputs = Object.entries(metafile.outputs).map(([path, { bytes }]) => ({ name: basename(path), bytes }));
  const named = (stem: string, extension: string) => {
    const found = outputs.find(({ name }) => name.startsWith(`${stem}-`) && extname(name) === extension);
    if (found === undefined) throw new Error(`the bundle has no ${stem}${extension}`);
    return `/assets/${found.name}`;
  };
  const html = documentOf({
    script: named("main", ".js"),
    styles: named("main", ".css"),
    theme: named("theme", ".js"),
    icon: named("icon", ".svg"),
  });
  await writeFile(join(pageDir, "index.html"), html);
  const weighed = outputs.filter(({ name }) => [".js", ".css"].includes(extname(name)));
  const bytes = weighed.reduce((sum, { bytes }) => sum + bytes, 0);
  if (bytes > BUNDLE_BYTES_MAX) throw new Error(`the page has ${bytes} bytes; it may have ${BUNDLE_BYTES_MAX}`);
  return { pageDir, bytes };
}

function documentOf(urls: { script: string; styles: string; theme: string; icon: string }): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>canward</title>
    <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
    <meta name="color-scheme" content="light dark">
    <meta name="theme-color" media="(prefers-color-scheme: light)" content="#f5f7f6">
    <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#0e1312">
    <link rel="icon" type="image/svg+xml" href="${urls.icon}">
    <script src="${urls.theme}"></script>
    <link rel="stylesheet" href="${urls.styles}">
    <script src="${urls.script}" defer></script>
  </head>
  <body>
    <div id="page"></div>
    <noscript><p class="notice">This page draws live charts, and needs JavaScript from this server to do so.</p></noscript>
  </body>
</html>
`;
}

if (import.meta.main) {
  const { bytes } = await buildPage(process.argv[2] ?? join(page, "..", "..", "..", "..", "dist", "page"));
  process.stdout.write(`page built: ${bytes} bytes of script and styles\n`);
}
