// What the service shows to the broker: read from the files that the configuration names, once, when it starts.
import { readFileSync } from "node:fs";
import { OperatingError } from "../../errors.ts";
import type { FleetConfig } from "../config.ts";

export interface Credentials {
  readonly username?: string;
  readonly password?: string;
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

/** A file that the broker's part of the configuration names cannot be read. */
export class CredentialsError extends OperatingError {}

type BrokerConfig = FleetConfig["broker"];
type FileKey = "password_file" | "ca_file" | "cert_file" | "key_file";

/** Reads the files of `broker`; `resolve` turns a path of the configuration into one of this process. Throws CredentialsError. */
export function readCredentials(broker: BrokerConfig, resolve: (path: string) => string): Credentials {
  const file = (key: FileKey, path: string) => read(key, resolve(path));
  return {
    ...(broker.username !== undefined && { username: broker.username }),
    ...(broker.password_file !== undefined && {
      // Editors end a file with a newline; passwords do not.
      password: file("password_file", broker.password_file)
        .toString("utf8")
        .replace(/\r?\n$/, ""),
    }),
    ...(broker.ca_file !== undefined && { ca: file("ca_file", broker.ca_file) }),
    ...(broker.cert_file !== undefined && { cert: file("cert_file", broker.cert_file) }),
    ...(broker.key_file !== undefined && { key: file("key_file", broker.key_file) }),
  };
}

function read(key: FileKey, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    const reason = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown";
    throw new CredentialsError(`broker.${key}: ${path} cannot be read (${reason})`, {
      code: "BROKER_FILE",
      remedy: `Correct broker.${key}, or give the service's user read access to the file.`,
      cause,
    });
  }
}
