import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { CloudFrontClient } from "@aws-sdk/client-cloudfront";
import { EdgeInvalidation } from "../../../components/aws/edge/invalidate";

const NAMESPACE = 'xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"';
const invalidation = (status: string): string =>
  `<?xml version="1.0"?><Invalidation ${NAMESPACE}><Id>I1</Id><Status>${status}</Status></Invalidation>`;
const distributions = `<?xml version="1.0"?><DistributionList ${NAMESPACE}><IsTruncated>false</IsTruncated>
  <Items><DistributionSummary><Id>E1</Id><DomainName>one.cloudfront.net</DomainName></DistributionSummary>
  <DistributionSummary><Id>E2</Id><DomainName>two.cloudfront.net</DomainName></DistributionSummary></Items></DistributionList>`;

/** Stands in for CloudFront's API: what is asked is recorded; the answers are those given, the last one again and again. */
class CloudFrontStandIn {
  readonly asked: { readonly request: string; readonly body: string }[] = [];
  private readonly server: Server;
  private answered = 0;

  constructor(private readonly answers: readonly { readonly status: number; readonly body: string }[]) {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const body = Buffer.concat(chunks).toString();
        this.asked.push({ request: `${request.method} ${request.url}`, body });
        const answer = this.answers[Math.min(this.answered, this.answers.length - 1)];
        this.answered += 1;
        response.writeHead(answer?.status ?? 500, { "content-type": "text/xml" }).end(answer?.body);
      });
    });
  }

  async client(): Promise<CloudFrontClient> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    const { port } = this.server.address() as AddressInfo;
    return new CloudFrontClient({
      region: "us-east-1",
      endpoint: `http://127.0.0.1:${port}`,
      credentials: { accessKeyId: "stand-in", secretAccessKey: "stand-in" },
      maxAttempts: 1,
    });
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

const started: { standIn: CloudFrontStandIn; client: CloudFrontClient }[] = [];
async function standIn(...answers: { readonly status: number; readonly body: string }[]) {
  const one = new CloudFrontStandIn(answers);
  const client = await one.client();
  started.push({ standIn: one, client });
  return { asked: one.asked, client };
}
afterEach(async () => {
  for (const { standIn: one, client } of started.splice(0)) {
    client.destroy();
    await one.close();
  }
});

const QUICK = { deadlineSeconds: 5, pollSeconds: 0.01 };

test("everything is invalidated under a new reference, and it returns once that is complete", async () => {
  const { asked, client } = await standIn(
    { status: 201, body: invalidation("InProgress") },
    { status: 200, body: invalidation("InProgress") },
    { status: 200, body: invalidation("Completed") },
    { status: 201, body: invalidation("InProgress") },
    { status: 200, body: invalidation("Completed") },
  );
  const edge = new EdgeInvalidation(client, QUICK);
  await edge.invalidate("E1");
  await edge.invalidate("E1");
  expect(asked.map(({ request }) => request)).toEqual([
    "POST /2020-05-31/distribution/E1/invalidation",
    "GET /2020-05-31/distribution/E1/invalidation/I1",
    "GET /2020-05-31/distribution/E1/invalidation/I1",
    "POST /2020-05-31/distribution/E1/invalidation",
    "GET /2020-05-31/distribution/E1/invalidation/I1",
  ]);
  expect(asked[0]?.body).toContain("<Paths><Quantity>1</Quantity><Items><Path>/*</Path></Items></Paths>");
  const references = [asked[0], asked[3]].map(
    (one) => /<CallerReference>(.+)<\/CallerReference>/.exec(one?.body ?? "")?.[1],
  );
  expect(references[0]).toMatch(/^perfbed-/);
  expect(references[1]).not.toBe(references[0]);
});

test("one that is not complete by the deadline is an error that says so", async () => {
  const { client } = await standIn({ status: 200, body: invalidation("InProgress") });
  const edge = new EdgeInvalidation(client, { deadlineSeconds: 0.2, pollSeconds: 0.05 });
  await expect(edge.invalidate("E1")).rejects.toMatchObject({
    code: "PERFBED_EDGE_NOT_INVALIDATED",
    message: "The cache of distribution E1 was not emptied within 0.2 s",
  });
});

test("an abort ends the waiting with its own reason", async () => {
  const { client } = await standIn({ status: 200, body: invalidation("InProgress") });
  const controller = new AbortController();
  const waiting = new EdgeInvalidation(client, { ...QUICK, signal: controller.signal }).invalidate("E1");
  controller.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
});

test("a refusal is an error with its cause", async () => {
  const { client } = await standIn({
    status: 403,
    body: `<?xml version="1.0"?><ErrorResponse ${NAMESPACE}><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>`,
  });
  await expect(new EdgeInvalidation(client, QUICK).invalidate("E1")).rejects.toMatchObject({
    code: "PERFBED_EDGE_NOT_INVALIDATED",
    cause: { name: "AccessDenied" },
  });
});

test("a distribution is found by the URL it serves", async () => {
  const { client } = await standIn({ status: 200, body: distributions });
  const edge = new EdgeInvalidation(client, QUICK);
  await expect(edge.distributionOf("https://two.cloudfront.net/cart")).resolves.toBe("E2");
  await expect(edge.distributionOf("https://three.cloudfront.net")).rejects.toMatchObject({
    code: "PERFBED_EDGE_UNKNOWN",
  });
});
