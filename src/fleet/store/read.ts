// The read side of the store: vehicles, catalogues, latest values and histories out of the tables. It has its own connection, so
// that reading waits for no writer, and it never changes the file.
import type { Catalogue, CatalogueEntry } from "../../wire/catalogue.ts";
import { physicalOf, rawOf, textOf } from "../../wire/physical.ts";
import { readStatus, type Status } from "../../wire/status.ts";
import { type CatalogueByPath, Chunks, type VehicleRow } from "./chunks.ts";
import type { Database, Statement } from "./database.ts";
import { readHistory } from "./history.ts";
import { newestBefore } from "./newest.ts";
import type { Span } from "./spans.ts";
import type { BusReport, History, LatestValue, Presence, VehicleSummary } from "./store.ts";

const VEHICLE_COLUMNS = `v.key, v.id, v.from_ms AS fromMs, v.to_ms AS toMs, v.datapoint_ms AS datapointMs,
  v.span_max_ms AS spanMaxMs, s.payload AS status, s.said, s.received_ms AS statusReceivedMs`;

interface SummaryRow extends VehicleRow {
  readonly status: Buffer | null;
  readonly said: Buffer | null;
  readonly statusReceivedMs: number | null;
}

export class Reader {
  readonly #chunks: Chunks;
  readonly #all: Statement<[], SummaryRow>;
  readonly #one: Statement<[id: string], SummaryRow>;
  readonly #newestChunkCatalogue: Statement<[vehicle: number], string>;
  readonly #birthCatalogues: Statement<[vehicle: number], string>;
  readonly #evicted: Statement<[vehicle: number, toMs: number, fromMs: number], Span>;

  constructor(database: Database) {
    this.#chunks = new Chunks(database);
    const from = "FROM vehicles v LEFT JOIN statuses s ON s.vehicle = v.key";
    this.#all = database.prepare(`SELECT ${VEHICLE_COLUMNS} ${from} ORDER BY v.id`);
    this.#one = database.prepare(`SELECT ${VEHICLE_COLUMNS} ${from} WHERE v.id = ?`);
    this.#newestChunkCatalogue = database
      .prepare<[vehicle: number], string>(
        "SELECT catalogue FROM chunks WHERE vehicle = ? ORDER BY from_ms DESC, key DESC LIMIT 1",
      )
      .pluck();
    this.#birthCatalogues = database
      .prepare<[vehicle: number], string>("SELECT catalogue FROM births WHERE vehicle = ? ORDER BY key DESC")
      .pluck();
    this.#evicted = database.prepare(
      "SELECT from_ms AS fromMs, to_ms AS toMs FROM gaps WHERE vehicle = ? AND from_ms <= ? AND to_ms >= ?",
    );
  }

  vehicles(): readonly VehicleSummary[] {
    return this.#all.all().map((row) => this.#summary(row));
  }

  vehicle(id: string): VehicleSummary | undefined {
    const row = this.#one.get(id);
    return row === undefined ? undefined : this.#summary(row);
  }

  catalogue(id: string): Catalogue | undefined {
    const row = this.#one.get(id);
    return row === undefined ? undefined : this.#newestCatalogue(row)?.catalogue;
  }

  extent(id: string): Span | undefined {
    const row = this.#one.get(id);
    if (row === undefined || row.fromMs === null || row.toMs === null) return undefined;
    return { fromMs: row.fromMs, toMs: row.toMs };
  }

  async latest(id: string): Promise<readonly LatestValue[]> {
    const row = this.#one.get(id);
    const newest = row === undefined ? undefined : this.#newestCatalogue(row);
    if (row === undefined || newest === undefined) return [];
    const last = await newestBefore(this.#chunks, row, newest.byPath.keys(), Number.MAX_SAFE_INTEGER);
    return newest.catalogue.entries.map((entry) => {
      const found = last.get(entry.path);
      if (found === undefined) return { entry, timeMs: undefined, value: undefined, text: undefined };
      const raw = rawOf(found.entry, found.low, found.high);
      const value = physicalOf(found.entry, raw) ?? undefined;
      return { entry, timeMs: found.timeMs, value, text: textOf(found.entry, raw) };
    });
  }

  async history(
    id: string,
    path: string,
    fromMs: number,
    toMs: number,
    pointsMax: number,
  ): Promise<History | undefined> {
    const vehicle = this.#one.get(id);
    const entry = vehicle === undefined ? undefined : this.#entry(vehicle, path);
    if (vehicle === undefined || entry === undefined) return undefined;
    const evicted = this.#evicted.all(vehicle.key, toMs, fromMs);
    return readHistory(this.#chunks, { vehicle, path, entry, view: { fromMs, toMs }, evicted, pointsMax });
  }

  /** The newest catalogue's entry for the path, else that of the latest earlier catalogue which has it. */
  #entry(vehicle: SummaryRow, path: string): CatalogueEntry | undefined {
    const newest = this.#newestCatalogue(vehicle)?.byPath.get(path);
    if (newest !== undefined) return newest;
    for (const digest of this.#birthCatalogues.all(vehicle.key)) {
      const entry = this.#chunks.catalogue(digest)?.byPath.get(path);
      if (entry !== undefined) return entry;
    }
    return undefined;
  }

  /** The one in force by the vehicle's status; else that of its newest chunk; else the one whose birth came last. */
  #newestCatalogue(row: SummaryRow): CatalogueByPath | undefined {
    const { key } = row;
    const known = (digest: string | undefined) => (digest === undefined ? undefined : this.#chunks.catalogue(digest));
    return (
      known(statusOf(row)?.catalogue) ??
      known(this.#newestChunkCatalogue.get(key)) ??
      known(this.#birthCatalogues.get(key))
    );
  }

  #summary(row: SummaryRow): VehicleSummary {
    const status = statusOf(row);
    const catalogue = this.#newestCatalogue(row)?.catalogue;
    return {
      id: row.id,
      presence: presenceOf(status, row.statusReceivedMs),
      lastDatapointMs: row.datapointMs ?? undefined,
      backlog: status?.backlog,
      policyVersion: status?.policyVersion ?? catalogue?.policyVersion,
      softwareVersion: status?.softwareVersion,
      signals: catalogue?.entries.length ?? 0,
      buses: busesOf(row, status),
    };
  }
}

function statusOf(row: SummaryRow): Status | undefined {
  return row.status === null ? undefined : readStatus(row.status);
}

/** A store that was made before `said` was kept has the status alone. */
function busesOf({ said }: SummaryRow, status: Status | undefined): BusReport | undefined {
  const spoken = status?.presence === "lost" && said !== null ? readStatus(said) : status;
  if (spoken === undefined || spoken.buses.length === 0) return undefined;
  return { saidMs: spoken.timeMs, statuses: spoken.buses };
}

function presenceOf(status: Status | undefined, receivedMs: number | null): Presence {
  if (status === undefined) return { state: "unknown", sinceMs: undefined };
  // A last will was written when the connection was made; when it was lost is known by its arrival alone.
  const sinceMs = status.presence === "lost" ? (receivedMs ?? undefined) : status.timeMs;
  return { state: status.presence, sinceMs };
}
