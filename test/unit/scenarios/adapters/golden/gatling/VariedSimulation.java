import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.gatling.javaapi.core.*;
import io.gatling.javaapi.http.*;

import static io.gatling.javaapi.core.CoreDsl.*;
import static io.gatling.javaapi.http.HttpDsl.*;

/**
 * Scenario varied: A chain, and everything that only some scenarios need.
 * Rendered by perfbed. The first 0 s are warm-up.
 */
public class VariedSimulation extends Simulation {
  private static final String BASE_URL = System.getenv().getOrDefault("BASE_URL", "http://127.0.0.1:8080");
  private static final String BACK_OFFICE_URL = env("BACK_OFFICE_URL");
  // Parts of unique ids.
  private static final String RUN = System.getenv().getOrDefault("PERFBED_RUN", "run");
  private static final String GENERATOR = System.getenv().getOrDefault("PERFBED_GENERATOR", "1");
  private static final Map<String, Object> GIVEN = Map.ofEntries(
    Map.entry("env_PERFBED_TEST_TOKEN", env("PERFBED_TEST_TOKEN"))
  );

  private final HttpProtocolBuilder protocol = http
    .baseUrl(BASE_URL)
    .disableWarmUp()
    .disableFollowRedirect() // one step is one request
    .disableCaching()
    .disableUrlEncoding()
    .shareConnections(); // kept from visit to visit

  private final ChainBuilder wander = group("wander").on(
    exec(session -> session.setAll(GIVEN))
    .exec(session -> session.remove("over"))
    .foreach(session -> wordsOf(session, "path"), "word").on(
      doSwitch(session -> nextOf(session)).on(
        onCase("home").then(
          exec(http("home")
            .get("/home?shelf=#{shelf}")
            .check(status().lt(400)))
        ),
        onCase("many").then(
          exec(session -> redraw(session, "pick_item_at_many"))
          .exec(session -> session.removeAll("item"))
          .exec(http("many")
            .get("/many")
            .check(status().lt(400), jsonPath("$.items[*].id").findAll().transformWithSession((found, session) -> pick(found, session, "pick_item_at_many")).notNull().saveAs("item")))
          .exec(session -> !session.contains("item") ? session.set("over", true) : session) // nothing to go on with
        ),
        onCase("look-up").then(
          exec(http("look-up")
            .get("/look-up/#{shelf}")
            .requestTimeout(Duration.ofSeconds(5))
            .check(status().lt(400)))
        ),
        onCase("wait:").then(pause(session -> waitOf(session)))
      )
    )
  );

  private final ChainBuilder send = group("send").on(
    exec(session -> session.setAll(GIVEN))
    .exec(session -> session.set("parcel", "p-" + RUN + "-" + GENERATOR + "-" + session.userId() + "-" + session.getInt("visit")))
    .exec(session -> session.removeAll("whole", "second", "last", "any"))
    .exec(http("upload")
      .post(session -> "/upload?of=" + encoded(session, "words_at_upload"))
      .header("authorization", "Bearer #{env_PERFBED_TEST_TOKEN}")
      .bodyPart(StringBodyPart("parcel", "#{parcel}"))
      .bodyPart(RawFileBodyPart("label", "data/files/label.txt").fileName("label.txt").contentType("text/plain"))
      .asMultipartForm()
      .check(status().lt(400), regex("(\"(kind)\":\"(\\w+)\")").saveAs("whole"), regex("\"(kind)\":\"(\\w+)\"").captureGroups(2).transform(groups -> groups.get(1)).notNull().saveAs("second"), jsonPath("$.items[*].id").findAll().transform(found -> found.get(found.size() - 1)).notNull().saveAs("last"), regex("\"(id)\":(\\d+)").captureGroups(2).findAll().transformWithSession((found, session) -> pick(found, session, "pick_any_at_upload")).transform(groups -> groups.get(1)).notNull().saveAs("any")))
    .doIf(session -> session.contains("whole") && session.contains("second") && session.contains("last") && session.contains("any")).then(
      exec(http("found")
        .get(session -> BACK_OFFICE_URL + "/found?whole=" + encoded(session, "whole") + "&second=" + encoded(session, "second") + "&last=" + encoded(session, "last") + "&any=" + encoded(session, "any") + "&of=" + encoded(session, "words_at_found"))
        .check(status().lt(400)))
    )
  );

  private final ScenarioBuilder visits = scenario("visits")
    .repeat(12, "visit").on(
      feed(csv("data/visits.csv").circular())
      .exec(flushCookieJar()) // a new visitor
      .doSwitch("#{journey}").on(
        onCase("wander").then(wander),
        onCase("send").then(send)
      )
      .pause(session -> pauseOf(session, "pause_ms_after_visit"))
    );

  private static String env(String name) {
    String value = System.getenv(name);
    if (value == null) throw new IllegalStateException(name + " is not set");
    return value;
  }

  private static String encoded(Session session, String name) {
    return URLEncoder.encode(session.getString(name), StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static Duration pauseOf(Session session, String name) {
    return Duration.ofMillis(Long.parseLong(session.getString(name)));
  }

  /** One of several found values, by a number of 0 to 1 of the visit's data. */
  private static <T> T pick(List<T> found, Session session, String name) {
    return found.get((int) (Double.parseDouble(session.getString(name)) * found.size()));
  }

  /** What is drawn anew each time that a step of a chain is made. */
  private static Session redraw(Session session, String... names) {
    for (String name : names) {
      String[] values = session.getString("each_" + name).split("\\|", 2);
      session = session.set(name, URLDecoder.decode(values[0], StandardCharsets.UTF_8))
        .set("each_" + name, values.length > 1 ? values[1] : "");
    }
    return session;
  }

  /** The steps on a visit's way through its chain, and the pauses between them: wait:milliseconds. */
  private static List<String> wordsOf(Session session, String name) {
    return List.of(session.getString(name).split("\\|"));
  }

  /** The next step by its name, or wait: for a pause; a visit with nothing to go on with has no more steps. */
  private static Object nextOf(Session session) {
    String word = session.getString("word");
    return session.contains("over") || word.startsWith("wait:") ? "wait:" : word;
  }

  private static Duration waitOf(Session session) {
    return session.contains("over") ? Duration.ZERO : Duration.ofMillis(Long.parseLong(session.getString("word").substring(5)));
  }

  {
    setUp(
      visits.injectOpen(atOnceUsers(3))
    ).protocols(protocol).maxDuration(Duration.ofSeconds(41));
  }
}
