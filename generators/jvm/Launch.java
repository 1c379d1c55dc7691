import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * Compiles what perfbed adds to a load tool, and hands over to it. Run in source-code mode:
 * java -cp classes:lib/* Launch.java <classes folder> <perfbed's sources> <main class> [argument …]
 */
public final class Launch {
  public static void main(String[] args) throws Exception {
    compile(Path.of(args[0]), sourcesIn(Path.of(args[1])));
    Class.forName(args[2], true, ClassLoader.getSystemClassLoader())
        .getMethod("main", String[].class)
        .invoke(null, (Object) Arrays.copyOfRange(args, 3, args.length));
  }

  /** The Java files of a folder. */
  public static List<String> sourcesIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".java")).map(Path::toString).sorted().toList();
    }
  }

  public static void compile(Path classes, List<String> sources) {
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

  /** Ends with a message that perfbed shows. */
  public static RuntimeException fail(String message) {
    System.err.println("ERROR " + message.strip());
    System.exit(3);
    return new IllegalStateException(message);
  }
}
