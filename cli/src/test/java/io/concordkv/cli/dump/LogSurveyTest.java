package io.concordkv.cli.dump;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.cli.dump.LogSurvey.Era;
import io.concordkv.cli.dump.LogSurvey.Fate;
import io.concordkv.raft.Configuration;
import io.concordkv.raft.Entry;
import io.concordkv.raft.HardState;
import io.concordkv.raft.LogPosition;
import io.concordkv.raft.SnapshotMark;
import io.concordkv.replica.wire.LogRecord;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogSurveyTest {
  private static final Configuration ALONE = Configuration.of(List.of(1L));

  private final List<LogRecord> records = new ArrayList<>();

  private void append(long term, long committed, long first, int count) {
    var entries = new ArrayList<Entry>();
    for (int i = 0; i < count; i++) {
      entries.add(new Entry(first + i, term, Entry.Kind.NO_OP, Bytes.EMPTY));
    }
    records.add(
        new LogRecord.Append(
            new HardState(term, 0, committed), new LogPosition(first - 1, 0), entries));
  }

  private List<String> fates() {
    var survey = new LogSurvey();
    records.forEach(record -> survey.accept(record.encode(1)));
    var told = new ArrayList<String>();
    var walk =
        survey.walk(
            new LogSurvey.Visitor() {
              @Override
              public void record(long group, LogRecord record) {}

              @Override
              public void entry(long group, Era era, Entry entry, Fate fate) {
                told.add(entry.index() + "/" + entry.term() + " " + fate);
              }
            });
    records.forEach(record -> walk.accept(record.encode(1)));
    return told;
  }

  @Test
  void entries_of_a_deposed_leader_are_overwritten_and_never_committed() {
    append(1, 1, 1, 4);
    append(2, 3, 3, 1);
    assertThat(fates())
        .containsExactly(
            "1/1 COMMITTED",
            "2/1 COMMITTED",
            "3/1 OVERWRITTEN",
            "4/1 OVERWRITTEN",
            "3/2 COMMITTED");
  }

  @Test
  void what_comes_behind_the_commit_index_is_not_committed() {
    append(1, 2, 1, 3);
    assertThat(fates()).containsExactly("1/1 COMMITTED", "2/1 COMMITTED", "3/1 UNCOMMITTED");
  }

  @Test
  void a_log_that_begins_anew_keeps_what_was_committed_before() {
    append(1, 2, 1, 3);
    records.add(new LogRecord.Start(new SnapshotMark(new LogPosition(10, 2), ALONE)));
    append(2, 11, 11, 2);
    assertThat(fates())
        .containsExactly(
            "1/1 COMMITTED",
            "2/1 COMMITTED",
            "3/1 OVERWRITTEN",
            "11/2 COMMITTED",
            "12/2 UNCOMMITTED");
  }

  @Test
  void a_later_record_may_say_that_earlier_entries_are_committed() {
    append(1, 0, 1, 2);
    records.add(new LogRecord.Append(new HardState(1, 0, 2), LogPosition.START, List.of()));
    assertThat(fates()).containsExactly("1/1 COMMITTED", "2/1 COMMITTED");
  }
}
