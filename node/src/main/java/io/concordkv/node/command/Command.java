package io.concordkv.node.command;

import io.concordkv.mvcc.Mutation;
import io.concordkv.mvcc.PurgeStep;
import java.util.List;

/// What a shard's log entries say.
public sealed interface Command {
  /// A change of the keyspace.
  record Change(Mutation mutation) implements Command {}

  /// What every replica does for its files at the same place of the log, so that they agree.
  /// Nothing that a client sees depends on it.
  sealed interface Chore extends Command {}

  /// A bar of the engine ends here, though it is not full.
  record EndBar() implements Chore {}

  /// Some of what compaction made unreadable is deleted.
  record Purge(PurgeStep step) implements Chore {}

  /// What goes beside a configuration, or is about one: who the members are. So it also reaches
  /// members without data.
  sealed interface Membership extends Command {}

  /// A member tells its name and where clients reach it. The configuration stays as it is.
  ///
  /// @param birth drawn when its data directory was made: who comes with the same id and another
  ///   one has lost what it had acknowledged
  record Publish(long member, String name, List<String> clientUrls, long birth)
      implements Membership {
    public Publish {
      clientUrls = List.copyOf(clientUrls);
    }
  }

  /// The first members, in order of id; in the log's first entry.
  record Found(List<Founder> founders) implements Membership {
    public Found {
      founders = List.copyOf(founders);
    }
  }

  record Founder(long member, List<String> peerUrls) {
    public Founder {
      peerUrls = List.copyOf(peerUrls);
    }
  }

  record AddMember(long member, List<String> peerUrls, Standing standing) implements Membership {
    public AddMember {
      peerUrls = List.copyOf(peerUrls);
    }
  }

  record RemoveMember(long member) implements Membership {}

  /// A majority of those who stay has stored that these are members no more, so nobody can need
  /// their votes again.
  record ReleaseMembers(List<Long> members) implements Membership {
    public ReleaseMembers {
      members = List.copyOf(members);
    }
  }

  /// A learner becomes a voter.
  record PromoteMember(long member) implements Membership {}

  /// Members take the places of others, all of them at once: the successors come and the others go
  /// in one change.
  record ReplaceMembers(List<Succession> successions) implements Membership {
    public ReplaceMembers {
      successions = List.copyOf(successions);
    }
  }

  /// @param peerUrls where a new member will be reached; none: the successor is a learner
  record Succession(long member, long successor, List<String> peerUrls) {
    public Succession {
      peerUrls = List.copyOf(peerUrls);
    }

    public boolean promotes() {
      return peerUrls.isEmpty();
    }
  }

  /// The quorum was lost, and somebody decided that the survivors go on alone. A record of that.
  ///
  /// @param by who decided, as the machine knows it
  record Recover(List<Long> survivors, String by) implements Membership {
    public Recover {
      survivors = List.copyOf(survivors);
    }
  }

  /// A member's peer URLs change. The configuration does not.
  record UpdateMember(long member, List<String> peerUrls) implements Membership {
    public UpdateMember {
      peerUrls = List.copyOf(peerUrls);
    }
  }
}
