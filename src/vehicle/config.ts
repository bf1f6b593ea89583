// The gateway's configuration: what stands in its YAML file, as a schema from which the published JSON schema is made, and
// with all defaults filled in and all paths resolved.
import { dirname, isAbsolute, join } from "node:path";
import Type, { type Static } from "typebox";
import { brokerFaults, brokerKeys, type Credentials, readCredentials } from "../broker.ts";
import { Bytes, bytesOf } from "../bytes.ts";
import { Duration, durationUs } from "../duration.ts";
import { FileError, type Problem, readYamlFile } from "../yaml.ts";
import { BUSES_MAX } from "./frame.ts";

const closed = { additionalProperties: false } as const;

export const LogLevel = Type.Enum(["trace", "debug", "info", "warn", "error", "fatal"], {
  description: "Least severe line that is logged: trace, debug, info, warn, error or fatal. info by default.",
});

/** IFNAMSIZ without its end, and no character that would lead out of sysfs. [linux/if.h, dev_valid_name] */
const INTERFACE_PATTERN = "^(?!\\.{1,2}$)[A-Za-z0-9._@+-]{1,15}$";

const LiveBusKeys = Type.Object(
  {
    interface: Type.Optional(
      Type.String({ pattern: INTERFACE_PATTERN, description: "Linux CAN interface; the name of the bus by default." }),
    ),
    receive_buffer: Type.Optional(
      Bytes(
        "The kernel's receive buffer: what it holds while the process is busy. 8MB by default; status tells its size.",
      ),
    ),
    silence: Type.Optional(
      Type.Union([Duration("How long no frame may come before the bus is called silent."), Type.Literal("off")], {
        description:
          "How long no frame may come before the bus is called silent, or off. Learnt from the DBC by default.",
      }),
    ),
  },
  { ...closed, description: "A bus of the allow-list, and the interface that it is." },
);

const Source = Type.Object(
  {
    live: Type.Optional(
      Type.Record(Type.String({ pattern: "^.{1,64}$" }), LiveBusKeys, {
        description: "Live SocketCAN interfaces, by the bus's name in the allow-list.",
      }),
    ),
    log: Type.Optional(
      Type.String({
        minLength: 1,
        description: "A recorded log in candump -L format, plain or gzip; - is the standard input.",
      }),
    ),
    generator: Type.Optional(
      Type.Object(
        {
          seed: Type.Optional(
            Type.Integer({
              minimum: 0,
              maximum: 2 ** 31 - 1,
              description: "Which drive; the same seed drives the same.",
            }),
          ),
          background: Type.Optional(
            Type.Integer({
              minimum: 0,
              maximum: 100_000,
              description: "Frames a second of other control units, which no rule admits.",
            }),
          ),
        },
        { ...closed, description: "The example vehicle's drive, without end." },
      ),
    ),
    speed: Type.Optional(
      Type.Union([Type.Number({ exclusiveMinimum: 0, maximum: 1000 }), Type.Literal("max")], {
        description: "How many times faster than real time, or max. 1 by default.",
      }),
    ),
    loop: Type.Optional(Type.Boolean({ description: "Whether the log starts again when it ends. false by default." })),
    restamp: Type.Optional(
      Type.Boolean({
        description: "Whether frames get the time of the replay instead of the recorded one. true by default.",
      }),
    ),
  },
  { ...closed, description: "Where frames come from: one of live, log and generator." },
);

export const GatewayConfigSchema = Type.Object(
  {
    vehicle: Type.String({
      pattern: "^[A-Za-z0-9_-]{1,64}$",
      description: "The vehicle's id: up to 64 letters, digits, _ and -. Operators see it; it need not be the VIN.",
    }),
    allowlist: Type.String({
      minLength: 1,
      description: "The allow-list: a YAML file. Paths are relative to this file.",
    }),
    source: Source,
    outbox: Type.Object(
      {
        path: Type.String({
          minLength: 1,
          description: "SQLite file that keeps what is not acknowledged yet; made if absent.",
        }),
        bytes_max: Type.Optional(
          Bytes("What it may hold; the oldest segments are evicted beyond it. 256MB by default."),
        ),
        flush_interval: Type.Optional(Duration("How often datapoints are committed to disk. 1s by default.")),
      },
      { ...closed, description: "The buffer on disk." },
    ),
    uplink: Type.Object(
      {
        ...brokerKeys,
        batch_interval: Type.Optional(Duration("How often live data is published. 5s by default.")),
        status_interval: Type.Optional(Duration("How often the status is published. 10s by default.")),
        in_flight_max: Type.Optional(
          Type.Integer({
            minimum: 2,
            maximum: 64,
            description: "Publishes that may wait for their acknowledgement. 8 by default.",
          }),
        ),
      },
      { ...closed, description: "The broker." },
    ),
    log_level: Type.Optional(LogLevel),
  },
  { ...closed, $id: "https://canward.invalid/schema/gateway.schema.json", title: "canward gateway configuration" },
);

