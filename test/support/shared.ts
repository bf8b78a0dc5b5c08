import { connect } from "node:net";

/** Asks jest's main process (global-setup.js) for something that all test files share. */
export function shared<T>(what: "program" | "cluster"): Promise<T> {
  return new Promise((resolve, reject) => {
    const path = process.env["SMS_TEST_SHARED"] ?? "";
    const socket = connect(path, () => socket.write(`${what}\n`));
    let text = "";
    socket.setEncoding("utf8");
    socket.on("data", (chunk: string) => (text += chunk));
    socket.on("error", reject);
    socket.on("end", () => {
      const answer = JSON.parse(text) as { value: T } | { error: string };
      if ("error" in answer) reject(new Error(answer.error));
      else resolve(answer.value);
    });
  });
}

/** The folder of the compiled program, made from src/ as it is now: `main.js` and all the rest. */
export async function compiledProgram(): Promise<string> {
  return (await shared<{ directory: string }>("program")).directory;
}
