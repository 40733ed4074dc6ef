package io.concordkv.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.ConcordException;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileSystem;
import io.concordkv.testkit.Simulation;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class IdentityTest {
  private final Simulation simulation = new Simulation(1);

  private FileSystem files() {
    return simulation.env("n").files();
  }

  private static Bootstrap bootstrap(String token) {
    var cluster = new TreeMap<String, List<String>>();
    cluster.put("a", List.of("http://127.0.0.1:1"));
    cluster.put("b", List.of("http://127.0.0.1:2"));
    return new Bootstrap("a", token, cluster, List.of("http://127.0.0.1:3"));
  }

  @Test
  void the_first_start_settles_who_a_node_is_even_if_the_power_fails_right_after() {
    var settled = Identity.settle(files(), bootstrap("t"));

    simulation.powerCut("n");

    assertThat(Identity.settle(files(), bootstrap("t"))).isEqualTo(settled);
    assertThat(settled.founders()).extracting(member -> member.name()).containsExactly("a", "b");
  }

  @Test
  void a_power_cut_at_any_operation_of_the_first_start_leaves_nothing_in_the_way() {
    for (int operation = 1; operation <= 12; operation++) {
      var each = new Simulation(operation);
      each.disk("n").powerCutAtOperation(operation);
      try {
        Identity.settle(each.env("n").files(), bootstrap("t"));
      } catch (Throwable powerCut) {
        each.powerCut("n");
      }

      assertThat(Identity.settle(each.env("n").files(), bootstrap("t")))
          .isEqualTo(Identity.of(bootstrap("t")));
    }
  }

  @Test
  void the_data_of_another_cluster_is_refused() {
    Identity.settle(files(), bootstrap("one"));

    assertThatThrownBy(() -> Identity.settle(files(), bootstrap("two")))
        .isInstanceOf(ConcordException.class)
        .hasMessageContaining("belongs to member")
        .hasMessageContaining("another data directory");
  }

  @Test
  void a_directory_with_something_else_in_it_is_refused() {
    files().open("holiday.jpg", FileSystem.Mode.CREATE).close();

    assertThatThrownBy(() -> Identity.settle(files(), bootstrap("t")))
        .hasMessageContaining("holiday.jpg")
        .hasMessageContaining("not empty");
  }

  @Test
  void a_damaged_identity_is_found_whichever_byte_it_is() {
    Identity.settle(files(), bootstrap("t"));
    int size = simulation.disk("n").content("identity").length;

    for (int offset = 0; offset < size; offset++) {
      simulation.disk("n").flipBit("identity", offset, 3);
      assertThatThrownBy(() -> Identity.settle(files(), bootstrap("t")))
          .isInstanceOf(CorruptionError.class)
          .hasMessageContaining("identity");
      simulation.disk("n").flipBit("identity", offset, 3);
    }
  }

  @Test
  void a_name_that_is_not_in_the_initial_cluster_is_refused() {
    assertThatThrownBy(() -> new Bootstrap("c", "t", bootstrap("t").initialCluster(), List.of()))
        .hasMessageContaining("\"c\"")
        .hasMessageContaining("a, b");
  }
}
