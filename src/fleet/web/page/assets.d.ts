// What esbuild makes of files that are not code.
declare module "*.css";
