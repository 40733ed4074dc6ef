package io.concordkv.sim.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.InvariantError;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SetupTest {
  @Test
  void its_command_makes_it_again() {
    var setup =
        Setup.of(4711, 3, Duration.ofMillis(12_500))
            .withClients(2)
            .keeping(Set.of(4, 9))
            .without(Toggle.LEASES)
            .without(Toggle.ROT);

    assertThat(setup.command())
        .isEqualTo("make sim SEEDS=4711 NODES=3 SECONDS=12.5 CLIENTS=2 KEEP=4,9 OFF=rot,leases");
    assertThat(again(setup)).isEqualTo(setup);
  }

  @Test
  void keeping_no_fault_is_not_keeping_all() {
    var none = Setup.of(1, 0, Duration.ofSeconds(5)).keeping(Set.of());

    assertThat(again(none).keeps(1)).isFalse();
    assertThat(again(Setup.of(1, 0, Duration.ofSeconds(5))).keeps(1)).isTrue();
  }

  @Test
  void what_is_no_setting_is_refused() {
    assertThatThrownBy(() -> Setup.parse(1, List.of("NODES"))).isInstanceOf(InvariantError.class);
  }

  @Test
  void what_is_left_out_changes_nothing_else() {
    var whole = Setup.of(99, 0, Duration.ofSeconds(5));
    var streams = new io.concordkv.testkit.Simulation(99);
    var all = Swarm.draw(whole, streams::random);
    var less = Swarm.draw(whole.without(Toggle.KILLS).withNodes(7), streams::random);

    assertThat(less.nodes()).isEqualTo(7);
    assertThat(less.drawn()).isEqualTo(all.drawn());
    assertThat(less.clients()).isEqualTo(all.clients());
    assertThat(less.config()).isEqualTo(all.config());
  }

  private static Setup again(Setup setup) {
    var words = Arrays.asList(setup.command().split(" ", -1));
    return Setup.parse(setup.seed(), words.subList(3, words.size()));
  }
}
