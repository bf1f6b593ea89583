// A reader of the live benchmarks: the `socketcan` package, with a listener that counts. Its receive buffer is the system's.
//
//   package.ts INTERFACE HOLD
import socketcan from "socketcan";
import { announce, Holder } from "./readers.ts";

const [interfaceName = "", held = "0"] = process.argv.slice(2);
const holder = new Holder(Number(held));
let frames = 0;
// With the time of each frame, which a gateway cannot do without.
const channel = socketcan.createRawChannelWithOptions(interfaceName, { timestamps: true });
channel.addListener("onMessage", () => {
  holder.hold(1);
  frames += 1;
  holder.take(1);
});
channel.start();
announce(() => ({ frames, dropped: undefined }));
