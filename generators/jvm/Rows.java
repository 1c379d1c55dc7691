package perfbed;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes perfbed's rows to $PERFBED_SAMPLES, and knows the fleet's common start and the planned end. Instants are ms since the epoch. */
public final class Rows {
  private static final String HEADER =
      "kind,at_us,duration_us,first_byte_us,status,ok,late_us,bytes,error,journey,step\n";
  private static BufferedWriter output;
  private static volatile long plannedEnd;

  private Rows() {}

  /** Idempotent. Rows are on the disk after a second at the latest. */
  public static synchronized void open() {
    if (output != null) return;
    try {
      output = Files.newBufferedWriter(Path.of(System.getenv("PERFBED_SAMPLES")));
      output.write(HEADER);
    } catch (IOException error) {
      throw new IllegalStateException(error);
    }
    Runtime.getRuntime().addShutdownHook(new Thread(Rows::flush));
    daemon(() -> {
      while (true) {
        Thread.sleep(1_000);
        flush();
      }
    });
  }

  public static synchronized void flush() {
    try {
      if (output != null) output.flush();
    } catch (IOException error) {
      throw new IllegalStateException(error);
    }
  }

  /** `begin`, `start` or `end`. */
  public static void mark(String kind, long atMs, String journey) {
    write(kind + "," + atMs * 1000 + ",,,,,,,," + quoted(journey) + ",\n");
  }

  /**
   * A request.
   * @param firstByteMs, bytes negative where they are not known
   * @param status 0 where there was no response
   * @param error empty where it was fine
   */
  public static void request(
      long atMs, long durationMs, long firstByteMs, int status, long bytes, String error, String journey, String step) {
    write("request," + atMs * 1000 + "," + durationMs * 1000 + "," + (firstByteMs < 0 ? "" : firstByteMs * 1000) + ","
        + (status > 0 ? status : "") + (error.isEmpty() ? ",1,," : ",0,,") + (bytes < 0 ? "" : bytes) + "," + error + ","
        + quoted(journey) + "," + quoted(step) + "\n");
  }

  private static synchronized void write(String line) {
    try {
      output.write(line);
    } catch (IOException error) {
      throw new IllegalStateException(error);
    }
  }

  private static String quoted(String text) {
    boolean plain = text.chars().noneMatch(letter -> letter == ',' || letter == '"' || letter == '\n' || letter == '\r');
    return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
  }

  /** Says that everything is loaded, and returns the common start as soon as it is known. */
  public static long awaitStart() {
    System.out.println("perfbed: ready");
    System.out.flush();
    Path file = Path.of(System.getenv("PERFBED_START_FILE"));
    try {
      while (!Files.exists(file)) Thread.sleep(10);
      long start = Long.parseLong(Files.readString(file).trim());
      String length = System.getenv("PERFBED_LENGTH_MS");
      if (length != null) plannedEnd = start + Long.parseLong(length);
      return start;
    } catch (IOException | InterruptedException error) {
      throw new IllegalStateException(error);
    }
  }

  /** A generator whose last visit is over is still one that runs, until the end of its plan. */
  public static boolean beforePlannedEnd() {
    return System.currentTimeMillis() < plannedEnd;
  }

  public static void holdUntilPlannedEnd() {
    sleepUntil(plannedEnd);
  }

  public static void sleepUntil(long instant) {
    try {
      Thread.sleep(Math.max(0, instant - System.currentTimeMillis()));
    } catch (InterruptedException error) {
      throw new IllegalStateException(error);
    }
  }

  public interface Task {
    void run() throws InterruptedException;
  }

  public static void daemon(Task task) {
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
