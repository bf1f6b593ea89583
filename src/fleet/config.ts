// The fleet service's configuration: the shape of its YAML file, as a schema with a description for every key.
// The JSON schema that editors use is published from it; a key that is not named here is an error.
import Type from "typebox";
import { brokerKeys } from "../broker.ts";

const File = (description: string) => Type.String({ minLength: 1, description });

const Broker = Type.Object(
  {
    ...brokerKeys,
    client_id: Type.Optional(
      Type.String({
        pattern: "^[A-Za-z0-9_-]{1,48}$",
        default: "canward-ingest",
        description:
          "Names this worker's sessions at the broker, which keep what arrives while it is away. Stable for one worker, different for each.",
      }),
    ),
    connections: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 64,
        default: 32,
        description:
          "Connections of this worker. Their batches are committed together, so more of them mean fewer disk flushes a batch.",
      }),
    ),
  },
  { additionalProperties: false, description: "The MQTT broker that the vehicles publish to." },
);

const Store = Type.Object(
  {
    path: File(
      "SQLite file that keeps the batches; it is created where it does not exist, its folder is not. It grows without limit.",
    ),
  },
  { additionalProperties: false, description: "Where batches are kept." },
);

const Web = Type.Object(
  {
    host: Type.Optional(
      Type.String({
        minLength: 1,
        default: "127.0.0.1",
        description: "Address that the operator's page is served on. It has no log-in yet: keep it on this machine.",
      }),
    ),
    port: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 65_535,
        default: 8080,
        description: "Port of the page; 0 takes a free one.",
      }),
    ),
    names: Type.Optional(
      Type.Array(Type.String({ pattern: "^[A-Za-z0-9.-]{1,253}$" }), {
        description: "Host names, besides this machine's, under which the page is reached, for example behind a proxy.",
      }),
    ),
  },
  { additionalProperties: false, description: "The operator's page." },
);

export const FleetConfigSchema = Type.Object(
  {
    broker: Broker,
    store: Store,
    web: Type.Optional(Web),
    log_level: Type.Optional(
      Type.Enum(["trace", "debug", "info", "warn", "error", "fatal"], {
        default: "info",
        description: "Least severe line that is logged.",
      }),
    ),
  },
  { additionalProperties: false, title: "canward fleet", description: "Configuration of `canward fleet`." },
);

export type FleetConfig = Type.Static<typeof FleetConfigSchema>;
