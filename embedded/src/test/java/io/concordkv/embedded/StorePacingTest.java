package io.concordkv.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.WriteBatch;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// A store whose engine has more to do than it can keep up with.
final class StorePacingTest {
  private static final int COMMITS = 20_000;
  private static final Options OPTIONS =
      Options.DEFAULT
          .withDurability(Durability.interval(Duration.ofMillis(20)))
          .withSetting("memtable-bytes", "65536")
          .withSetting("table-bytes", "65536")
          .withSetting("level1-bytes", "262144");

  private final StoreWorld world = new StoreWorld(3, OPTIONS);
  private long submitted;
  private long answered;
  private long slowestNanos;

  /// Writes as fast as it is answered.
  private void submitNext() {
    if (submitted == COMMITS) {
      return;
    }
    var key = Bytes.of("key-%06d".formatted(submitted++ * 7919 % 100_000));
    long asked = world.simulation.nanos();
    world.submit(
        new WriteBatch().put(key, Bytes.wrap(new byte[500])),
        Commit.Claims.NONE,
        outcome -> {
          assertThat(outcome).isInstanceOf(Commit.Outcome.Done.class);
          answered++;
          slowestNanos = Math.max(slowestNanos, world.simulation.nanos() - asked);
          submitNext();
        });
  }

  @Test
  void writers_are_slowed_down_and_never_stopped() {
    assertThat(world.open(_ -> {})).isTrue();
    for (int writer = 0; writer < 8; writer++) {
      submitNext();
    }
    assertThat(world.simulation.runUntil(() -> answered == COMMITS, Duration.ofMinutes(10)))
        .isTrue();
    var metrics = world.store().metrics();
    assertThat(metrics.work().delays().count()).isPositive();
    assertThat(metrics.stalledWrites()).isZero();
    assertThat(slowestNanos).isLessThan(Duration.ofMillis(100).toNanos());
  }
}
