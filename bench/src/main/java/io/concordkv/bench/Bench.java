package io.concordkv.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The load program: measures what was built here and, in the same run with the same clients, an
/// etcd binary. Both clusters run all the time, one of them idle; in every round each is measured
/// once, and who comes first changes from round to round.
public final class Bench {
  private static final String OURS = "concordkv";
  private static final String THEIRS = "etcd";
  private static final int PREPARING_CLIENTS = 100;

  private final Settings settings;
  private final PrintStream json;
  private final Report report = new Report();

  private Bench(Settings settings, PrintStream json) {
    this.settings = settings;
    this.json = json;
  }

  public static void main(String[] arguments) {
    var root = Path.of(System.getProperty("concord.root", ".")).toAbsolutePath();
    try {
      var settings = Settings.from(System.getenv(), root);
      refuseOurselves(settings, root);
      if (settings.json() == null) {
        new Bench(settings, System.out).run();
      } else {
        try (var json = new PrintStream(settings.json().toFile(), StandardCharsets.UTF_8)) {
          new Bench(settings, json).run();
        }
      }
    } catch (IllegalArgumentException mistake) {
      System.err.println("bench: " + mistake.getMessage());
      System.exit(2);
    } catch (IOException | RuntimeException failure) {
      System.err.println("bench: " + failure);
      System.exit(1);
    }
  }

  /// A comparison with ourselves would flatter.
  static void refuseOurselves(Settings settings, Path root) throws IOException {
    var etcd = settings.etcd();
    if (etcd == null) {
      return;
    }
    if (!Files.isExecutable(etcd)) {
      throw new IllegalArgumentException("ETCD=" + etcd + " is not a program");
    }
    var real = etcd.toRealPath();
    boolean here = real.startsWith(root.toRealPath());
    var version = Cluster.version(etcd);
    if (here || version.toLowerCase(Locale.ROOT).contains("concord")) {
      throw new IllegalArgumentException("ETCD=" + etcd + " is ConcordKV itself, not etcd");
    }
  }

  private void run() {
    System.out.println("concordkv: " + oneLine(Cluster.version(settings.ours())));
    var clusters = new ArrayList<Cluster>();
    try {
      clusters.add(Cluster.start(OURS, settings.ours(), settings.directory().resolve(OURS)));
      var etcd = settings.etcd();
      if (etcd != null) {
        System.out.println("etcd: " + oneLine(Cluster.version(etcd)));
        clusters.add(Cluster.start(THEIRS, etcd, settings.directory().resolve(THEIRS)));
      }
      for (var cluster : clusters) {
        try (var channels = cluster.connect(1)) {
          Workload.prepare(channels);
        }
      }
      clusters.forEach(cluster -> settings.at().ifPresent(cluster::only));
      if (settings.prepareMillis() > 0) {
        for (var workload : settings.workloads()) {
          clusters.forEach(cluster ->
              Measurement.prepare(cluster, workload, PREPARING_CLIENTS, settings.prepareMillis()));
        }
      }
      for (var workload : settings.workloads()) {
        for (int clients : settings.clients()) {
          measure(clusters, workload, clients);
        }
      }
    } finally {
      clusters.forEach(Cluster::close);
    }
    System.out.println();
    System.out.println(report.table(OURS, clusters.stream().map(cluster -> cluster.name).toList()));
  }

  private void measure(List<Cluster> clusters, Workload workload, int clients) {
    for (int round = 0; round <= settings.rounds(); round++) {
      var order = round % 2 == 0 ? clusters : clusters.reversed();
      for (var cluster : order) {
        var figures = Measurement.take(cluster, workload, clients, settings);
        if (round > 0) { // the first one only warms up
          var cell = new Report.Cell(cluster.name, workload, clients);
          report.add(cell, figures);
          json.println(Report.json(cell, round, figures));
          json.flush();
        }
      }
    }
  }

  private static String oneLine(String version) {
    return version.replaceAll("\\R", ", ");
  }
}
