package io.concordkv.sim.oracle;

import io.concordkv.raft.Entry;
import io.concordkv.raft.LogPosition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What is known of the one log that all members write: which entry was ever at which position, and
/// which are committed.
final class LogFacts {
  /// @param hash of kind and payload
  record Fact(long term, long hash) {}

  /// For each committed index, the term of the member that was first seen to know.
  private final List<Long> committedIn = new ArrayList<>();

  private final Map<LogPosition, Long> hashes = new HashMap<>();
  private final Map<LogPosition, Long> termBefore = new HashMap<>();
  private final List<Fact> committed = new ArrayList<>();

  /// I3 by induction: equal positions hold equal entries behind equal positions.
  void wrote(Entry entry) {
    Long known = hashes.putIfAbsent(entry.position(), hash(entry));
    Violation.unless(
        known == null || known == hash(entry),
        "I3 log-matching",
        "two entries at index " + entry.index() + " of term " + entry.term());
  }

  void follows(LogPosition position, long before) {
    Long known = termBefore.putIfAbsent(position, before);
    Violation.unless(
        known == null || known == before,
        "I3 log-matching",
        "before " + position + " stands term " + before + " here, " + known + " elsewhere");
  }

  /// I5: whoever commits an index commits the same entry. `inTerm` is the term that `node` is in.
  void committed(String node, Entry entry, long inTerm) {
    var fact = new Fact(entry.term(), hash(entry));
    int place = (int) entry.index() - 1;
    if (place == committed.size()) {
      committed.add(fact);
      committedIn.add(inTerm);
    } else if (place < committed.size()) {
      Violation.unless(
          committed.get(place).equals(fact),
          "I5 state-machine-safety",
          node + " commits another entry at " + entry.position() + " than " + committed.get(place));
    } else {
      throw new Violation("I5 state-machine-safety", node + " commits behind a gap");
    }
  }

  long commits() {
    return committed.size();
  }

  /// How many entries were committed in terms before `term`.
  long commitsBefore(long term) {
    int count = committedIn.size();
    while (count > 0 && committedIn.get(count - 1) >= term) {
      count--;
    }
    return count;
  }

  /// The term of the committed entry at `index`; 0 if none is committed there.
  long committedTerm(long index) {
    return index >= 1 && index <= committed.size() ? committed.get((int) index - 1).term : 0;
  }

  private static long hash(Entry entry) {
    return entry.kind().code() * 31L + entry.payload().hashCode();
  }
}
