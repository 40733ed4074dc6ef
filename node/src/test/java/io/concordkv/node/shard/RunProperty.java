package io.concordkv.node.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.mvcc.Mutation;
import io.concordkv.mvcc.Operation;
import io.concordkv.mvcc.PurgeStep;
import io.concordkv.mvcc.Span;
import io.concordkv.node.command.Command;
import io.concordkv.node.command.Envelope;
import io.concordkv.node.command.EnvelopeCodec;
import io.concordkv.node.command.RequestId;
import io.concordkv.raft.Configuration;
import io.concordkv.raft.Entry;
import io.concordkv.raft.LogPosition;
import io.concordkv.raft.SnapshotMark;
import io.concordkv.testkit.Gen;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// However a log comes together in batches, its bars end at the same places, and every entry is in
/// one run.
final class RunProperty {
  private static final int MAX_ENTRIES = 40;
  private static final int MAX_BYTES = 20_000;

  @Test
  void bars_end_at_the_same_places_however_entries_come_together() {
    Gen.check(
        100,
        gen -> {
          var log = log(gen);
          var ends = ends(log, new Gen(gen.seed() + 1));
          assertThat(ends(log, new Gen(gen.seed() + 2))).isEqualTo(ends);
          long before = 0;
          for (long end : ends) {
            assertThat(end - before).isBetween(1L, (long) MAX_ENTRIES);
            before = end;
          }
          assertThat((long) log.size() - before).isLessThan(MAX_ENTRIES);
        });
  }

  private static List<Entry> log(Gen gen) {
    var log = new ArrayList<Entry>();
    for (int index = 1; index <= 400; index++) {
      var payload = gen.oneIn(10) ? Bytes.EMPTY : encode(command(gen));
      var kind = payload.isEmpty() ? Entry.Kind.NO_OP : Entry.Kind.COMMAND;
      log.add(new Entry(index, 1, kind, payload));
    }
    return log;
  }

  private static Command command(Gen gen) {
    var key = Bytes.of("k");
    return switch (gen.weighted(60, 5, 5, 5, 3, 3)) {
      case 0 -> new Command.Change(new Operation.Put(key, gen.bytes(2000), 0, false, false, false));
      case 1 -> new Command.Change(new Operation.DeleteRange(Span.prefix(key), false));
      case 2 -> new Command.Change(new Mutation.RevokeLease(1));
      case 3 -> new Command.Change(new Operation.DeleteRange(Span.of(key), false));
      case 4 -> new Command.EndBar();
      default -> new Command.Purge(new PurgeStep(7, 3, 0, 10));
    };
  }

  private static Bytes encode(Command command) {
    return EnvelopeCodec.encode(Envelope.of(1, new RequestId(1, 1, 1), 0, command));
  }

  /// Applies the log in batches that `gen` draws.
  private static List<Long> ends(List<Entry> log, Gen gen) {
    var ends = new ArrayList<Long>();
    var bars = new Bars(MAX_ENTRIES, MAX_BYTES);
    var at = new SnapshotMark(LogPosition.START, Configuration.of(List.of(1L)));
    int from = 0;
    while (from < log.size()) {
      int to = Math.min(log.size(), from + gen.between(1, 100));
      var batch = log.subList(from, to);
      int place = 0;
      while (place < batch.size()) {
        var run = Run.first(batch, place, at, bars);
        assertThat(run.after.last().index()).isGreaterThan(at.last().index());
        place = run.end(batch, place);
        assertThat(run.after.last()).isEqualTo(batch.get(place - 1).position());
        at = run.after;
        // What a heavy one writes follows from itself and from what was there.
        boolean ended = run.heavy ? bars.add(at.last().index() * 37 % 3000) : run.endsBar;
        if (ended) {
          bars.ended();
          ends.add(at.last().index());
        }
      }
      from = to;
    }
    return ends;
  }
}
