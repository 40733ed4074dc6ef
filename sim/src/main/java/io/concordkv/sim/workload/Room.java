package io.concordkv.sim.workload;

import io.concordkv.mvcc.watch.WatchAnswer;
import io.concordkv.sim.violation.Violation;

/// How many more answers a watcher takes before it rests. I18: events wait in the history and
/// nowhere else, so who has no room is sent none; what is begun is sent to its end.
final class Room {
  private final String name;
  private long left;

  /// The watch whose events go on in the next answer; 0: none.
  private long unfinished;

  Room(String name, long left) {
    this.name = name;
    this.left = left;
  }

  boolean any() {
    return left > 0;
  }

  void set(long answers) {
    left = answers;
  }

  void take(WatchAnswer answer) {
    Violation.unless(
        any() || answer.events().isEmpty() || answer.watchId() == unfinished,
        "I18 bounded",
        name + " has no room and is sent " + answer);
    unfinished = answer.fragment() ? answer.watchId() : 0;
    left--;
  }
}
