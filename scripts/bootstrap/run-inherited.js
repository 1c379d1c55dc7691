/** Runs a program with this one's terminal, passes signals on, and waits for its end. */
const { spawn } = require("node:child_process");

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Resolves with exit code and signal; never rejects for a failing program. The program's output goes to stderr.
 * `onStarted` receives the child process.
 */
function runInherited(command, args, { cwd, env = {}, onStarted = () => undefined }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["inherit", 2, 2],
    });
    onStarted(child);
    // Ctrl-C reaches the child through the terminal anyway; a `kill` of this process does not.
    const pass = (signal) => child.kill(signal);
    for (const signal of SIGNALS) process.on(signal, pass);
    const finish = () => {
      for (const signal of SIGNALS) process.removeListener(signal, pass);
    };
    child.once("error", (error) => {
      finish();
      reject(Object.assign(new Error(`${command} could not be started: ${error.message}`), { exitCode: 1 }));
    });
    child.once("exit", (code, signal) => {
      finish();
      resolve({ code, signal });
    });
  });
}

module.exports = { runInherited };
