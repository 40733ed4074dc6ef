package io.concordkv.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.Bytes;
import io.concordkv.base.InvariantError;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RaftLogTest {
  private static final LogPosition START = LogPosition.START;

  @Test
  void only_what_contradicts_is_cut_off() {
    var log = new RaftLog(START, entries(1, 1, 1, 1, 1), 0, 0);
    log.accept(START, entries(1, 1, 1));
    assertThat(log.last()).isEqualTo(new LogPosition(4, 1));
    log.accept(new LogPosition(2, 1), entries(3, 2));
    assertThat(log.last()).isEqualTo(new LogPosition(3, 2));
  }

  @Test
  void what_is_committed_is_never_cut_off() {
    var log = new RaftLog(START, entries(1, 1, 1), 2, 0);
    assertThatThrownBy(() -> log.accept(new LogPosition(1, 1), entries(2, 2)))
        .isInstanceOf(InvariantError.class);
  }

  @Test
  void a_write_does_not_vouch_for_what_replaced_its_entries() {
    var log = new RaftLog(START, List.of(), 0, 0);
    log.accept(START, entries(1, 1, 1));
    log.hand(1);
    log.accept(START, entries(1, 2));
    log.hand(2);
    log.accept(START, entries(1, 3, 3));
    log.hand(3);
    log.persisted(1);
    assertThat(log.persisted()).isZero();
    log.persisted(2);
    assertThat(log.persisted()).isZero();
    log.persisted(3);
    assertThat(log.persisted()).isEqualTo(2);
  }

  @Test
  void the_same_entry_that_came_back_is_not_durable_yet() {
    var log = new RaftLog(START, List.of(), 0, 0);
    log.accept(START, entries(1, 1));
    log.hand(1);
    log.reset(new SnapshotMark(new LogPosition(5, 3), Configuration.of(List.of(1L))));
    log.accept(new LogPosition(5, 3), entries(6, 3));
    log.persisted(1);
    assertThat(log.resetting()).isTrue();
    log.hand(2);
    log.persisted(2);
    assertThat(log.resetting()).isFalse();
    assertThat(log.persisted()).isEqualTo(6);
    assertThat(log.applied()).isEqualTo(5);
  }

  @Test
  void only_durable_entries_are_issued_and_only_so_many() {
    var log = new RaftLog(START, List.of(), 0, 0);
    log.accept(START, entries(1, 1, 1, 1));
    log.commit(3);
    assertThat(log.issue(1000)).isEmpty();
    log.hand(1);
    log.persisted(1);
    assertThat(log.hasUnissued(40)).isTrue();
    assertThat(log.issue(40)).hasSize(1);
    // Whoever asks for work until there is none would ask for ever.
    assertThat(log.hasUnissued(40)).isFalse();
    assertThat(log.issue(40)).isEmpty();
    log.applyNext();
    assertThat(log.hasUnissued(40)).isTrue();
    assertThat(log.issue(1000)).hasSize(2);
    assertThat(log.issue(1000)).isEmpty();
  }

  @Test
  void a_trimmed_log_still_knows_where_it_starts() {
    var log = new RaftLog(START, entries(1, 1, 2, 2, 3), 4, 4);
    log.trim(2);
    log.trim(1);
    assertThat(log.startIndex()).isEqualTo(2);
    assertThat(log.matches(new LogPosition(2, 2))).isTrue();
    assertThat(log.matches(new LogPosition(1, 1))).isFalse();
    assertThat(log.entry(3).term()).isEqualTo(2);
    assertThatThrownBy(() -> log.trim(5)).isInstanceOf(InvariantError.class);
  }

  @Test
  void a_log_that_ends_before_its_commit_is_refused() {
    assertThatThrownBy(() -> new RaftLog(START, entries(1, 1), 2, 0))
        .isInstanceOf(InvariantError.class);
  }

  @Test
  void terms_lead_back_to_where_logs_may_agree() {
    var log = new RaftLog(START, entries(1, 1, 1, 3, 3, 5), 0, 0);
    assertThat(log.candidate(9, 4)).isEqualTo(4);
    assertThat(log.candidate(4, 2)).isEqualTo(2);
    assertThat(log.candidate(1, 9)).isEqualTo(1);
    assertThat(log.candidate(5, 0)).isZero();
  }

  @Test
  void batches_are_cut_by_bytes_but_never_empty() {
    var log = new RaftLog(START, entries(1, 1, 1, 1), 0, 0);
    assertThat(log.batch(1, 1).entries()).hasSize(1);
    log.append(new Entry(4, 1, Entry.Kind.COMMAND, Bytes.EMPTY));
    assertThat(log.batch(1, 70).entries()).hasSize(2);
    assertThat(log.batch(3, 1000).entries()).hasSize(2);
  }

  @Test
  void a_long_life_of_appending_and_trimming_keeps_every_entry() {
    var log = new RaftLog(START, List.of(), 0, 0);
    for (int i = 1; i <= 5000; i++) {
      log.append(new Entry(i, 1 + i / 100, Entry.Kind.COMMAND, Bytes.of("v" + i)));
      log.hand(i);
      log.persisted(i);
      log.commit(i);
      log.issue(1000);
      log.applyNext();
      if (i % 7 == 0) {
        log.trim(i - 50);
      }
    }
    for (long i = log.startIndex() + 1; i <= log.lastIndex(); i++) {
      assertThat(log.entry(i).payload()).isEqualTo(Bytes.of("v" + i));
    }
    assertThat(log.lastIndex()).isEqualTo(5000);
  }

  private static List<Entry> entries(long first, long... terms) {
    var entries = new ArrayList<Entry>();
    for (long term : terms) {
      entries.add(new Entry(first + entries.size(), term, Entry.Kind.COMMAND, Bytes.EMPTY));
    }
    return entries;
  }
}
