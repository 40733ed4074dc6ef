package io.concordkv.raft;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/// Who takes part: voters, the voters of the configuration that is being left (empty unless it is a
/// joint one, Ongaro 2014, section 4.3), and learners, who follow without a vote.
public record Configuration(
    SortedSet<Long> voters, SortedSet<Long> outgoing, SortedSet<Long> learners) {
  public Configuration {
    voters = Collections.unmodifiableSortedSet(new TreeSet<>(voters));
    outgoing = Collections.unmodifiableSortedSet(new TreeSet<>(outgoing));
    learners = Collections.unmodifiableSortedSet(new TreeSet<>(learners));
  }

  /// A configuration at rest with these voters.
  public static Configuration of(List<Long> voters) {
    return new Configuration(new TreeSet<>(voters), new TreeSet<>(), new TreeSet<>());
  }

  public boolean joint() {
    return !outgoing.isEmpty();
  }

  public boolean votes(long member) {
    return voters.contains(member) || outgoing.contains(member);
  }

  /// Everybody who is sent the log.
  public SortedSet<Long> members() {
    var all = new TreeSet<>(voters);
    all.addAll(outgoing);
    all.addAll(learners);
    return all;
  }

  public Bytes encode() {
    var out = new ByteWriter();
    for (var part : List.of(voters, outgoing, learners)) {
      out.list(List.copyOf(part), (w, id) -> w.u64(id));
    }
    return out.finish();
  }

  public static Configuration decode(Bytes encoded) {
    var in = new ByteReader(encoded);
    var configuration = new Configuration(ids(in), ids(in), ids(in));
    in.end();
    return configuration;
  }

  private static SortedSet<Long> ids(ByteReader in) {
    return new TreeSet<>(in.list(ByteReader::u64));
  }
}
