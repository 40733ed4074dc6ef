package io.concordkv.storage.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.testkit.Gen;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class WalProperty {
  @Test
  void the_log_holds_what_a_list_says_whatever_dies_in_between() {
    Gen.check(300, gen -> run(gen, new WalWorld(gen.seed(), options(gen))));
  }

  private static WalOptions options(Gen gen) {
    return new WalOptions(
        gen.oneOf(4096, 8192, 65536),
        gen.oneOf(3, 20, 1_000_000),
        gen.oneOf(2000, 10_000),
        1 << 20);
  }

  private static void run(Gen gen, WalWorld world) {
    boolean open = world.open();
    for (int i = 0; i < 120; i++) {
      if (!open || !world.alive()) {
        assertThat(world.failures()).isEmpty();
        open = world.open(gen.oneIn(3) ? gen.between(1, 30) : 0, gen.flag());
        continue;
      }
      switch (gen.weighted(50, 25, 15, 4, 2, 2, 2, 5)) {
        case 0 -> world.append(gen.oneIn(8) ? gen.below(2000) : gen.below(60));
        case 1 -> world.sync();
        case 2 -> world.simulation.runFor(Duration.ofNanos(gen.below(1_000_000)));
        case 3 -> world.trim(gen.flag() ? world.wal().durable() : world.wal().durable() / 2);
        case 4 -> world.kill();
        case 5 -> world.powerCut();
        case 6 -> world.disk().powerCutAtOperation(gen.between(1, 20));
        case 7 -> world.turn();
        default -> throw new AssertionError();
      }
    }
    world.kill();
    assertThat(world.open()).isTrue();
    world.append(10);
    assertThat(world.syncAndWait()).isTrue();
    world.powerCut();
    assertThat(world.open()).isTrue();
  }
}
