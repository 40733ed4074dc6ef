package io.concordkv.mvcc.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.testkit.Gen;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// The lessor against a table of deadlines, while the time of day jumps about.
final class LessorProperty {
  @Test
  void a_lease_ends_when_its_time_is_over_and_never_before() {
    Gen.check(60, LessorProperty::run);
  }

  private static void run(Gen gen) {
    var clock = new JumpingClock();
    var lessor = new Lessor(clock);
    var leases = new TreeMap<Long, Long>();
    var deadlines = new TreeMap<Long, Long>();
    long now = 0;
    for (int step = 0; step < 500; step++) {
      long id = gen.between(1, 12);
      switch (gen.below(8)) {
        case 0 -> {
          if (!leases.containsKey(id)) {
            long ttlSeconds = gen.between(1, 20);
            leases.put(id, ttlSeconds);
            lessor.granted(new Lease(id, ttlSeconds));
            if (lessor.primary()) {
              deadlines.put(id, now + ttlSeconds * 1000);
            }
          }
        }
        case 1 -> {
          leases.remove(id);
          deadlines.remove(id);
          lessor.revoked(id);
        }
        case 2, 3 -> {
          boolean alive = deadlines.getOrDefault(id, 0L) > now;
          assertThat(lessor.renew(id)).isEqualTo(alive ? leases.getOrDefault(id, 0L) : 0);
          if (alive) {
            deadlines.put(id, now + leases.getOrDefault(id, 0L) * 1000);
          }
        }
        case 4 -> {
          if (gen.oneIn(4)) {
            deadlines.clear();
            if (lessor.primary()) {
              lessor.demote();
            } else {
              int grace = gen.below(5000);
              var all = new ArrayList<Lease>();
              leases.forEach((lease, ttlSeconds) -> all.add(new Lease(lease, ttlSeconds)));
              lessor.promote(all, Duration.ofMillis(grace));
              for (var lease : all) {
                deadlines.put(lease.id(), now + lease.ttlSeconds() * 1000 + grace);
              }
            }
          }
        }
        case 5 -> clock.jump(Duration.ofMinutes(gen.between(-60, 60)));
        default -> {
          int millis = gen.below(3000);
          clock.run(Duration.ofMillis(millis));
          now += millis;
        }
      }
      long at = now;
      var due =
          deadlines.entrySet().stream()
              .filter(entry -> entry.getValue() <= at)
              .sorted(Comparator.comparingLong(entry -> entry.getValue()))
              .map(entry -> entry.getKey())
              .toList();
      int limit = gen.between(1, 8);
      assertThat(lessor.expired(limit)).isEqualTo(due.subList(0, Math.min(limit, due.size())));
      var deadline = deadlines.get(id);
      assertThat(lessor.remainingSeconds(id))
          .isEqualTo(deadline == null ? -1 : Math.max(0, (deadline - now) / 1000));
    }
  }
}
