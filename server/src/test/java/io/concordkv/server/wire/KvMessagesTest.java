package io.concordkv.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.concordkv.base.Bytes;
import io.concordkv.base.ErrorCode;
import io.concordkv.mvcc.Compare.Result;
import io.concordkv.mvcc.Compare.Target;
import io.concordkv.mvcc.KeyValue;
import io.concordkv.mvcc.Result.Committed;
import io.concordkv.mvcc.Result.PutDone;
import io.concordkv.mvcc.Result.Ranged;
import io.concordkv.proto.etcdserverpb.Compare;
import io.concordkv.proto.etcdserverpb.Compare.CompareResult;
import io.concordkv.proto.etcdserverpb.Compare.CompareTarget;
import io.concordkv.proto.etcdserverpb.RangeRequest;
import io.concordkv.proto.etcdserverpb.ResponseHeader;
import io.concordkv.proto.etcdserverpb.TxnRequest;
import io.concordkv.proto.etcdserverpb.WatchCreateRequest;
import io.concordkv.proto.etcdserverpb.WatchCreateRequest.FilterType;
import io.grpc.Status;
import java.util.List;
import org.junit.jupiter.api.Test;

final class KvMessagesTest {
  private static final ByteString KEY = ByteString.copyFromUtf8("key");

  @Test
  void bytes_share_their_memory_with_a_string_both_ways() {
    var array = "a key in a request".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    var bytes = ByteStrings.of(UnsafeByteOperations.unsafeWrap(array, 2, 3));
    assertThat(bytes).isEqualTo(Bytes.of("key"));
    assertThat(bytes.sharedArray()).isSameAs(array);
    assertThat(ByteStrings.of(bytes)).isEqualTo(KEY);
  }

  @Test
  void a_string_in_pieces_becomes_one() {
    var half = ByteString.copyFromUtf8("0123456789".repeat(100));
    assertThat(ByteStrings.of(half.concat(half)).toUtf8()).isEqualTo("0123456789".repeat(200));
  }

  @Test
  void a_range_keeps_every_option() {
    var query =
        KvRequests.range(
            RangeRequest.newBuilder()
                .setKey(KEY)
                .setRangeEnd(ByteString.copyFromUtf8("z"))
                .setLimit(1)
                .setRevision(2)
                .setSortOrder(RangeRequest.SortOrder.DESCEND)
                .setSortTarget(RangeRequest.SortTarget.MOD)
                .setKeysOnly(true)
                .setMinModRevision(3)
                .setMaxModRevision(4)
                .setMinCreateRevision(5)
                .setMaxCreateRevision(6)
                .build());
    assertThat(query.toString())
        .isEqualTo(
            "RangeQuery[span=Span[key=key, end=z], limit=1, revision=2, order=DESCEND, target=MOD,"
                + " keysOnly=true, countOnly=false, minModRevision=3, maxModRevision=4,"
                + " minCreateRevision=5, maxCreateRevision=6]");
  }

  @Test
  void every_target_and_result_has_its_namesake() {
    for (var target : Target.values()) {
      for (var result : Result.values()) {
        if (result != Result.ANY) {
          var mapped =
              compare(
                  Compare.newBuilder()
                      .setKey(KEY)
                      .setTarget(CompareTarget.valueOf(target.name()))
                      .setResult(CompareResult.valueOf(result.name())));
          assertThat(mapped.target()).isEqualTo(target);
          assertThat(mapped.result()).isEqualTo(result);
        }
      }
    }
  }

  @Test
  void what_is_unknown_is_met() {
    assertThat(compare(Compare.newBuilder().setKey(KEY).setTargetValue(9)).result())
        .isEqualTo(Result.ANY);
    assertThat(compare(Compare.newBuilder().setKey(KEY).setResultValue(-1)).result())
        .isEqualTo(Result.ANY);
  }

  @Test
  void a_number_of_another_target_is_zero() {
    var mapped =
        compare(Compare.newBuilder().setKey(KEY).setTarget(CompareTarget.MOD).setVersion(7));
    assertThat(mapped.number()).isZero();
    assertThat(mapped.value()).isEqualTo(Bytes.EMPTY);
  }

  @Test
  void inside_a_transaction_a_header_has_only_a_revision_and_an_inner_one_nothing() {
    var pair = new KeyValue(Bytes.of("k"), 2, 3, 2, 5, Bytes.of("v"));
    var inner = new Committed(9, true, List.of(new Ranged(8, List.of(pair), true, 4)));
    var answer =
        KvAnswers.txn(
            ResponseHeader.newBuilder().setClusterId(1).setRevision(9).build(),
            new Committed(9, false, List.of(new PutDone(9, pair), inner)));
    assertThat(answer.getSucceeded()).isFalse();
    var put = answer.getResponses(0).getResponsePut();
    assertThat(put.getHeader()).isEqualTo(ResponseHeader.newBuilder().setRevision(9).build());
    assertThat(put.getPrevKv().getLease()).isEqualTo(5);
    var nested = answer.getResponses(1).getResponseTxn();
    assertThat(nested.hasHeader()).isTrue();
    assertThat(nested.getHeader()).isEqualTo(ResponseHeader.getDefaultInstance());
    var range = nested.getResponses(0).getResponseRange();
    assertThat(range.getHeader().getRevision()).isEqualTo(8);
    assertThat(range.getMore()).isTrue();
    assertThat(range.getCount()).isEqualTo(4);
    assertThat(range.getKvs(0).getValue().toStringUtf8()).isEqualTo("v");
  }

  @Test
  void a_watch_of_no_key_is_one_of_the_first_key() {
    var request =
        WatchMessages.create(
            WatchCreateRequest.newBuilder()
                .addFilters(FilterType.NODELETE)
                .addFiltersValue(7)
                .build());
    assertThat(request.span().key()).isEqualTo(Bytes.of("\0"));
    assertThat(request.span().single()).isTrue();
    assertThat(request.noDelete()).isTrue();
    assertThat(request.noPut()).isFalse();
  }

  @Test
  void every_code_keeps_its_text() {
    for (var code : ErrorCode.values()) {
      assertThat(Statuses.of(code).getDescription()).isEqualTo(code.message());
      assertThat(Statuses.of(code).isOk()).isFalse();
    }
    assertThat(Statuses.of(ErrorCode.COMPACTED).getCode()).isEqualTo(Status.Code.OUT_OF_RANGE);
    assertThat(Statuses.of(ErrorCode.CORRUPT).getCode()).isEqualTo(Status.Code.DATA_LOSS);
  }

  @Test
  void the_limit_of_a_request_counts_what_a_log_entry_adds() {
    assertThat(Limits.DEFAULT.exceededBy(1_572_864)).isTrue();
    assertThat(Limits.DEFAULT.exceededBy(1_572_808)).isFalse();
    assertThat(Limits.DEFAULT.receiveBytes()).isEqualTo(2_097_152);
  }

  private static io.concordkv.mvcc.Compare compare(Compare.Builder compare) {
    return KvRequests.txn(TxnRequest.newBuilder().addCompare(compare).build())
        .compares()
        .getFirst();
  }
}
