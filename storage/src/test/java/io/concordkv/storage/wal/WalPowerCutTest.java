package io.concordkv.storage.wal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// One run, with the end coming at each file operation of it in turn.
class WalPowerCutTest {
  private static final WalOptions OPTIONS = new WalOptions(4096, 12, 16 << 10, 1 << 20);

  @Test
  void a_power_cut_at_any_operation_loses_nothing_acknowledged() {
    endAtEveryOperation(true);
  }

  @Test
  void the_death_of_the_process_at_any_operation_loses_nothing_acknowledged() {
    endAtEveryOperation(false);
  }

  private static void endAtEveryOperation(boolean powerCut) {
    for (long seed = 1; seed <= 6; seed++) {
      var calm = new WalWorld(seed, OPTIONS);
      script(calm, 0, powerCut);
      long operations = calm.disk().operations();
      assertThat(operations).isGreaterThan(80);
      for (long at = 1; at <= operations; at++) {
        var world = new WalWorld(seed * 1000 + at, OPTIONS);
        script(world, at, powerCut);
        assertThat(world.failures()).isEmpty();
        if (!world.alive()) {
          assertThat(world.open()).isTrue();
        }
        world.append(700);
        assertThat(world.syncAndWait()).isTrue();
        world.powerCut();
        assertThat(world.open()).as("power cut at operation %d", at).isTrue();
      }
    }
  }

  /// Fills several segments, by size and by count, trims, starts again, and goes on.
  private static void script(WalWorld world, long endAt, boolean powerCut) {
    if (!world.open(endAt, powerCut) || !fill(world)) {
      return;
    }
    world.trim(world.wal().durable());
    world.turn();
    world.settle();
    if (!world.alive() || !fill(world)) {
      return;
    }
    long left = endAt - world.disk().operations();
    world.kill();
    if (world.open(left, powerCut)) {
      fill(world);
    }
  }

  private static boolean fill(WalWorld world) {
    for (int i = 0; i < 12 && world.alive(); i++) {
      world.append(i % 4 == 0 ? 900 : 20);
      if (i % 3 == 0) {
        world.sync();
      } else if (!world.syncAndWait()) {
        return false;
      }
    }
    world.settle();
    return world.alive();
  }
}
