import { execFileSync } from "node:child_process";
import { arrayAssignment, assignment, variablesFile } from "../../../bench/local/shell-text";

const AWKWARD = 'it\'s $HOME `id` "x" \\ \n two';

const bash = (script: string): string => execFileSync("bash", ["-c", script], { encoding: "utf8" });

test("bash reads back what was written, whatever is in it", () => {
  expect(bash(`${assignment("value", AWKWARD)}; printf %s "$value"`)).toBe(AWKWARD);
  expect(bash(`${arrayAssignment("words", ["a b", AWKWARD])}; printf '%s|' "\${words[@]}"`)).toBe(
    `a b|${AWKWARD}|`,
  );
  expect(bash(`set -a; ${variablesFile({ KEY: AWKWARD })} printenv KEY`)).toBe(`${AWKWARD}\n`);
});

test("a name that would be more than an assignment is refused", () => {
  expect(() => variablesFile({ "A;id": "x" })).toThrow("A;id");
});
