package io.concordkv.sim.oracle;

import static io.concordkv.sim.model.PlantedLog.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.ConcordException;
import io.concordkv.mvcc.Mutation;
import io.concordkv.mvcc.MvccStore.Prepared;
import io.concordkv.mvcc.Result;
import io.concordkv.node.Answer;
import io.concordkv.node.Bootstrap;
import io.concordkv.node.Node;
import io.concordkv.node.NodeConfig;
import io.concordkv.node.Reply;
import io.concordkv.sim.model.Replay;
import io.concordkv.sim.net.SimNetwork;
import io.concordkv.sim.violation.Violation;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.testkit.SimEnv;
import io.concordkv.testkit.Simulation;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A node whose state is changed behind its back.
class StateCheckTest {
  private static final String NAME = "n";

  private final Simulation simulation = new Simulation(1).withoutFaultSites();
  private final Replay replay = new Replay(simulation::nanos);
  private final Oracle oracle =
      new Oracle(replay, name -> simulation.disk(name).medium(), _ -> false, _ -> false);
  private final StateCheck states = new StateCheck(replay, _ -> false);
  private final SimNetwork network = new SimNetwork(simulation, oracle);
  private @Nullable SimEnv env;
  private @Nullable Node node;

  @BeforeEach
  void start() {
    simulation.observe(() -> {
      if (node != null && env != null) {
        oracle.look(NAME, node);
        states.look(NAME, node, env);
      }
    });
    open();
    write(put("a", "1"));
    write(put("b", "2"));
    write(new Mutation.GrantLease(5, 60));
  }

  @Test
  void a_state_that_the_log_made_is_fine() {
    restart();
    write(put("a", "3"));
    assertThat(replay.model().revision()).isEqualTo(4);
  }

  @Test
  void a_write_behind_the_log_is_noticed_with_the_next_entry() {
    tamper(put("a", "wrong"));
    violates(StateCheck.REPLICAS, () -> write(put("c", "3")));
  }

  @Test
  void a_lease_behind_the_log_is_noticed_with_the_next_grant() {
    tamper(new Mutation.GrantLease(6, 60));
    violates(StateCheck.REPLICAS, () -> write(new Mutation.GrantLease(7, 60)));
  }

  @Test
  void a_state_that_is_another_one_after_a_restart_is_noticed() {
    tamper(put("a", "wrong"));
    violates(StateCheck.RESTART, this::restart);
  }

  @Test
  void a_value_that_changed_by_itself_is_noticed_when_all_is_read() {
    // As many revisions as the log made, but not the same ones.
    tamper(put("c", "wrong"));
    var contents = new Contents(node().shard().store(), 100);
    write(put("d", "3"), false);
    assertThat(contents.difference(contents.get(), replay.model())).contains("wrong");
  }

  private void open() {
    var opened = simulation.env(NAME);
    env = opened;
    var members = new TreeMap<String, List<String>>();
    members.put(NAME, List.of("http://n:2380"));
    var bootstrap = new Bootstrap(NAME, "sim", members, List.of("http://n:2379"));
    opened
        .loop()
        .post(() ->
            node =
                Node.open(
                    opened,
                    NodeConfig.DEFAULT,
                    bootstrap,
                    (self, _, _) -> network.attach(opened, self)));
    simulation.runFor(Duration.ofSeconds(3));
  }

  private void restart() {
    node().shard().engine().sync();
    node = null;
    simulation.kill(NAME);
    open();
  }

  private void write(Mutation mutation) {
    write(mutation, true);
  }

  private void write(Mutation mutation, boolean watched) {
    var running = node();
    node = watched ? running : null;
    running.write(
        mutation,
        Reply.from(
            (Answer<Result> _) -> {},
            (ConcordException error) -> {
              throw error;
            }));
    simulation.runFor(Duration.ofSeconds(1));
    node = running;
    if (!watched) {
      oracle.look(NAME, running);
    }
  }

  private void tamper(Mutation mutation) {
    var store = node().shard().store();
    var prepared = (Prepared.Ready) store.prepare(List.of(mutation));
    var batch = new WriteBatch();
    store.apply(List.of(mutation), prepared.loaded(), batch);
    node().shard().engine().write(batch);
  }

  private Node node() {
    return Objects.requireNonNull(node);
  }

  private static void violates(String check, Runnable run) {
    assertThatThrownBy(run::run)
        .isInstanceOfSatisfying(
            Violation.class, violation -> assertThat(violation.check()).isEqualTo(check));
  }
}
