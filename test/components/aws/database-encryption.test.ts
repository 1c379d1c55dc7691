import { encryptedHost } from "../../../components/aws/database/servers";

test("the host of an encrypted server is handed on", () => {
  expect(encryptedHost("host", true)).toBe("host");
});

test.each([false, undefined])("the host of a server that is not encrypted is not (%s)", (encrypted) => {
  expect(() => encryptedHost("host", encrypted)).toThrow(
    expect.objectContaining({ code: "PERFBED_DATABASE_NOT_ENCRYPTED" }),
  );
});
