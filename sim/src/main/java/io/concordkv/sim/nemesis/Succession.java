package io.concordkv.sim.nemesis;

import io.concordkv.node.Answer;
import io.concordkv.node.Membership;
import io.concordkv.node.Reply;
import io.concordkv.node.command.Command;
import io.concordkv.node.command.Standing;
import io.concordkv.raft.Configuration;
import io.concordkv.sim.cluster.SimNode;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Has members added, promoted, replaced and removed, whatever else goes on. Whoever is asked may
/// refuse, and an answer may never come.
final class Succession {
  private static final int MAX_MEMBERS = 7;
  private static final int MAX_REPLACED = 3;
  private static final int MAX_VOTERS = 5;
  private static final long STEP_MILLIS = 400;

  private final Field field;

  Succession(Field field) {
    this.field = field;
  }

  void add(Fault fault) {
    var asked = asked(fault.victim());
    var chance = fault.chance();
    var standing =
        switch (chance.nextInt(6)) {
          case 0, 1 -> Standing.VOTER;
          case 2 -> Standing.WITNESS;
          default -> Standing.LEARNER;
        };
    if (asked != null) {
      add(asked, standing);
    }
  }

  /// Has whoever is nearest to the `victim`th node add a learner.
  void addLearner(int victim) {
    var asked = asked(victim);
    if (asked != null) {
      add(asked, Standing.LEARNER);
    }
  }

  void promote(Fault fault) {
    var asked = asked(fault.victim());
    if (asked != null) {
      learners().forEach(learner -> asked.promote(learner, noted()));
    }
  }

  /// Now and then the leader itself.
  void remove(Fault fault) {
    var asked = asked(fault.victim());
    var members = field.cluster.members();
    if (asked == null || members.size() < 2) {
      return;
    }
    var victim = members.get(fault.victim() % members.size());
    var chosen = fault.chance().nextInt(3) == 0 ? field.leaderOr(victim) : victim;
    asked.remove(chosen.id(), noted());
  }

  /// Up to three at once, by new members and by learners.
  void replace(Fault fault) {
    var asked = asked(fault.victim());
    if (asked != null) {
      replace(asked, fault.chance());
    }
  }

  /// Several ask at the same time for what does not go together.
  void race(Fault fault) {
    var chance = fault.chance();
    for (int contenders = 2 + chance.nextInt(2); contenders > 0; contenders--) {
      var asked = asked(chance.nextInt(Integer.MAX_VALUE));
      if (asked == null) {
        return;
      }
      switch (chance.nextInt(3)) {
        case 0 -> add(asked, Standing.VOTER);
        case 1 -> replace(asked, chance);
        default -> remove(asked, chance);
      }
    }
  }

  /// Lets the voters become one, three or five, one after the other.
  void resize(Fault fault) {
    var chance = fault.chance();
    resize(1 + 2 * chance.nextInt(MAX_VOTERS / 2 + 1), fault.harmMillis(), chance);
  }

  private void resize(int size, long millis, SplittableRandom chance) {
    var asked = asked(chance.nextInt(Integer.MAX_VALUE));
    int voters = configuration().voters().size();
    if (asked != null && voters < size) {
      add(asked, Standing.VOTER);
    } else if (asked != null && voters > size) {
      remove(asked, chance);
    }
    if (millis > 0) {
      field.later(STEP_MILLIS, () -> resize(size, millis - STEP_MILLIS, chance));
    }
  }

  private void add(Membership asked, Standing standing) {
    var url = field.cluster.members().size() < MAX_MEMBERS ? field.cluster.enlist() : null;
    if (url != null) {
      asked.add(List.of(url), standing, noted());
    }
  }

  private void remove(Membership asked, SplittableRandom chance) {
    var members = field.cluster.members();
    asked.remove(members.get(chance.nextInt(members.size())).id(), noted());
  }

  private void replace(Membership asked, SplittableRandom chance) {
    var members = field.cluster.members().stream().map(SimNode::id).toList();
    var learners = new ArrayList<>(learners());
    var wanted = new ArrayList<Command.Succession>();
    int count = 1 + chance.nextInt(MAX_REPLACED);
    for (long gone : field.shuffledIds(chance)) {
      if (wanted.size() == count || !members.contains(gone)) {
        continue;
      }
      boolean learns = learners.remove(gone);
      if (!learners.isEmpty() && !learns) {
        wanted.add(new Command.Succession(gone, learners.removeFirst(), List.of()));
        continue;
      }
      var url = field.cluster.enlist();
      if (url != null) {
        wanted.add(new Command.Succession(gone, 0, List.of(url)));
      }
    }
    asked.replace(wanted, noted());
  }

  private List<Long> learners() {
    return List.copyOf(configuration().learners());
  }

  /// As the leader knows it.
  private Configuration configuration() {
    var leader = field.cluster.leader();
    var up = leader == null ? null : leader.up();
    return up == null ? Configuration.EMPTY : up.raftStatus().configuration();
  }

  private @Nullable Membership asked(int number) {
    List<SimNode> up = field.cluster.serving();
    var node = up.isEmpty() ? null : up.get((number / 7) % up.size()).up();
    return node == null ? null : node.membership();
  }

  private <T> Reply<Answer<T>> noted() {
    Consumer<Answer<T>> done = answer -> field.simulation.note(answer.header().revision());
    return Reply.from(done, error -> field.simulation.note(error.code().name().length()));
  }
}
