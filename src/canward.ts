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
  canward run --config gateway.yaml                     the gateway
  canward fleet --config fleet.yaml                     the fleet service`,
    );
  addDemo(program);
  addRun(program);
  addFleet(program);
  addDecode(program);
  addReplay(program);
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
  ];
  const command = addCommand(program, "replay", examples)
    .description("Passes a log through gate, decode and sample: one JSON line for each datapoint, a summary on stderr.")
    .usage("LOG --config FILE [--speed 1|10|max]")
    .argument("<LOG>", LOG)
    .option("--config <file>", `${GATEWAY_CONFIG}; nothing is connected or stored`)
    .option("--speed <speed>", "how many times faster than it was recorded, up to 1000, or max", speed, "max")
    .action(async (log: string, { config, speed }: { config?: string; speed: number | "max" }) => {
      const { replay } = await import("./commands/replay.ts");
      await replay(log, { config: config ?? missing(command, "--config FILE"), speed });
    });
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
