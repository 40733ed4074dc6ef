package io.concordkv.sim.model;

import static io.concordkv.sim.model.PlantedLog.both;
import static io.concordkv.sim.model.PlantedLog.delete;
import static io.concordkv.sim.model.PlantedLog.deleteAll;
import static io.concordkv.sim.model.PlantedLog.ifValue;
import static io.concordkv.sim.model.PlantedLog.leased;
import static io.concordkv.sim.model.PlantedLog.put;
import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.base.ErrorCode;
import io.concordkv.mvcc.Compare;
import io.concordkv.mvcc.Event;
import io.concordkv.mvcc.KeyValue;
import io.concordkv.mvcc.Mutation;
import io.concordkv.mvcc.Operation;
import io.concordkv.mvcc.Outcome;
import io.concordkv.mvcc.RangeQuery;
import io.concordkv.mvcc.RangeQuery.SortOrder;
import io.concordkv.mvcc.RangeQuery.SortTarget;
import io.concordkv.mvcc.Result;
import io.concordkv.mvcc.Span;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The rules of etcd's API, each by an example.
class ApiModelTest {
  private final ApiModel model = new ApiModel();

  @Test
  void a_write_makes_a_revision_and_a_version() {
    assertThat(result(put("a", "1"))).isEqualTo(new Result.PutDone(2, null));
    var first = new KeyValue(Bytes.of("a"), 2, 2, 1, 0, Bytes.of("1"));
    assertThat(result(put("a", "2"))).isEqualTo(new Result.PutDone(3, first));
    var second = new KeyValue(Bytes.of("a"), 2, 3, 2, 0, Bytes.of("2"));
    assertThat(result(delete("a"))).isEqualTo(new Result.Deleted(4, 1, List.of(second)));
    assertThat(result(put("a", "3"))).isEqualTo(new Result.PutDone(5, null));
    assertThat(model.at(Bytes.of("a"), 5))
        .isEqualTo(new KeyValue(Bytes.of("a"), 5, 5, 1, 0, Bytes.of("3")));
    assertThat(model.at(Bytes.of("a"), 3)).isEqualTo(second);
    assertThat(model.at(Bytes.of("a"), 4)).isNull();
  }

  @Test
  void what_changes_nothing_makes_no_revision() {
    assertThat(result(delete("a"))).isEqualTo(new Result.Deleted(1, 0, List.of()));
    result(new Mutation.GrantLease(1, 5));
    result(new Mutation.RevokeLease(1));
    assertThat(model.revision()).isEqualTo(1);
  }

  @Test
  void a_commit_is_one_revision_and_reads_what_it_wrote() {
    var all = new Operation.Range(RangeQuery.of(Span.prefix(Bytes.EMPTY)));
    var commit =
        new Operation.GuardedCommit(List.of(), List.of(all, put("b", "1"), all), List.of());
    var done = (Result.Committed) result(commit);
    assertThat(done.revision()).isEqualTo(2);
    assertThat(done.results().getFirst()).isEqualTo(new Result.Ranged(1, List.of(), false, 0));
    assertThat(done.results().getLast().revision()).isEqualTo(2);
    assertThat(((Result.Ranged) done.results().getLast()).count()).isEqualTo(1);
  }

  @Test
  void the_branches_of_the_whole_tree_are_chosen_before_the_first_change() {
    result(put("a", "1"));
    var inner = ifValue("a", "1", put("b", "as before"), put("b", "as changed"));
    result(both(put("a", "2"), inner));
    assertThat(value("b")).isEqualTo("as before");
    assertThat(model.events(3))
        .extracting(Event::pair)
        .extracting(KeyValue::modRevision)
        .containsExactly(3L, 3L);
  }

  @Test
  void a_missing_key_has_zeros_but_no_value() {
    var compare =
        new Compare(
            Span.of(Bytes.of("x")),
            Compare.Target.VALUE,
            Compare.Result.NOT_EQUAL,
            0,
            Bytes.of("1"));
    var commit = new Operation.GuardedCommit(List.of(compare), List.of(put("a", "1")), List.of());
    assertThat(((Result.Committed) result(commit)).succeeded()).isFalse();
    var version =
        new Compare(
            Span.of(Bytes.of("x")), Compare.Target.VERSION, Compare.Result.EQUAL, 0, Bytes.EMPTY);
    var created = new Operation.GuardedCommit(List.of(version), List.of(put("x", "1")), List.of());
    assertThat(((Result.Committed) result(created)).succeeded()).isTrue();
  }

