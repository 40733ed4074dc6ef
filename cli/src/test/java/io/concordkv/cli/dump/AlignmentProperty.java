package io.concordkv.cli.dump;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.mvcc.Compare;
import io.concordkv.mvcc.Mutation;
import io.concordkv.mvcc.Operation;
import io.concordkv.mvcc.Span;
import io.concordkv.testkit.Gen;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The revisions found from the history are those that applying the changes gives.
class AlignmentProperty {
  @TempDir private Path directory;

  private long known;
  private long asked;

  @Test
  void no_revision_is_guessed_and_many_are_found() {
    Gen.check(60, this::aligned);
    assertThat(known).isGreaterThan(asked / 2);
  }

  private void aligned(Gen gen) {
    try (var state = StoredState.empty(directory)) {
      var changes = new ArrayList<Mutation>();
      var truth = new ArrayList<Long>();
      for (int i = 0; i < 200; i++) {
        var change = change(gen, i);
        var applied = state.apply(change);
        changes.add(change);
        truth.add(applied.revision());
      }
      int from = gen.below(150);
      var last = changes.subList(from, changes.size());
      var history = state.history(1);
      var firstKnown = state.firstKnown();
      var found =
          new Alignment(
                  last,
                  state.revision(),
                  at -> at < firstKnown ? null : history.getOrDefault(at, List.of()))
              .solve();
      found.forEach((place, revision) ->
          assertThat(revision).as(last.get(place).toString()).isEqualTo(truth.get(from + place)));
      known += found.size();
      asked += last.size();
    }
  }

  private static Mutation change(Gen gen, int number) {
    var key = Bytes.of("k" + gen.below(8));
    return switch (gen.below(10)) {
      case 0 -> new Operation.DeleteRange(Span.of(key), false);
      case 1 -> new Operation.DeleteRange(Span.prefix(Bytes.of("k")), false);
      case 2, 3 -> commit(gen, key, number);
      case 4 -> new Mutation.GrantLease(1 + gen.below(3), 10);
      case 5 -> new Mutation.RevokeLease(1 + gen.below(3));
      case 6 -> put(key, number, 1 + gen.below(3));
      case 7 -> gen.oneIn(8) ? new Mutation.Compact(number / 2) : put(key, number, 0);
      default -> put(key, gen.flag() ? number : 0, 0);
    };
  }

  private static Operation.Put put(Bytes key, int value, long lease) {
    return new Operation.Put(key, Bytes.of("v" + value), lease, false, false, false);
  }

  private static Operation.GuardedCommit commit(Gen gen, Bytes key, int number) {
    var absent =
        new Compare(Span.of(key), Compare.Target.VERSION, Compare.Result.EQUAL, 0, Bytes.EMPTY);
    List<Operation> otherwise =
        gen.flag() ? List.of() : List.of(new Operation.DeleteRange(Span.of(key), false));
    return new Operation.GuardedCommit(
        List.of(absent),
        List.of(put(key, number, 0), put(Bytes.of("other"), number, 0)),
        otherwise);
  }

  @Test
  void a_change_that_may_have_been_any_of_two_is_left_open() {
    try (var state = StoredState.empty(directory)) {
      var delete = new Operation.DeleteRange(Span.of(Bytes.of("a")), false);
      state.apply(put(Bytes.of("a"), 1, 0));
      state.apply(delete);
      state.apply(delete);
      var history = state.history(1);
      var changes = List.of(delete, delete);
      var found =
          new Alignment(changes, state.revision(), at -> history.getOrDefault(at, List.of()))
              .solve();
      // With what was before them: the first deletion found a key. Without that, either may have.
      assertThat(found).isEmpty();
    }
  }
}
