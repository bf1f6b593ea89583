// The embedded broker as a process of its own: listens on loopback, on the port that is given or on a free one, and prints it.
import { createServer } from "node:net";
import { Aedes } from "aedes";

process.stdin.resume().once("end", () => process.exit());

const broker = await Aedes.createBroker({ concurrency: 1_000, queueLimit: 1_000_000 });
const server = createServer(broker.handle);
server.listen(Number(process.argv[2] ?? 0), "127.0.0.1", () => {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the broker listens on no port");
  process.stdout.write(`${JSON.stringify({ port: address.port })}\n`);
});
