package io.gatling.core.stats.writer;

import io.gatling.commons.stats.OK$;
import io.gatling.core.config.GatlingConfiguration;
import java.nio.file.Path;
import perfbed.Recorder;
import perfbed.Rows;

/**
 * In the place of Gatling's own writer of simulation.log, which leaves out the status of a response. It gets the same messages: first
 * on the class path, so that a user's simulation needs no change.
 */
public final class LogFileDataWriter extends DataWriter<LogFileDataWriter.Nothing> {
  public static final class Nothing implements DataWriterData {}

  public LogFileDataWriter(Path resultsDirectory, GatlingConfiguration configuration) {
    super("file-data-writer");
    Rows.open();
  }

  /** The scenario whose users make visits of several journeys, each a group; null where every scenario is a journey of its own. */
  private static final String VISITS = System.getenv("PERFBED_VISITS");

  @Override
  public Nothing onInit(DataWriterMessage.Init init) {
    Recorder.holdUntilStart();
    return new Nothing();
  }

  @Override
  public void onMessage(DataWriterMessage.LoadEvent event, Nothing data) {
    if (event instanceof DataWriterMessage$LoadEvent$Response response) {
      boolean ok = response.status() == OK$.MODULE$;
      String code = response.responseCode().isDefined() ? response.responseCode().get() : "";
      String message = response.message().isDefined() ? response.message().get() : "";
      int status = code.isEmpty() ? 0 : Integer.parseInt(code);
      Rows.request(
          response.startTimestamp(),
          Math.max(0, response.endTimestamp() - response.startTimestamp()),
          -1,
          status,
          -1,
          ok ? "" : errorClass(status, message),
          response.scenario().equals(VISITS) && response.groupHierarchy().nonEmpty()
              ? response.groupHierarchy().head()
              : response.scenario(),
          response.name());
    } else if (event instanceof DataWriterMessage$LoadEvent$Group group && group.scenario().equals(VISITS)) {
      Rows.mark("start", group.startTimestamp(), group.groupHierarchy().head());
      Rows.mark("end", group.endTimestamp(), group.groupHierarchy().head());
    } else if (event instanceof DataWriterMessage$LoadEvent$User user && !user.scenario().equals(VISITS)) {
      Rows.mark(user.start() ? "start" : "end", user.timestamp(), user.scenario());
    }
  }

  @Override
  public void onFlush(Nothing data) {
    Rows.flush();
  }

  @Override
  public void onCrash(String cause, Nothing data) {
    Rows.flush();
  }

  @Override
  public void onStop(Nothing data) {
    Rows.flush();
  }

  private static String errorClass(int status, String message) {
    if (status > 0) {
      if (!message.startsWith("status")) return "check-failed";
      return status >= 500 ? "http-5xx" : status >= 400 ? "http-4xx" : "unexpected-status";
    }
    if (message.contains("RequestTimeout")) return "timeout";
    if (message.contains("ConnectTimeout")) return "connect-timeout";
    if (message.contains("refused")) return "connection-refused";
    if (message.contains("UnknownHost")) return "dns";
    if (message.contains("SSL") || message.contains("ssl")) return "tls";
    if (message.contains("Premature") || message.contains("reset") || message.contains("closed")) return "connection-reset";
    return "no-response";
  }
}
