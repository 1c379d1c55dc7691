/** Methods that a simulation has where it uses them, by name. */
export const HELPERS: Readonly<Record<string, readonly string[]>> = {
  env: [
    "private static String env(String name) {",
    "  String value = System.getenv(name);",
    '  if (value == null) throw new IllegalStateException(name + " is not set");',
    "  return value;",
    "}",
  ],
  encoded: [
    "private static String encoded(Session session, String name) {",
    '  return URLEncoder.encode(session.getString(name), StandardCharsets.UTF_8).replace("+", "%20");',
    "}",
  ],
  jsonText: [
    "private static String jsonText(Session session, String name) {",
    '  return session.getString(name).replace("\\\\", "\\\\\\\\").replace("\\"", "\\\\\\"").replace("\\n", "\\\\n");',
    "}",
  ],
  pauseOf: [
    "private static Duration pauseOf(Session session, String name) {",
    "  return Duration.ofMillis(Long.parseLong(session.getString(name)));",
    "}",
  ],
  pick: [
    "/** One of several found values, by a number of 0 to 1 of the visit's data. */",
    "private static <T> T pick(List<T> found, Session session, String name) {",
    "  return found.get((int) (Double.parseDouble(session.getString(name)) * found.size()));",
    "}",
  ],
  redraw: [
    "/** What is drawn anew each time that a step of a chain is made. */",
    "private static Session redraw(Session session, String... names) {",
    "  for (String name : names) {",
    '    String[] values = session.getString("each_" + name).split("\\\\|", 2);',
    "    session = session.set(name, URLDecoder.decode(values[0], StandardCharsets.UTF_8))",
    '      .set("each_" + name, values.length > 1 ? values[1] : "");',
    "  }",
    "  return session;",
    "}",
  ],
  wordsOf: [
    "/** The steps on a visit's way through its chain, and the pauses between them: wait:milliseconds. */",
    "private static List<String> wordsOf(Session session, String name) {",
    '  return List.of(session.getString(name).split("\\\\|"));',
    "}",
  ],
  nextOf: [
    "/** The next step by its name, or wait: for a pause; a visit with nothing to go on with has no more steps. */",
    "private static Object nextOf(Session session) {",
    '  String word = session.getString("word");',
    '  return session.contains("over") || word.startsWith("wait:") ? "wait:" : word;',
    "}",
  ],
  waitOf: [
    "private static Duration waitOf(Session session) {",
    '  return session.contains("over") ? Duration.ZERO : Duration.ofMillis(Long.parseLong(session.getString("word").substring(5)));',
    "}",
  ],
  restOf: [
    "/** Until the visitor's instant in the second at whose beginning it has come. */",
    "private static Duration restOf(Session session) {",
    '  return Duration.ofMillis(Long.parseLong(session.getString("due_ms")) % 1000);',
    "}",
  ],
  secondBySecond: [
    "/** As many visitors at the beginning of each second as have an instant in it. */",
    "private static OpenInjectionStep[] secondBySecond(List<Map<String, Object>> visits) {",
    "  Map<Long, Integer> seconds = new TreeMap<>();",
    '  for (Map<String, Object> visit : visits) seconds.merge(Long.parseLong(visit.get("due_ms").toString()) / 1000, 1, Integer::sum);',
    "  List<OpenInjectionStep> steps = new ArrayList<>();",
    "  long at = 0;",
    "  for (Map.Entry<Long, Integer> second : seconds.entrySet()) {",
    "    steps.add(nothingFor(Duration.ofSeconds(second.getKey() - at)));",
    "    steps.add(atOnceUsers(second.getValue()));",
    "    at = second.getKey();",
    "  }",
    "  return steps.toArray(new OpenInjectionStep[0]);",
    "}",
  ],
};

/** Classes of Java's own, by their packages. */
const IMPORTS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\bURLDecoder\b/, "java.net.URLDecoder"],
  [/\bURLEncoder\b/, "java.net.URLEncoder"],
  [/\bStandardCharsets\b/, "java.nio.charset.StandardCharsets"],
  [/\bDuration\b/, "java.time.Duration"],
  [/\bnew ArrayList\b/, "java.util.ArrayList"],
  [/\bList\b/, "java.util.List"],
  [/\bMap\b/, "java.util.Map"],
  [/\bnew TreeMap\b/, "java.util.TreeMap"],
];

export const importLines = (body: string): readonly string[] =>
  IMPORTS.flatMap(([pattern, name]) => (pattern.test(body) ? [`import ${name};`] : []));
