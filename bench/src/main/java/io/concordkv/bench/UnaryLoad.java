package io.concordkv.bench;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.SplittableRandom;

/// Clients that send one request after the other, each drawn from a set of ready-made ones.
final class UnaryLoad implements Load {
  private final Channels channels;
  private final Tally tally;
  private final int clients;
  private final MethodDescriptor<byte[], byte[]> method;
  private final byte[][] requests;
  private final SplittableRandom random = new SplittableRandom(1);
  private boolean stopped;
  private int waiting;
  private int nextChannel;

  UnaryLoad(
      Channels channels,
      Tally tally,
      int clients,
      MethodDescriptor<?, ?> method,
      byte[][] requests) {
    this.channels = channels;
    this.tally = tally;
    this.clients = clients;
    this.method = Raw.of(method);
    this.requests = requests;
  }

  @Override
  public void start() {
    for (int client = 0; client < clients; client++) {
      ask(client);
    }
  }

  private void ask(int client) {
    // With fewer clients than channels every channel gets its turn, as a balanced client does it.
    int channel = clients < channels.count() ? nextChannel++ : client;
    var call = channels.get(channel & Integer.MAX_VALUE).newCall(method, CallOptions.DEFAULT);
    waiting++;
    call.start(new Answer(client, System.nanoTime()), new Metadata());
    call.request(1);
    call.sendMessage(requests[random.nextInt(requests.length)]);
    call.halfClose();
  }

  @Override
  public void stop() {
    stopped = true;
  }

  @Override
  public boolean idle() {
    return waiting == 0;
  }

  private final class Answer extends ClientCall.Listener<byte[]> {
    private final int client;
    private final long sinceNanos;

    Answer(int client, long sinceNanos) {
      this.client = client;
      this.sinceNanos = sinceNanos;
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      waiting--;
      if (status.isOk()) {
        tally.answered(sinceNanos);
      } else {
        tally.failed(status.toString());
      }
      if (!stopped) {
        ask(client);
      }
    }
  }
}
