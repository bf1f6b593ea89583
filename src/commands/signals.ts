// How a command that goes on until it is told to stop hears of it: Ctrl-C or the service manager, once politely, twice at once.

/** Resolves with the signal's name when the process is asked to stop. A second request ends it on the spot. */
export function askedToStop(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let asked = false;
    const ask = (signal: NodeJS.Signals): void => {
      if (asked) process.exit(130);
      asked = true;
      resolve(signal);
    };
    process.on("SIGINT", ask);
    process.on("SIGTERM", ask);
  });
}
