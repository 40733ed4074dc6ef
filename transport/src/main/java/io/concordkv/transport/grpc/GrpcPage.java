package io.concordkv.transport.grpc;

import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;

/// Answers with the list of members, as `GET /members` does on plain TCP: a call without a hello.
final class GrpcPage extends GrpcSource {
  GrpcPage(ServerCall<Bytes, Bytes> call) {
    super(call);
  }

  @Override
  public void onHalfClose() {
    if (over || incoming == null) {
      return;
    }
    over = true;
    var page = incoming.page();
    call.sendHeaders(new Metadata());
    call.sendMessage(new ByteWriter().u64(page.cluster()).raw(Bytes.of(page.json())).finish());
    call.close(Status.OK, new Metadata());
  }

  /// There is but one message.
  @Override
  public void pause(boolean paused) {}
}
