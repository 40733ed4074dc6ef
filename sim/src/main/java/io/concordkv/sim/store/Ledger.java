package io.concordkv.sim.store;

import io.concordkv.base.Bytes;
import io.concordkv.embedded.Control;
import io.concordkv.embedded.Isolation;
import io.concordkv.sim.violation.Violation;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.WriteBatch;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/// What a store must have: the content after each commit, by number, made of what clients did.
///
/// While a process lives, what its clients did is only written down, since one may see a commit
/// before the one that made it knows its number. When it is dead all numbers are known, and all
/// that was read is compared.
final class Ledger {
  private final List<NavigableMap<Bytes, Bytes>> contents = new ArrayList<>();
  private final List<WriteBatch> batches = new ArrayList<>();
  private final List<Deed> deeds = new ArrayList<>();
  private final List<Sighting> sightings = new ArrayList<>();

  /// Up to here no crash may take anything back.
  private long promised;

  /// The whole content as it was seen after the commit `number`.
  private record Sighting(String check, long number, NavigableMap<Bytes, Bytes> content) {}

  Ledger() {
    contents.add(new TreeMap<>());
    batches.add(new WriteBatch());
  }

  void add(Deed deed) {
    deeds.add(deed);
  }

  void saw(String check, long number, NavigableMap<Bytes, Bytes> content) {
    sightings.add(new Sighting(check, number, content));
  }

  void promise(long number) {
    promised = Math.max(promised, number);
  }

  long last() {
    return contents.size() - 1L;
  }

  /// The process is dead. Returns how many commits there were.
  int settle() {
    int commits = 0;
    deeds.sort(Comparator.comparingLong(deed -> deed.number));
    for (var deed : deeds) {
      if (deed.number != 0) {
        Violation.unless(
            deed.number == last() + 1, "store.number", deed + " follows commit " + last());
        var next = new TreeMap<>(contents.getLast());
        apply(next, deed.writes, deed.writes.changes().size());
        contents.add(next);
        batches.add(deed.writes);
        commits++;
      }
    }
    deeds.forEach(this::check);
    deeds.clear();
    for (var sighting : sightings) {
      Violation.unless(
          sighting.number <= last(), sighting.check, "there is no commit " + sighting.number);
      Violation.unless(
          sighting.content.equals(content(sighting.number)),
          sighting.check,
          "after commit " + sighting.number + ": " + difference(sighting));
    }
    sightings.clear();
    return commits;
  }

  private String difference(Sighting sighting) {
    var expected = new TreeMap<>(content(sighting.number));
    var found = new TreeMap<>(sighting.content);
    expected.entrySet().removeAll(sighting.content.entrySet());
    found.entrySet().removeAll(content(sighting.number).entrySet());
    return "missing is " + expected + ", and not to be there is " + found;
  }

  /// What another process found. What is not there any more never was, and its numbers are used
  /// again.
  ///
  /// @param least all up to this commit has to be there
  void recovered(long number, NavigableMap<Bytes, Bytes> content, long least) {
    Violation.unless(
        number >= least,
        "store.lost",
        "commit " + least + " counted, and " + number + " is the last");
    Violation.unless(
        number <= last(), "store.number", "commit " + number + " is there, and was never made");
    saw("store.recovery", number, content);
    int _ = settle();
    contents.subList((int) number + 1, contents.size()).clear();
    batches.subList((int) number + 1, batches.size()).clear();
    promised = Math.min(promised, number);
  }

  long promised() {
    return promised;
  }

  private NavigableMap<Bytes, Bytes> content(long number) {
    return contents.get((int) number);
  }

  private static void apply(NavigableMap<Bytes, Bytes> content, WriteBatch batch, int changes) {
    for (var change : batch.changes().subList(0, changes)) {
      switch (change) {
        case WriteBatch.Change.Put(var key, var value) -> content.put(key, value);
        case WriteBatch.Change.Delete(var key) -> content.remove(key);
        case WriteBatch.Change.DeleteRange(var range) -> content.keySet().removeIf(range::contains);
      }
    }
  }

