package io.concordkv.sim.oracle;

import io.concordkv.node.Backlog;
import io.concordkv.node.Node;
import io.concordkv.node.NodeConfig;
import io.concordkv.raft.RaftBacklog;
import io.concordkv.raft.RaftStatus;
import io.concordkv.raft.Role;
import io.concordkv.sim.violation.Violation;
import java.util.HashMap;

/// I18: what waits in a node is bounded by what its settings say, whatever happens to it.
public final class Bounds {
  /// No entry of a simulated client, and no configuration, is larger.
  private static final long LARGEST_ENTRY = 4096;

  private final NodeConfig config;
  private final HashMap<String, Last> last = new HashMap<>();

  /// How a node was seen last.
  ///
  /// @param inherited what was uncommitted when its term as a leader began
  private record Last(Object life, RaftStatus status, RaftBacklog raft, long inherited) {}

  public Bounds(NodeConfig config) {
    this.config = config;
  }

  /// To be called after every event of a node's loop.
  public void look(String name, Node node) {
    look(name, node, node.raftStatus(), node.backlog());
  }

  void look(String name, Object life, RaftStatus now, Backlog backlog) {
    var seen = last.get(name);
    var before = seen != null && seen.life.equals(life) ? seen : null;
    boolean reigns =
        before != null
            && before.status.role() == Role.LEADER
            && before.status.hardState().term() == now.hardState().term();
    long inherited = before != null && reigns ? before.inherited : backlog.raft().uncommitted();
    last.put(name, new Last(life, now, backlog.raft(), inherited));

    int pending = config.maxPending();
    var raft = config.raft();
    boolean within =
        backlog.writes() <= pending
            && backlog.unsent() <= pending
            && backlog.reads() <= pending
            && backlog.questions() <= pending
            && backlog.raft().appends() <= raft.maxInflightMessages()
            // One append may begin while there is room for a byte.
            && backlog.raft().bytes()
                <= raft.maxInflightBytes() + raft.maxAppendBytes() + LARGEST_ENTRY
            && backlog.raft().uncommitted()
                <= Math.max(inherited, raft.maxUncommittedBytes()) + LARGEST_ENTRY
            && !(before != null && takesWhileFull(before, now, backlog.raft()));
    Violation.unless(
        within,
        "I18 bounded",
        name + " has " + backlog + " at " + now + " with room for " + pending + " and " + raft);
  }

  /// Whether a follower took entries in an event during all of which as many as may were waiting.
  private boolean takesWhileFull(Last before, RaftStatus now, RaftBacklog backlog) {
    return full(before.status, before.raft)
        && full(now, backlog)
        && before.status.role() == Role.FOLLOWER
        && now.role() == Role.FOLLOWER
        && before.status.applied() == now.applied()
        && before.status.last().index() < now.last().index();
  }

  private boolean full(RaftStatus status, RaftBacklog backlog) {
    return backlog.waiting() >= config.raft().maxWaitingBytes()
        && status.hardState().committed() >= backlog.needed();
  }
}
