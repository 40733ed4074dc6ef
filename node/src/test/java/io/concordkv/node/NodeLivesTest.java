package io.concordkv.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.mvcc.Operation;
import io.concordkv.mvcc.Result;
import io.concordkv.node.command.EnvelopeCodec;
import io.concordkv.raft.Message;
import io.concordkv.replica.wire.MessageCodec;
import io.concordkv.testkit.SimEnv;
import io.concordkv.testkit.Simulation;
import io.concordkv.transport.Frame;
import io.concordkv.transport.Receiver;
import io.concordkv.transport.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// A follower, whose leader is played by the test.
class NodeLivesTest {
  private static final String NAME = "n1";

  private final Simulation simulation = new Simulation(7).withoutFaultSites();
  private @Nullable SimEnv env;
  private @Nullable Wire wire;
  private @Nullable Node node;
  private long leader;

  @Test
  void a_refusal_of_what_an_earlier_life_asked_for_is_no_refusal_now() {
    open();
    put("a");
    var before = forwarded();
    assertThat(before).hasSize(1);
    simulation.kill(NAME);
    open();
    put("b");
    assertThat(forwarded()).hasSize(1);
    refuse(before.getFirst());
    simulation.runFor(Duration.ofMillis(500));
    assertThat(forwarded()).as("what the leader took is not sent again").hasSize(1);
  }

  @Test
  void what_the_leader_refused_is_sent_again() {
    open();
    put("a");
    refuse(forwarded().getFirst());
    simulation.runFor(Duration.ofMillis(500));
    assertThat(forwarded()).hasSize(2);
  }

  private void open() {
    var opened = simulation.env(NAME);
    env = opened;
    var members = new TreeMap<String, List<String>>();
    for (var name : List.of(NAME, "n2", "n3")) {
      members.put(name, List.of("http://" + name + ":2380"));
    }
    var bootstrap = new Bootstrap(NAME, "lives", members, List.of("http://n1:2379"));
    opened.loop().post(() -> node = Node.open(opened, NodeConfig.DEFAULT, bootstrap, this::dial));
    simulation.runFor(Duration.ofMillis(200));
    leader =
        running().raftStatus().configuration().members().stream()
            .mapToLong(Long::longValue)
            .filter(id -> id != running().id())
            .min()
            .orElseThrow();
    var heartbeat = new Message.Heartbeat(leader, running().id(), 5, 0, 1);
    deliver(new MessageCodec(Node.GROUP).encode(heartbeat));
    simulation.runFor(Duration.ofMillis(200));
    assertThat(running().raftStatus().leader()).isEqualTo(leader);
    wire().sent.clear();
  }

  private Transport dial(long self, long cluster, long birth) {
    var made = new Wire();
    wire = made;
    return made;
  }

  private void put(String key) {
    running()
        .write(
            new Operation.Put(Bytes.of(key), Bytes.EMPTY, 0, false, false, false),
            Reply.from((Answer<Result> _) -> {}, (ConcordException _) -> {}));
    simulation.runFor(Duration.ofMillis(10));
  }

  private List<Frame> forwarded() {
    return wire().sent.stream()
        .filter(frame -> frame.kind() == NodeFrames.FORWARD)
        .filter(frame -> isPut(frame.payload()))
        .toList();
  }

  private static boolean isPut(Bytes command) {
    return EnvelopeCodec.decode(command).toString().contains("Put[");
  }

  private void refuse(Frame forward) {
    long sequence = EnvelopeCodec.request(forward.payload()).sequence();
    deliver(NodeFrames.refused(Node.GROUP, sequence, ErrorCode.NOT_LEADER));
  }

  private void deliver(Frame frame) {
    var receiver = Objects.requireNonNull(wire().receiver);
    Objects.requireNonNull(env).loop().post(() -> receiver.receive(leader, frame));
  }

  private Node running() {
    return Objects.requireNonNull(node);
  }

  private Wire wire() {
    return Objects.requireNonNull(wire);
  }

  private static final class Wire implements Transport {
    final List<Frame> sent = new ArrayList<>();
    @Nullable Receiver receiver;

    @Override
    public void send(long toNode, Frame frame) {
      sent.add(frame);
    }

    @Override
    public void onFrame(Receiver receiver) {
      this.receiver = receiver;
    }

    @Override
    public boolean connected(long node) {
      return true;
    }

    @Override
    public void close() {}
  }
}
