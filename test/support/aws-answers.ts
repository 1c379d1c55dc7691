/** One call as a client of the AWS SDK made it. */
export interface AwsCall {
  readonly command: string;
  readonly input: Readonly<Record<string, unknown>>;
}

type Middleware = (
  next: unknown,
  context: { readonly commandName?: string },
) => (args: { readonly input: object }) => Promise<{ output: { $metadata: object }; response: object }>;

/** Any client of the AWS SDK. */
export interface AnsweredClient {
  readonly middlewareStack: {
    add(middleware: Middleware, options: { step: "initialize"; priority: "high"; name: string }): void;
  };
}

/**
 * Real clients whose requests go no further than their first middleware, where the test answers or throws.
 * @returns every call so far
 */
export function answerCalls(
  clients: readonly AnsweredClient[],
  answer: (call: AwsCall) => object,
): readonly AwsCall[] {
  const calls: AwsCall[] = [];
  const respond: Middleware =
    (_next, { commandName = "" }) =>
    async ({ input }) => {
      const call = { command: commandName, input: { ...input } };
      calls.push(call);
      return { output: { $metadata: {}, ...answer(call) }, response: {} };
    };
  for (const { middlewareStack } of clients) {
    middlewareStack.add(respond, { step: "initialize", priority: "high", name: "stand-in" });
  }
  return calls;
}
