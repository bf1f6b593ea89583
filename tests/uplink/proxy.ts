// A bad link between a vehicle and its broker: a TCP proxy that sees every packet, and can cut, stall, or keep answers back.
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { type Packet, PUBACK, packetCutter } from "./packets.ts";

export interface BadLink {
  readonly port: number;
  readonly url: string;
  /** Everything that came from the vehicle, in order, over all connections. */
  readonly sent: readonly Packet[];
  /** How many connections there were. */
  readonly connections: number;
  /** Answers to publishes that are kept back now. */
  readonly kept: number;
  /** Whether answers to publishes are kept back from now on. */
  keep(what: "nothing" | "pubacks"): void;
  /** Passes on so many of the answers that are kept back, the oldest first. */
  release(count?: number): void;
  /** Throws the answers away that are kept back. */
  forget(): void;
  /** From now on nothing passes in either direction, and nobody is told. */
  stall(): void;
  /** Resets all connections. With `for good` new ones too, until `heal`. */
  cut(forGood?: boolean): void;
  heal(): void;
  close(): Promise<void>;
}

interface Link {
  readonly vehicle: Socket;
  readonly broker: Socket;
}

export async function startProxy(brokerUrl: string): Promise<BadLink> {
  const brokerPort = Number(new URL(brokerUrl).port);
  const sent: Packet[] = [];
  const links = new Set<Link>();
  let kept: { readonly vehicle: Socket; readonly bytes: Buffer }[] = [];
  let keeping: "nothing" | "pubacks" = "nothing";
  let connections = 0;
  let isStalled = false;
  let isCut = false;

  const server = createServer((vehicle) => {
    connections += 1;
    vehicle.on("error", () => undefined);
    if (isCut) {
      vehicle.destroy();
      return;
    }
    const link = { vehicle, broker: connect(brokerPort, "127.0.0.1") };
    links.add(link);
    const { broker } = link;
    broker.on("error", () => undefined);
    const fromVehicle = packetCutter();
    const fromBroker = packetCutter();
    vehicle.on("data", (chunk: Buffer) => {
      sent.push(...fromVehicle(chunk));
      if (!isStalled) broker.write(chunk);
    });
    broker.on("data", (chunk: Buffer) => {
      for (const { type, bytes } of fromBroker(chunk)) {
        if (type === PUBACK && keeping === "pubacks") kept.push({ vehicle, bytes });
        else if (!isStalled) vehicle.write(bytes);
      }
    });
    const end = (): void => {
      if (isStalled && !vehicle.destroyed) return;
      links.delete(link);
      kept = kept.filter((answer) => answer.vehicle !== vehicle);
      vehicle.destroy();
      broker.destroy();
    };
    vehicle.on("close", end);
    broker.on("close", end);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const cutLinks = (): void => {
    for (const { vehicle, broker } of links) {
      vehicle.resetAndDestroy();
      broker.resetAndDestroy();
    }
  };
  return {
    port,
    url: `mqtt://127.0.0.1:${port}`,
    sent,
    get connections() {
      return connections;
    },
    get kept() {
      return kept.length;
    },
    keep: (what) => {
      keeping = what;
    },
    release: (count = kept.length) => {
      for (const { vehicle, bytes } of kept.splice(0, count)) vehicle.write(bytes);
    },
    forget: () => {
      kept = [];
    },
    stall: () => {
      isStalled = true;
    },
    cut: (forGood = false) => {
      isCut = forGood;
      cutLinks();
    },
    heal: () => {
      isStalled = false;
      isCut = false;
    },
    close: async () => {
      cutLinks();
      server.close();
      await once(server, "close");
    },
  };
}
