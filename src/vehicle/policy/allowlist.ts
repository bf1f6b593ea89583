// The allow-list: which signals may leave the vehicle, under which path, and how they are sampled. Comes from a YAML file,
// checked and located; goes to `compile`.
import Type, { type Static } from "typebox";
import { Duration } from "../../duration.ts";
import { type LocatedFile, readYamlFile } from "../../yaml.ts";

/** What `defaults` can say. Windows are not for all: which aggregate means something is a matter of the signal. */
const schedule = {
  every: Type.Optional(Duration("Shortest time between two datapoints.")),
  on_change: Type.Optional(
    Type.Boolean({ description: "Whether only a change makes a datapoint. true or false; true by default." }),
  ),
  minimum_delta: Type.Optional(
    Type.Number({
      minimum: 0,
      description: "Smallest change that counts, in the signal's unit; zero or more. Any change counts by default.",
    }),
  ),
  resend: Type.Optional(Duration("A datapoint is made after this time even without a change. 0s never resends.")),
};

const sampling = {
  ...schedule,
  aggregate: Type.Optional(
    Type.Union([Type.Literal("last"), Type.Literal("mean"), Type.Literal("min"), Type.Literal("max")], {
      description: "One of last, mean, min, max: what stands for all values in a window.",
    }),
  ),
  window: Type.Optional(Duration("Length of the window that is aggregated; goes with aggregate.")),
};

/** A branch and a leaf at least. */
const PATH_PATTERN = "^[A-Za-z][A-Za-z0-9_]*(\\.[A-Za-z0-9_]+)+$";
/** Characters of a path; the longest of VSS 5 has about 120, and the fleet takes no longer ones. */
export const PATH_LENGTH_MAX = 256;

const closed = { additionalProperties: false } as const;

export const AllowListSchema = Type.Object(
  {
    version: Type.String({
      minLength: 1,
      maxLength: 64,
      description: 'Version of this list, as operators see it. A text, such as "2026.11-1".',
    }),
    buses: Type.Record(
      Type.String({ pattern: "^[A-Za-z0-9_.-]{1,16}$" }),
      Type.Object(
        {
          dbc: Type.Array(Type.String({ minLength: 1 }), {
            minItems: 1,
            description: "DBC files of the bus; paths are relative to this file.",
          }),
          j1939: Type.Optional(
            Type.Boolean({ description: "Whether 29-bit messages are matched by their PGN. false by default." }),
          ),
        },
        { ...closed, description: "A bus and the DBC files that say what its messages mean." },
      ),
      {
        ...closed,
        minProperties: 1,
        description: "The vehicle's buses by name, as the sources name them (can0, can1).",
      },
    ),
    defaults: Type.Optional(
      Type.Object(schedule, {
        ...closed,
        description: "Sampling of signals that do not say their own; `every` is not for those with a window.",
      }),
    ),
    messages: Type.Optional(
      Type.Record(
        Type.String({ pattern: "^[^/]+/[^/]+$" }),
        Type.Object(
          {
            min_length: Type.Optional(
              Type.Integer({ minimum: 0, maximum: 64, description: "Shortest payload that is admitted, in bytes." }),
            ),
            max_length: Type.Optional(
              Type.Integer({ minimum: 0, maximum: 64, description: "Longest payload that is admitted, in bytes." }),
            ),
          },
          { ...closed, description: "For control units that send other lengths than their DBC file says." },
        ),
        { ...closed, description: "Exceptions by message, named bus/message." },
      ),
    ),
    signals: Type.Record(
      Type.String({ pattern: PATH_PATTERN }),
      Type.Object(
        {
          from: Type.String({
            pattern: "^[^/]+/[^/]+/[^/]+$",
            description: "The signal in the DBC file, as bus/message/signal.",
            examples: ["can0/Vehicle_Motion/VehicleSpeed"],
          }),
          ...sampling,
        },
        { ...closed, description: "One signal that may leave." },
      ),
      { ...closed, description: "What may leave, by COVESA VSS path. What is not named here does not leave." },
    ),
  },
  { ...closed, $id: "https://canward.invalid/schema/allowlist.schema.json", title: "canward allow-list" },
);

export type AllowList = Static<typeof AllowListSchema>;
export type Defaults = NonNullable<AllowList["defaults"]>;
/** What is said of one signal's sampling. */
export type Sampling = Omit<AllowList["signals"][string], "from">;

export function readAllowList(file: string): LocatedFile<AllowList> {
  return readYamlFile(file, AllowListSchema, "allow-list");
}