  private void check(Deed deed) {
    if (deed.isolation == Isolation.READ_COMMITTED) {
      eachOfItsTime(deed);
    } else if (deed.control == Control.OPTIMISTIC) {
      some(deed, deed.began, deed.began, at -> fits(deed, at));
    } else if (deed.isolation == Isolation.SNAPSHOT) {
      some(deed, deed.began, deed.moment, at -> fits(deed, at));
    } else if (deed.committed && deed.number == 0 && !deed.reads.isEmpty()) {
      var last = deed.reads.getLast();
      some(deed, last.before(), last.after(), at -> allAt(deed, at, false));
    } else {
      eachOfItsTime(deed);
    }
    if (deed.number != 0) {
      boolean all = deed.isolation == Isolation.SERIALIZABLE;
      boolean kept = all || deed.control == Control.PESSIMISTIC;
      boolean updates = !all && deed.isolation == Isolation.READ_COMMITTED;
      if (kept && (all || updates)) {
        some(deed, deed.number - 1, deed.number - 1, at -> allAt(deed, at, updates));
      }
    }
  }

  private void some(Deed deed, long from, long to, LongPredicate fits) {
    long before = deed.number == 0 ? last() : deed.number - 1;
    for (long at = from; at <= Math.min(to, before); at++) {
      if (fits.test(at)) {
        return;
      }
    }
    if (!deed.reads.isEmpty() || deed.number != 0) {
      throw new Violation(
          deed.number == 0 ? "store.view" : "store.isolation",
          deed + " fits no content from " + from + " to " + to + ": " + complaint(deed, from));
    }
  }

  private String complaint(Deed deed, long at) {
    for (var read : deed.reads) {
      var wanted = wanted(deed, read, Math.min(at, last()));
      if (!read.found().equals(wanted)) {
        return read + " where " + wanted + " should be";
      }
    }
    return "somebody else wrote what it writes";
  }

  /// As if it had seen the content `at`, and nobody had written since what it writes.
  private boolean fits(Deed deed, long at) {
    if (!allAt(deed, at, false)) {
      return false;
    }
    if (deed.number == 0 || deed.isolation != Isolation.SNAPSHOT) {
      return true;
    }
    var own = new ArrayList<KeyRange>();
    deed.writes.changes().forEach(change -> own.add(Deed.range(change)));
    deed.reads.stream().filter(Deed.Read::forUpdate).forEach(read -> own.add(read.range()));
    for (long other = at + 1; other < deed.number; other++) {
      for (var change : batches.get((int) other).changes()) {
        if (own.stream().anyMatch(Deed.range(change)::overlaps)) {
          return false;
        }
      }
    }
    return true;
  }

  private boolean allAt(Deed deed, long at, boolean updatesOnly) {
    for (var read : deed.reads) {
      if ((!updatesOnly || read.forUpdate()) && !isAt(deed, read, at)) {
        return false;
      }
    }
    return true;
  }

  private void eachOfItsTime(Deed deed) {
    for (var read : deed.reads) {
      boolean found = false;
      for (long at = read.before(); at <= Math.min(read.after(), last()) && !found; at++) {
        found = isAt(deed, read, at);
      }
      Violation.unless(found, "store.read", deed + " has " + read);
    }
  }

  private boolean isAt(Deed deed, Deed.Read read, long at) {
    return read.found().equals(wanted(deed, read, at));
  }

  private List<Map.Entry<Bytes, Bytes>> wanted(Deed deed, Deed.Read read, long at) {
    var content = content(at);
    if (read.writes() > 0) {
      content = new TreeMap<>(content);
      apply(content, deed.writes, read.writes());
    }
    return within(content, read.range());
  }

  static List<Map.Entry<Bytes, Bytes>> within(NavigableMap<Bytes, Bytes> content, KeyRange range) {
    @Nullable Bytes to = range.to();
    if (range.isEmpty()) {
      return List.of();
    }
    var inside =
        to == null
            ? content.tailMap(range.from(), true)
            : content.subMap(range.from(), true, to, false);
    return inside.entrySet().stream()
        .<Map.Entry<Bytes, Bytes>>map(pair -> Map.entry(pair.getKey(), pair.getValue()))
        .toList();
  }
}
