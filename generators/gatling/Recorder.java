package perfbed;

/** Holds a loaded simulation until the fleet's common start. */
public final class Recorder {
  private static volatile long start;

  private Recorder() {}

  /** Says that everything is loaded, then returns as soon as the start file names the instant. */
  public static void awaitStart() {
    Rows.open();
    start = Rows.awaitStart();
    String stopAfter = System.getenv("PERFBED_STOP_AFTER_MS");
    if (stopAfter != null) stopAt(start + Long.parseLong(stopAfter));
  }

  /** Returns at the common start. Gatling asks its writers to be ready last of all, and waits for them for five seconds. */
  public static void holdUntilStart() {
    Rows.sleepUntil(start);
    Rows.mark("begin", System.currentTimeMillis(), "");
    Rows.flush();
  }

  /** A user's own simulation ends here, wherever it is: its length is asked for. */
  private static void stopAt(long instant) {
    Rows.daemon(() -> {
      Rows.sleepUntil(instant);
      Rows.flush();
      Runtime.getRuntime().halt(0);
    });
  }
}
