#!/usr/bin/env -S MALLOC_ARENA_MAX=1 node --max-semi-space-size=1 --expose-gc
// The command line: what can be asked of canward, and how its answers and errors look. Each command is a file of its own,
// loaded when it is asked for, so that the gateway does not carry the fleet's libraries.
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { leaveWhenOutputFails, tell } from "./commands/output.ts";
import { OperatingError } from "./errors.ts";
import { VERSION } from "./version.ts";

/** Exit codes: 0 done, 1 an operating error, 2 a wrong call, 128 + signal where a signal cut the work short. */
const EXIT_ERROR = 1;
const EXIT_USAGE = 2;
const EXIT_INCOMPARABLE = 2;

const LOG = "candump -L log, plain or gzip; - is the standard input";
const GATEWAY_CONFIG = "the gateway's configuration (YAML; schema in deploy/schema/)";
const FLEET_CONFIG = "the fleet service's configuration (YAML; schema in deploy/schema/)";

function createProgram(): Command {
  const program = new Command("canward")
    .description("The gateway between a vehicle's CAN buses and the cloud: only what the allow-list names leaves.")
    .usage("COMMAND [options]")
    .version(VERSION, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .configureOutput({
      outputError: (text, write) => {
        if (text.trim() !== "") write(text.replace(/^error: /, "canward: "));
      },
    })
    .showHelpAfterError("  See: canward --help")
    .exitOverride()
    .addHelpText(
      "after",
      `
Examples:
  canward demo                                          everything at once, on this machine
  canward decode --dbc powertrain.dbc drive.log.gz      what a recorded drive says
  canward replay drive.log.gz --config gateway.yaml     what would leave the vehicle
  canward replay drive.log.gz --to vcan0                the drive's frames, on a bus
  canward check --config gateway.yaml --log drive.log.gz --expect drive.ndjson    whether that is what should leave
  canward run --config gateway.yaml                     the gateway
  canward fleet --config fleet.yaml                     the fleet service`,
    );
  addDemo(program);
  addRun(program);
  addFleet(program);
  addDecode(program);
  addReplay(program);
  addCheck(program);
  return program;
}

function addDemo(program: Command): void {
  addCommand(program, "demo", ["canward demo", "canward demo --port 9090 --history 60"])
    .description("Broker, gateway and fleet service on this machine, with the example vehicle's drive.")
    .option("--port <port>", "port of the operator's page; 0 takes a free one", port, 8080)
    .option("--history <minutes>", "minutes of driving that lie behind the start, up to 1440", minutes, 10)
    .action(async (options: { port: number; history: number }) => {
      const { demo } = await import("./commands/demo.ts");
      await demo(options);
    });
}

function addRun(program: Command): void {
  const command = addCommand(program, "run", ["canward run --config deploy/example/gateway.yaml"])
    .description("The gateway: from the configured source through the allow-list to the broker.")
    .usage("--config FILE")
    .option("--config <file>", GATEWAY_CONFIG)
    .action(async ({ config }: { config?: string }) => {
      const { run } = await import("./commands/run.ts");
      await run(config ?? missing(command, "--config FILE"));
    });
}

function addFleet(program: Command): void {
  const command = addCommand(program, "fleet", ["canward fleet --config deploy/example/fleet.yaml"])
    .description("The fleet service: takes batches from the broker, stores them, and serves the operator's page.")
    .usage("--config FILE")
    .option("--config <file>", FLEET_CONFIG)
    .action(async ({ config }: { config?: string }) => {
      const { fleet } = await import("./commands/fleet.ts");
      await fleet(config ?? missing(command, "--config FILE"));
    });
}

function addDecode(program: Command): void {
  const examples = [
    "canward decode --dbc deploy/example/powertrain.dbc deploy/example/drive.log.gz",
    "canward decode --dbc can0=powertrain.dbc can1=body.dbc drive.log.gz",
    "candump -L can0 | canward decode --dbc truck.dbc --j1939 -",
  ];
  const command = addCommand(program, "decode", examples)
    .description("Decodes a log with DBC files: one JSON line for each frame that a message matches.")
    .usage("--dbc FILE... [--j1939] [LOG|-]")
    .argument("[LOG...]", `${LOG}, and what is read without LOG`)
    .option("--dbc <file>", "DBC files, or BUS=FILE for one bus alone; may be given again", append)
    .option("--j1939", "match 29-bit messages by their PGN")
    .action(async (files: string[], options: { dbc?: string[]; j1939?: true }) => {
      // `--dbc a.dbc b.dbc drive.log` is how people write it: what is called .dbc belongs to --dbc, what is left is the log.
      const { dbc = [], log = [] } = Object.groupBy(files, (file) => (/\.dbc$/i.test(file) ? "dbc" : "log"));
      const all = [...(options.dbc ?? []), ...dbc];
      if (all.length === 0) missing(command, "--dbc FILE");
      if (log.length > 1)
        command.error(`error: one log at a time, not ${log.join(" and ")}; write --dbc before each DBC file`);
      const { decode } = await import("./commands/decode.ts");
      await decode(log[0] ?? "-", { dbc: all, j1939: options.j1939 === true });
    });
}

function addReplay(program: Command): void {
  const examples = [
    "canward replay deploy/example/drive.log.gz --config deploy/example/gateway.yaml",
    "canward replay drive.log --config gateway.yaml --speed 1 > datapoints.ndjson",
    "candump -L any | canward replay - --config gateway.yaml",
    "canward replay deploy/example/drive.log.gz --to vcan0 --loop",
    "canward replay drive.log --map can0=vcan0 --map can1=vcan1 --speed 10",
  ];
  const command = addCommand(program, "replay", examples)
    .description(
      "Plays a recorded log. With --config through gate, decode and sample, to see what would leave the vehicle: one JSON " +
        "line for each datapoint, a summary on stderr. With --to or --map to CAN interfaces, for a gateway or another " +
        "program to receive.",
    )
    .usage(
      "LOG --config FILE [--speed 1|10|max]\n       canward replay LOG --to IFACE [--map BUS=IFACE]... [--speed 1|10|max] [--loop]",
    )
    .argument("<LOG>", LOG)
    .option("--config <file>", `${GATEWAY_CONFIG}; nothing is connected or stored`)
    .option(
      "--speed <speed>",
      "how many times faster than recorded, up to 1000, or max (default: max; sending: 1)",
      speed,
    )
    .option("--to <iface>", "sends the frames of all buses to this interface, but for those that --map names", iface)
    .option(
      "--map <bus=iface>",
      "sends the frames of a bus of the log there; without --to, others are skipped",
      mapping,
    )
    .option("--loop", "sending: starts again when the log ends, until it is stopped")
    .option(
      "--i-mean-it",
      "sending: allows an interface that is not virtual (vcan, vxcan); what is on its bus may move",
    )
    .action(async (log: string, { config, ...options }: ReplayKeys) => {
      const isSending = options.to !== undefined || options.map !== undefined;
      if (config === undefined && !isSending) missing(command, "--config FILE, --to IFACE or --map BUS=IFACE");
      if (config !== undefined) {
        const strange = Object.keys(options).find((key) => key !== "speed");
        if (strange !== undefined)
          command.error(
            `error: ${OPTION_NAMES[strange] ?? strange} is for sending, and --config is not: one at a time`,
          );
        const { replay } = await import("./commands/replay.ts");
        return replay(log, { config, speed: options.speed ?? "max" });
      }
      if (options.loop === true && log === "-")
        command.error("error: --loop needs a file: the standard input cannot be read twice");
      const { playBack } = await import("./commands/playback/playback.ts");
      const { to, map = new Map(), speed = 1, loop = false, iMeanIt = false } = options;
      return playBack(log, { to, map, speed, loop, meansIt: iMeanIt });
    });
}

interface ReplayKeys {
  readonly config?: string;
  readonly speed?: number | "max";
  readonly to?: string;
  readonly map?: ReadonlyMap<string, string>;
  readonly loop?: true;
  readonly iMeanIt?: true;
}

const OPTION_NAMES: Readonly<Record<string, string>> = {
  to: "--to",
  map: "--map",
  loop: "--loop",
  iMeanIt: "--i-mean-it",
};

function addCheck(program: Command): void {
  const examples = [
    "canward check --config deploy/example/gateway.yaml --log deploy/example/drive.log.gz --expect deploy/example/drive.expected.ndjson",
    "canward check --config gateway.yaml --log drive.log.gz --expect drive.expected.ndjson --update",
  ];
  const command = addCommand(program, "check", examples)
    .description(
      "Tests an allow-list: passes a log through gate, decode and sample, and compares the datapoints with those that a " +
        "committed file expects. Says what differs, and first what newly leaves the vehicle or no longer does.",
    )
    .usage("--config FILE --log LOG --expect FILE [--update]")
    .option("--config <file>", `${GATEWAY_CONFIG}; nothing is connected or stored`)
    .option("--log <log>", LOG)
    .option("--expect <file>", "the datapoints that are expected, as JSON lines")
    .option("--update", "writes the file, says what has changed in it, and keeps its tolerances")
    .addHelpText(
      "after",
      `
The file may allow for differences, in lines before its paths and datapoints; the last that fits a path holds:
  {"tolerance":"Vehicle.Cabin.*","value":0.5,"time":"20ms"}        value: in the signal's unit

Exit codes: 0 as expected, 1 different, 2 it could not be compared.`,
    )
    .action(async ({ config, log, expect, update }: CheckKeys) => {
      const { check } = await import("./commands/check/check.ts");
      const options = {
        config: config ?? missing(command, "--config FILE"),
        log: log ?? missing(command, "--log LOG"),
        expect: expect ?? missing(command, "--expect FILE"),
        update: update === true,
      };
      try {
        await check(options);
      } catch (error) {
        report(error);
        // As diff(1) has it: 1 says that there is a difference, and nothing else does.
        process.exitCode = EXIT_INCOMPARABLE;
      }
    });
}

interface CheckKeys {
  readonly config?: string;
  readonly log?: string;
  readonly expect?: string;
  readonly update?: true;
}

function addCommand(program: Command, name: string, examples: readonly string[]): Command {
  return program
    .command(name)
    .helpOption("-h, --help", "print this help")
    .showHelpAfterError(`  See: canward ${name} --help`)
    .addHelpText("after", `\nExamples:\n${examples.map((example) => `  ${example}`).join("\n")}`);
}

/** Said here and not by commander, which would complain of it before it complains of an option that is mistyped. */
function missing(command: Command, what: string): never {
  return command.error(`error: ${what} is missing`);
}

function append(file: string, before: readonly string[] = []): readonly string[] {
  return [...before, file];
}

/** One more bus of the log and the interface that its frames go to. */
function mapping(text: string, before: ReadonlyMap<string, string> = new Map()): ReadonlyMap<string, string> {
  const [, bus = "", iface = ""] = /^([^\s=]{1,32})=([^\s=/]{1,15})$/.exec(text) ?? [];
  if (bus === "") throw new InvalidArgumentError("It is BUS=IFACE, such as can0=vcan0.");
  if (before.has(bus)) throw new InvalidArgumentError(`${bus} goes to ${before.get(bus)} already.`);
  return new Map([...before, [bus, iface]]);
}

function iface(text: string): string {
  if (/^[^\s=/]{1,15}$/.test(text)) return text;
  throw new InvalidArgumentError("It is the name of a network interface, up to 15 characters.");
}

function port(text: string): number {
  const value = Number(text);
  if (/^\d{1,5}$/.test(text) && value <= 65_535) return value;
  throw new InvalidArgumentError("It is a number from 0 to 65535.");
}

function minutes(text: string): number {
  const value = Number(text);
  if (DECIMAL.test(text) && value <= 1440) return value;
  throw new InvalidArgumentError("It is a number of minutes from 0 to 1440.");
}

function speed(text: string): number | "max" {
  if (text === "max") return text;
  const value = Number(text);
  if (DECIMAL.test(text) && value > 0 && value <= 1000) return value;
  throw new InvalidArgumentError("It is a number above 0, up to 1000, or max.");
}

const DECIMAL = /^\d+(\.\d+)?$/;

/** The oldest Node that has all that is used here. */
const NODE_MAJOR_LEAST = 26;

async function main(): Promise<void> {
  if (Number(process.versions.node.split(".")[0]) < NODE_MAJOR_LEAST) {
    process.stderr.write(
      `canward: this is Node ${process.versions.node}; canward needs ${NODE_MAJOR_LEAST} or newer\n`,
    );
    process.stderr.write("  From a checkout, run it as: npm run -s canward -- COMMAND [NODE_TOO_OLD]\n");
    process.exitCode = EXIT_ERROR;
    return;
  }
  leaveWhenOutputFails();
  try {
    await createProgram().parseAsync();
  } catch (error) {
    process.exitCode = report(error);
  }
}

/** Says what went wrong, and gives the exit code. What is nobody's doing but the programmer's goes on, and crashes. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
  // Where putting things away failed too, what came first is the reason.
  if (error instanceof SuppressedError) return report(error.suppressed);
  if (!(error instanceof OperatingError)) throw error;
  tell(error);
  return EXIT_ERROR;
}

await main();
