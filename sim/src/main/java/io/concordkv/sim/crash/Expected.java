package io.concordkv.sim.crash;

import io.concordkv.base.ByteReader;
import io.concordkv.base.Bytes;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What one thread may have left, as its acknowledgements and the durability promise it.
final class Expected {
  private final Setup setup;
  private final int thread;

  /// Its keys after the first `least` deeds, which must be there.
  private final TreeMap<Bytes, Bytes> pairs = new TreeMap<>();

  private long least;

  /// The last deed that may be there.
  private long most;

  private long acknowledged;

  Expected(Setup setup, int thread) {
    this.setup = setup;
    this.thread = thread;
  }

  /// Up to which deed it has come.
  long deeds() {
    return least;
  }

  /// The next deeds begin, and the first of them may be there from now on.
  void begins() {
    acknowledged = least;
    most = least + 1;
  }

  /// The one behind a deed that is acknowledged is under way.
  void done(long number, Deed.Kind kind) {
    if (number != acknowledged + 1) {
      throw new CrashFailure("thread %d did %d behind %d".formatted(thread, number, acknowledged));
    }
    acknowledged = number;
    most = number + 1;
    if (setup.acknowledgesDurable() || kind == Deed.Kind.FLUSH) {
      keep(number);
    }
  }

  private void keep(long number) {
    while (least < number) {
      least++;
      Deed.of(setup.seed(), thread, least).apply(thread, pairs);
    }
  }

  /// Compares what is there with what may be, and goes on from there.
  void found(SortedMap<Bytes, Bytes> there) {
    long from = least;
    while (!pairs.equals(there)) {
      if (least >= most) {
        throw new CrashFailure(difference(there, from));
      }
      keep(least + 1);
    }
  }

  /// By the number of the deed that wrote it.
  private static String told(@Nullable Bytes value) {
    return value == null
        ? "nothing"
        : value.length() < 8
            ? value.toString()
            : "that of deed " + new ByteReader(value).u64() + " (" + value.length() + " bytes)";
  }

  /// Only what a person needs to begin with: the model stands behind the last deed now.
  private String difference(SortedMap<Bytes, Bytes> there, long from) {
    var keys = new StringBuilder();
    var all = new TreeMap<>(pairs);
    all.putAll(there);
    for (var key : all.keySet()) {
      var here = pairs.get(key);
      var other = there.get(key);
      if (here == null || !here.equals(other)) {
        keys.append("\n  ").append(key).append(": expected ").append(told(here));
        keys.append(", found ").append(told(other));
      }
    }
    return "thread %d has nothing that its deeds %d to %d leave. After the last of them it would be:%s"
        .formatted(thread, from, most, keys);
  }
}
