package io.concordkv.sim;

import io.concordkv.sim.cluster.Setup;
import io.concordkv.sim.cluster.Toggle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Takes away from a failing run whatever it does not need to fail by the same check: faults (by
/// delta debugging: Zeller and Hildebrandt, TSE 2002), nodes, clients, time, toggles.
public final class Shrink {
  private static final List<Integer> SIZES = List.of(1, 2, 3, 4, 5);

  private final Function<Setup, @Nullable String> run;
  private final Function<Setup, List<Integer>> faults;
  private final String check;
  private final int maxRuns;
  private int runs;
  private Setup best;

  /// @param run runs a setup and says which check failed, null if none
  /// @param faults the numbers of the faults of a setup
  /// @param check what the smaller runs must fail by
  public Shrink(
      Function<Setup, @Nullable String> run,
      Function<Setup, List<Integer>> faults,
      Setup failing,
      String check,
      int maxRuns) {
    this.run = run;
    this.faults = faults;
    this.best = failing;
    this.check = check;
    this.maxRuns = maxRuns;
  }

  /// The smallest setup that was found and still fails.
  public Setup smallest() {
    shorten();
    fewerFaults();
    fewerNodes();
    fewerClients();
    fewerToggles();
    shorten();
    fewerFaults();
    return best;
  }

  /// How often it has run.
  public int runs() {
    return runs;
  }

  private boolean accept(Setup candidate) {
    if (runs >= maxRuns) {
      return false;
    }
    runs++;
    boolean same = check.equals(run.apply(candidate));
    if (same) {
      best = candidate;
    }
    return same;
  }

  private void fewerFaults() {
    var left = new ArrayList<>(faults.apply(best));
    if (left.isEmpty() || accept(best.keeping(Set.of()))) {
      return;
    }
    int parts = 2;
    while (left.size() > 1 && runs < maxRuns) {
      int size = Math.ceilDiv(left.size(), parts);
      boolean smaller = false;
      for (int from = 0; from < left.size() && !smaller; from += size) {
        var rest = new ArrayList<>(left);
        rest.subList(from, Math.min(left.size(), from + size)).clear();
        smaller = accept(best.keeping(new TreeSet<>(rest)));
        if (smaller) {
          left = rest;
          parts = Math.max(2, parts - 1);
        }
      }
      if (!smaller && size == 1) {
        return;
      }
      if (!smaller) {
        parts = Math.min(left.size(), parts * 2);
      }
    }
  }

  private void fewerNodes() {
    for (int nodes : SIZES) {
      if ((best.nodes() == 0 || nodes < best.nodes()) && accept(best.withNodes(nodes))) {
        return;
      }
    }
  }

  private void fewerClients() {
    for (int clients = 0; clients < 8; clients = Math.max(1, clients * 2)) {
      if ((best.clients() < 0 || clients < best.clients()) && accept(best.withClients(clients))) {
        return;
      }
    }
  }

  private void fewerToggles() {
    for (var toggle : Toggle.values()) {
      if (!best.off().contains(toggle)) {
        boolean _ = accept(best.without(toggle));
      }
    }
  }

  private void shorten() {
    while (best.chaos().compareTo(Duration.ofMillis(500)) > 0
        && accept(best.withChaos(Duration.ofMillis(best.chaos().toMillis() * 2 / 3)))) {
      // As long as the end is not needed.
    }
  }
}
