package io.concordkv.server.rpc;

import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.mvcc.RangeQuery;
import io.concordkv.mvcc.RangeQuery.SortOrder;
import io.concordkv.mvcc.RangeQuery.SortTarget;
import io.concordkv.mvcc.Result;
import io.concordkv.mvcc.Span;
import io.concordkv.node.Answer;
import io.concordkv.node.Node;
import io.concordkv.node.Reply;
import io.concordkv.proto.etcdserverpb.RangeRequest;
import io.concordkv.proto.etcdserverpb.RangeStreamResponse;
import io.concordkv.proto.etcdserverpb.ResponseHeader;
import io.concordkv.server.wire.Headers;
import io.concordkv.server.wire.KvAnswers;
import io.concordkv.server.wire.KvRequests;
import io.concordkv.server.wire.RequestChecks;
import io.concordkv.server.wire.Statuses;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/// A range that is read and sent page by page, all of them at the revision of the first. Only the
/// last page says how the whole went (header, count, whether there is more), so that the pages
/// merged are the answer that `Range` would have given.
///
/// A page is read when the one before it has left: what a slow client costs is one page.
final class RangeStreamCall extends ServerCall.Listener<Received<RangeRequest>>
    implements Reply<Answer<Result.Ranged>> {
  private static final int FIRST_PAGE = 10;
  private static final int LARGEST_PAGE = 10_000;

  /// Pages grow and shrink towards this.
  private static final int PAGE_BYTES = 1 << 20;

  private static final Status SORTED =
      Status.UNIMPLEMENTED.withDescription("RangeStream does not support custom sort orders");
  private static final Status FILTERED =
      Status.UNIMPLEMENTED.withDescription("RangeStream does not support revision filters");

  private final ServerCall<Received<RangeRequest>, RangeStreamResponse> call;
  private final Node node;
  private @Nullable Received<RangeRequest> request;

  private RangeQuery query = RangeQuery.of(Span.of(Bytes.EMPTY));
  private boolean serializable;
  private long left;
  private int pageSize = FIRST_PAGE;
  private long total;
  private @Nullable ResponseHeader header;
  private boolean waiting;

  private RangeStreamCall(ServerCall<Received<RangeRequest>, RangeStreamResponse> call, Node node) {
    this.call = call;
    this.node = node;
  }

  static ServerCall.Listener<Received<RangeRequest>> start(
      ServerCall<Received<RangeRequest>, RangeStreamResponse> call, Node node) {
    call.request(1);
    return new RangeStreamCall(call, node);
  }

  @Override
  public void onMessage(Received<RangeRequest> message) {
    request = message;
  }

  @Override
  public void onHalfClose() {
    switch (request) {
      case null -> end(Status.INTERNAL.withDescription("Half-closed without a request"));
      case Received.Refused<RangeRequest>(var why) -> end(why);
      case Received.Message<RangeRequest>(var value, _) -> begin(value);
    }
  }

  private void begin(RangeRequest range) {
    try {
      RequestChecks.check(range);
    } catch (ConcordException e) {
      failed(e);
      return;
    }
    query = KvRequests.range(range);
    if (sorted(query)) {
      end(SORTED);
    } else if (filtered(query)) {
      end(FILTERED);
    } else {
      serializable = range.getSerializable();
      left = query.limit() <= 0 ? Long.MAX_VALUE : query.limit();
      readPage();
    }
  }

  private static boolean sorted(RangeQuery query) {
    return query.order() == SortOrder.DESCEND
        || (query.order() == SortOrder.ASCEND && query.target() != SortTarget.KEY);
  }

  private static boolean filtered(RangeQuery query) {
    return query.minModRevision() != 0
        || query.maxModRevision() != 0
        || query.minCreateRevision() != 0
        || query.maxCreateRevision() != 0;
  }

  private void readPage() {
    node.range(query.limit(Math.min(left, pageSize)), serializable, this);
  }

  @Override
  public void done(Answer<Result.Ranged> answer) {
    var page = answer.value();
    if (header == null) {
      header = Headers.at(answer.header(), page.revision());
      total = page.count();
      call.sendHeaders(new Metadata());
    }
    left -= page.pairs().size();
    if (!page.more() || left == 0 || page.pairs().isEmpty()) {
      send(header, new Result.Ranged(page.revision(), page.pairs(), page.more(), total));
      end(Status.OK);
      return;
    }
    send(null, new Result.Ranged(page.revision(), page.pairs(), false, 0));
    continueBehind(page);
    resume();
  }

  @Override
  public void failed(ConcordException error) {
    end(Statuses.of(error.code()));
  }

  private void send(@Nullable ResponseHeader header, Result.Ranged page) {
    var range = KvAnswers.range(ResponseHeader.getDefaultInstance(), page).toBuilder();
    if (header == null) {
      range.clearHeader();
    } else {
      range.setHeader(header);
    }
    call.sendMessage(RangeStreamResponse.newBuilder().setRangeResponse(range).build());
  }

  /// The next page starts behind the largest key, which need not be the last: a page can be sorted
  /// by something else.
  private void continueBehind(Result.Ranged page) {
    var largest = page.pairs().getFirst().key();
    long bytes = 0;
    for (var pair : page.pairs()) {
      bytes += pair.key().length() + pair.value().length();
      if (pair.key().compareTo(largest) > 0) {
        largest = pair.key();
      }
    }
    if (bytes > PAGE_BYTES) {
      pageSize = Math.max(1, pageSize / 2);
    } else if (bytes * 2 <= PAGE_BYTES) {
      pageSize = Math.min(LARGEST_PAGE, pageSize * 2);
    }
    long revision = query.revision() > 0 ? query.revision() : page.revision();
    query = rest(largest.successor()).at(revision);
    serializable = true;
  }

  private RangeQuery rest(Bytes from) {
    return new RangeQuery(
        new Span(from, query.span().end()),
        0,
        0,
        query.order(),
        query.target(),
        query.keysOnly(),
        query.countOnly(),
        0,
        0,
        0,
        0);
  }

  private synchronized void resume() {
    if (call.isReady()) {
      readPage();
    } else {
      waiting = true;
    }
  }

  @Override
  public synchronized void onReady() {
    if (waiting) {
      waiting = false;
      readPage();
    }
  }

  private void end(Status status) {
    call.close(status, new Metadata());
  }
}
