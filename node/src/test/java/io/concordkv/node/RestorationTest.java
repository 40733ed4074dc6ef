package io.concordkv.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.base.env.FileSystem;
import io.concordkv.storage.engine.lsm.Checkpoint;
import io.concordkv.storage.engine.lsm.LsmEngine;
import io.concordkv.testkit.Simulation;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Founders of a new cluster, made of a snapshot of an old one.
final class RestorationTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final TestNodes nodes = TestNodes.found(1, NodeConfig.DEFAULT);

  @Test
  void the_founders_have_the_same_files_and_go_in_step() {
    var old = nodes.leader();
    for (int i = 0; i < 50; i++) {
      nodes.put(old, "key-" + i);
    }
    var saved = new ArrayList<Snapshots.Saved>();
    old.node()
        .snapshots()
        .save(
            "before",
            "",
            Reply.from(
                saved::add,
                failure -> {
                  throw failure;
                }));
    nodes.until("the snapshot", () -> !saved.isEmpty());

    var simulation = new Simulation(11);
    var members = new TreeMap<String, List<String>>();
    List.of("x", "y", "z").forEach(name -> members.put(name, List.of("http://" + name + ":1")));
    var done = new TreeMap<String, Restoration.Done>();
    for (var name : members.keySet()) {
      var env = simulation.env(name);
      copy(old.env.files(), "snapshots/before", env.files(), "before");
      Checkpoint.restore(env.files(), "before", "state");
      var bootstrap = new Bootstrap(name, "new", members, List.of());
      env.loop()
          .post(() ->
              Restoration.run(env, NodeConfig.DEFAULT, bootstrap, each -> done.put(name, each)));
    }
    assertThat(simulation.runUntil(() -> done.size() == 3, PATIENCE)).isTrue();
    var layouts = new ArrayList<List<String>>();
    for (var name : members.keySet()) {
      simulation.kill(name);
      var lsm = NodeConfig.DEFAULT.lsm();
      try (var engine = LsmEngine.openInStep(simulation.env(name), "state", lsm)) {
        assertThat(engine.inStep()).as(name).isTrue();
        assertThat(engine.durableMark()).isEqualTo(Objects.requireNonNull(done.get(name)).index());
        layouts.add(engine.layout());
      }
    }
    assertThat(layouts).allMatch(layouts.getFirst()::equals);
    assertThat(layouts.getFirst()).isNotEmpty();
  }

  private static void copy(FileSystem from, String source, FileSystem to, String target) {
    to.createDirectories(target);
    for (var name : from.list(source)) {
      try (var file = from.open(source + "/" + name, FileSystem.Mode.READ);
          var copy = to.open(target + "/" + name, FileSystem.Mode.CREATE)) {
        var bytes = ByteBuffer.allocate((int) file.size());
        file.read(0, bytes);
        copy.write(0, Bytes.wrap(bytes.array()).toByteBuffer());
        copy.sync();
      }
    }
    to.syncDirectory(target);
  }
}
