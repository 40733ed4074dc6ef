package io.concordkv.storage.engine.lsm;

import java.util.ArrayDeque;

/// What is to be done once the batches up to some number are in tables, in the order in which it
/// was asked for.
final class WhenDurable {
  private record Waiting(long sequence, Runnable then) {}

  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();

  void add(long sequence, Runnable then) {
    waiting.add(new Waiting(sequence, then));
  }

  /// All batches up to this number are in tables.
  void tell(long sequence) {
    while (!waiting.isEmpty() && waiting.element().sequence <= sequence) {
      waiting.remove().then.run();
    }
  }
}
