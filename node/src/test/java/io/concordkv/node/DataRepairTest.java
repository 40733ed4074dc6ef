package io.concordkv.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.base.CorruptionError;
import io.concordkv.mvcc.MvccOptions;
import io.concordkv.mvcc.MvccStore.KeyspaceHash;
import io.concordkv.mvcc.Operation;
import io.concordkv.mvcc.Result;
import io.concordkv.mvcc.watch.WatchOptions;
import io.concordkv.storage.engine.lsm.LsmOptions;
import io.concordkv.storage.wal.WalOptions;
import io.concordkv.testkit.Simulation;
import io.concordkv.transport.memory.MemoryNetwork;
import io.concordkv.transport.memory.MemoryTransport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// Nodes whose disks return wrong bytes: they find it themselves, serve none of it, and get back
/// what it was.
final class DataRepairTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Simulation simulation = new Simulation(7).withoutFaultSites();
  private final MemoryNetwork network = new MemoryNetwork();
  private final TreeMap<String, List<String>> members = new TreeMap<>();
  private final TreeMap<String, Node> nodes = new TreeMap<>();
  private final TreeMap<String, MemoryTransport> transports = new TreeMap<>();
  private final List<String> told = new ArrayList<>();
  private final List<Throwable> ends = new ArrayList<>();

  private static NodeConfig config() {
    var defaults = NodeConfig.DEFAULT;
    return new NodeConfig(
        Duration.ofMillis(10),
        10,
        200,
        50,
        1 << 20,
        defaults.maxEntryBytes(),
        defaults.maxApplyLag(),
        defaults.maxPending(),
        defaults.restTicks(),
        defaults.raft(),
        new WalOptions(32 << 10, Long.MAX_VALUE, 4 << 20, 16 << 20),
        LsmOptions.of(
            Map.of(
                "memtable-bytes", "16KiB",
                "block-bytes", "1KiB",
                "level1-bytes", "64KiB",
                "table-bytes", "16KiB",
                "block-cache-bytes", "0",
                "compression", "none")),
        MvccOptions.DEFAULT,
        WatchOptions.DEFAULT,
        defaults.members(),
        defaults.leaders(),
        new Upkeep(0, 64 << 10, 1 << 20, Duration.ofMillis(200)));
  }

  private void start(int size) {
    for (int i = 1; i <= size; i++) {
      members.put("n" + i, List.of("http://n" + i + ":2380"));
    }
    members.keySet().forEach(this::start);
  }

  private void start(String name) {
    var env = simulation.env(name, ends::add);
    env.loop()
        .post(() -> {
          var bootstrap = new Bootstrap(name, "t", members, List.of("http://" + name));
          var node =
              Node.open(
                  env,
                  config(),
                  bootstrap,
                  (self, _, _) -> {
                    var transport = network.open(self, env.loop());
                    transports.put(name, transport);
                    return transport;
                  });
          node.observeDamage(told::add);
          nodes.put(name, node);
        });
  }

  private void kill(String name) {
    simulation.kill(name);
    Objects.requireNonNull(transports.get(name)).close();
    nodes.remove(name);
  }

  private Node node(String name) {
    return Objects.requireNonNull(nodes.get(name));
  }

  private void await(String what, BooleanSupplier reached) {
    assertThat(simulation.runUntil(reached, PATIENCE)).as(what + " " + told + ends).isTrue();
  }

  private <T> T ask(String what, Consumer<Reply<T>> question) {
    var answers = new ArrayList<T>();
    var failures = new ArrayList<ConcordException>();
    question.accept(Reply.from(answers::add, failures::add));
    await(what, () -> !answers.isEmpty() || !failures.isEmpty());
    assertThat(failures).as(what).isEmpty();
    return answers.getFirst();
  }

  private String leader() {
    await("a leader", () -> leaders().size() == 1);
    return leaders().getFirst();
  }

  private List<String> leaders() {
    return nodes.keySet().stream()
        .filter(name -> node(name).raftStatus().leader() == node(name).id())
        .toList();
  }

  private String follower() {
    var leader = leader();
    return nodes.keySet().stream().filter(name -> !name.equals(leader)).findFirst().orElseThrow();
  }

  private void put(int from, int to) {
    var node = node(leader());
    for (int i = from; i < to; i++) {
      var key = Bytes.of("key-%05d".formatted(i));
      var put =
          new Operation.Put(key, Bytes.of("value-" + i + "-".repeat(60)), 0, false, false, false);
      ask("put " + i, (Reply<Answer<Result>> reply) -> node.write(put, reply));
    }
  }

  private List<KeyspaceHash> hashes() {
    long applied = node(leader()).shard().applied().last().index();
    await(
        "all have applied",
        () ->
            nodes.values().stream()
                .allMatch(node -> node.shard().applied().last().index() >= applied));
    var hashes = new ArrayList<KeyspaceHash>();
    for (var name : nodes.keySet()) {
      Answer<KeyspaceHash> answer = ask("hash", reply -> node(name).hashKeyspace(0, reply));
      hashes.add(answer.value());
    }
    return hashes.stream().distinct().toList();
  }

  /// All have the same files again, once a bar ends.
  private void inStep() {
    int first = 10_000;
    put(first, first + 300);
    await(
        "the end of a bar on all",
        () ->
            nodes.values().stream().map(node -> node.shard().engine().layout()).distinct().count()
                == 1);
    assertThat(nodes.values()).allMatch(node -> node.shard().engine().inStep());
  }

  private List<String> files(String name, String suffix) {
    return simulation.disk(name).paths().stream().filter(path -> path.endsWith(suffix)).toList();
  }

  private void damageTable(String name) {
    // Until no compaction takes the table away.
    simulation.runFor(Duration.ofSeconds(5));
    var tables = files(name, ".sst");
    var path = tables.get(tables.size() / 2);
    simulation.disk(name).corrupt(path, simulation.disk(name).content(path).length / 3, 0x40);
  }

  private boolean heard(String beginning) {
    return told.stream().anyMatch(line -> line.startsWith(beginning));
  }

  @Test
  void a_damaged_table_of_a_follower_is_found_and_its_state_built_anew() {
    start(3);
    put(0, 600);
    var follower = follower();
    await("tables", () -> files(follower, ".sst").size() > 2);
    damageTable(follower);
    await("the alarm", () -> heard("alarm=STATE"));
    assertThat(node(follower).raftStatus().suspect()).isFalse();
    put(600, 650);
    await("the repair", () -> heard("settled=STATE"));
    var copies = files(follower, ".sst").stream().filter(path -> path.contains("-")).toList();
    int all = files(follower, ".sst").size();
    assertThat(copies.size()).as("only what it lacks of %d", all).isBetween(1, all / 2);
    put(650, 700);
    assertThat(hashes()).hasSize(1);
    inStep();
    assertThat(ends).isEmpty();
    told.clear();
    simulation.runFor(Duration.ofSeconds(5));
    assertThat(told).as("all is well").isEmpty();
  }

  @Test
  void a_damaged_table_of_the_leader_is_repaired_after_it_has_handed_over() {
    start(3);
    put(0, 600);
    var leader = leader();
    await("tables", () -> files(leader, ".sst").size() > 2);
    damageTable(leader);
    await("the repair", () -> heard("settled=STATE"));
    put(600, 650);
    assertThat(hashes()).hasSize(1);
    inStep();
    assertThat(ends).isEmpty();
  }

  @Test
  void a_state_that_cannot_be_opened_is_fetched_from_a_peer() {
    start(3);
    put(0, 600);
    var follower = follower();
    await("tables", () -> files(follower, ".sst").size() > 2);
    kill(follower);
    for (var table : files(follower, ".sst")) {
      int length = simulation.disk(follower).content(table).length;
      simulation.disk(follower).corrupt(table, length - 30, 0x40);
    }
    start(follower);
    await("its start", () -> nodes.containsKey(follower));
    assertThat(node(follower).replica().hollow()).isTrue();
    put(600, 650);
    await("the repair", () -> heard("settled=STATE"));
    assertThat(hashes()).hasSize(1);
    inStep();
    assertThat(ends).isEmpty();
  }

  @Test
  void a_leader_that_meets_damage_in_what_it_sends_goes_on_and_is_repaired() {
    start(3);
    put(0, 600);
    var follower = follower();
    kill(follower);
    put(600, 900);
    var leader = leader();
    start(follower);
    await("a state is sent", () -> simulation.marks().contains("snapshot/of-files"));
    for (var table : files(leader, ".sst")) {
      simulation.disk(leader).corrupt(table, 100, 0x40);
    }
    await("the damage", () -> simulation.marks().contains("snapshot/source-damaged"));
    await("the repair", () -> heard("settled=STATE"));
    put(900, 950);
    assertThat(hashes()).hasSize(1);
    inStep();
    assertThat(ends).isEmpty();
  }

  @Test
  void a_damaged_table_stops_a_single_node() {
    start(1);
    put(0, 600);
    await("tables", () -> files("n1", ".sst").size() > 2);
    damageTable("n1");
    await("the end", () -> !ends.isEmpty());
    assertThat(ends.getFirst()).isInstanceOf(CorruptionError.class).hasMessageContaining(".sst");
  }

  @Test
  void a_damaged_segment_of_the_log_is_trimmed_once_the_state_has_what_it_held() {
    start(1);
    put(0, 1000);
    int more = 1000;
    while (files("n1", ".seg").size() < 2) {
      put(more++, more);
    }
    var segment = files("n1", ".seg").getFirst();
    simulation.disk("n1").corrupt(segment, 2000, 0x40);
    await("the repair", () -> heard("settled=LOG"));
    assertThat(files("n1", ".seg")).doesNotContain(segment);
    put(2000, 2050);
    kill("n1");
    start("n1");
    await("its start", () -> nodes.containsKey("n1"));
    put(2050, 2060);
    Answer<KeyspaceHash> hash = ask("hash", reply -> node("n1").hashKeyspace(0, reply));
    assertThat(hash.value().revision()).isEqualTo(more + 61);
    assertThat(ends).isEmpty();
  }
}
