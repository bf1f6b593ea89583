// Who may know whom. The rooms of the house are folders; these are its walls and doors. tests/imports plants a violation
// of each rule and sees it caught.
const STAGES = "bus|gate|decode|sample|outbox|uplink";

/** One outside library, and the files that may import it for more than its types. */
const door = (name, library, files) => ({
  name: `door-${name}`,
  comment: `only ${files} may import ${name}`,
  severity: "error",
  from: { path: "^src/", pathNot: files },
  to: { path: library, dependencyTypesNot: ["type-only"] },
});

module.exports = {
  forbidden: [
    {
      name: "stages-are-strangers",
      comment: "a stage imports the nouns and its own folder, never another stage",
      severity: "error",
      from: { path: `^src/vehicle/(${STAGES})/` },
      to: { path: `^src/vehicle/(${STAGES})/`, pathNot: "^src/vehicle/$1/" },
    },
    {
      name: "nouns-know-no-stage",
      comment: "what flows does not know what acts on it; gateway.ts and corridor.ts put the stages in order",
      severity: "error",
      from: { path: "^src/vehicle/[^/]+\\.ts$", pathNot: "^src/vehicle/(gateway|corridor)\\.ts$" },
      to: { path: `^src/vehicle/(${STAGES}|policy)/`, dependencyTypesNot: ["type-only"] },
    },
    {
      name: "hot-stages-are-pure",
      comment: "gate, decode and sample import no npm package and no module of Node",
      severity: "error",
      from: { path: "^src/vehicle/(gate|decode|sample)/" },
      to: { dependencyTypes: ["npm", "npm-dev", "npm-optional", "npm-peer", "npm-no-pkg", "core"] },
    },
    {
      name: "hot-stages-know-no-clock",
      comment: "gate, decode and sample know no clock, no log, no configuration",
      severity: "error",
      from: { path: "^src/vehicle/(gate|decode|sample)/" },
      to: { path: "^src/vehicle/(clock|wall-clock|config|status|gateway|corridor)\\.ts$|^src/[^/]+\\.ts$" },
    },
    {
      name: "policy-is-beside-the-corridor",
      comment: "policy makes the plan; it reads the nouns, never a stage",
      severity: "error",
      from: { path: "^src/vehicle/policy/" },
      to: { path: `^src/vehicle/(${STAGES})/` },
    },
    {
      name: "vehicle-knows-no-fleet",
      severity: "error",
      from: { path: "^src/vehicle/" },
      to: { path: "^src/(fleet|commands)/" },
    },
    {
      name: "fleet-knows-no-vehicle",
      severity: "error",
      from: { path: "^src/fleet/" },
      to: { path: "^src/(vehicle|commands)/" },
    },
    {
      name: "web-knows-no-ingest",
      comment: "what is stored lies between them",
      severity: "error",
      from: { path: "^src/fleet/(web|store)/" },
      to: { path: "^src/fleet/ingest/" },
    },
    {
      name: "page-shares-types-alone",
      comment: "the browser's code takes from the server what the two say to each other, as types",
      severity: "error",
      from: { path: "^src/fleet/web/page/", pathNot: "build\\.ts$" },
      to: { path: "^src/", pathNot: "^src/fleet/web/page/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "shared-rooms-are-below",
      comment: "wire and dbc know neither side",
      severity: "error",
      from: { path: "^src/(wire|dbc)/" },
      to: { path: "^src/(vehicle|fleet|commands)/" },
    },
    {
      name: "dbc-is-pure",
      severity: "error",
      from: { path: "^src/dbc/" },
      to: { dependencyTypes: ["npm", "npm-dev", "npm-optional", "npm-peer", "npm-no-pkg", "core"] },
    },
    door("mqtt", "(^|/)node_modules/mqtt/", "^src/vehicle/uplink/broker\\.ts$|^src/fleet/ingest/broker\\.ts$"),
    door(
      "better-sqlite3",
      "(^|/)node_modules/(@types/)?better-sqlite3/",
      "^src/vehicle/outbox/schema\\.ts$|^src/fleet/store/database\\.ts$",
    ),
    door("protobufjs", "(^|/)node_modules/protobufjs/", "^src/wire/canward_pb\\.(js|d\\.ts)$"),
    door("yaml", "(^|/)node_modules/yaml/", "^src/yaml\\.ts$"),
    door("commander", "(^|/)node_modules/commander/", "^src/canward\\.ts$"),
    door("pino", "(^|/)node_modules/pino/", "^src/commands/log\\.ts$"),
    door("aedes", "(^|/)node_modules/aedes/", "^src/commands/demo\\.ts$"),
    door("fastify", "(^|/)node_modules/(@fastify/|fastify/)", "^src/fleet/web/server\\.ts$"),
    door("uplot", "(^|/)node_modules/uplot/", "^src/fleet/web/page/(chart/plot\\.ts|main\\.tsx)$"),
    door(
      "socketcan",
      "(^|/)node_modules/socketcan/",
      "^src/commands/playback/sender\\.ts$|^src/vehicle/bus/live/fallback\\.ts$",
    ),
    {
      name: "the-gateway-cannot-send",
      comment:
        "no way leads from the gateway, by however many steps, to what puts frames on a bus; `canward replay --to` alone does that",
      severity: "error",
      from: {
        path: "^src/(vehicle|fleet|wire|dbc)/|^src/commands/(run|fleet|demo|replay|decode)\\.ts$|^src/commands/check/",
      },
      to: { path: "^src/commands/playback/sender\\.ts$", reachable: true },
    },
    {
      name: "no-network-server-on-the-vehicle",
      comment: "the gateway listens on no port",
      severity: "error",
      // The standard input and named pipes are read as sockets, so that waiting for them can be aborted.
      from: { path: "^src/vehicle/", pathNot: "^src/vehicle/bus/log-bytes\\.ts$" },
      to: { path: "^(node:)?(net|http|https|http2|tls|dgram)$" },
    },
    {
      name: "no-way-back",
      comment: "what is shipped knows no test and no benchmark",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^(tests|bench)/" },
    },
    {
      name: "no-circle",
      severity: "error",
      from: { path: "^src/" },
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "no-orphan-dependency",
      comment: "what is imported is in package.json",
      severity: "error",
      from: { path: "^src/" },
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown", "unknown"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "\\.as\\.ts$" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
      extensions: [".ts", ".tsx", ".js", ".json", ".d.ts"],
    },
  },
};
