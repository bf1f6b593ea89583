// How either side reaches its MQTT broker: the keys of the configuration that both have, and the files that they name.
import Type, { type Static } from "typebox";
import { readBytes } from "./yaml.ts";

const file = (description: string) => Type.Optional(Type.String({ minLength: 1, description }));

/** The keys; a side adds its own. */
export const brokerKeys = {
  url: Type.String({
    pattern: "^(mqtt|mqtts)://[^\\s/@]+/?$",
    description: "Where the broker listens: mqtt://host:1883, or mqtts://host:8883 for TLS.",
    examples: ["mqtts://broker.example:8883"],
  }),
  username: Type.Optional(Type.String({ minLength: 1, description: "User name, where the broker asks for one." })),
  password_file: file("File that holds the password and nothing else; the password itself never stands in this file."),
  ca_file: file("PEM file of the authorities that may have signed the broker's certificate; the system's by default."),
  cert_file: file("PEM file of the certificate to show to the broker, for mutual TLS."),
  key_file: file("PEM file of the private key that belongs to cert_file."),
};

const Keys = Type.Object(brokerKeys);
type BrokerKeys = Static<typeof Keys>;

export interface Credentials {
  readonly username?: string;
  readonly password?: Buffer;
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

/** What a schema cannot say: keys that go together, or do not. Each with the key that is to be corrected. */
export function brokerFaults(keys: BrokerKeys): readonly { readonly key: string; readonly message: string }[] {
  const { url, username, password_file, ca_file, cert_file, key_file } = keys;
  const faults: { key: string; message: string }[] = [];
  if (!URL.canParse(url)) faults.push({ key: "url", message: "`url` is no URL: its host or its port is not one" });
  if (password_file !== undefined && username === undefined) {
    faults.push({ key: "password_file", message: "`password_file` needs a `username` beside it" });
  }
  if ((cert_file === undefined) !== (key_file === undefined)) {
    const [there, missing] = key_file === undefined ? ["cert_file", "key_file"] : ["key_file", "cert_file"];
    faults.push({ key: there, message: `\`${there}\` needs a \`${missing}\` beside it` });
  }
  const tls = Object.entries({ ca_file, cert_file, key_file }).find(([, file]) => file !== undefined);
  if (tls !== undefined && url.startsWith("mqtt:")) {
    faults.push({ key: tls[0], message: `\`${tls[0]}\` is for TLS, and the \`url\` has none: write mqtts://` });
  }
  return faults;
}

/** Where a URL of the configuration points to, in the words of the MQTT library. */
export function addressOf(url: string): {
  readonly protocol: "mqtt" | "mqtts";
  readonly host: string;
  readonly port: number;
} {
  const { protocol, hostname, port } = new URL(url);
  const isTls = protocol === "mqtts:";
  // The brackets of an IPv6 address belong to the URL.
  const host = hostname.replace(/^\[|\]$/g, "");
  return { protocol: isTls ? "mqtts" : "mqtt", host, port: port === "" ? (isTls ? 8883 : 1883) : Number(port) };
}

/** What to say then. */
export const IN_CLEAR = "the broker is reached without TLS: what travels, and the password, can be read on the way";

/** Answers to CONNECT, in MQTT 3.1.1 and 5, that say "not this version" and "not you". [MQTT-3.1.2-2] */
const REFUSED_VERSION: ReadonlySet<unknown> = new Set([1, 132]);
const REFUSED_CREDENTIALS: ReadonlySet<unknown> = new Set([4, 5, 134, 135]);

/** The code that an error of the MQTT library or of the socket has; undefined where it has none. */
export function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

export function isVersionRefusal(error: unknown): boolean {
  return REFUSED_VERSION.has(codeOf(error));
}

/** What to do about a connection that failed; `keys` is the part of the configuration that says how to connect. */
export function connectRemedy(error: unknown, keys: "uplink" | "broker"): string {
  return REFUSED_CREDENTIALS.has(codeOf(error))
    ? `Check \`${keys}.username\` and \`${keys}.password_file\`, or the client certificate.`
    : `Check \`${keys}.url\`, and that the broker runs and can be reached.`;
}

/** Whether what is sent to the broker, a password among it, leaves this machine unencrypted. */
export function travelsInClear(url: string): boolean {
  const { protocol, host } = addressOf(url);
  return protocol === "mqtt" && host !== "localhost" && host !== "::1" && !host.startsWith("127.");
}

/** Reads the files that the configuration names, `resolve` giving their paths. Throws an OperatingError that names the key. */
export function readCredentials(keys: Omit<BrokerKeys, "url">, resolve: (path: string) => string): Credentials {
  const { username, password_file, ca_file, cert_file, key_file } = keys;
  const read = (path: string, kind: string): Buffer => readBytes(resolve(path), kind);
  return {
    ...(username !== undefined && { username }),
    ...(password_file !== undefined && { password: withoutNewline(read(password_file, "file of `password_file`")) }),
    ...(ca_file !== undefined && { ca: read(ca_file, "file of `ca_file`") }),
    ...(cert_file !== undefined && { cert: read(cert_file, "file of `cert_file`") }),
    ...(key_file !== undefined && { key: read(key_file, "file of `key_file`") }),
  };
}

/** Editors end a file with a newline; passwords do not. */
function withoutNewline(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString("utf8").replace(/\r?\n$/, ""));
}
