// The fleet service: ingest → store → web. The one file that knows that order.
import { join } from "node:path";
import type { Logger } from "pino";
import { PACKAGE_DIRECTORY } from "../version.ts";
import type { FleetConfig } from "./config.ts";
import { type IngestCounters, startIngest } from "./ingest/ingest.ts";
import { openStore } from "./store/sqlite.ts";
import { startWeb } from "./web/server.ts";

export interface FleetService {
  /** Of the operator's page. */
  readonly url: string;
  readonly counters: Readonly<IngestCounters>;
  /** Resolves when the broker has confirmed the subscriptions. */
  readonly subscribed: Promise<void>;
  /** Stores what is in hand, disconnects, and closes everything. */
  stop(): Promise<void>;
}

const PAGE_DIRECTORY = join(PACKAGE_DIRECTORY, "dist", "page");

/** `resolve` gives the paths of files that the configuration names. */
export async function startFleet(
  config: FleetConfig,
  resolve: (path: string) => string,
  log: Logger,
): Promise<FleetService> {
  const store = openStore(resolve(config.store.path));
  const ingest = await startIngest({ broker: config.broker, resolve, store, log });
  const { host = "127.0.0.1", port = 8080, names = [] } = config.web ?? {};
  try {
    const web = await startWeb({ host, port, names, store, events: ingest, log, pageDir: PAGE_DIRECTORY });
    return {
      url: web.url,
      counters: ingest.counters,
      subscribed: ingest.subscribed,
      stop: async () => {
        await web.close();
        await ingest.stop();
        await store.close();
      },
    };
  } catch (error) {
    await ingest.stop();
    await store.close();
    throw error;
  }
}
