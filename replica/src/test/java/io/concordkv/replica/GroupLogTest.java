package io.concordkv.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.raft.Configuration;
import io.concordkv.raft.ConfigurationEntry;
import io.concordkv.raft.Entry;
import io.concordkv.raft.HardState;
import io.concordkv.raft.LogPosition;
import io.concordkv.raft.SnapshotMark;
import io.concordkv.replica.wire.LogRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// What a group's records make, also where segments with the oldest of them are gone already.
final class GroupLogTest {
  private static final Configuration VOTERS = Configuration.of(List.of(1L, 2L, 3L));

  private static SnapshotMark mark(long index) {
    return new SnapshotMark(new LogPosition(index, 1), VOTERS);
  }

  private static LogRecord append(long first, long last, long term) {
    var entries = new ArrayList<Entry>();
    for (long index = first; index <= last; index++) {
      entries.add(new Entry(index, term, Entry.Kind.COMMAND, Bytes.EMPTY));
    }
    return new LogRecord.Append(new HardState(term, 0, 0), first, entries);
  }

  private static GroupLog replay(List<LogRecord> records) {
    var log = new GroupLog(7);
    records.forEach(record -> log.add(record, 0));
    log.complete();
    return log;
  }

  private static Recovery recover(List<LogRecord> records, long applied) {
    var log = new GroupLog(7);
    records.forEach(record -> log.add(record, 0));
    var founders = new ConfigurationEntry(VOTERS, Bytes.EMPTY);
    return Recovery.of(1, founders, log, mark(applied), false, "wal");
  }

  @Test
  void entries_behind_an_older_trim_may_be_gone_with_their_segment_if_a_later_trim_covers_them() {
    var left =
        List.of(
            new LogRecord.Trimmed(mark(9496)),
            append(9504, 9510, 1),
            new LogRecord.Trimmed(mark(9505)));
    var recovery = recover(left, 9507);
    assertThat(recovery.start()).isEqualTo(mark(9505));
    assertThat(recovery.entries())
        .extracting(Entry::index)
        .containsExactly(9506L, 9507L, 9508L, 9509L, 9510L);
  }

  @Test
  void an_older_trim_behind_entries_that_do_not_follow_it_is_no_damage_either() {
    var left =
        List.of(
            append(9504, 9510, 1),
            new LogRecord.Trimmed(mark(9496)),
            append(9511, 9512, 1),
            new LogRecord.Trimmed(mark(9512)));
    var recovery = recover(left, 9512);
    assertThat(recovery.start()).isEqualTo(mark(9512));
    assertThat(recovery.entries()).isEmpty();
  }

  @Test
  void entries_that_are_missing_behind_the_last_trim_are_damage() {
    var behind = List.of(new LogRecord.Trimmed(mark(9496)), append(9504, 9510, 1));
    assertThatThrownBy(() -> recover(behind, 9496))
        .isInstanceOf(CorruptionError.class)
        .hasMessageContaining("entry 9504 follows the start 9496");
    var before = List.of(append(9504, 9510, 1), new LogRecord.Trimmed(mark(9496)));
    assertThatThrownBy(() -> recover(before, 9496))
        .isInstanceOf(CorruptionError.class)
        .hasMessageContaining("entry 9504 follows the start 9496");
    var one =
        List.of(
            new LogRecord.Trimmed(mark(9496)),
            append(9504, 9510, 1),
            new LogRecord.Trimmed(mark(9502)));
    assertThatThrownBy(() -> recover(one, 9502))
        .isInstanceOf(CorruptionError.class)
        .hasMessageContaining("entry 9504 follows the start 9502");
  }

  @Test
  void entries_that_do_not_follow_those_before_are_damage_though_a_later_trim_covers_them() {
    var torn =
        List.of(
            new LogRecord.Start(mark(3)),
            append(4, 6, 1),
            append(8, 9, 1),
            new LogRecord.Trimmed(mark(9)));
    assertThatThrownBy(() -> replay(torn))
        .isInstanceOf(CorruptionError.class)
        .hasMessageContaining("entry 8 follows 6");
  }

  @Test
  void wherever_trimming_may_cut_what_is_left_gives_the_same_log() {
    for (int seed = 0; seed < 300; seed++) {
      var records = randomLog(new SplittableRandom(seed));
      var whole = replay(records);
      long trimmed = 0;
      for (int cut = records.size() - 1; cut > 0; cut--) {
        if (records.get(cut) instanceof LogRecord.Trimmed(var mark)) {
          trimmed = Math.max(trimmed, mark.last().index());
        }
        if (mayGo(records.subList(0, cut), trimmed)) {
          var left = replay(records.subList(cut, records.size()));
          assertThat(left.start()).as("seed %d, cut at %d", seed, cut).isEqualTo(whole.start());
          assertThat(left.entries()).as("seed %d, cut at %d", seed, cut).isEqualTo(whole.entries());
          assertThat(left.hardState()).isEqualTo(whole.hardState());
        }
      }
    }
  }

  /// The rule of [GroupWriter#neededFrom(long)]: no record in front holds an entry behind the trim.
  private static boolean mayGo(List<LogRecord> front, long trimmed) {
    return trimmed > 0
        && front.stream()
            .noneMatch(record ->
                record instanceof LogRecord.Append(_, var first, var entries)
                    && first + entries.size() - 1 > trimmed);
  }

  /// What a member may write: entries that are replaced unless they are committed, and trims.
  private static List<LogRecord> randomLog(SplittableRandom random) {
    var records = new ArrayList<LogRecord>(List.of(new LogRecord.Start(mark(0))));
    var terms = new ArrayList<Long>();
    long committed = 0;
    long trimmed = 0;
    long term = 1;
    int steps = random.nextInt(5, 60);
    for (int step = 0; step < steps; step++) {
      switch (random.nextInt(4)) {
        case 0, 1 -> {
          term += random.nextInt(2);
          long first =
              random.nextInt(3) > 0
                  ? terms.size() + 1
                  : random.nextLong(committed, terms.size() + 1) + 1;
          long last = first + random.nextInt(5);
          terms.subList((int) first - 1, terms.size()).clear();
          while (terms.size() < last) {
            terms.add(term);
          }
          records.add(append(first, last, term));
        }
        case 2 -> committed = random.nextLong(committed, terms.size() + 1);
        default -> {
          trimmed = random.nextLong(trimmed, committed + 1);
          long at = trimmed == 0 ? 0 : terms.get((int) trimmed - 1);
          records.add(
              new LogRecord.Trimmed(new SnapshotMark(new LogPosition(trimmed, at), VOTERS)));
          records.add(new LogRecord.Append(new HardState(term, 0, 0), 0, List.of()));
        }
      }
    }
    return records;
  }
}
