import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

import io.gatling.javaapi.core.*;
import io.gatling.javaapi.http.*;

import static io.gatling.javaapi.core.CoreDsl.*;
import static io.gatling.javaapi.http.HttpDsl.*;

/**
 * Scenario shop: A small shop, to be read.
 * Rendered by perfbed. The first 5 s are warm-up.
 */
public class ShopSimulation extends Simulation {
  private static final String BASE_URL = System.getenv().getOrDefault("BASE_URL", "http://127.0.0.1:8080");
  // Parts of unique ids.
  private static final String RUN = System.getenv().getOrDefault("PERFBED_RUN", "run");
  private static final String GENERATOR = System.getenv().getOrDefault("PERFBED_GENERATOR", "1");

  private final HttpProtocolBuilder protocol = http
    .baseUrl(BASE_URL)
    .disableWarmUp()
    .disableFollowRedirect() // one step is one request
    .disableCaching()
    .disableUrlEncoding()
    .shareConnections(); // kept from visit to visit

  private final ScenarioBuilder browse = scenario("browse")
    .feed(csv("data/browse.csv").circular())
    .exec(http("search")
      .get(session -> "/search?q=" + encoded(session, "words"))
      .check(status().lt(400)))
    .pause(session -> pauseOf(session, "pause_ms_search"))
    .exec(http("product")
      .get("/products/#{product}")
      .requestTimeout(Duration.ofSeconds(3))
      .check(status().lt(400), substring("price").exists()));

  private final ScenarioBuilder checkOut = scenario("check-out")
    .exec(session -> session.set("order", "o-" + RUN + "-" + GENERATOR + "-" + session.userId()))
    .exec(http("cart")
      .post("/carts")
      .header("content-type", "application/json")
      .body(StringBody("{\"order\": \"#{order}\"}"))
      .check(status().in(201), jsonPath("$.items[0].id").notNull().saveAs("cart"), header("x-token").saveAs("token")))
    .exec(exitHereIf(session -> !session.contains("cart") || !session.contains("token"))) // nothing to go on with
    .pause(Duration.ofMillis(500))
    .exec(http("pay")
      .put(session -> "/carts/" + encoded(session, "cart") + "/payment")
      .header("x-token", "#{token}")
      .check(status().lt(400), jsonPath("$.paid").ofBoolean().is(true)));

  private static String encoded(Session session, String name) {
    return URLEncoder.encode(session.getString(name), StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static Duration pauseOf(Session session, String name) {
    return Duration.ofMillis(Long.parseLong(session.getString(name)));
  }

  {
    setUp(
      browse.injectOpen(
        rampUsersPerSec(0.666666666667).to(2).during(Duration.ofSeconds(5)), // warm-up
        rampUsersPerSec(2).to(6).during(Duration.ofSeconds(10)), // ramp
        constantUsersPerSec(20).during(Duration.ofMillis(2500)) // spike
      ),
      checkOut.injectOpen(
        rampUsersPerSec(0.333333333333).to(1).during(Duration.ofSeconds(5)), // warm-up
        rampUsersPerSec(1).to(3).during(Duration.ofSeconds(10)), // ramp
        constantUsersPerSec(10).during(Duration.ofMillis(2500)) // spike
      )
    ).protocols(protocol).maxDuration(Duration.ofMillis(39500));
  }
}
