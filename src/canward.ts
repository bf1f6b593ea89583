#!/usr/bin/env -S MALLOC_ARENA_MAX=1 node --max-semi-space-size=1
// The command line: what can be asked of canward, and how its answers and errors look. Each command is a file of its own,
// loaded when it is asked for, so that the gateway does not carry the fleet's libraries.
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { OperatingError } from "./errors.ts";
import { VERSION } from "./version.ts";

/** Exit codes: 0 done, 1 an operating error, 2 a wrong call. */
const EXIT_ERROR = 1;
const EXIT_USAGE = 2;

function createProgram(): Command {
  const program = new Command("canward");
  program
    .description("The gateway between a vehicle's CAN buses and the cloud: only what the allow-list names leaves.")
    .version(VERSION)
    .showHelpAfterError("(canward COMMAND --help shows how it is used)")
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
  program
    .command("demo")
    .description("Broker, gateway and fleet service on this machine, with the example vehicle's drive.")
    .option("--port <port>", "port of the operator's page", port, 8080)
    .option("--history <minutes>", "minutes of driving that lie behind the start", minutes, 10)
    .addHelpText("after", "\nExamples:\n  canward demo\n  canward demo --port 9090 --history 60")
    .action(async (options: { port: number; history: number }) => {
      const { demo } = await import("./commands/demo.ts");
      await demo(options);
    });
}

function addRun(program: Command): void {
  program
    .command("run")
    .description("The gateway: from the configured source through the allow-list to the broker.")
    .requiredOption("--config <file>", "the gateway's configuration (YAML; schema in deploy/schema/)")
    .addHelpText("after", "\nExamples:\n  canward run --config deploy/example/gateway.yaml")
    .action(async ({ config }: { config: string }) => {
      const { run } = await import("./commands/run.ts");
      await run(config);
    });
}

function addFleet(program: Command): void {
  program
    .command("fleet")
    .description("The fleet service: takes batches from the broker, stores them, and serves the operator's page.")
    .requiredOption("--config <file>", "the fleet service's configuration (YAML; schema in deploy/schema/)")
    .addHelpText("after", "\nExamples:\n  canward fleet --config deploy/example/fleet.yaml")
    .action(async ({ config }: { config: string }) => {
      const { fleet } = await import("./commands/fleet.ts");
      await fleet(config);
    });
}

function addDecode(program: Command): void {
  program
    .command("decode")
    .description("Decodes a candump log with DBC files: one JSON line for each frame that a message matches.")
    .argument("[log]", "candump -L log, plain or gzip; - is the standard input", "-")
    .requiredOption("--dbc <file...>", "DBC files, or bus=FILE for one bus alone")
    .option("--j1939", "match 29-bit messages by their PGN", false)
    .addHelpText(
      "after",
      `
Examples:
  canward decode --dbc deploy/example/powertrain.dbc -- deploy/example/drive.log.gz
  candump -L can0 | canward decode --dbc truck.dbc --j1939 -`,
    )
    .action(async (log: string, options: { dbc: string[]; j1939: boolean }) => {
      const { decode } = await import("./commands/decode.ts");
      await decode(log, options);
    });
}

function addReplay(program: Command): void {
  program
    .command("replay")
    .description("Passes a log through gate, decode and sample: one JSON line for each datapoint, a summary on stderr.")
    .argument("<log>", "candump -L log, plain or gzip; - is the standard input")
    .requiredOption("--config <file>", "the gateway's configuration; its allow-list is used")
    .addOption(new Option("--speed <speed>", "times real time, or max").default("max").argParser(speed))
    .addHelpText(
      "after",
      `
Examples:
  canward replay deploy/example/drive.log.gz --config deploy/example/gateway.yaml
  canward replay drive.log --config gateway.yaml --speed 1 > datapoints.ndjson`,
    )
    .action(async (log: string, options: { config: string; speed: number | "max" }) => {
      const { replay } = await import("./commands/replay.ts");
      await replay(log, options);
    });
}

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535) throw new InvalidArgumentError("It is a number from 0 to 65535.");
  return value;
}

function minutes(text: string): number {
  const value = Number(text);
  if (!(value >= 0 && value <= 1440)) throw new InvalidArgumentError("It is a number of minutes from 0 to 1440.");
  return value;
}

function speed(text: string): number | "max" {
  if (text === "max") return text;
  const value = Number(text);
  if (!(value > 0 && value <= 1000)) throw new InvalidArgumentError("It is a number above 0, up to 1000, or max.");
  return value;
}

async function main(): Promise<void> {
  try {
    await createProgram().parseAsync();
  } catch (error) {
    process.exitCode = report(error);
  }
}

/** Says what went wrong, and gives the exit code. What is nobody's doing but the programmer's goes on, and crashes. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
  if (!(error instanceof OperatingError)) throw error;
  process.stderr.write(`canward: ${error.message}\n  ${error.remedy} [${error.code}]\n`);
  return EXIT_ERROR;
}

// Whoever reads our output may stop reading (`| head`): that is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

await main();
