import {
  HaproxyError,
  HaproxyErrorCode,
  HaproxyStatKind,
  parseShowStat,
  totalResponses,
} from "../../../components/local/haproxy";

const COLUMNS =
  "pxname,svname,qcur,scur,stot,bin,bout,econ,eresp,wretr,wredis,status,type,check_status,hrsp_1xx,hrsp_2xx,hrsp_3xx,hrsp_4xx,hrsp_5xx,hrsp_other,last_chk,qtime,ctime,rtime,ttime,addr";
const row = (text: string) => parseShowStat(`# ${COLUMNS},\n${text},\n\n`)[0];

describe("show stat", () => {
  it("becomes typed rows, with null where HAProxy leaves a column empty", () => {
    expect(
      row("app,app-2,1,3,120,5000,90000,2,1,4,5,UP,2,L7OK,0,110,2,3,4,1,,0,1,12,15,127.0.0.1:20001"),
    ).toEqual({
      proxy: "app",
      name: "app-2",
      kind: HaproxyStatKind.Server,
      status: "UP",
      currentSessions: 3,
      queued: 1,
      totalSessions: 120,
      bytesIn: 5000,
      bytesOut: 90_000,
      responses: { "1xx": 0, "2xx": 110, "3xx": 2, "4xx": 3, "5xx": 4, other: 1 },
      queueTimeMs: 0,
      connectTimeMs: 1,
      responseTimeMs: 12,
      totalTimeMs: 15,
      connectionErrors: 2,
      responseErrors: 1,
      retries: 4,
      redispatches: 5,
      checkStatus: "L7OK",
      address: "127.0.0.1:20001",
    });
    const frontend = row("public,FRONTEND,,7,90,1,2,,,,,OPEN,0,,0,1,0,0,0,0,,,,,,");
    expect(frontend).toMatchObject({ kind: HaproxyStatKind.Frontend, queued: null, responseTimeMs: null });
  });

  it("reads past commas and quotes in the text of a check", () => {
    const parsed = row(
      'app,app-1,0,0,9,0,0,0,0,0,0,DOWN,2,L7STS,0,9,0,0,0,0,"HTTP 503, ""not yet""",0,0,0,0,127.0.0.1:1',
    );
    expect(parsed).toMatchObject({ status: "DOWN", totalSessions: 9, address: "127.0.0.1:1" });
  });

  it("adds up responses of all classes", () => {
    const parsed = row("app,app-1,0,0,9,0,0,0,0,0,0,UP,2,L7OK,1,2,3,4,5,6,,0,0,0,0,x");
    expect(parsed === undefined ? 0 : totalResponses(parsed)).toBe(21);
  });

  it.each([
    ["an error text instead of rows", "Permission denied\n"],
    ["a missing column", "# pxname,svname,type\napp,app-1,2\n"],
    [
      "text where a number belongs",
      `# ${COLUMNS},\n${"app,app-1,0,many,9,0,0,0,0,0,0,UP,2,L7OK,1,2,3,4,5,6,,0,0,0,0,x"},\n`,
    ],
  ])("is a typed error for %s", (_what, text) => {
    let kind: HaproxyErrorCode | undefined;
    try {
      parseShowStat(text);
    } catch (error) {
      kind = error instanceof HaproxyError ? error.kind : undefined;
    }
    expect(kind).toBe(HaproxyErrorCode.Malformed);
  });
});
