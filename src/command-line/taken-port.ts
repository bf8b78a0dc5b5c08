import { SetupProblem } from "../store/connection/setup-problem.ts";

/** Where a port is said, and the port. */
type SaidPort = readonly [place: string, port: number | undefined];

/**
 * What a person has to know when the system gives a program no port to listen on; any other error as it
 * is.
 */
export function explainPort(cause: unknown, said: readonly SaidPort[]): Error {
  const error = cause as NodeJS.ErrnoException & ListenPlace;
  const { code, address = "", port } = error;
  const [place] = said.find(([, each]) => each === port) ?? [];
  if (port === undefined || place === undefined) return error;
  const where = `${address}:${port}`;
  switch (code) {
    case "EADDRINUSE":
      return new SetupProblem(
        {
          ca: `un altre programa escolta a ${where}: atureu-lo, o poseu un altre port a ${place}`,
          es: `otro programa escucha en ${where}: deténgalo, o ponga otro puerto en ${place}`,
          en: `another program listens on ${where}: end it, or set ${place} to another port`,
        },
        { cause },
      );
    case "EACCES":
      return new SetupProblem(
        {
          ca: `el sistema no deixa escoltar a ${where}: poseu a ${place} un port a partir de 1024`,
          es: `el sistema no deja escuchar en ${where}: ponga en ${place} un puerto a partir de 1024`,
          en: `the system lets nobody listen on ${where}: set ${place} to a port from 1024 on`,
        },
        { cause },
      );
    default:
      return error;
  }
}

interface ListenPlace {
  readonly address?: string;
  readonly port?: number;
}
