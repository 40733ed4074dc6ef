package io.concordkv.embedded;

import java.util.ArrayDeque;

/// Where in the log which commits end, a note for every so many bytes: how far the log can be
/// trimmed when the engine has made a commit durable.
final class Milestones {
  private record Milestone(long sequence, long position) {}

  private final long everyBytes;
  private final ArrayDeque<Milestone> ahead = new ArrayDeque<>();
  private long noted;
  private long passed;

  Milestones(long everyBytes) {
    this.everyBytes = everyBytes;
  }

  /// The log was trimmed up to `position` when it was opened.
  void begin(long position) {
    passed = position;
  }

  /// The commit `sequence` ends at `position`.
  void add(long sequence, long position) {
    if (position - noted >= everyBytes) {
      noted = position;
      ahead.add(new Milestone(sequence, position));
    }
  }

  /// The log is not needed for the commits up to `sequence`.
  void pass(long sequence, long durable) {
    for (var next = ahead.peek();
        next != null && next.sequence <= sequence && next.position <= durable;
        next = ahead.peek()) {
      passed = ahead.remove().position;
    }
  }

  /// Below this position nothing is needed.
  long passed() {
    return passed;
  }
}
