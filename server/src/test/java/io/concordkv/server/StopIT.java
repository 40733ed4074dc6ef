package io.concordkv.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import io.concordkv.proto.etcdserverpb.KVGrpc;
import io.concordkv.proto.etcdserverpb.MaintenanceGrpc;
import io.concordkv.proto.etcdserverpb.PutRequest;
import io.concordkv.proto.etcdserverpb.RangeRequest;
import io.concordkv.proto.etcdserverpb.StatusRequest;
import io.concordkv.server.wire.Limits;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What clients learn from a server that stops.
final class StopIT {
  private static final ByteString KEY = ByteString.copyFromUtf8("key");

  @TempDir Path directory;

  @Test
  void whoever_waits_when_the_node_stops_is_told_so() {
    var live = LiveServer.withoutQuorum(directory, StopIT::impatient);
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", live.port()).usePlaintext().build();
    try (live) {
      var kv = KVGrpc.newFutureStub(channel);
      var waiting = new ArrayList<ListenableFuture<?>>();
      for (int i = 0; i < 10; i++) {
        waiting.add(kv.put(PutRequest.newBuilder().setKey(KEY).build()));
        waiting.add(kv.range(RangeRequest.newBuilder().setKey(KEY).build()));
      }
      // What comes on a connection is taken in its order: now they wait.
      var status =
          MaintenanceGrpc.newBlockingStub(channel).status(StatusRequest.getDefaultInstance());
      assertThat(status.getLeader()).isZero();
      assertThat(waiting).noneMatch(ListenableFuture::isDone);
      live.close();
      for (var call : waiting) {
        assertThatThrownBy(() -> call.get(60, TimeUnit.SECONDS))
            .hasMessageContaining("UNAVAILABLE: etcdserver: server stopped");
      }
    } finally {
      channel.shutdownNow();
    }
  }

  /// Does not wait long for calls that are being answered.
  private static ServerConfig impatient(ServerConfig config) {
    return new ServerConfig(
        config.listen(), Limits.DEFAULT, config.electionTimeout(), Duration.ofMillis(50));
  }
}
