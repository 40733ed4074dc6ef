package io.concordkv.storage.wal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WalFollowerTest {
  private final WalWorld world =
      new WalWorld(1, new WalOptions(4096, Long.MAX_VALUE, 16 << 10, 1 << 20));

  private WalFollower follower() {
    return new WalFollower(world.disk().medium(), WalWorld.DIRECTORY);
  }

  private static List<WalRecord> read(WalFollower follower) {
    var read = new ArrayList<WalRecord>();
    follower.follow(read::add);
    return read;
  }

  private List<WalRecord> written() {
    return world.model().stream().map(WalWorld.At::record).toList();
  }

  private void fill() {
    for (int i = 0; i < 20; i++) {
      world.append(700);
      assertThat(world.syncAndWait()).isTrue();
    }
  }

  @Test
  void follows_the_log_record_by_record_through_all_segments() {
    var follower = follower();
    assertThat(read(follower)).isEmpty();
    assertThat(world.open()).isTrue();
    var read = new ArrayList<WalRecord>();
    for (int i = 0; i < 40; i++) {
      world.append(700);
      assertThat(world.syncAndWait()).isTrue();
      read.addAll(read(follower));
      assertThat(read).isEqualTo(written());
    }
    assertThat(follower.end()).isEqualTo(world.wal().durable());
    assertThat(world.disk().paths().stream().filter(path -> path.endsWith(".seg")))
        .hasSizeGreaterThan(3);
    assertThat(read(follower())).isEqualTo(read);
  }

  @Test
  void does_not_see_what_is_not_synced() {
    assertThat(world.open()).isTrue();
    fill();
    var follower = follower();
    assertThat(read(follower)).isEqualTo(written());
    world.append(700);
    world.sync();
    assertThat(read(follower)).isEmpty();
    world.settle();
    assertThat(read(follower)).hasSize(1);
  }

  @Test
  void goes_on_after_power_cuts() {
    for (long seed = 1; seed <= 30; seed++) {
      var torn = new WalWorld(seed, WalWorld.small());
      var follower = new WalFollower(torn.disk().medium(), WalWorld.DIRECTORY);
      var read = new ArrayList<WalRecord>();
      for (int life = 0; life < 5; life++) {
        assertThat(torn.open()).isTrue();
        for (int i = 0; i < 5; i++) {
          torn.append(900);
          assertThat(torn.syncAndWait()).isTrue();
          read.addAll(read(follower));
          assertThat(read).isEqualTo(torn.model().stream().map(WalWorld.At::record).toList());
        }
        torn.append(900);
        torn.append(900);
        torn.sync();
        torn.powerCut();
      }
    }
  }

  @Test
  void starts_again_at_the_oldest_segment_if_what_comes_next_is_trimmed() {
    assertThat(world.open()).isTrue();
    var follower = follower();
    fill();
    world.trim(world.wal().durable());
    world.settle();
    fill();
    var read = read(follower);
    assertThat(read.size()).isLessThan(40);
    assertThat(written().subList(written().size() - read.size(), written().size())).isEqualTo(read);
  }
}
