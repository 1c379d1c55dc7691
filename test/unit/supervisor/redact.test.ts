import { redact } from "../../../components/local/supervisor/redact";

test("values of variables named like secrets do not show", () => {
  expect(
    redact("login with s3cr3t-value and port 20001", { DB_PASSWORD: "s3cr3t-value", PORT: "20001" }),
  ).toBe("login with *** and port 20001");
});

test("a password inside a URL variable does not show, encoded or decoded", () => {
  const values = { DATABASE_URL: "postgres://app:p%40ss%2Fword@127.0.0.1:5432/shop" };
  expect(redact("tried p@ss/word, then p%40ss%2Fword", values)).toBe("tried ***, then ***");
});

test("a URL with a password nobody told us about is hidden too, and the rest of it stays", () => {
  expect(redact("redis://:abc123@127.0.0.1:6379/0 refused", {})).toBe(
    "redis://:***@127.0.0.1:6379/0 refused",
  );
});

test("of two secrets the longer is hidden whole", () => {
  expect(redact("token-long", { A_TOKEN: "token", B_TOKEN: "token-long" })).toBe("***");
});
