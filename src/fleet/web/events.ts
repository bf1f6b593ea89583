// What ingest tells the web server: that batches of a vehicle were stored, and that a vehicle's status or catalogue changed.
// Told after it is on disk, never before, so that whoever reads the store on hearing it finds it there.

/** Told with the payloads of the batches that are now stored: duplicates and invalid ones are not among them. */
export type StoredListener = (vehicle: string, payloads: readonly Uint8Array[]) => void;

/** Told when a vehicle's status or birth was stored. */
export type StatusListener = (vehicle: string) => void;

export interface FleetEvents {
  /** Returns what ends the listening. */
  onStored(listener: StoredListener): () => void;
  onStatus(listener: StatusListener): () => void;
}

/** The side that ingest calls. */
export interface FleetEventSource extends FleetEvents {
  stored(vehicle: string, payloads: readonly Uint8Array[]): void;
  status(vehicle: string): void;
}

export function createFleetEvents(): FleetEventSource {
  const storedListeners = new Set<StoredListener>();
  const statusListeners = new Set<StatusListener>();
  return {
    onStored: (listener) => listen(storedListeners, listener),
    onStatus: (listener) => listen(statusListeners, listener),
    stored: (vehicle, payloads) => {
      for (const listener of storedListeners) listener(vehicle, payloads);
    },
    status: (vehicle) => {
      for (const listener of statusListeners) listener(vehicle);
    },
  };
}

function listen<Listener>(listeners: Set<Listener>, listener: Listener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
