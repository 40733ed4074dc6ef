package io.concordkv.bench.engines;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What is left of a store whose process was killed right after it had put many pairs without a
/// sync.
///
/// @param openMillis until it was open and had answered; NaN if it was refused
/// @param share of the pairs that are there
record Killed(double openMillis, double share) {
  private static final String WRITTEN = "written";

  /// The child's part: puts the pairs, says so and waits for its end.
  static void write(Contender contender, Contender.Way way, Pairs pairs, Path directory)
      throws IOException {
    var target = contender.open(directory, way);
    for (int i = 0; i < pairs.count; i++) {
      target.put(pairs.shuffled(i), pairs.value(i));
    }
    System.out.println(WRITTEN);
    while (System.in.read() >= 0) {
      // Until it is killed.
    }
    target.close();
  }

  /// The parent's part. `directory` is empty.
  static Killed of(Contender contender, Contender.Way way, Pairs pairs, Path directory) {
    try {
      var child =
          new ProcessBuilder(command(contender, way, pairs, directory))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try (var lines = child.inputReader()) {
        var line = lines.readLine();
        while (line != null && !line.equals(WRITTEN)) {
          line = lines.readLine();
        }
        child.destroyForcibly();
        child.waitFor();
        if (line == null) {
          throw new IllegalStateException(contender.name() + " did not get to its end");
        }
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      throw new AssertionError("nobody interrupts a benchmark", interrupted);
    }
    return look(contender, way, pairs, directory);
  }

  private static Killed look(Contender contender, Contender.Way way, Pairs pairs, Path directory) {
    long began = System.nanoTime();
    Target target;
    try {
      target = contender.open(directory, way);
    } catch (RuntimeException | Error refused) {
      System.out.println(contender.name() + " refuses to open after a kill: " + refused);
      return new Killed(Double.NaN, 0);
    }
    try (target) {
      var first = target.get(pairs.shuffled(0));
      double millis = (System.nanoTime() - began) / 1e6;
      long found = first == null ? 0 : 1;
      for (int i = 1; i < pairs.count; i++) {
        found += target.get(pairs.shuffled(i)) == null ? 0 : 1;
      }
      return new Killed(millis, (double) found / pairs.count);
    }
  }

  private static List<String> command(
      Contender contender, Contender.Way way, Pairs pairs, Path directory) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(EnginesBench.class.getName());
    command.add("WRITER=" + directory);
    command.add("TARGETS=" + contender.name());
    command.add("COUNT=" + pairs.count);
    command.add("VALUE=" + pairs.valueBytes());
    command.add("CACHE=" + (way.cacheBytes() >> 20));
    command.add("BUFFER=" + (way.bufferBytes() >> 20));
    return command;
  }
}
