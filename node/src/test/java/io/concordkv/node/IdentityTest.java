package io.concordkv.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.ConcordException;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.Env;
import io.concordkv.base.env.FileSystem;
import io.concordkv.node.command.Standing;
import io.concordkv.node.shard.Member;
import io.concordkv.raft.Configuration;
import io.concordkv.testkit.Simulation;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class IdentityTest {
  private final Simulation simulation = new Simulation(1);

  private Env env() {
    return simulation.env("n");
  }

  private static Bootstrap bootstrap(String token) {
    var cluster = new TreeMap<String, List<String>>();
    cluster.put("a", List.of("http://127.0.0.1:1"));
    cluster.put("b", List.of("http://127.0.0.1:2"));
    return new Bootstrap("a", token, cluster, List.of("http://127.0.0.1:3"));
  }

  @Test
  void the_first_start_settles_who_a_node_is_even_if_the_power_fails_right_after() {
    var settled = Identity.settle(env(), bootstrap("t"));

    simulation.powerCut("n");

    assertThat(Identity.settle(env(), bootstrap("t"))).isEqualTo(settled);
    assertThat(settled.first()).hasSize(2).noneMatch(Member::started);
    assertThat(settled.birth()).isNotZero();
  }

  @Test
  void a_power_cut_at_any_operation_of_the_first_start_leaves_nothing_in_the_way() {
    for (int operation = 1; operation <= 12; operation++) {
      var each = new Simulation(operation);
      each.disk("n").powerCutAtOperation(operation);
      try {
        Identity.settle(each.env("n"), bootstrap("t"));
      } catch (Throwable powerCut) {
        each.powerCut("n");
      }

      var settled = Identity.settle(each.env("n"), bootstrap("t"));
      assertThat(settled).isEqualTo(Identity.of(bootstrap("t"), settled.birth()));
    }
  }

  @Test
  void the_data_of_another_cluster_is_refused() {
    Identity.settle(env(), bootstrap("one"));

    assertThatThrownBy(() -> Identity.settle(env(), bootstrap("two")))
        .isInstanceOf(ConcordException.class)
        .hasMessageContaining("belongs to member")
        .hasMessageContaining("another data directory");
  }

  @Test
  void data_that_is_there_decides_over_the_settings_of_a_node_that_joins() {
    var members = List.of(Member.unstarted(7, List.of("http://127.0.0.1:1"), Standing.WITNESS));
    var joined = Identity.settle(env(), joining(new Bootstrap.Existing(5, 7, members)));

    assertThat(joined.founder()).isFalse();
    assertThat(joined.firstEntry(1).next()).isEqualTo(Configuration.EMPTY);
    assertThat(Identity.settle(env(), joining(null))).isEqualTo(joined);
    assertThat(Identity.settle(env(), bootstrap("t"))).isEqualTo(joined);
  }

  @Test
  void a_node_without_data_joins_no_cluster_that_it_does_not_know() {
    assertThatThrownBy(() -> Identity.settle(env(), joining(null)))
        .hasMessageContaining("needs to know the cluster");
  }

  private static Bootstrap joining(Bootstrap.@Nullable Existing existing) {
    var settings = bootstrap("t");
    return new Bootstrap("a", "t", settings.initialCluster(), List.of(), false, existing);
  }

  @Test
  void founders_begin_with_the_same_entry_whatever_they_call_one_another() {
    var renamed = new TreeMap<String, List<String>>();
    renamed.put("x", List.of("http://127.0.0.1:2"));
    renamed.put("y", List.of("http://127.0.0.1:1"));
    var other = new Bootstrap("x", "t", renamed, List.of());

    assertThat(Identity.of(other, 1).firstEntry(1))
        .isEqualTo(Identity.of(bootstrap("t"), 2).firstEntry(1));
  }

  @Test
  void a_directory_with_something_else_in_it_is_refused() {
    env().files().open("holiday.jpg", FileSystem.Mode.CREATE).close();

    assertThatThrownBy(() -> Identity.settle(env(), bootstrap("t")))
        .hasMessageContaining("holiday.jpg")
        .hasMessageContaining("not empty");
  }

  @Test
  void a_damaged_identity_is_found_whichever_byte_it_is() {
    Identity.settle(env(), bootstrap("t"));
    int size = simulation.disk("n").content("identity").length;

    for (int offset = 0; offset < size; offset++) {
      simulation.disk("n").flipBit("identity", offset, 3);
      assertThatThrownBy(() -> Identity.settle(env(), bootstrap("t")))
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
