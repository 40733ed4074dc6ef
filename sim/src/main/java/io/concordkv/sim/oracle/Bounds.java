package io.concordkv.sim.oracle;

import io.concordkv.node.Node;
import io.concordkv.node.NodeConfig;
import io.concordkv.sim.violation.Violation;

/// I18: what waits in a node is bounded by what its settings say, whatever happens to it.
public final class Bounds {
  /// Looks after so many events: what leaks goes on leaking.
  private static final int EVERY = 16;

  private final NodeConfig config;
  private int events;

  public Bounds(NodeConfig config) {
    this.config = config;
  }

  /// To be called after every event of a node's loop.
  public void look(String name, Node node) {
    if (++events % EVERY != 0) {
      return;
    }
    var backlog = node.backlog();
    int pending = config.maxPending();
    // One append may begin while there is room for a byte.
    long bytes =
        config.raft().maxInflightBytes() + config.raft().maxAppendBytes() + config.maxEntryBytes();
    Violation.unless(
        backlog.writes() <= pending
            && backlog.unsent() <= pending
            && backlog.reads() <= pending
            && backlog.questions() <= pending
            && backlog.raft().appends() <= config.raft().maxInflightMessages()
            && backlog.raft().bytes() <= bytes,
        "I18 bounded",
        name + " has " + backlog + " with room for " + pending + " and " + config.raft());
  }
}
