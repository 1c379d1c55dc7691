package perfbed;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes perfbed's rows, and holds a loaded simulation until the fleet's common start. */
public final class Recorder {
  private static final String HEADER =
      "kind,at_us,duration_us,first_byte_us,status,ok,late_us,bytes,error,journey,step\n";
  private static BufferedWriter output;
  private static volatile long start;

  private Recorder() {}

  public static synchronized void open() {
    if (output != null) return;
    try {
      output = Files.newBufferedWriter(Path.of(System.getenv("PERFBED_SAMPLES")));
      output.write(HEADER);
    } catch (IOException error) {
      throw new IllegalStateException(error);
    }
    Runtime.getRuntime().addShutdownHook(new Thread(Recorder::flush));
    daemon(() -> {
      while (true) {
        Thread.sleep(1_000);
        flush();
      }
    });
  }

  /** Says that everything is loaded, then returns as soon as the start file names the instant. */
  public static void awaitStart() {
    open();
    System.out.println("perfbed: ready");
    System.out.flush();
    Path file = Path.of(System.getenv("PERFBED_START_FILE"));
    try {
      while (!Files.exists(file)) Thread.sleep(10);
      start = Long.parseLong(Files.readString(file).trim());
      String stopAfter = System.getenv("PERFBED_STOP_AFTER_MS");
      if (stopAfter != null) stopAt(start + Long.parseLong(stopAfter));
    } catch (IOException | InterruptedException error) {
      throw new IllegalStateException(error);
    }
  }

  /** Returns at the common start. Gatling asks its writers to be ready last of all, and waits for them for five seconds. */
  public static void holdUntilStart() {
    try {
      Thread.sleep(Math.max(0, start - System.currentTimeMillis()));
    } catch (InterruptedException error) {
      throw new IllegalStateException(error);
    }
    row("begin", System.currentTimeMillis(), -1, "", true, "", "", "");
    flush();
  }

  /** A user's own simulation ends here, wherever it is: its length is asked for. */
  private static void stopAt(long instant) {
    daemon(() -> {
      Thread.sleep(Math.max(0, instant - System.currentTimeMillis()));
      flush();
      Runtime.getRuntime().halt(0);
    });
  }

  /** Gatling's clock has milliseconds. A negative duration and an empty text are left out. */
  public static synchronized void row(
      String kind, long atMs, long durationMs, String status, boolean ok, String error, String journey, String step) {
    try {
      output.write(kind);
      output.write(',');
      output.write(Long.toString(atMs * 1000));
      output.write(',');
      if (durationMs >= 0) output.write(Long.toString(durationMs * 1000));
      output.write(",,");
      output.write(status);
      output.write(ok ? ",1,,," : ",0,,,");
      output.write(error);
      output.write(',');
      output.write(quoted(journey));
      output.write(',');
      output.write(quoted(step));
      output.write('\n');
    } catch (IOException failure) {
      throw new IllegalStateException(failure);
    }
  }

  public static synchronized void flush() {
    try {
      if (output != null) output.flush();
    } catch (IOException error) {
      throw new IllegalStateException(error);
    }
  }

  private static String quoted(String text) {
    boolean plain = text.chars().noneMatch(letter -> letter == ',' || letter == '"' || letter == '\n' || letter == '\r');
    return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
  }

  private interface Task {
    void run() throws InterruptedException;
  }

  private static void daemon(Task task) {
    Thread thread = new Thread(() -> {
      try {
        task.run();
      } catch (InterruptedException ended) {
        Thread.currentThread().interrupt();
      }
    });
    thread.setDaemon(true);
    thread.start();
  }
}
