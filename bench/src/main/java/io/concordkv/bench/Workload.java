package io.concordkv.bench;

import com.google.protobuf.ByteString;
import io.concordkv.proto.etcdserverpb.Compare;
import io.concordkv.proto.etcdserverpb.KVGrpc;
import io.concordkv.proto.etcdserverpb.PutRequest;
import io.concordkv.proto.etcdserverpb.RangeRequest;
import io.concordkv.proto.etcdserverpb.RequestOp;
import io.concordkv.proto.etcdserverpb.TxnRequest;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/// What clients ask for. Keys are drawn evenly from [#KEYS].
enum Workload {
  PUT("put"),
  GET("get"),
  GET_SERIALIZABLE("get-serializable"),
  RANGE("range-100"),
  TXN("txn"),
  WATCH("watch"),
  LEASE("lease-keepalive");

  static final int KEYS = 10_000;
  private static final int VALUE_BYTES = 256;
  private static final int RANGE_KEYS = 100;

  static final String ALL =
      Arrays.stream(values()).map(workload -> workload.label).collect(Collectors.joining(","));

  private static final ByteString VALUE = value();

  final String label;

  Workload(String label) {
    this.label = label;
  }

  static Workload named(String label) {
    return Arrays.stream(values())
        .filter(workload -> workload.label.equals(label))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("no workload " + label + "; there are " + ALL));
  }

  /// Clients at this, ready to start. May block.
  Load load(Channels channels, Tally tally, int clients) {
    return switch (this) {
      case PUT -> unary(channels, tally, clients, KVGrpc.getPutMethod(), Workload::put);
      case GET -> unary(channels, tally, clients, KVGrpc.getRangeMethod(), i -> get(i, false));
      case GET_SERIALIZABLE ->
          unary(channels, tally, clients, KVGrpc.getRangeMethod(), i -> get(i, true));
      case RANGE -> unary(channels, tally, clients, KVGrpc.getRangeMethod(), Workload::range);
      case TXN -> unary(channels, tally, clients, KVGrpc.getTxnMethod(), Workload::txn);
      case WATCH -> new WatchLoad(channels, tally, clients, ByteString.copyFromUtf8("seen"), VALUE);
      case LEASE -> new LeaseLoad(channels, tally, clients);
    };
  }

  /// Writes every key and looks whether requests are answered as they should be, since the loads do
  /// not look at answers.
  static void prepare(Channels channels) {
    var kv = KVGrpc.newBlockingStub((Channel) channels.get(0));
    for (int number = 0; number < KEYS; ) {
      var many = TxnRequest.newBuilder();
      for (int i = 0; i < 100; i++) {
        many.addSuccess(RequestOp.newBuilder().setRequestPut(put(number++)));
      }
      expect(kv.txn(many.build()).getSucceeded(), "keys are written");
    }
    expect(kv.range(get(7, false)).getKvs(0).getValue().equals(VALUE), "a get finds its value");
    expect(kv.range(get(7, true)).getKvsCount() == 1, "a serializable get finds its value");
    expect(kv.range(range(KEYS - 1)).getKvsCount() == RANGE_KEYS, "a range finds its keys");
    expect(kv.txn(txn(7)).getSucceeded(), "a txn's comparison holds");
  }

  private static void expect(boolean holds, String what) {
    if (!holds) {
      throw new IllegalStateException("not so: " + what);
    }
  }

  private static Load unary(
      Channels channels,
      Tally tally,
      int clients,
      MethodDescriptor<?, ?> method,
      IntFunction<com.google.protobuf.MessageLite> request) {
    var requests = new byte[KEYS][];
    Arrays.setAll(requests, number -> request.apply(number).toByteArray());
    return new UnaryLoad(channels, tally, clients, method, requests);
  }

  private static ByteString key(int number) {
    return ByteString.copyFromUtf8("key-%06d".formatted(number));
  }

  private static PutRequest put(int number) {
    return PutRequest.newBuilder().setKey(key(number)).setValue(VALUE).build();
  }

  private static RangeRequest get(int number, boolean serializable) {
    return RangeRequest.newBuilder().setKey(key(number)).setSerializable(serializable).build();
  }

  private static RangeRequest range(int number) {
    int from = Math.min(number, KEYS - RANGE_KEYS);
    return RangeRequest.newBuilder().setKey(key(from)).setRangeEnd(key(from + RANGE_KEYS)).build();
  }

  private static TxnRequest txn(int number) {
    return TxnRequest.newBuilder()
        .addCompare(
            Compare.newBuilder()
                .setKey(key(number))
                .setTarget(Compare.CompareTarget.VERSION)
                .setResult(Compare.CompareResult.GREATER)
                .setVersion(0))
        .addSuccess(RequestOp.newBuilder().setRequestPut(put(number)))
        .build();
  }

  private static ByteString value() {
    var bytes = new byte[VALUE_BYTES];
    new SplittableRandom(256).nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }
}
