package io.concordkv.sim.oracle;

import io.concordkv.raft.Entry;
import io.concordkv.raft.LogPosition;
import io.concordkv.sim.model.Replay;
import io.concordkv.sim.violation.Violation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What is known of the one log that all members write: which entry was ever at which position, and
/// which are committed.
final class LogFacts {
  /// For each committed index, the term of the member that was first seen to know.
  private final List<Long> committedIn = new ArrayList<>();

  private final Map<LogPosition, Entry> written = new HashMap<>();
  private final Map<LogPosition, Long> termBefore = new HashMap<>();
  private final List<Long> committed = new ArrayList<>();
  private final Replay replay;

  LogFacts(Replay replay) {
    this.replay = replay;
  }

  /// I3 by induction: equal positions hold equal entries behind equal positions.
  void wrote(Entry entry) {
    var known = written.putIfAbsent(entry.position(), entry);
    Violation.unless(
        known == null || known.equals(entry),
        "I3 log-matching",
        "two entries at index " + entry.index() + " of term " + entry.term());
  }

  /// The same for a member that has empty entries in the place of commands.
  void wroteBare(Entry entry) {
    var known = written.get(entry.position());
    boolean emptied =
        known != null
            && known.kind() == Entry.Kind.COMMAND
            && entry.kind() == Entry.Kind.NO_OP
            && entry.payload().isEmpty();
    Violation.unless(
        emptied || (entry.kind() != Entry.Kind.COMMAND && entry.equals(known)),
        "I3 log-matching",
        "a witness has " + entry + " in the place of " + known);
  }

  void follows(LogPosition position, long before) {
    Long known = termBefore.putIfAbsent(position, before);
    Violation.unless(
        known == null || known == before,
        "I3 log-matching",
        "before " + position + " stands term " + before + " here, " + known + " elsewhere");
  }

  /// I5: whoever commits an index commits the same entry. `inTerm` is the term that `node` is in.
  void committed(String node, LogPosition position, long inTerm) {
    int place = (int) position.index() - 1;
    if (place < committed.size()) {
      Violation.unless(
          committed.get(place) == position.term(),
          "I5 state-machine-safety",
          node + " commits " + position + ", others have committed term " + committed.get(place));
      return;
    }
    var entry = written.get(position);
    if (place > committed.size() || entry == null) {
      throw new Violation(
          "I5 state-machine-safety", node + " commits " + position + ", which nobody else has");
    }
    committed.add(entry.term());
    committedIn.add(inTerm);
    replay.add(entry);
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
    return index >= 1 && index <= committed.size() ? committed.get((int) index - 1) : 0;
  }
}
