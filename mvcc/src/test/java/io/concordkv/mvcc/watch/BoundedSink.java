package io.concordkv.mvcc.watch;

import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A client's end of a stream that takes a few answers and then wants to be drained.
final class BoundedSink implements WatchSink {
  private final int capacity;
  private final ArrayDeque<WatchAnswer> held = new ArrayDeque<>();
  private final Consumer<WatchAnswer> client;
  private @Nullable WatchStream stream;
  private boolean refused;

  BoundedSink(int capacity, Consumer<WatchAnswer> client) {
    this.capacity = capacity;
    this.client = client;
  }

  void serve(WatchStream stream) {
    this.stream = stream;
  }

  int held() {
    return held.size();
  }

  @Override
  public boolean ready() {
    boolean ready = held.size() < capacity;
    refused |= !ready;
    return ready;
  }

  @Override
  public void send(WatchAnswer answer) {
    held.add(answer);
  }

  /// The client reads up to `count` answers.
  void drain(int count) {
    for (int i = 0; i < count && !held.isEmpty(); i++) {
      client.accept(held.removeFirst());
    }
    if (refused && held.size() < capacity && stream != null) {
      refused = false;
      stream.drained();
    }
  }
}
