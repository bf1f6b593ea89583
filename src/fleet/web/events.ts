// What ingest tells the web server: that batches of a vehicle were stored, and that a vehicle's status or catalogue was. It is told
// after they are on disk, never before, so that whoever reads the store on hearing it finds them there.
import type { Arrival } from "../store/store.ts";

export interface FleetEvents {
  /** Hears of batches that are now stored; duplicates and invalid ones are not among them. Returns what ends the listening. */
  onStored(listener: (vehicle: string, arrivals: readonly Arrival[]) => void): () => void;
  /** Hears of vehicles whose status or birth was stored. Returns what ends the listening. */
  onStatus(listener: (vehicle: string) => void): () => void;
}