type SourceKeys = Static<typeof Source>;

export interface LiveBus {
  /** The interface that is this bus. */
  readonly interfaceName: string;
  readonly receiveBufferBytes: number;
  /** Undefined where it is learnt from the plan; 0 where silence is not watched. */
  readonly silenceUs: number | undefined;
}

export interface SourceConfig {
  /** By the bus's name. */
  readonly live: ReadonlyMap<string, LiveBus> | undefined;
  readonly log: string | undefined;
  readonly generator: { readonly seed: number; readonly backgroundFramesPerSecond: number } | undefined;
  readonly speed: number | "max";
  readonly loop: boolean;
  readonly restamp: boolean;
  /** Whether frames of the past are given at once, and later ones when their own time has come. For the demo's history. */
  readonly catchUpUs: number;
}

export interface GatewayConfig {
  readonly vehicle: string;
  readonly allowlist: string;
  readonly source: SourceConfig;
  readonly outbox: { readonly path: string; readonly bytesMax: number; readonly flushIntervalUs: number };
  readonly uplink: {
    readonly url: string;
    readonly credentials: Credentials;
    readonly batchIntervalMs: number;
    readonly statusIntervalMs: number;
    readonly inFlightMax: number;
  };
  readonly logLevel: Static<typeof LogLevel>;
}

/** Reads, checks and completes the file. Throws a FileError that names every place that is wrong, or another OperatingError. */
export function readGatewayConfig(file: string, { needsBroker } = { needsBroker: true }): GatewayConfig {
  const located = readYamlFile(file, GatewayConfigSchema, "gateway configuration");
  const { value } = located;
  const problems: Problem[] = [];
  const complain: Complain = (path, message) => void problems.push({ ...located.locate(path), message });
  const resolve = (path: string): string => (isAbsolute(path) ? path : join(dirname(file), path));
  const { outbox, uplink } = value;
  const limits = { ...outboxLimits(outbox, complain), ...uplinkIntervals(uplink, complain) };
  checkSource(value.source, complain);
  for (const { key, message } of brokerFaults(uplink)) complain(["uplink", key], message);
  if (problems.length > 0) {
    throw new FileError(problems, "Correct the gateway configuration; its JSON schema is in deploy/schema/.");
  }
  return {
    vehicle: value.vehicle,
    allowlist: resolve(value.allowlist),
    source: sourceOf(value.source, resolve),
    outbox: { path: resolve(outbox.path), bytesMax: limits.bytesMax, flushIntervalUs: limits.flushIntervalUs },
    uplink: {
      url: uplink.url,
      // Without a broker to connect to, nobody asks for the vehicle's secrets.
      credentials: needsBroker ? readCredentials(uplink, resolve) : {},
      batchIntervalMs: limits.batchIntervalMs,
      statusIntervalMs: limits.statusIntervalMs,
      inFlightMax: uplink.in_flight_max ?? 8,
    },
    logLevel: value.log_level ?? "info",
  };
}

type Complain = (path: readonly string[], message: string) => void;
type Keys = Static<typeof GatewayConfigSchema>;

const BYTES_MAX_LEAST = 1e6;
const FLUSH_US_LEAST = 10e3;
/** What a power cut may take. */
const FLUSH_US_MOST = 60e6;
const BATCH_MS_LEAST = 100;
const STATUS_MS_LEAST = 1000;
/** Far below the 2^31 ms at which a timer fires at once. */
const INTERVAL_MS_MOST = 24 * 3600e3;
const RECEIVE_BYTES_LEAST = 64e3;
/** The kernel takes twice as much, and 2^31 - 1 is the most that it takes. */
const RECEIVE_BYTES_MOST = 256e6;
const SILENCE_US_LEAST = 100e3;

