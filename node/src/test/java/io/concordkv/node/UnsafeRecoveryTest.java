package io.concordkv.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.env.Env;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class UnsafeRecoveryTest {
  private final TestNodes nodes = TestNodes.found(3, NodeConfig.DEFAULT);

  private UnsafeRecovery.Done recover(Env env, long cluster) {
    var done = new ArrayList<UnsafeRecovery.Done>();
    UnsafeRecovery.run(env, NodeConfig.DEFAULT, cluster, "somebody", done::add);
    nodes.until("it is durable", () -> !done.isEmpty());
    return done.getFirst();
  }

  @Test
  void one_of_three_goes_on_alone_with_what_it_has_and_takes_new_members() {
    nodes.put(nodes.leader(), "k");
    long cluster = nodes.one("n0").node().cluster();
    for (var name : new String[] {"n2", "n1", "n0"}) {
      nodes.stop(name);
    }
    var done = recover(nodes.simulation.env("n0"), cluster);
    assertThat(done.index()).isPositive();

    var alone = nodes.start("n0");
    nodes.put(alone, "l");
    assertThat(nodes.keys(alone)).isEqualTo(2);
    assertThat(alone.members).singleElement().matches(member -> member.name().equals("n0"));
    nodes.settle();
    assertThat(alone.removed).hasSize(2);
    nodes.add(alone, "n3", false);
    var fresh = nodes.join("n3", alone);
    nodes.settle();
    nodes.put(fresh, "m");
    assertThat(nodes.keys(fresh)).isEqualTo(3);
    assertThat(fresh.removed).hasSize(2);
  }

  @Test
  void the_data_of_another_cluster_is_left_alone() {
    nodes.stop("n0");
    var env = nodes.simulation.env("n0");
    assertThatThrownBy(() -> recover(env, 1)).hasMessageContaining("nothing was changed");
    assertThatThrownBy(() -> recover(nodes.simulation.env("empty"), 1))
        .hasMessageContaining("holds no data of a node");

    nodes.start("n0");
    nodes.settle();
    assertThat(nodes.one("n0").members).hasSize(3);
  }
}
