package io.concordkv.mvcc;

import io.concordkv.base.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// Decides which branches a guarded commit takes. The conditions of the whole tree look at what was
/// there before its first change.
final class Conditions {
  private static final LiveEntry MISSING = new LiveEntry(Bytes.EMPTY, 0, 0, 0, 0, 0);

  private Conditions() {}

  /// @param nested the choices of the guarded commits among `operations`, in their order
  record Choice(boolean succeeded, List<Operation> operations, List<Choice> nested) {}

  static Choice choose(
      Operation.GuardedCommit commit, LiveView live, Function<LiveEntry, Bytes> values) {
    boolean succeeded = true;
    for (var compare : commit.compares()) {
      succeeded = succeeded && holds(compare, live, values);
    }
    var operations = succeeded ? commit.success() : commit.failure();
    List<Choice> nested = List.of();
    for (var operation : operations) {
      if (operation instanceof Operation.GuardedCommit inner) {
        nested = nested.isEmpty() ? new ArrayList<>() : nested;
        nested.add(choose(inner, live, values));
      }
    }
    return new Choice(succeeded, operations, nested);
  }

  static boolean holds(Compare compare, LiveView live, Function<LiveEntry, Bytes> values) {
    boolean found = false;
    if (compare.span().single()) {
      var entry = live.find(compare.span().key());
      found = entry != null;
      if (entry != null && !holds(compare, entry, values)) {
        return false;
      }
    } else {
      var cursor = live.cursor(compare.span());
      while (cursor.next()) {
        found = true;
        if (!holds(compare, cursor.entry(), values)) {
          return false;
        }
      }
    }
    // A missing key counts as one with only zeros, but it has no value that could be compared.
    return found || (compare.target() != Compare.Target.VALUE && holds(compare, MISSING, values));
  }

  private static boolean holds(
      Compare compare, LiveEntry entry, Function<LiveEntry, Bytes> values) {
    int order =
        switch (compare.target()) {
          case VERSION -> Long.compare(entry.version(), compare.number());
          case CREATE -> Long.compare(entry.createRevision(), compare.number());
          case MOD -> Long.compare(entry.main(), compare.number());
          case LEASE -> Long.compare(entry.lease(), compare.number());
          case VALUE -> values.apply(entry).compareTo(compare.value());
        };
    return switch (compare.result()) {
      case EQUAL -> order == 0;
      case GREATER -> order > 0;
      case LESS -> order < 0;
      case NOT_EQUAL -> order != 0;
      case ANY -> true;
    };
  }
}
