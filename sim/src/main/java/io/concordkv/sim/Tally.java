package io.concordkv.sim;

import io.concordkv.sim.mark.Landmarks;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What many runs did together, and how fast.
final class Tally {
  /// A seed with less trouble than this shows little.
  private static final int ENOUGH_FAULTS = 10;

  private static final int ENOUGH_ELECTIONS = 3;

  /// After so many seeds every coverage mark should have been reached.
  private static final int ENOUGH_SEEDS = 1000;

  private final long began = System.nanoTime();
  private long virtualNanos;
  private long faults;
  private long elections;
  private long commits;
  private long calls;
  private long events;
  private final TreeSet<String> marks = new TreeSet<>();
  private int done;
  private int troubled;
  private int failed;
  private int undecided;

  void add(SimReport report) {
    done++;
    virtualNanos += report.virtualNanos();
    faults += report.faults();
    elections += report.elections();
    commits += report.commits();
    calls += report.calls();
    events += report.events();
    marks.addAll(report.marks());
    undecided += report.decided() ? 0 : 1;
    failed += report.failed() ? 1 : 0;
    boolean enough = report.faults() >= ENOUGH_FAULTS && report.elections() >= ENOUGH_ELECTIONS;
    troubled += enough ? 1 : 0;
  }

  void fail() {
    failed++;
  }

  int failed() {
    return failed;
  }

  /// The coverage marks that none of the runs has reached; null if there were too few runs to tell.
  @Nullable List<String> missingMarks() {
    return done < ENOUGH_SEEDS
        ? null
        : Landmarks.ALL.stream().filter(mark -> !marks.contains(mark)).toList();
  }

  SortedSet<String> marks() {
    return marks;
  }

  @Override
  public String toString() {
    double minutes = (System.nanoTime() - began) / 60e9;
    return String.format(
        Locale.ROOT,
        "%d seeds (%d with at least %d faults and %d elections), %d failed, %d with calls too hard"
            + " to judge; per minute: %.0f seeds, %.2f cluster-hours, %.0f faults, %.0f elections,"
            + " %.0f commits, %.0f calls, %.2f million events",
        done,
        troubled,
        ENOUGH_FAULTS,
        ENOUGH_ELECTIONS,
        failed,
        undecided,
        done / minutes,
        virtualNanos / 3.6e12 / minutes,
        faults / minutes,
        elections / minutes,
        commits / minutes,
        calls / minutes,
        events / 1e6 / minutes);
  }
}
