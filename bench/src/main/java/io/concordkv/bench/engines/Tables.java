package io.concordkv.bench.engines;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/// What was measured, as tables in Markdown: a line for each contender.
final class Tables {
  private final Map<String, List<Pass>> passes = new LinkedHashMap<>();
  private final Map<String, Killed> killed = new LinkedHashMap<>();

  void add(Contender contender, Pass pass) {
    passes.computeIfAbsent(contender.name(), _ -> new ArrayList<>()).add(pass);
  }

  void add(Contender contender, Killed found) {
    killed.put(contender.name(), found);
  }

  String text() {
    var workloads = columns(pass -> pass.figures().keySet());
    return table("operations per second", workloads, this::throughput)
        + table("processor time of the process for each operation, us", workloads, this::cpu)
        + table("p50 / p99 / p99.9 of a call, us", workloads, this::latencies)
        + table(
            "space and time",
            List.of(
                Pass.HEAP,
                Pass.DISK,
                Pass.AMPLIFICATION,
                Pass.SUSTAINED_DISK,
                Pass.SUSTAINED_AMPLIFICATION,
                Pass.SETTLE,
                Pass.REOPEN,
                "after a kill: opens in ms",
                "after a kill: share found"),
            this::size);
  }

  private List<String> columns(Function<Pass, Iterable<String>> names) {
    var columns = new ArrayList<String>();
    for (var rounds : passes.values()) {
      for (var name : names.apply(rounds.getFirst())) {
        if (!columns.contains(name)) {
          columns.add(name);
        }
      }
    }
    return columns;
  }

  private interface Cell {
    String text(String name, String column);
  }

  private String table(String title, List<String> columns, Cell cell) {
    var text = new StringBuilder("\n" + title + "\n\n| target | ");
    text.append(String.join(" | ", columns)).append(" |\n|---|");
    text.append("---:|".repeat(columns.size())).append('\n');
    for (var name : passes.keySet()) {
      text.append("| ").append(name).append(" |");
      for (var column : columns) {
        text.append(' ').append(cell.text(name, column)).append(" |");
      }
      text.append('\n');
    }
    return text.toString();
  }

  private String throughput(String name, String workload) {
    return figure(name, workload, figure -> rate(figure.opsPerSecond()));
  }

  private String cpu(String name, String workload) {
    return figure(name, workload, figure -> micros(figure.cpuMicros()));
  }

  private String latencies(String name, String workload) {
    return figure(
        name,
        workload,
        figure ->
            micros(figure.p50Micros())
                + "/"
                + micros(figure.p99Micros())
                + "/"
                + micros(figure.p999Micros()));
  }

  private String figure(String name, String workload, Function<Figure, String> show) {
    var rounds =
        passes.getOrDefault(name, List.of()).stream()
            .map(Pass::figures)
            .filter(figures -> figures.containsKey(workload))
            .map(figures -> figures.get(workload))
            .toList();
    return rounds.isEmpty() ? "–" : show.apply(Figure.median(rounds));
  }

  private String size(String name, String column) {
    var after = killed.get(name);
    if (column.startsWith("after a kill")) {
      if (after == null) {
        return "–";
      }
      if (Double.isNaN(after.openMillis())) {
        return "refused";
      }
      return column.endsWith("ms")
          ? String.format(Locale.ROOT, "%.0f", after.openMillis())
          : String.format(Locale.ROOT, "%.1f %%", 100 * after.share());
    }
    var rounds =
        passes.getOrDefault(name, List.of()).stream()
            .map(Pass::sizes)
            .filter(sizes -> sizes.containsKey(column))
            .map(sizes -> sizes.get(column))
            .toList();
    return rounds.isEmpty()
        ? "–"
        : String.format(
            Locale.ROOT,
            column.startsWith(Pass.AMPLIFICATION) ? "%.2f" : "%.0f",
            Figure.median(rounds, Double::doubleValue));
  }

  private static String rate(double value) {
    if (value >= 1e6) {
      return String.format(Locale.ROOT, "%.2fM", value / 1e6);
    }
    return value >= 1e4
        ? String.format(Locale.ROOT, "%.0fk", value / 1e3)
        : String.format(Locale.ROOT, "%.0f", value);
  }

  private static String micros(double value) {
    if (Double.isNaN(value)) {
      return "–";
    }
    return String.format(Locale.ROOT, value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f", value);
  }
}
