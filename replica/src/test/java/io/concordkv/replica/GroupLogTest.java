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
import io.concordkv.storage.wal.WalDamage;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What a group's records make, also where segments with the oldest of them are gone already.
final class GroupLogTest {
  private static final Configuration VOTERS = Configuration.of(List.of(1L, 2L, 3L));

  private static SnapshotMark mark(long index) {
    return new SnapshotMark(new LogPosition(index, 1), VOTERS);
  }

  private static LogRecord append(long first, long last, long term) {
    return append(new LogPosition(first - 1, first == 1 ? 0 : term), last, term);
  }

  private static LogRecord append(LogPosition previous, long last, long term) {
    long first = previous.index() + 1;
    var entries = new ArrayList<Entry>();
    for (long index = first; index <= last; index++) {
      entries.add(new Entry(index, term, Entry.Kind.COMMAND, Bytes.EMPTY));
    }
    return new LogRecord.Append(new HardState(term, 0, 0), previous, entries);
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
                record instanceof LogRecord.Append(_, var previous, var entries)
                    && previous.index() + entries.size() > trimmed);
  }

  /// What a member may write: entries that are replaced unless they are committed, and trims.
  private static List<LogRecord> randomLog(SplittableRandom random) {
    var records =
        new ArrayList<LogRecord>(
            List.of(new LogRecord.Start(new SnapshotMark(LogPosition.START, VOTERS))));
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
          // Nobody replaces entries of its own term.
          term += first <= terms.size() ? 1 : 0;
          terms.subList((int) first - 1, terms.size()).clear();
          while (terms.size() < last) {
            terms.add(term);
          }
          long before = first == 1 ? 0 : terms.get((int) first - 2);
          records.add(append(new LogPosition(first - 1, before), last, term));
        }
        case 2 -> committed = random.nextLong(committed, terms.size() + 1);
        default -> {
          trimmed = random.nextLong(trimmed, committed + 1);
          long at = trimmed == 0 ? 0 : terms.get((int) trimmed - 1);
          records.add(
              new LogRecord.Trimmed(new SnapshotMark(new LogPosition(trimmed, at), VOTERS)));
          records.add(
              new LogRecord.Append(new HardState(term, 0, 0), LogPosition.START, List.of()));
        }
      }
    }
    return records;
  }

  // Damage: a part of the log between two records cannot be read.

  private static final WalDamage DAMAGE = new WalDamage("wal/3.seg", 77, 100, 200, "a bad group");
  private static final LogRecord VOTE =
      new LogRecord.Append(new HardState(2, 3, 6), LogPosition.START, List.of());

  /// The log of `records`, null among them standing for the damage.
  private static GroupLog withDamage(@Nullable LogRecord... records) {
    var log = new GroupLog(7);
    for (var record : records) {
      if (record == null) {
        log.damaged(DAMAGE);
      } else {
        log.add(record, 0);
      }
    }
    return log;
  }

  private static Recovery recover(GroupLog log, SnapshotMark applied) {
    var founders = new ConfigurationEntry(VOTERS, Bytes.EMPTY);
    return Recovery.of(1, founders, log, applied, false, "wal");
  }

  private static LogRecord start(long index) {
    return new LogRecord.Start(mark(index));
  }

  @Test
  void entries_behind_a_gap_do_not_count_until_the_gap_is_filled() {
    var recovery = recover(withDamage(start(3), append(4, 6, 1), null, append(8, 9, 1)), mark(3));
    assertThat(recovery.suspect()).isTrue();
    assertThat(recovery.entries()).extracting(Entry::index).containsExactly(4L, 5L, 6L);
    assertThat(recovery.repair()).contains(new LogRecord.Suspect(true));
  }

  @Test
  void entries_given_back_behind_the_damage_heal_the_log() {
    var healed =
        withDamage(
            start(3),
            append(4, 6, 1),
            null,
            append(8, 9, 1),
            new LogRecord.Suspect(true),
            append(7, 9, 1),
            new LogRecord.Suspect(false));
    var recovery = recover(healed, mark(3));
    assertThat(recovery.suspect()).isFalse();
    assertThat(recovery.entries()).extracting(Entry::index).containsExactly(4L, 5L, 6L, 7L, 8L, 9L);
  }

  @Test
  void a_record_that_names_what_stands_before_it_shows_that_nothing_is_missing() {
    var recovery = recover(withDamage(start(3), append(4, 6, 1), null, append(7, 9, 1)), mark(3));
    assertThat(recovery.suspect()).isFalse();
    assertThat(recovery.entries()).hasSize(6);
  }

  /// The damaged part replaced entries 5 and 6: the old ones must not stand in front of entry 7.
  @Test
  void entries_that_the_damaged_part_replaced_are_not_taken_for_the_new_ones() {
    var log =
        withDamage(
            start(3),
            append(4, 6, 1),
            null,
            append(new LogPosition(6, 2), 8, 2),
            new LogRecord.Append(new HardState(2, 0, 8), LogPosition.START, List.of()));
    var recovery = recover(log, mark(3));
    assertThat(recovery.suspect()).isTrue();
    assertThat(recovery.entries()).extracting(Entry::index).containsExactly(4L, 5L, 6L);
    assertThat(recovery.hardState().committed()).as("what was committed before").isLessThan(5);
    assertThat(recovery.hardState().term()).isEqualTo(2);
  }

  @Test
  void what_the_state_has_need_not_be_read_from_the_log() {
    var log = withDamage(start(3), append(4, 6, 1), null, append(8, 12, 1));
    var recovery = recover(log, mark(9));
    assertThat(recovery.suspect()).isFalse();
    assertThat(recovery.start()).isEqualTo(mark(9));
    assertThat(recovery.entries()).extracting(Entry::index).containsExactly(10L, 11L, 12L);
    assertThat(recovery.repair()).contains(new LogRecord.Trimmed(mark(9)));
    var again =
        withDamage(
            start(3),
            append(4, 6, 1),
            null,
            append(8, 12, 1),
            new LogRecord.Trimmed(mark(9)),
            VOTE);
    assertThat(recover(again, mark(9)).entries()).isEqualTo(recovery.entries());
    assertThat(recover(again, mark(9)).suspect()).isFalse();
  }

  @Test
  void a_second_damage_takes_the_proof_away_again() {
    var log = withDamage(start(3), append(4, 6, 1), null, append(8, 12, 1), null, VOTE);
    var recovery = recover(log, mark(9));
    assertThat(recovery.suspect()).isTrue();
    assertThat(recovery.start()).isEqualTo(mark(9));
  }

  @Test
  void entries_that_may_be_missing_at_the_end_make_the_member_suspect() {
    var recovery = recover(withDamage(start(3), append(4, 6, 1), null, VOTE), mark(3));
    assertThat(recovery.suspect()).isTrue();
    assertThat(recovery.hardState()).isEqualTo(new HardState(2, 3, 3));
  }

  @Test
  void a_snapshot_behind_the_damage_makes_it_harmless() {
    var log = withDamage(start(3), append(4, 6, 1), null, start(20), VOTE);
    var recovery = recover(log, mark(20));
    assertThat(recovery.suspect()).isFalse();
    assertThat(recovery.start()).isEqualTo(mark(20));
  }

  @Test
  void a_member_whose_vote_may_be_forgotten_does_not_start() {
    assertThatThrownBy(() -> recover(withDamage(start(3), append(4, 6, 1), null), mark(3)))
        .isInstanceOf(CorruptionError.class)
        .hasMessageContaining("wal/3.seg")
        .hasMessageContaining("offset 77")
        .hasMessageContaining("vote twice")
        .hasMessageContaining("new id");
    var silent = new LogRecord.Append(null, new LogPosition(6, 1), entries(7, 8));
    assertThatThrownBy(() -> recover(withDamage(start(3), append(4, 6, 1), null, silent), mark(3)))
        .isInstanceOf(CorruptionError.class)
        .hasMessageContaining("vote twice");
  }

  private static List<Entry> entries(long first, long last) {
    var entries = new ArrayList<Entry>();
    for (long index = first; index <= last; index++) {
      entries.add(new Entry(index, 1, Entry.Kind.COMMAND, Bytes.EMPTY));
    }
    return entries;
  }

  /// Whatever record is lost, the log is a true one, or known not to be.
  @Test
  void a_log_without_one_of_its_records_is_the_same_or_is_suspect_or_is_refused() {
    int same = 0;
    int suspect = 0;
    int refused = 0;
    for (int seed = 0; seed < 300; seed++) {
      var records = randomLog(new SplittableRandom(seed));
      var whole = replay(records);
      for (int lost = 0; lost < records.size(); lost++) {
        var left = records.toArray(LogRecord[]::new);
        left[lost] = null;
        Recovery recovery;
        try {
          recovery = recover(withDamage(left), Objects.requireNonNull(whole.start()));
        } catch (CorruptionError _) {
          refused++;
          continue;
        }
        if (recovery.suspect()) {
          suspect++;
        } else {
          same++;
          long start = whole.start().last().index();
          assertThat(recovery.entries().stream().filter(entry -> entry.index() > start).toList())
              .as("seed %d, without %d", seed, lost)
              .isEqualTo(whole.entries());
        }
      }
    }
    assertThat(same).isPositive();
    assertThat(suspect).isPositive();
    assertThat(refused).isPositive();
  }
}
