import com.sun.net.httpserver.HttpServer;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.jmeter.JMeter;
import org.apache.jmeter.assertions.AssertionResult;
import org.apache.jmeter.engine.StandardJMeterEngine;
import org.apache.jmeter.engine.util.NoThreadClone;
import org.apache.jmeter.protocol.http.control.CookieManager;
import org.apache.jmeter.protocol.http.sampler.HTTPSamplerProxy;
import org.apache.jmeter.samplers.SampleEvent;
import org.apache.jmeter.samplers.SampleListener;
import org.apache.jmeter.samplers.SampleResult;
import org.apache.jmeter.save.SaveService;
import org.apache.jmeter.services.FileServer;
import org.apache.jmeter.testelement.AbstractTestElement;
import org.apache.jmeter.testelement.TestPlan;
import org.apache.jmeter.testelement.TestStateListener;
import org.apache.jmeter.testelement.ThreadListener;
import org.apache.jmeter.threads.AbstractThreadGroup;
import org.apache.jmeter.threads.JMeterContext;
import org.apache.jmeter.threads.JMeterContextService;
import org.apache.jmeter.threads.openmodel.OpenModelThreadGroup;
import org.apache.jmeter.util.JMeterUtils;
import org.apache.jorphan.collections.HashTree;
import org.apache.jorphan.collections.ListedHashTree;
import perfbed.Rows;

/**
 * Runs a test plan with JMeter's engine as the command line does, with a listener of perfbed's at its root: waits for the fleet's common
 * start, and writes one row for each request and iteration.
 * Arguments: <JMeter's home> <plan.jmx> [name=value …]
 */
public final class PerfbedJMeter {
  public static void main(String[] args) throws Exception {
    File home = new File(args[0]);
    File plan = new File(args[1]).getAbsoluteFile();
    JMeterUtils.loadJMeterProperties(new File(home, "bin/jmeter.properties").getPath());
    JMeterUtils.setJMeterHome(home.getPath());
    JMeterUtils.initLocale();
    for (int at = 2; at < args.length; at++) {
      String[] property = args[at].split("=", 2);
      JMeterUtils.setProperty(property[0], property[1]);
    }
    SaveService.loadProperties();
    warmUp();
    FileServer.getFileServer().setBaseForScript(plan);
    HashTree tree = JMeter.convertSubTree(SaveService.loadTree(plan), false);
    tree.add(tree.getArray()[0], new Recorder());
    StandardJMeterEngine engine = new StandardJMeterEngine();
    engine.configure(tree);

    Rows.open();
    Recorder.engine = engine;
    engine.run();
    Rows.holdUntilPlannedEnd();
    Rows.flush();
    // JMeter keeps threads of its own alive.
    System.exit(0);
  }

