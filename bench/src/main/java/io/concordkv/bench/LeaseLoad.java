package io.concordkv.bench;

import io.concordkv.proto.etcdserverpb.LeaseGrantRequest;
import io.concordkv.proto.etcdserverpb.LeaseGrpc;
import io.concordkv.proto.etcdserverpb.LeaseKeepAliveRequest;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;

/// Clients that each have a lease and keep it alive over a stream, again as soon as that is
/// confirmed.
final class LeaseLoad implements Load {
  private static final long TTL_SECONDS = 3600;

  private final Tally tally;
  private final List<Keeper> keepers = new ArrayList<>();
  private boolean stopped;
  private int waiting;

  /// Grants the leases: blocks.
  LeaseLoad(Channels channels, Tally tally, int clients) {
    this.tally = tally;
    var method = Raw.of(LeaseGrpc.getLeaseKeepAliveMethod());
    for (int client = 0; client < clients; client++) {
      var channel = channels.get(client);
      var grant = LeaseGrantRequest.newBuilder().setTTL(TTL_SECONDS).build();
      long id = LeaseGrpc.newBlockingStub(channel).leaseGrant(grant).getID();
      var request = LeaseKeepAliveRequest.newBuilder().setID(id).build().toByteArray();
      keepers.add(new Keeper(channel.newCall(method, CallOptions.DEFAULT), request));
    }
  }

  @Override
  public void start() {
    keepers.forEach(Keeper::open);
  }

  @Override
  public void stop() {
    stopped = true;
  }

  @Override
  public boolean idle() {
    return waiting == 0;
  }

  private final class Keeper extends ClientCall.Listener<byte[]> {
    private final ClientCall<byte[], byte[]> call;
    private final byte[] request;
    private long sinceNanos;

    Keeper(ClientCall<byte[], byte[]> call, byte[] request) {
      this.call = call;
      this.request = request;
    }

    void open() {
      call.start(this, new Metadata());
      waiting++;
      ask();
    }

    private void ask() {
      sinceNanos = System.nanoTime();
      call.request(1);
      call.sendMessage(request);
    }

    @Override
    public void onMessage(byte[] message) {
      tally.answered(sinceNanos);
      if (stopped) {
        call.halfClose();
        call.request(1);
      } else {
        ask();
      }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      waiting--;
      if (!status.isOk()) {
        tally.failed(status.toString());
      }
    }
  }
}
