package io.concordkv.sim.crash;

import io.concordkv.embedded.Durability;
import io.concordkv.embedded.Options;
import io.concordkv.sim.engine.EngineSetup;
import io.concordkv.testkit.Gen;
import java.time.Duration;

/// What a seed chooses of a run.
///
/// @param threads that write at once
record Setup(long seed, Options options, int threads) {
  private static final int LEAST_SEGMENT = 16 << 10;
  private static final int LEAST_LOG = 64 << 10;

  static Setup draw(long seed) {
    var gen = new Gen(seed);
    var engine = EngineSetup.draw(gen.fork().seed(), null);
    var options = Options.DEFAULT.withEngine(engine.engine());
    for (var setting : engine.settings().entrySet()) {
      options = options.withSetting(setting.getKey(), setting.getValue());
    }
    options =
        options
            .withDurability(
                switch (gen.below(3)) {
                  case 0 -> Durability.EVERY_WRITE;
                  case 1 -> Durability.GROUPED;
                  default -> Durability.interval(Duration.ofMillis(gen.between(1, 200)));
                })
            .withLog((long) LEAST_LOG * gen.oneOf(1, 4, 64), LEAST_SEGMENT * gen.oneOf(1, 4, 32));
    return new Setup(seed, options, gen.between(1, 4));
  }

  /// Whether what was acknowledged was on the medium before.
  boolean acknowledgesDurable() {
    return !(options.durability() instanceof Durability.Interval);
  }

  @Override
  public String toString() {
    return "seed %d: %s %s, %s, log of %d in segments of %d, %d threads"
        .formatted(
            seed,
            options.engine(),
            options.settings(),
            options.durability(),
            options.logBytes(),
            options.segmentBytes(),
            threads);
  }
}
