package io.concordkv.server.wire;

import com.google.protobuf.ByteString;
import io.concordkv.mvcc.Event;
import io.concordkv.mvcc.watch.WatchAnswer;
import io.concordkv.mvcc.watch.WatchRequest;
import io.concordkv.proto.etcdserverpb.ResponseHeader;
import io.concordkv.proto.etcdserverpb.WatchCreateRequest;
import io.concordkv.proto.etcdserverpb.WatchCreateRequest.FilterType;
import io.concordkv.proto.etcdserverpb.WatchResponse;
import io.concordkv.proto.mvccpb.Event.EventType;

/// Messages of the `Watch` service, both ways.
public final class WatchMessages {
  /// The smallest key there is: what no key means.
  private static final ByteString FIRST_KEY = ByteString.copyFrom(new byte[1]);

  private WatchMessages() {}

  public static WatchRequest create(WatchCreateRequest request) {
    var key = request.getKey().isEmpty() ? FIRST_KEY : request.getKey();
    return new WatchRequest(
        KvRequests.span(key, request.getRangeEnd()),
        request.getStartRevision(),
        request.getWatchId(),
        request.getPrevKv(),
        request.getProgressNotify(),
        request.getFragment(),
        request.getFiltersList().contains(FilterType.NOPUT),
        request.getFiltersList().contains(FilterType.NODELETE));
  }

  public static WatchResponse answer(ResponseHeader header, WatchAnswer answer) {
    var response =
        WatchResponse.newBuilder()
            .setHeader(header)
            .setWatchId(answer.watchId())
            .setCreated(answer.created())
            .setCanceled(answer.canceled())
            .setCompactRevision(answer.compactRevision())
            .setCancelReason(answer.cancelReason())
            .setFragment(answer.fragment());
    for (var event : answer.events()) {
      response.addEvents(event(event));
    }
    return response.build();
  }

  private static io.concordkv.proto.mvccpb.Event event(Event event) {
    var message =
        io.concordkv.proto.mvccpb.Event.newBuilder()
            .setType(
                switch (event.kind()) {
                  case PUT -> EventType.PUT;
                  case DELETE -> EventType.DELETE;
                })
            .setKv(KvAnswers.pair(event.pair()));
    if (event.previous() != null) {
      message.setPrevKv(KvAnswers.pair(event.previous()));
    }
    return message.build();
  }
}
