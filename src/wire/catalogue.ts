// The catalogue noun: what the aliases of a batch mean. It travels in the birth message.

/** How the 64 raw bits of a datapoint are to be read. */
export type Encoding = "signed" | "unsigned" | "float32" | "float64";

export interface CatalogueEntry {
  readonly alias: number;
  /** Number of the CAN message: the aliases of one group share their times. */
  readonly group: number;
  /** COVESA VSS path, unique in a catalogue. */
  readonly path: string;
  readonly unit: string;
  /** Physical value = raw × factor + offset. */
  readonly factor: number;
  readonly offset: number;
  readonly encoding: Encoding;
  /** Names of raw values; the key is the raw value in decimal. */
  readonly values: ReadonlyMap<string, string>;
  /** Where it comes from, for a person: `can0/BMS_Status/SoC`. */
  readonly source: string;
}

export interface Catalogue {
  /** 16 hexadecimal digits over everything below. */
  readonly digest: string;
  readonly policyVersion: string;
  readonly entries: readonly CatalogueEntry[];
}
