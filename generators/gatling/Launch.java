import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * Starts Gatling with a simulation in Java or Scala: compiles it and what perfbed adds to it, then hands over to Gatling. Run in
 * source-code mode: java -cp classes:lib/* Launch.java <classes folder> <perfbed's sources> <simulation>
 */
public final class Launch {
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
    else compile(classes, sources);
    String name = simulationName(text, simulation);
    Path entry = own.resolve("PerfbedEntry.java");
    Files.writeString(entry, entrySource(name, scala));
    compile(classes, List.of(own.resolve("Recorder.java").toString(), own.resolve("LogFileDataWriter.java").toString(), entry.toString()));

    Class.forName("io.gatling.app.Gatling", true, ClassLoader.getSystemClassLoader())
        .getMethod("main", String[].class)
        .invoke(null, (Object) new String[] {"-s", "PerfbedEntry", "-nr", "-rf", own.resolve("results").toString()});
  }

  private static List<String> javaSources(Path simulation) throws IOException {
    Path folder = simulation.toAbsolutePath().getParent();
    try (Stream<Path> files = Files.list(folder)) {
      List<String> sources = new ArrayList<>(
          files.filter(file -> file.toString().endsWith(".java")).map(Path::toString).sorted().toList());
      return sources.isEmpty() ? List.of(simulation.toString()) : sources;
    }
  }

  private static String simulationName(String text, Path file) {
    Matcher found = SIMULATION.matcher(text);
    if (!found.find()) throw fail(file + " has no class that extends Simulation");
    Matcher packaged = PACKAGE.matcher(text);
    return (packaged.find() ? packaged.group(1) + "." : "") + found.group(1);
  }

  /** The user's simulation, which waits for the fleet's common start before it injects its first user. */
  private static String entrySource(String name, boolean scala) {
    String body = scala
        ? "  public PerfbedEntry() { before(() -> { perfbed.Recorder.awaitStart(); return scala.runtime.BoxedUnit.UNIT; }); }\n"
        : "  @Override public void before() { super.before(); perfbed.Recorder.awaitStart(); }\n";
    return "public class PerfbedEntry extends " + name + " {\n" + body + "}\n";
  }

  private static void compile(Path classes, List<String> sources) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    if (compiler == null) throw fail("this Java has no compiler: a JDK is needed");
    StringWriter messages = new StringWriter();
    List<String> options = List.of("-d", classes.toString(), "-cp", System.getProperty("java.class.path"), "-nowarn", "-proc:none");
    try (var files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
      boolean done = compiler
          .getTask(new PrintWriter(messages), files, null, options, null, files.getJavaFileObjectsFromStrings(sources))
          .call();
      if (!done) throw fail(messages.toString());
    } catch (IOException error) {
      throw fail(error.getMessage());
    }
  }

  private static void compileScala(Path classes, List<String> sources) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("-nowarn", "-d", classes.toString(), "-cp", System.getProperty("java.class.path")));
    arguments.addAll(sources);
    Class<?> compiler = Class.forName("scala.tools.nsc.Main", true, ClassLoader.getSystemClassLoader());
    compiler.getMethod("process", String[].class).invoke(null, (Object) arguments.toArray(String[]::new));
    Object reporter = compiler.getMethod("reporter").invoke(null);
    // The compiler has told on the error output what it does not like.
    if ((boolean) reporter.getClass().getMethod("hasErrors").invoke(reporter)) throw fail("the Scala compiler refuses " + sources);
  }

  private static RuntimeException fail(String message) {
    System.err.println("ERROR " + message.strip());
    System.exit(3);
    return new IllegalStateException(message);
  }
}
