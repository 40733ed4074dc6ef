package io.concordkv.sim.oracle;

import static io.concordkv.sim.model.PlantedLog.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.ConcordException;
import io.concordkv.mvcc.Result;
import io.concordkv.node.Answer;
import io.concordkv.node.Bootstrap;
import io.concordkv.node.Node;
import io.concordkv.node.NodeConfig;
import io.concordkv.node.Reply;
import io.concordkv.sim.model.Replay;
import io.concordkv.sim.net.SimNetwork;
import io.concordkv.sim.violation.Violation;
import io.concordkv.testkit.SimEnv;
import io.concordkv.testkit.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Two nodes by themselves, which only agree as long as they are told the same.
final class FilesCheckTest {
  private final Simulation simulation = new Simulation(1).withoutFaultSites();
  private final FilesCheck files = new FilesCheck();

  private static final class Running {
    final SimEnv env;
    final List<Node> node = new ArrayList<>();

    Running(SimEnv env) {
      this.env = env;
    }
  }

  @Test
  void nodes_that_are_told_the_same_agree() {
    look("a", open("a"), "1");
    look("b", open("b"), "1");
    assertThat(simulation.marks()).contains("sim/files-compared");
  }

  @Test
  void another_file_after_the_same_entry_is_noticed() {
    look("a", open("a"), "1");
    var other = open("b");
    assertThatThrownBy(() -> look("b", other, "12"))
        .isInstanceOf(Violation.class)
        .hasMessageContaining(FilesCheck.AGREE);
  }

  @Test
  void who_left_the_step_may_have_others() {
    look("a", open("a"), "1");
    var other = open("b");
    other.node.getFirst().shard().endBarAlone();
    look("b", other, "12");
    assertThat(other.node.getFirst().shard().engine().inStep()).isFalse();
  }

  /// All nodes have the same ids, names and addresses: only what they are told differs.
  private Running open(String machine) {
    var running = new Running(simulation.env(machine));
    var network =
        new SimNetwork(
            simulation,
            new Oracle(
                new Replay(simulation::nanos),
                name -> simulation.disk(name).medium(),
                _ -> false,
                _ -> false));
    var members = new TreeMap<String, List<String>>();
    members.put("n", List.of("http://n:2380"));
    var bootstrap = new Bootstrap("n", "sim", members, List.of("http://n:2379"));
    running
        .env
        .loop()
        .post(() ->
            running.node.add(
                Node.open(
                    running.env,
                    NodeConfig.DEFAULT,
                    bootstrap,
                    (self, _, _) -> network.attach(running.env, self))));
    simulation.runFor(Duration.ofSeconds(3));
    return running;
  }

  /// Puts a value, ends the bar, and looks at what comes of it.
  private void look(String name, Running running, String value) {
    var node = running.node.getFirst();
    node.write(
        put("a", value),
        Reply.from(
            (Answer<Result> _) -> {},
            (ConcordException error) -> {
              throw error;
            }));
    simulation.runFor(Duration.ofSeconds(1));
    node.shard().flush();
    simulation.runFor(Duration.ofSeconds(1));
    files.look(name, node, running.env);
  }
}
