// A reader of server-sent events for the tests: opens a stream over HTTP, and hands out events by name, in their order.
import { once } from "node:events";
import { get, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import type { StreamEventName, StreamEvents } from "../../src/fleet/web/types.ts";

export interface EventReader {
  readonly headers: IncomingHttpHeaders;
  /** Resolves when the server has ended the stream. */
  readonly ended: Promise<unknown>;
  /** The next event of this name that was not handed out yet. */
  next<Name extends StreamEventName>(name: Name): Promise<StreamEvents[Name]>;
  /** All that came. */
  text(): string;
  close(): void;
}

export async function openStream(url: string): Promise<EventReader> {
  const request = get(url.replace("localhost", "127.0.0.1"), { agent: false });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  const ended = once(response, "close");
  let text = "";
  const handedOut = new Map<string, number>();
  response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  response.on("error", () => undefined);
  const find = (name: string): string | undefined => {
    const contents = [...text.matchAll(new RegExp(`^event: ${name}\\ndata: (.*)\\n\\n`, "gm"))].map(
      ([, content]) => content,
    );
    return contents[handedOut.get(name) ?? 0];
  };
  return {
    headers: response.headers,
    ended,
    text: () => text,
    next: async <Name extends StreamEventName>(name: Name) => {
      for (;;) {
        const content = find(name);
        if (content !== undefined) {
          handedOut.set(name, (handedOut.get(name) ?? 0) + 1);
          return JSON.parse(content) as StreamEvents[Name];
        }
        await once(response, "data");
      }
    },
    close: () => response.destroy(),
  };
}
