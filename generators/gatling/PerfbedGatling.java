import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Starts Gatling with a simulation in Java or Scala: compiles it and its entry, then hands over to Gatling.
 * Arguments: <classes folder> <a folder of perfbed's> <simulation>
 */
public final class PerfbedGatling {
  private static final Pattern PACKAGE = Pattern.compile("(?m)^\\s*package\\s+([\\w.]+)");
  private static final Pattern SIMULATION = Pattern.compile("\\bclass\\s+(\\w+)[^{]*?\\bextends\\s+(?:[\\w.]+\\.)?Simulation\\b");

  public static void main(String[] args) throws Exception {
    Path classes = Path.of(args[0]);
    Path own = Path.of(args[1]);
    Path simulation = Path.of(args[2]);
    String text = Files.readString(simulation);
    boolean scala = simulation.toString().endsWith(".scala");

    // Other sources beside a user's simulation may be parts of it.
    List<String> sources = scala ? List.of(simulation.toString()) : javaSources(simulation);
    if (scala) compileScala(classes, sources);
    else Launch.compile(classes, sources);
    String name = simulationName(text, simulation);
    Path entry = own.resolve("PerfbedEntry.java");
    Files.writeString(entry, entrySource(name, scala));
    Launch.compile(classes, List.of(entry.toString()));

    Class.forName("io.gatling.app.Gatling", true, ClassLoader.getSystemClassLoader())
        .getMethod("main", String[].class)
        .invoke(null, (Object) new String[] {"-s", "PerfbedEntry", "-nr", "-rf", own.resolve("results").toString()});
  }

  private static List<String> javaSources(Path simulation) throws IOException {
    List<String> sources = Launch.sourcesIn(simulation.toAbsolutePath().getParent());
    return sources.isEmpty() ? List.of(simulation.toString()) : sources;
  }

  private static String simulationName(String text, Path file) {
    Matcher found = SIMULATION.matcher(text);
    if (!found.find()) throw Launch.fail(file + " has no class that extends Simulation");
    Matcher packaged = PACKAGE.matcher(text);
    return (packaged.find() ? packaged.group(1) + "." : "") + found.group(1);
  }

  /** The user's simulation, which waits for the fleet's common start before it injects its first user. */
  private static String entrySource(String name, boolean scala) {
    String body = scala
        ? "  public PerfbedEntry() { before(() -> { perfbed.Recorder.awaitStart(); return scala.runtime.BoxedUnit.UNIT; }); }\n"
        : "  @Override public void before() { super.before(); perfbed.Recorder.awaitStart(); }\n"
            + "  @Override public void after() { super.after(); perfbed.Rows.holdUntilPlannedEnd(); }\n";
    return "public class PerfbedEntry extends " + name + " {\n" + body + "}\n";
  }

  private static void compileScala(Path classes, List<String> sources) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("-nowarn", "-d", classes.toString(), "-cp", System.getProperty("java.class.path")));
    arguments.addAll(sources);
    Class<?> compiler = Class.forName("scala.tools.nsc.Main", true, ClassLoader.getSystemClassLoader());
    compiler.getMethod("process", String[].class).invoke(null, (Object) arguments.toArray(String[]::new));
    Object reporter = compiler.getMethod("reporter").invoke(null);
    // The compiler has told on the error output what it does not like.
    if ((boolean) reporter.getClass().getMethod("hasErrors").invoke(reporter)) throw Launch.fail("the Scala compiler refuses " + sources);
  }
}
