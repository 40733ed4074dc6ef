package io.concordkv.raft;

import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// A change of who takes part, as steps that are taken together. Without any step it changes
/// nothing and only carries a context into the log.
///
/// If it gives or takes the vote of more than one member, it leads to a joint configuration, which
/// the leader leaves by itself once it is in force. Any two majorities of configurations that
/// differ by one voter share a member, so a smaller change needs no such phase (Ongaro 2014,
/// section 4.1).
public record ConfigChange(List<Step> steps) {
  public ConfigChange {
    steps = List.copyOf(steps);
  }

  public static ConfigChange of(Step... steps) {
    return new ConfigChange(List.of(steps));
  }

  public sealed interface Step {
    long member();
  }

  /// A new voter, or a learner that gets a vote.
  public record AddVoter(long member) implements Step {}

  /// A new learner, or a voter that loses its vote.
  public record AddLearner(long member) implements Step {}

  /// A new voter without data. What it is cannot be changed later: its log has no commands, so it
  /// could not tell others of them. Remove it and add another member.
  public record AddWitness(long member) implements Step {}

  public record Remove(long member) implements Step {}

  /// Where a change leads to.
  public sealed interface Outcome {
    record Next(Configuration configuration) implements Outcome {}

    record Refused(Refusal why) implements Outcome {}
  }

  /// Where this leads to from `now`, which is at rest.
  public Outcome from(Configuration now) {
    if (now.joint()) {
      return new Outcome.Refused(Refusal.CHANGE_PENDING);
    }
    var draft = new Draft(now);
    for (var step : steps) {
      var refusal = draft.take(step);
      if (refusal != null) {
        return new Outcome.Refused(refusal);
      }
    }
    return draft.finish(now);
  }

  private static final class Draft {
    private final SortedSet<Long> voters;
    private final SortedSet<Long> learners;
    private final SortedSet<Long> witnesses;

    Draft(Configuration now) {
      voters = new TreeSet<>(now.voters());
      learners = new TreeSet<>(now.learners());
      witnesses = new TreeSet<>(now.witnesses());
    }

    @Nullable Refusal take(Step step) {
      long id = step.member();
      boolean known = voters.contains(id) || learners.contains(id);
      return switch (step) {
        case AddVoter _ -> {
          learners.remove(id);
          yield voters.add(id) ? null : Refusal.ALREADY_MEMBER;
        }
        case AddLearner _ -> {
          voters.remove(id);
          yield !witnesses.contains(id) && learners.add(id) ? null : Refusal.ALREADY_MEMBER;
        }
        case AddWitness _ -> {
          voters.add(id);
          witnesses.add(id);
          yield known ? Refusal.ALREADY_MEMBER : null;
        }
        case Remove _ -> {
          voters.remove(id);
          learners.remove(id);
          witnesses.remove(id);
          yield known ? null : Refusal.UNKNOWN_MEMBER;
        }
      };
    }

    Outcome finish(Configuration now) {
      for (long id : now.members()) {
        boolean stays = voters.contains(id) || learners.contains(id);
        if (stays && now.witnesses().contains(id) != witnesses.contains(id)) {
          return new Outcome.Refused(Refusal.ALREADY_MEMBER);
        }
      }
      if (witnesses.containsAll(voters)) {
        return new Outcome.Refused(Refusal.NO_VOTER_LEFT);
      }
      var none = new TreeSet<Long>();
      if (votesChanged(now) <= 1) {
        return new Outcome.Next(new Configuration(voters, none, learners, none, witnesses));
      }
      var later = new TreeSet<>(learners);
      later.retainAll(now.voters());
      learners.removeAll(later);
      witnesses.addAll(now.witnesses());
      return new Outcome.Next(new Configuration(voters, now.voters(), learners, later, witnesses));
    }

    private long votesChanged(Configuration now) {
      return voters.stream().filter(id -> !now.voters().contains(id)).count()
          + now.voters().stream().filter(id -> !voters.contains(id)).count();
    }
  }
}
