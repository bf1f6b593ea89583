// The write side's statements, prepared once.
import type { Database, Statement } from "./database.ts";

type Bytes = Uint8Array;

interface Extent {
  readonly vehicle: number;
  readonly fromMs: number;
  readonly toMs: number;
  /** Of the newest datapoint; null where the chunk has none. */
  readonly datapointMs: number | null;
  readonly spanMs: number;
}

export interface Statements {
  readonly vehicleKey: Statement<[id: string], { readonly key: number }>;
  readonly addVehicle: Statement<[id: string]>;
  readonly widen: Statement<[Extent]>;
  readonly stream: Statement<[vehicle: number, stream: Bytes], { readonly key: number; readonly widthMax: number }>;
  readonly addStream: Statement<[vehicle: number, stream: Bytes]>;
  readonly widenStream: Statement<[width: number, stream: number]>;
  readonly container: Statement<[stream: number, lowest: number, first: number, last: number]>;
  readonly addChunk: Statement<
    [
      vehicle: number,
      stream: number,
      first: number,
      last: number,
      catalogue: string,
      fromMs: number,
      toMs: number,
      datapoints: number,
      receivedMs: number,
      aliases: Bytes,
      payload: Bytes,
    ]
  >;
  readonly addGap: Statement<
    [
      vehicle: number,
      stream: number,
      first: number,
      last: number,
      fromMs: number,
      toMs: number,
      datapoints: number,
      reason: string,
    ]
  >;
  readonly addCatalogue: Statement<[digest: string, birth: Bytes]>;
  readonly addBirth: Statement<[vehicle: number, catalogue: string, receivedMs: number]>;
  readonly putStatus: Statement<[vehicle: number, receivedMs: number, payload: Bytes, said: Bytes | null]>;
  readonly addInvalid: Statement<
    [vehicle: string, kind: string, reason: string, receivedMs: number, lengthBytes: number, payload: Bytes]
  >;
  readonly trimInvalid: Statement<[keyMax: number | bigint]>;
}

export function prepareStatements(database: Database): Statements {
  return {
    vehicleKey: database.prepare("SELECT key FROM vehicles WHERE id = ?"),
    addVehicle: database.prepare("INSERT INTO vehicles (id) VALUES (?)"),
    widen: database.prepare(
      `UPDATE vehicles SET from_ms = min(ifnull(from_ms, @fromMs), @fromMs), to_ms = max(ifnull(to_ms, @toMs), @toMs),
         datapoint_ms = max(ifnull(datapoint_ms, @datapointMs), ifnull(@datapointMs, datapoint_ms)),
         span_max_ms = max(span_max_ms, @spanMs)
       WHERE key = @vehicle`,
    ),
    stream: database.prepare("SELECT key, width_max AS widthMax FROM streams WHERE vehicle = ? AND stream = ?"),
    addStream: database.prepare("INSERT INTO streams (vehicle, stream) VALUES (?, ?)"),
    widenStream: database.prepare("UPDATE streams SET width_max = max(width_max, ?) WHERE key = ?"),
    container: database.prepare(
      "SELECT 1 FROM chunks WHERE stream = ? AND first_sequence BETWEEN ? AND ? AND last_sequence >= ? LIMIT 1",
    ),
    addChunk: database.prepare(
      `INSERT INTO chunks (vehicle, stream, first_sequence, last_sequence, catalogue, from_ms, to_ms, datapoints,
         received_ms, aliases, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    addGap: database.prepare(
      `INSERT OR IGNORE INTO gaps (vehicle, stream, first_sequence, last_sequence, from_ms, to_ms, datapoints, reason)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    addCatalogue: database.prepare("INSERT INTO catalogues (digest, birth) VALUES (?, ?) ON CONFLICT DO NOTHING"),
    // A retained birth comes again with every subscription: the first time counts.
    addBirth: database.prepare(
      `INSERT INTO births (vehicle, catalogue, received_ms) VALUES (?, ?, ?)
       ON CONFLICT (vehicle, catalogue) DO NOTHING`,
    ),
    // So does a retained status: only a new one was said now.
    putStatus: database.prepare(
      `INSERT INTO statuses (vehicle, received_ms, payload, said) VALUES (?, ?, ?, ?)
       ON CONFLICT (vehicle) DO UPDATE SET received_ms = excluded.received_ms, payload = excluded.payload,
         said = coalesce(excluded.said, said, payload)
       WHERE payload <> excluded.payload`,
    ),
    addInvalid: database.prepare(
      `INSERT INTO invalid (vehicle, kind, reason, received_ms, length_bytes, payload) VALUES (?, ?, ?, ?, ?, ?)`,
    ),
    trimInvalid: database.prepare("DELETE FROM invalid WHERE key <= ?"),
  };
}
