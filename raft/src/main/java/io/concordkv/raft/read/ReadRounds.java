package io.concordkv.raft.read;

import io.concordkv.base.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/// The reads that wait on a leader: those of the round that is under way, and those that came since
/// and will share the next one.
///
/// A round's context is never used twice, so an answer that was long under way cannot confirm a
/// round that began after it. A round answers only reads that came before it began, with an index
/// taken when it began.
public final class ReadRounds {
  /// Who asked, by which name. Members choose tokens independently of each other.
  public record Read(long member, long token) {}

  private final int maxReads;
  private final TreeSet<Long> acknowledged = new TreeSet<>();
  private List<Read> waiting = new ArrayList<>();
  private List<Read> underWay = new ArrayList<>();
  private long lastContext;
  private long context;
  private long index;

  /// @param seed where contexts start from: it should differ between incarnations
  public ReadRounds(long seed, int maxReads) {
    this.lastContext = seed >>> 2;
    this.maxReads = maxReads;
  }

  /// False if too many are waiting.
  public boolean add(long member, long token) {
    if (waiting.size() + underWay.size() >= maxReads) {
      return false;
    }
    waiting.add(new Read(member, token));
    return true;
  }

  public boolean waiting() {
    return !waiting.isEmpty();
  }

  /// The context of the round that is under way, 0 if there is none. Always positive.
  public long context() {
    return context;
  }

  /// A context for a heartbeat that is of no round.
  public long nextContext() {
    return ++lastContext;
  }

  /// Begins a round for all that wait, to be answered with `index`.
  public long begin(long index) {
    Check.that(context == 0 && !waiting.isEmpty(), "a round begins when reads wait for one");
    var idle = underWay;
    underWay = waiting;
    waiting = idle;
    acknowledged.clear();
    this.index = index;
    context = nextContext();
    return context;
  }

  /// Returns whether that is about the round under way.
  public boolean acknowledge(long member, long context) {
    return context != 0 && context == this.context && acknowledged.add(member);
  }

  public boolean acknowledged(long member) {
    return acknowledged.contains(member);
  }

  /// What the round's reads are answered with.
  public long index() {
    return index;
  }

  /// Ends the round; these are to be answered.
  public List<Read> end() {
    Check.that(context != 0, "only a round under way ends");
    var answered = List.copyOf(underWay);
    underWay.clear();
    context = 0;
    return answered;
  }

  /// Everything that waits, in the order in which it came; nothing waits any more.
  public List<Read> abandon() {
    var all = new ArrayList<>(underWay);
    all.addAll(waiting);
    underWay.clear();
    waiting.clear();
    context = 0;
    return all;
  }
}
