package io.concordkv.raft;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.InvariantError;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/// Who takes part, and how.
///
/// @param voters decide
/// @param outgoing the voters of the configuration that is being left; while there are any, the
///   configuration is joint and both halves have to agree (Ongaro 2014, section 4.3)
/// @param learners follow without a vote
/// @param learnersNext those of `outgoing` that become learners once the joint configuration is
///   left
/// @param witnesses those of `voters` and `outgoing` that have an empty entry where others have a
///   command: they vote and acknowledge, but have nothing to lead or to answer with
public record Configuration(
    SortedSet<Long> voters,
    SortedSet<Long> outgoing,
    SortedSet<Long> learners,
    SortedSet<Long> learnersNext,
    SortedSet<Long> witnesses) {
  /// Of nobody: what a member has before it heard of the group that it joins.
  public static final Configuration EMPTY = of(List.of());

  public Configuration {
    voters = frozen(voters);
    outgoing = frozen(outgoing);
    learners = frozen(learners);
    learnersNext = frozen(learnersNext);
    witnesses = frozen(witnesses);
    for (long learner : learners) {
      Check.that(
          !voters.contains(learner) && !outgoing.contains(learner),
          "learner %x has no vote",
          learner,
          0);
    }
    Check.that(outgoing.containsAll(learnersNext), "who is to lose its vote has one");
    for (long witness : witnesses) {
      Check.that(
          voters.contains(witness) || outgoing.contains(witness), "witness %x votes", witness, 0);
    }
  }

  /// A configuration at rest with these voters.
  public static Configuration of(List<Long> voters) {
    return of(voters, List.of());
  }

  /// A configuration at rest with these voters and learners.
  public static Configuration of(List<Long> voters, List<Long> learners) {
    var none = new TreeSet<Long>();
    return new Configuration(new TreeSet<>(voters), none, new TreeSet<>(learners), none, none);
  }

  public boolean joint() {
    return !outgoing.isEmpty();
  }

  public boolean votes(long member) {
    return voters.contains(member) || outgoing.contains(member);
  }

  /// Whether it could lead: it has a vote and the data.
  public boolean mayLead(long member) {
    return votes(member) && !witnesses.contains(member);
  }

  /// Everybody who is sent the log.
  public SortedSet<Long> members() {
    var all = new TreeSet<>(voters);
    all.addAll(outgoing);
    all.addAll(learners);
    return all;
  }

  /// The configuration at rest that a joint one leads to.
  public Configuration left() {
    var learning = new TreeSet<>(learners);
    learning.addAll(learnersNext);
    var witnessing = new TreeSet<>(witnesses);
    witnessing.retainAll(voters);
    var none = new TreeSet<Long>();
    return new Configuration(voters, none, learning, none, witnessing);
  }

  public Bytes encode() {
    var out = new ByteWriter();
    for (var part : List.of(voters, outgoing, learners, learnersNext, witnesses)) {
      out.list(List.copyOf(part), (w, id) -> w.u64(id));
    }
    return out.finish();
  }

  /// Bytes that are none, or of one that cannot be, are a [CorruptionError].
  public static Configuration decode(Bytes encoded) {
    var in = new ByteReader(encoded);
    try {
      var configuration = new Configuration(ids(in), ids(in), ids(in), ids(in), ids(in));
      in.end();
      return configuration;
    } catch (InvariantError wrong) {
      throw new CorruptionError("a configuration that cannot be: " + wrong.getMessage());
    }
  }

  private static SortedSet<Long> frozen(SortedSet<Long> ids) {
    return ids.isEmpty()
        ? Collections.emptySortedSet()
        : Collections.unmodifiableSortedSet(new TreeSet<>(ids));
  }

  private static SortedSet<Long> ids(ByteReader in) {
    return new TreeSet<>(in.list(ByteReader::u64));
  }
}
