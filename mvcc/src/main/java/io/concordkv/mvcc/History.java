package io.concordkv.mvcc;

import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.View;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A piece of what happened, oldest first.
///
/// @param revisions those in which something that was asked for happened
/// @param through the last revision that was looked at: nothing up to it is missing
public record History(List<Revision> revisions, long through) {
  /// How many bytes of keys and values are read at once, give or take one revision.
  static final long MAX_BYTES = 4 << 20;

  public History {
    revisions = List.copyOf(revisions);
  }

  /// @param from the first revision that is wanted
  /// @param limit at most so many revisions are looked at
  /// @param wanted which keys
  /// @param previous whether what the keys were before is wanted too
  record Request(long from, int limit, Predicate<Bytes> wanted, boolean previous) {}

  static History read(
      View view, KeyspaceFormat format, Request request, long revision, long compactRevision) {
    var versions = new Versions(view, format);
    var revisions = new ArrayList<Revision>();
    var events = new ArrayList<Event>();
    long current = 0;
    long bytes = 0;
    int looked = 0;
    try (var cursor = view.scan(format.historyFrom(request.from), Order.ASCENDING)) {
      while (cursor.next()) {
        var at = format.readHistoryKey(cursor.key());
        if (at.main() > revision) {
          break;
        }
        if (at.main() != current) {
          if (!events.isEmpty()) {
            revisions.add(new Revision(current, events));
            events.clear();
          }
          if (looked == request.limit || bytes >= MAX_BYTES) {
            return new History(revisions, at.main() - 1);
          }
          looked++;
          current = at.main();
        }
        var key = cursor.value();
        if (request.wanted.test(key)) {
          boolean previous = request.previous && at.main() - 1 >= compactRevision;
          var event = event(view, format, key, at, previous ? versions : null);
          bytes += key.length() + event.pair().value().length();
          events.add(event);
        }
      }
    }
    if (!events.isEmpty()) {
      revisions.add(new Revision(current, events));
    }
    return new History(revisions, revision);
  }

  private static Event event(
      View view,
      KeyspaceFormat format,
      Bytes key,
      KeyspaceFormat.HistoryKey at,
      @Nullable Versions previous) {
    var stored = view.get(format.dataKey(key, at.main(), at.sub()));
    if (stored == null) {
      throw new CorruptionError(
          "the history has key " + key + " at revision " + at.main() + ", the data has not");
    }
    var version = format.readVersion(stored);
    // What makes a key has nothing before it, even if the same commit had deleted it.
    boolean made = !version.tombstone() && version.createRevision() == at.main();
    return new Event(
        version.tombstone() ? Event.Kind.DELETE : Event.Kind.PUT,
        version.pair(key, at.main()),
        previous == null || made ? null : previous.at(key, at.main() - 1));
  }
}
