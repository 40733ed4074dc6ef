package io.concordkv.sim.oracle;

import io.concordkv.raft.RaftStatus;
import io.concordkv.raft.Role;
import io.concordkv.sim.violation.Violation;

/// I10: which role may follow which, from one event to the next. An only voter may take several
/// steps at once.
final class Roles {
  private Roles() {}

  static void step(String name, RaftStatus then, RaftStatus now) {
    if (then.role() == now.role() && then.hardState().term() == now.hardState().term()) {
      return;
    }
    var configuration = now.configuration();
    boolean alone = configuration.voters().size() == 1 && !configuration.joint();
    legal(alone || follows(then, now), "from " + then.role() + " to ", name, now);
    if (now.role() != then.role() && now.role() != Role.FOLLOWER) {
      boolean votes = configuration.mayLead(now.id()) || then.configuration().mayLead(now.id());
      legal(votes, "without a vote it becomes ", name, now);
    }
    switch (now.role()) {
      case FOLLOWER -> {}
      case PRE_CANDIDATE -> legal(now.leader() == 0, "with a leader it is ", name, now);
      case CANDIDATE -> {
        legal(now.leader() == 0, "with a leader it is ", name, now);
        legal(now.hardState().vote() == now.id(), "with another vote it is ", name, now);
      }
      case LEADER -> {
        legal(now.leader() == now.id(), "under a leader it is ", name, now);
        legal(now.hardState().vote() == now.id(), "with another vote it is ", name, now);
      }
    }
  }

  private static boolean follows(RaftStatus then, RaftStatus now) {
    long terms = now.hardState().term() - then.hardState().term();
    return switch (now.role()) {
      case FOLLOWER -> true;
      case PRE_CANDIDATE -> then.role() != Role.LEADER;
      // A campaign is a term of its own.
      case CANDIDATE -> then.role() != Role.LEADER && terms > 0;
      case LEADER -> then.role() == Role.CANDIDATE && terms == 0;
    };
  }

  private static void legal(boolean holds, String how, String name, RaftStatus now) {
    Violation.unless(holds, "I10 role-transitions", name + ": " + how + now.role() + ", " + now);
  }
}