  /**
   * A second of visits to a server inside this very process: the engine, its thread groups and its HTTP client are loaded when the
   * common start comes.
   */
  private static void warmUp() throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext("/", exchange -> {
      exchange.sendResponseHeaders(200, 2);
      exchange.getResponseBody().write(new byte[] {'{', '}'});
      exchange.close();
    });
    ExecutorService handlers = Executors.newCachedThreadPool();
    server.setExecutor(handlers);
    server.start();
    HTTPSamplerProxy sampler = new HTTPSamplerProxy();
    sampler.setDomain("127.0.0.1");
    sampler.setPort(server.getAddress().getPort());
    sampler.setProtocol("http");
    sampler.setPath("/");
    sampler.setMethod("GET");
    sampler.setName("warm-up");
    OpenModelThreadGroup group = new OpenModelThreadGroup();
    group.setName("warm-up");
    group.setScheduleString("rate(20/s) even_arrivals(1 s) rate(20/s) pause(2 s)");
    HashTree tree = new ListedHashTree();
    HashTree inPlan = tree.add(new TestPlan("warm-up"));
    inPlan.add(new CookieManager());
    inPlan.add(group).add(sampler);
    StandardJMeterEngine engine = new StandardJMeterEngine();
    engine.configure(tree);
    engine.run();
    server.stop(0);
    handlers.shutdownNow();
  }

  /** At the plan's root: told of every thread and every sample. */
  public static final class Recorder extends AbstractTestElement
      implements SampleListener, TestStateListener, ThreadListener, NoThreadClone {
    private static StandardJMeterEngine engine;

    /** Threads of the open model that are under way. */
    private static final AtomicInteger VISITS = new AtomicInteger();
    /** All that have begun. */
    private static final AtomicInteger ARRIVALS = new AtomicInteger();

    private record Iteration(int number, String journey) {}

    /** Iteration under way of each thread of the closed model. */
    private static final ConcurrentHashMap<Thread, Iteration> ITERATIONS = new ConcurrentHashMap<>();

    /** The group that makes visits of several journeys: the variable `journey` says of which. Null: every group is a journey. */
    private static final String VISITS_GROUP = System.getenv("PERFBED_VISITS");

    private static String journey(JMeterContext context) {
      AbstractThreadGroup group = context.getThreadGroup();
      if (group == null) return "";
      String journey = group.getName().equals(VISITS_GROUP) ? context.getVariables().get("journey") : null;
      return journey == null ? group.getName() : journey;
    }

    private static boolean open(JMeterContext context) {
      return context.getThreadGroup() instanceof OpenModelThreadGroup;
    }

    /** The thread itself is the visit, from its beginning; another's visits begin with their first request. */
    private static boolean threadIsVisit(JMeterContext context) {
      return open(context) && !context.getThreadGroup().getName().equals(VISITS_GROUP);
    }

    /** The last thing before the engine starts its threads. */
    @Override
    public void testStarted() {
      long start = Rows.awaitStart();
      Rows.sleepUntil(start);
      // Schedules count from the test's start, which is now.
      JMeterContextService.endTest();
      JMeterContextService.startTest();
      Rows.mark("begin", System.currentTimeMillis(), "");
      String stopAfter = System.getenv("PERFBED_STOP_AFTER_MS");
      if (stopAfter != null) stopAt(start + Long.parseLong(stopAfter));
      String arrivals = System.getenv("PERFBED_ARRIVALS");
      if (arrivals != null) endAfter(Long.parseLong(arrivals));
    }

    private static void stopAt(long instant) {
      Rows.daemon(() -> {
        Rows.sleepUntil(instant);
        engine.stopTest(true);
      });
    }

    /**
     * Ends with the last visit: the schedules end with a pause for those under way, and JMeter would wait for all of it. Its own way
     * to stop would interrupt the schedules and complain that they do not end at once.
     */
    private static void endAfter(long arrivals) {
      Rows.daemon(() -> {
        while (ARRIVALS.get() < arrivals || VISITS.get() > 0 || Rows.beforePlannedEnd()) Thread.sleep(50);
        System.exit(0);
      });
    }

    @Override
    public void testStarted(String host) {
      testStarted();
    }

    @Override
    public void testEnded() {
      Rows.flush();
    }

    @Override
    public void testEnded(String host) {
      Rows.flush();
    }

    /** A thread of the open model is an arrival; one of the closed model goes round. */
    @Override
    public void threadStarted() {
      JMeterContext context = JMeterContextService.getContext();
      if (!open(context)) return;
      VISITS.incrementAndGet();
      ARRIVALS.incrementAndGet();
      if (threadIsVisit(context)) Rows.mark("start", System.currentTimeMillis(), journey(context));
    }

    @Override
    public void threadFinished() {
      JMeterContext context = JMeterContextService.getContext();
      Iteration last = ITERATIONS.remove(Thread.currentThread());
      if (last != null) Rows.mark("end", System.currentTimeMillis(), last.journey);
      else if (threadIsVisit(context)) Rows.mark("end", System.currentTimeMillis(), journey(context));
      if (open(context)) VISITS.decrementAndGet();
    }

    private static void iterate(JMeterContext context, long startMs) {
      int iteration = context.getVariables().getIteration();
      Iteration last = ITERATIONS.get(Thread.currentThread());
      if (last != null && last.number == iteration) return;
      if (last != null) Rows.mark("end", startMs, last.journey);
      ITERATIONS.put(Thread.currentThread(), new Iteration(iteration, journey(context)));
      Rows.mark("start", startMs, journey(context));
    }

    @Override
    public void sampleOccurred(SampleEvent event) {
      if (event.isTransactionSampleEvent()) return;
      SampleResult result = event.getResult();
      JMeterContext context = JMeterContextService.getContext();
      // As with k6, what it took to connect is not part of the duration.
      long connectMs = Math.max(0, result.getConnectTime());
      long startMs = result.getStartTime() + connectMs;
      long durationMs = Math.max(0, result.getTime() - connectMs);
      long firstByteMs = Math.max(0, Math.min(durationMs, result.getLatency() - connectMs));
      if (!threadIsVisit(context)) iterate(context, result.getStartTime());
      int status = statusOf(result.getResponseCode());
      Rows.request(
          startMs,
          durationMs,
          status > 0 ? firstByteMs : -1,
          status,
          result.getBytesAsLong(),
          result.isSuccessful() ? "" : errorClass(result, status),
          journey(context),
          result.getSampleLabel());
    }

    @Override
    public void sampleStarted(SampleEvent event) {}

    @Override
    public void sampleStopped(SampleEvent event) {}

    private static int statusOf(String code) {
      try {
        return Integer.parseInt(code);
      } catch (NumberFormatException notHttp) {
        return 0;
      }
    }

    private static String errorClass(SampleResult result, int status) {
      if (status == 0) return connectionError(result.getResponseCode() + " " + result.getResponseMessage());
      boolean statusAsserted = false;
      boolean checkFailed = false;
      boolean statusFailed = false;
      for (AssertionResult assertion : result.getAssertionResults()) {
        boolean failed = assertion.isFailure() || assertion.isError();
        boolean ofStatus = "status".equals(assertion.getName());
        statusAsserted |= ofStatus;
        statusFailed |= ofStatus && failed;
        checkFailed |= !ofStatus && failed;
      }
      boolean statusFine = statusAsserted ? !statusFailed : status >= 200 && status < 400;
      if (statusFine && checkFailed) return "check-failed";
      return status >= 500 ? "http-5xx" : status >= 400 ? "http-4xx" : "unexpected-status";
    }

    private static String connectionError(String text) {
      if (text.contains("ConnectTimeout")) return "connect-timeout";
      if (text.contains("SocketTimeout")) return "timeout";
      if (text.contains("UnknownHost")) return "dns";
      if (text.contains("SSL")) return "tls";
      if (text.contains("HttpHostConnect") || text.contains("refused")) return "connection-refused";
      if (text.contains("NoHttpResponse") || text.contains("reset") || text.contains("SocketException")) return "connection-reset";
      return "no-response";
    }
  }
}
