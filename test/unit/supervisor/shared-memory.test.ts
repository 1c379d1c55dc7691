import { parseSegments } from "../../../components/local/supervisor/shared-memory";

test("segments are read by the names of the columns", () => {
  const table = `       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid      atime      dtime      ctime                   rss                  swap
  10512290      32797   600                    56 10262 10267      2 65534 65534 65534 65534 1795491417 1795491418 1795491400                  4096                     0
`;
  expect(parseSegments(table)).toEqual([
    { id: 32797, creatorPid: 10262, attached: 2, changedAtSeconds: 1795491400 },
  ]);
  expect(parseSegments("")).toEqual([]);
});
