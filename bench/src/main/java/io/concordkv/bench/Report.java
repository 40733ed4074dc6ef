package io.concordkv.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// All figures of a run, as a table and as JSON lines.
final class Report {
  /// @param system whose figures
  record Cell(String system, Workload workload, int clients) {}

  private final Map<Cell, List<Figures>> rounds = new LinkedHashMap<>();

  void add(Cell cell, Figures figures) {
    rounds.computeIfAbsent(cell, _ -> new ArrayList<>()).add(figures);
  }

  List<Figures> rounds(Cell cell) {
    return rounds.getOrDefault(cell, List.of());
  }

  /// The medians of `ours`, and with `other` its medians and how ours stand to them.
  String table(String ours, List<String> systems) {
    var text = new StringBuilder();
    text.append("| workload | clients | system | ops/s | p50 ms | p99 ms | server CPU us/op |");
    text.append(" ops/s ratio | CPU ratio | errors |\n");
    text.append("|---|---:|---|---:|---:|---:|---:|---:|---:|---:|\n");
    for (var cell : rounds.keySet()) {
      if (!cell.system.equals(ours)) {
        continue;
      }
      for (var system : systems) {
        var other = new Cell(system, cell.workload, cell.clients);
        boolean compare = !system.equals(ours);
        text.append(row(other, rounds(other), compare ? rounds(cell) : List.of()));
      }
    }
    return text.toString();
  }

  /// With `ours` the row also says how ours stand to it.
  private static String row(Cell cell, List<Figures> figures, List<Figures> ours) {
    double ops = Figures.median(figures, Figures::opsPerSecond);
    double cpu = Figures.median(figures, Figures::serverMicros);
    boolean compare = !ours.isEmpty();
    return String.format(
        Locale.ROOT,
        "| %s | %d | %s | %,.0f | %.2f | %.2f | %.1f | %s | %s | %d |%n",
        cell.workload.label,
        cell.clients,
        cell.system,
        ops,
        Figures.median(figures, Figures::p50Millis),
        Figures.median(figures, Figures::p99Millis),
        cpu,
        compare ? ratio(Figures.median(ours, Figures::opsPerSecond) / ops) : "",
        compare ? ratio(Figures.median(ours, Figures::serverMicros) / cpu) : "",
        figures.stream().mapToLong(Figures::errors).sum());
  }

  private static String ratio(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  static String json(Cell cell, int round, Figures figures) {
    return String.format(
        Locale.ROOT,
        "{\"system\":\"%s\",\"workload\":\"%s\",\"clients\":%d,\"round\":%d,\"ops_per_second\":%.1f,"
            + "\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"server_cpu_us_per_op\":%.2f,\"operations\":%d,"
            + "\"errors\":%d}",
        cell.system,
        cell.workload.label,
        cell.clients,
        round,
        figures.opsPerSecond(),
        figures.p50Millis(),
        figures.p99Millis(),
        figures.serverMicros(),
        figures.operations(),
        figures.errors());
  }
}
