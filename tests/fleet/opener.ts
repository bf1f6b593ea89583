// A worker thread that opens the store it is given at the same instant as the other threads of its flag, and answers how that went.
import { parentPort, workerData } from "node:worker_threads";
import { openForWriting } from "../../src/fleet/store/database.ts";

const [READY, GO] = [0, 1];
const flag: Int32Array = workerData;

parentPort?.on("message", (path: string) => {
  Atomics.add(flag, READY, 1);
  // Spinning, since a thread that has to be woken comes too late to meet the others.
  while (Atomics.load(flag, GO) === 0);
  try {
    openForWriting(path).close();
    parentPort?.postMessage("opened");
  } catch (error) {
    parentPort?.postMessage(String(error));
  }
});
