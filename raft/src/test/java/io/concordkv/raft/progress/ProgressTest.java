package io.concordkv.raft.progress;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.raft.progress.Progress.State;
import org.junit.jupiter.api.Test;

final class ProgressTest {
  private final Progress progress = new Progress(2, 11, new Inflights(2, 100));

  @Test
  void a_probe_waits_for_its_answer_and_then_sends_ahead() {
    progress.sent(3, 90, 5);
    assertThat(progress.paused()).isTrue();
    assertThat(progress.next()).isEqualTo(11);
    progress.accepted(13, 0);
    assertThat(progress.state()).isEqualTo(State.REPLICATE);
    assertThat(progress.next()).isEqualTo(14);
    progress.sent(2, 10, 5);
    assertThat(progress.next()).isEqualTo(16);
    assertThat(progress.paused()).isFalse();
  }

  @Test
  void the_window_closes_by_count_and_by_bytes() {
    progress.accepted(10, 0);
    progress.sent(1, 10, 0);
    progress.sent(1, 10, 0);
    assertThat(progress.paused()).isTrue();
    progress.accepted(11, 0);
    assertThat(progress.paused()).isFalse();
    progress.accepted(12, 0);
    progress.sent(1, 100, 0);
    assertThat(progress.paused()).isTrue();
  }

  @Test
  void a_refusal_of_long_ago_changes_nothing() {
    progress.accepted(10, 0);
    assertThat(progress.refused(10, 3)).isFalse();
    assertThat(progress.next()).isEqualTo(11);
    assertThat(progress.refused(12, 3)).isTrue();
    assertThat(progress.state()).isEqualTo(State.PROBE);
    assertThat(progress.next()).isEqualTo(11);
    assertThat(progress.refused(7, 3)).isFalse();
  }

  @Test
  void next_never_falls_to_what_matches() {
    progress.accepted(8, 0);
    progress.unreachable();
    assertThat(progress.next()).isEqualTo(9);
    assertThat(progress.refused(8, 2)).isTrue();
    assertThat(progress.next()).isEqualTo(9);
    progress.accepted(4, 0);
    assertThat(progress.match()).isEqualTo(8);
  }

  @Test
  void a_snapshot_lasts_until_the_log_is_reached_or_it_ends() {
    progress.snapshot(20);
    assertThat(progress.accepted(12, 15)).isTrue();
    assertThat(progress.state()).isEqualTo(State.SNAPSHOT);
    progress.accepted(20, 15);
    assertThat(progress.state()).isEqualTo(State.REPLICATE);
    progress.snapshot(30);
    progress.snapshotEnded(false);
    assertThat(progress.next()).isEqualTo(21);
    assertThat(progress.paused()).isTrue();
    progress.nudge();
    assertThat(progress.paused()).isFalse();
    progress.snapshot(30);
    progress.snapshotEnded(true);
    assertThat(progress.next()).isEqualTo(31);
  }

  @Test
  void a_lost_member_counts_for_nothing_until_it_is_found() {
    progress.accepted(10, 0);
    progress.lose(-5, 14);
    progress.rewind(6, 0, false);
    assertThat(progress.counted()).isZero();
    assertThat(progress.next()).isEqualTo(7);
    assertThat(progress.paused()).isTrue();
    progress.found();
    progress.accepted(14, 0);
    assertThat(progress.counted()).isEqualTo(14);
  }

  @Test
  void the_ring_of_appends_under_way_grows_and_wraps() {
    var inflights = new Inflights(100, 1000);
    for (int i = 1; i <= 300; i++) {
      inflights.add(i, 10);
      if (i % 3 == 0) {
        inflights.arrived(i - 20);
      }
    }
    assertThat(inflights.count()).isEqualTo(20);
    assertThat(inflights.bytes()).isEqualTo(200);
    inflights.arrived(300);
    assertThat(inflights.bytes()).isZero();
  }
}
