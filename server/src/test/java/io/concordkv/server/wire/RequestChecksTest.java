package io.concordkv.server.wire;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.proto.etcdserverpb.Compare;
import io.concordkv.proto.etcdserverpb.DeleteRangeRequest;
import io.concordkv.proto.etcdserverpb.PutRequest;
import io.concordkv.proto.etcdserverpb.RangeRequest;
import io.concordkv.proto.etcdserverpb.RequestOp;
import io.concordkv.proto.etcdserverpb.TxnRequest;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RequestChecksTest {
  private static final int OPERATIONS = 128;

  @Test
  void a_key_is_needed_everywhere() {
    refused(ErrorCode.KEY_EMPTY, () -> RequestChecks.check(RangeRequest.getDefaultInstance()));
    refused(ErrorCode.KEY_EMPTY, () -> RequestChecks.check(PutRequest.getDefaultInstance()));
    refused(
        ErrorCode.KEY_EMPTY, () -> RequestChecks.check(DeleteRangeRequest.getDefaultInstance()));
    refused(
        ErrorCode.KEY_EMPTY,
        TxnRequest.newBuilder().addCompare(Compare.getDefaultInstance()).build());
    refused(ErrorCode.KEY_EMPTY, success(put("")));
  }

  @Test
  void an_unknown_order_is_refused() {
    refused(
        ErrorCode.INVALID_SORT_OPTION,
        () -> RequestChecks.check(range("a").toBuilder().setSortOrderValue(9).build()));
    refused(
        ErrorCode.INVALID_SORT_OPTION,
        () -> RequestChecks.check(range("a").toBuilder().setSortTargetValue(5).build()));
  }

  @Test
  void what_is_to_be_kept_cannot_be_given() {
    var value = PutRequest.newBuilder().setKey(bytes("a")).setValue(bytes("b"));
    refused(
        ErrorCode.VALUE_PROVIDED, () -> RequestChecks.check(value.setIgnoreValue(true).build()));
    var lease = PutRequest.newBuilder().setKey(bytes("a")).setLease(1);
    refused(
        ErrorCode.LEASE_PROVIDED, () -> RequestChecks.check(lease.setIgnoreLease(true).build()));
  }

  @Test
  void an_empty_operation_is_a_key_not_found() {
    refused(ErrorCode.KEY_NOT_FOUND, success(RequestOp.getDefaultInstance()));
  }

  @Test
  void an_empty_transaction_is_fine() {
    accepted(TxnRequest.getDefaultInstance());
  }

  @Test
  void the_longest_list_counts() {
    accepted(success(Collections.nCopies(OPERATIONS, read("a"))));
    refused(ErrorCode.TOO_MANY_OPERATIONS, success(Collections.nCopies(OPERATIONS + 1, read("a"))));
    refused(ErrorCode.TOO_MANY_OPERATIONS, failure(Collections.nCopies(OPERATIONS + 1, read("a"))));
  }

  @Test
  void an_inner_transaction_has_what_the_outer_one_left() {
    var two = List.of(txn(success(put("a"), put("b"))), put("c"));
    accepted(success(two), 4);
    refused(ErrorCode.TOO_MANY_OPERATIONS, () -> RequestChecks.check(success(two), 3));
  }

  @Test
  void a_key_is_put_once() {
    refused(ErrorCode.DUPLICATE_KEY, success(put("a"), put("a")));
    refused(ErrorCode.DUPLICATE_KEY, failure(List.of(put("a"), put("a"))));
    accepted(success(put("a"), put("b")));
  }

  @Test
  void what_is_deleted_is_not_put_in_whichever_order() {
    refused(ErrorCode.DUPLICATE_KEY, success(put("a"), delete("a", "")));
    refused(ErrorCode.DUPLICATE_KEY, success(delete("a", "c"), put("b")));
    accepted(success(delete("a", "c"), put("c")));
    accepted(success(delete("a", ""), delete("a", "")));
  }

  @Test
  void deleting_all_from_a_key_on_covers_nothing() {
    accepted(success(put("z"), delete("a", "\0")));
  }

  @Test
  void the_branches_of_an_inner_transaction_exclude_one_another() {
    var both = TxnRequest.newBuilder().addSuccess(put("a")).addFailure(put("a")).build();
    accepted(success(txn(both)));
    refused(ErrorCode.DUPLICATE_KEY, success(txn(both), put("a")));
    refused(ErrorCode.DUPLICATE_KEY, success(txn(both), txn(success(put("a")))));
    refused(ErrorCode.DUPLICATE_KEY, success(delete("a", ""), txn(both)));
  }

  @Test
  void a_deletion_counts_for_what_comes_after_its_transaction() {
    refused(
        ErrorCode.DUPLICATE_KEY, success(txn(success(delete("a", ""))), txn(success(put("a")))));
    accepted(success(txn(success(put("a"))), txn(success(delete("a", "")))));
    refused(ErrorCode.DUPLICATE_KEY, success(put("a"), txn(success(delete("a", "")))));
  }

  private static void accepted(TxnRequest request) {
    accepted(request, OPERATIONS);
  }

  private static void accepted(TxnRequest request, int operations) {
    assertThatCode(() -> RequestChecks.check(request, operations)).doesNotThrowAnyException();
  }

  private static void refused(ErrorCode code, TxnRequest request) {
    refused(code, () -> RequestChecks.check(request, OPERATIONS));
  }

  private static void refused(ErrorCode code, Runnable check) {
    assertThatThrownBy(check::run)
        .isInstanceOfSatisfying(
            ConcordException.class,
            refusal -> org.assertj.core.api.Assertions.assertThat(refusal.code()).isEqualTo(code));
  }

  private static TxnRequest success(RequestOp... operations) {
    return success(List.of(operations));
  }

  private static TxnRequest success(List<RequestOp> operations) {
    return TxnRequest.newBuilder().addAllSuccess(operations).build();
  }

  private static TxnRequest failure(List<RequestOp> operations) {
    return TxnRequest.newBuilder().addAllFailure(operations).build();
  }

  private static RangeRequest range(String key) {
    return RangeRequest.newBuilder().setKey(bytes(key)).build();
  }

  private static RequestOp read(String key) {
    return RequestOp.newBuilder().setRequestRange(range(key)).build();
  }

  private static RequestOp put(String key) {
    return RequestOp.newBuilder().setRequestPut(PutRequest.newBuilder().setKey(bytes(key))).build();
  }

  private static RequestOp delete(String key, String end) {
    return RequestOp.newBuilder()
        .setRequestDeleteRange(
            DeleteRangeRequest.newBuilder().setKey(bytes(key)).setRangeEnd(bytes(end)))
        .build();
  }

  private static RequestOp txn(TxnRequest inner) {
    return RequestOp.newBuilder().setRequestTxn(inner).build();
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
