import io.gatling.core.controller.inject.open.OpenInjectionStep;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeUnit;
import scala.concurrent.duration.FiniteDuration;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Users of one generator of several, each at the instant when it is due: user n of all when the area under the curve reaches n, and
 * generator n modulo count makes it. Gatling's own steps give users out second by second, so that those of a low rate, and of all
 * generators, come together at full seconds.
 */
public final class DueUsers implements OpenInjectionStep {
  /** An arrival that is due exactly at the end must not be lost to rounding. */
  private static final double EPSILON = 1e-6;

  /** Length of each piece in seconds; users per second at its beginning, and at its end. */
  private final double[] lengths;
  private final double[] from;
  private final double[] to;
  private final int index;
  private final int count;

  private DueUsers(double[] lengths, double[] from, double[] to, int index, int count) {
    this.lengths = lengths;
    this.from = from;
    this.to = to;
    this.index = index;
    this.count = count;
  }

  /**
   * @param file a curve as CSV: seconds, and users per second of the whole fleet at their end; the first row has no length
   * @param index of this generator, from 0
   */
  public static io.gatling.javaapi.core.OpenInjectionStep of(String file, int index, int count) {
    try {
      List<double[]> rows = Files.readAllLines(Path.of(file)).stream().skip(1).map(DueUsers::numbers).toList();
      int pieces = rows.size() - 1;
      double[] lengths = new double[pieces];
      double[] from = new double[pieces];
      double[] to = new double[pieces];
      for (int piece = 0; piece < pieces; piece++) {
        lengths[piece] = rows.get(piece + 1)[0];
        from[piece] = rows.get(piece)[1];
        to[piece] = rows.get(piece + 1)[1];
      }
      // The DSL for Java has no step of one's own.
      Constructor<io.gatling.javaapi.core.OpenInjectionStep> constructor =
          io.gatling.javaapi.core.OpenInjectionStep.class.getDeclaredConstructor(OpenInjectionStep.class);
      constructor.setAccessible(true);
      return constructor.newInstance(new DueUsers(lengths, from, to, index, count));
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    } catch (ReflectiveOperationException error) {
      throw new IllegalStateException("This Gatling does not take steps of perfbed's: " + error, error);
    }
  }

  private static double[] numbers(String row) {
    String[] values = row.split(",");
    return new double[] {Double.parseDouble(values[0]), Double.parseDouble(values[1])};
  }

  private double area(int piece) {
    return (from[piece] + to[piece]) / 2 * lengths[piece];
  }

  @Override
  public long users() {
    double all = EPSILON;
    for (int piece = 0; piece < lengths.length; piece++) all += area(piece);
    long due = (long) Math.floor(all);
    return Math.max(0, (due - index + count - 1) / count);
  }

  @Override
  public FiniteDuration duration() {
    double all = 0;
    for (double length : lengths) all += length;
    return at(all);
  }

  @Override
  public scala.collection.Iterator<FiniteDuration> chain(scala.collection.Iterator<FiniteDuration> following) {
    if (following.hasNext()) throw new IllegalStateException("DueUsers is a whole injection profile");
    return CollectionConverters.asScala(new Instants());
  }

  private static FiniteDuration at(double seconds) {
    return FiniteDuration.apply(Math.round(seconds * 1000), TimeUnit.MILLISECONDS);
  }

  private final class Instants implements Iterator<FiniteDuration> {
    private final long users = users();
    private long made = 0;
    private int piece = 0;
    private double pieceBegins = 0;
    /** Area under the pieces before this one. */
    private double before = 0;

    @Override
    public boolean hasNext() {
      return made < users;
    }

    @Override
    public FiniteDuration next() {
      if (!hasNext()) throw new NoSuchElementException();
      double wanted = (double) made * count + index + 1;
      made++;
      while (piece < lengths.length - 1 && before + area(piece) < wanted) {
        before += area(piece);
        pieceBegins += lengths[piece];
        piece++;
      }
      double left = Math.min(wanted - before, area(piece));
      double slope = (to[piece] - from[piece]) / lengths[piece];
      double root = Math.sqrt(Math.max(0, from[piece] * from[piece] + 2 * slope * left));
      double into = left <= 0 ? 0 : 2 * left / (from[piece] + root);
      return at(pieceBegins + Math.min(into, lengths[piece]));
    }
  }

  // A product in the sense of Scala, as all steps are.

  @Override
  public int productArity() {
    return 0;
  }

  @Override
  public Object productElement(int element) {
    throw new IndexOutOfBoundsException(element);
  }

  @Override
  public boolean canEqual(Object other) {
    return other instanceof DueUsers;
  }
}
