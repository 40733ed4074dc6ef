package io.concordkv.sim.nemesis;

import io.concordkv.node.Answer;
import io.concordkv.node.Membership;
import io.concordkv.node.Reply;
import io.concordkv.node.command.Standing;
import io.concordkv.sim.cluster.SimNode;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Has members added, promoted and removed, whatever else goes on. Whoever is asked may refuse, and
/// an answer may never come.
final class Succession {
  private static final int MAX_NODES = 9;
  private static final int MAX_MEMBERS = 7;

  private final Field field;

  Succession(Field field) {
    this.field = field;
  }

  void add(Fault fault) {
    var asked = asked(fault);
    if (asked == null
        || field.cluster.nodes().size() >= MAX_NODES
        || field.cluster.members().size() >= MAX_MEMBERS) {
      return;
    }
    var standing = fault.chance().nextInt(3) == 0 ? Standing.VOTER : Standing.LEARNER;
    asked.add(List.of(field.cluster.enlist()), standing, noted());
  }

  void promote(Fault fault) {
    var asked = asked(fault);
    var leader = field.cluster.leader();
    var up = leader == null ? null : leader.up();
    if (asked != null && up != null) {
      for (long learner : up.raftStatus().configuration().learners()) {
        asked.promote(learner, noted());
      }
    }
  }

  /// Now and then the leader itself.
  void remove(Fault fault) {
    var asked = asked(fault);
    var members = field.cluster.members();
    if (asked == null || members.size() < 2) {
      return;
    }
    var victim = members.get(fault.victim() % members.size());
    var chosen = fault.chance().nextInt(3) == 0 ? field.leaderOr(victim) : victim;
    asked.remove(chosen.id(), noted());
  }

  private @Nullable Membership asked(Fault fault) {
    List<SimNode> up = field.cluster.up();
    var node = up.isEmpty() ? null : up.get((fault.victim() / 7) % up.size()).up();
    return node == null ? null : node.membership();
  }

  private <T> Reply<Answer<T>> noted() {
    Consumer<Answer<T>> done = answer -> field.simulation.note(answer.header().revision());
    return Reply.from(done, error -> field.simulation.note(error.code().name().length()));
  }
}