function outboxLimits(outbox: Keys["outbox"], complain: Complain) {
  const bytesMax = bytesOf(outbox.bytes_max ?? "256MB");
  if (bytesMax < BYTES_MAX_LEAST) {
    complain(["outbox", "bytes_max"], "`bytes_max` is less than 1MB, which is less than one outage needs");
  }
  const flushIntervalUs = durationUs(outbox.flush_interval ?? "1s");
  if (flushIntervalUs < FLUSH_US_LEAST || flushIntervalUs > FLUSH_US_MOST) {
    complain(["outbox", "flush_interval"], "`flush_interval` must be between 10ms and 1min");
  }
  return { bytesMax, flushIntervalUs };
}

function uplinkIntervals(uplink: Keys["uplink"], complain: Complain) {
  const batchIntervalMs = durationUs(uplink.batch_interval ?? "5s") / 1000;
  if (batchIntervalMs < BATCH_MS_LEAST || batchIntervalMs > INTERVAL_MS_MOST) {
    complain(["uplink", "batch_interval"], "`batch_interval` must be between 100ms and 24h");
  }
  const statusIntervalMs = durationUs(uplink.status_interval ?? "10s") / 1000;
  if (statusIntervalMs < STATUS_MS_LEAST || statusIntervalMs > INTERVAL_MS_MOST) {
    complain(["uplink", "status_interval"], "`status_interval` must be between 1s and 24h");
  }
  return { batchIntervalMs, statusIntervalMs };
}

function checkSource(source: SourceKeys, complain: Complain): void {
  const { live, log, generator, loop } = source;
  if ([live, log, generator].filter((kind) => kind !== undefined).length !== 1) {
    complain(["source"], "`source` needs one of `live`, `log` and `generator`");
    return;
  }
  if (live !== undefined) checkLive(live, source, complain);
  if (loop !== true) return;
  if (log === "-") complain(["source", "loop"], "the standard input cannot be read twice");
  if (generator !== undefined) complain(["source", "loop"], "the generator never ends, so `loop` is for a `log`");
}

function checkLive(live: NonNullable<SourceKeys["live"]>, source: SourceKeys, complain: Complain): void {
  const names = Object.keys(live);
  if (names.length === 0) complain(["source", "live"], "`live` names no bus");
  if (names.length > BUSES_MAX)
    complain(["source", "live"], `${names.length} buses; a gateway has at most ${BUSES_MAX}`);
  for (const key of ["speed", "loop", "restamp"] as const) {
    if (source[key] !== undefined)
      complain(["source", key], `a live bus has its own time, so \`${key}\` is for a \`log\``);
  }
  const taken = new Map<string, string>();
  for (const [name, keys] of Object.entries(live)) {
    const { interfaceName, receiveBufferBytes, silenceUs = SILENCE_US_LEAST } = liveBus(name, keys);
    if (!new RegExp(INTERFACE_PATTERN).test(interfaceName)) {
      complain(["source", "live", name], `\`${interfaceName}\` is no name of an interface; say it in \`interface\``);
    }
    const other = taken.get(interfaceName);
    if (other !== undefined) {
      complain(["source", "live", name], `\`${name}\` and \`${other}\` are both the interface ${interfaceName}`);
    }
    taken.set(interfaceName, name);
    if (receiveBufferBytes < RECEIVE_BYTES_LEAST || receiveBufferBytes > RECEIVE_BYTES_MOST) {
      complain(["source", "live", name, "receive_buffer"], "`receive_buffer` must be between 64KB and 256MB");
    }
    if (silenceUs !== 0 && silenceUs < SILENCE_US_LEAST) {
      complain(["source", "live", name, "silence"], "`silence` must be at least 100ms, or off");
    }
  }
}

function liveBus(name: string, keys: Static<typeof LiveBusKeys>): LiveBus {
  const { silence } = keys;
  return {
    interfaceName: keys.interface ?? name,
    receiveBufferBytes: bytesOf(keys.receive_buffer ?? "8MB"),
    silenceUs: silence === undefined ? undefined : silence === "off" ? 0 : durationUs(silence),
  };
}

/** What the schema cannot say, and what would otherwise fail in silence at every attempt to connect. */
function sourceOf(source: SourceKeys, resolve: (path: string) => string): SourceConfig {
  const { live, log, generator, speed = 1, loop = false, restamp = true } = source;
  return {
    live:
      live === undefined
        ? undefined
        : new Map(Object.entries(live).map(([name, keys]) => [name, liveBus(name, keys)] as const)),
    log: log === undefined || log === "-" ? log : resolve(log),
    generator:
      generator === undefined
        ? undefined
        : { seed: generator.seed ?? 1, backgroundFramesPerSecond: generator.background ?? 0 },
    speed,
    loop,
    restamp,
    catchUpUs: 0,
  };
}