  @Test
  void one_wrong_operation_spoils_the_whole_commit() {
    var wrong = new Operation.Put(Bytes.of("b"), Bytes.EMPTY, 0, false, true, false);
    assertThat(model.apply(both(put("a", "1"), wrong)))
        .isEqualTo(new Outcome.Rejected(ErrorCode.KEY_NOT_FOUND));
    assertThat(model.apply(both(put("a", "1"), leased("b", "1", 9))))
        .isEqualTo(new Outcome.Rejected(ErrorCode.LEASE_NOT_FOUND));
    assertThat(model.revision()).isEqualTo(1);
  }

  @Test
  void a_lease_takes_its_keys_with_it_in_one_revision() {
    result(new Mutation.GrantLease(4, 10));
    result(leased("b", "1", 4));
    result(leased("a", "1", 4));
    result(put("a", "2"));
    result(leased("c", "1", 4));
    assertThat(model.leaseKeys(4, model.revision())).containsExactly(Bytes.of("b"), Bytes.of("c"));
    assertThat(result(new Mutation.RevokeLease(4)).revision()).isEqualTo(6);
    assertThat(model.events(6))
        .extracting(event -> event.pair().key())
        .containsExactly(Bytes.of("b"), Bytes.of("c"));
    assertThat(model.leases()).isEmpty();
  }

  @Test
  void what_was_compacted_is_refused_but_not_the_revision_itself() {
    result(put("a", "1"));
    result(put("a", "2"));
    assertThat(model.apply(new Mutation.Compact(4)))
        .isEqualTo(new Outcome.Rejected(ErrorCode.FUTURE_REVISION));
    result(new Mutation.Compact(3));
    assertThat(model.apply(new Mutation.Compact(3)))
        .isEqualTo(new Outcome.Rejected(ErrorCode.COMPACTED));
    assertThat(model.apply(both(put("b", "1"), at(2))))
        .isEqualTo(new Outcome.Rejected(ErrorCode.COMPACTED));
    result(both(put("b", "1"), at(3)));
  }

  @Test
  void without_an_order_the_limit_cuts_before_the_sort() {
    result(put("a", "3"));
    result(put("b", "2"));
    result(put("c", "1"));
    var all = Span.prefix(Bytes.EMPTY);
    var cut = query(all, 1, SortOrder.NONE, SortTarget.VALUE);
    assertThat(keys(cut)).containsExactly("b");
    var sorted = query(all, 1, SortOrder.ASCEND, SortTarget.VALUE);
    assertThat(keys(sorted)).containsExactly("c");
    assertThat(model.range(sorted, 4).more()).isTrue();
    assertThat(model.range(sorted, 4).count()).isEqualTo(3);
  }

  @Test
  void a_range_deletes_in_the_order_of_keys() {
    result(put("b", "1"));
    result(put("a", "1"));
    result(deleteAll(""));
    assertThat(model.events(4))
        .extracting(event -> event.pair().key().toUtf8())
        .containsExactly("a", "b");
    assertThat(model.events(4)).allMatch(event -> event.previous() != null);
  }

  private Operation at(long revision) {
    return new Operation.Range(RangeQuery.of(Span.of(Bytes.of("a"))).at(revision));
  }

  private static RangeQuery query(Span span, long limit, SortOrder order, SortTarget target) {
    return new RangeQuery(span, limit, 0, order, target, false, false, 0, 0, 0, 0);
  }

  private List<String> keys(RangeQuery query) {
    return model.range(query, model.revision()).pairs().stream()
        .map(pair -> pair.key().toUtf8())
        .toList();
  }

  private String value(String key) {
    var pair = model.at(Bytes.of(key), model.revision());
    return pair == null ? "" : pair.value().toUtf8();
  }

  private Result result(Mutation mutation) {
    return ((Outcome.Done) model.apply(mutation)).result();
  }
}
