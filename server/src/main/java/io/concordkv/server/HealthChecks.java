package io.concordkv.server;

import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.mvcc.RangeQuery;
import io.concordkv.mvcc.Result;
import io.concordkv.mvcc.Span;
import io.concordkv.node.Answer;
import io.concordkv.node.Node;
import io.concordkv.node.NodeStatus;
import io.concordkv.node.Reply;
import io.concordkv.node.command.Standing;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;

/// The probes `/livez` and `/readyz`: each a list of named checks, of which one alone can be asked
/// for below the path. An empty string means that a check is content.
final class HealthChecks {
  private static final String SERIALIZABLE_READ = "serializable_read";
  private static final String LINEARIZABLE_READ = "linearizable_read";
  private static final String DATA_CORRUPTION = "data_corruption";
  private static final String NON_LEARNER = "non_learner";

  /// No verdict yet: this node has data.
  private static final String READS = "reads";

  private static final String LIVE = "/livez";
  private static final String READY = "/readyz";
  private static final List<String> LIVE_CHECKS = List.of(SERIALIZABLE_READ);
  private static final List<String> READY_CHECKS =
      List.of(DATA_CORRUPTION, LINEARIZABLE_READ, NON_LEARNER, SERIALIZABLE_READ);

  private final Node node;

  HealthChecks(Node node) {
    this.node = node;
  }

  /// The checks that `path` asks for; none if it is no probe.
  List<String> named(String path) {
    if (path.equals(LIVE)) {
      return LIVE_CHECKS;
    }
    if (path.equals(READY)) {
      return READY_CHECKS;
    }
    var name = path.substring(path.lastIndexOf('/') + 1);
    var checks =
        switch (path.substring(0, path.length() - name.length())) {
          case LIVE + "/" -> LIVE_CHECKS;
          case READY + "/" -> READY_CHECKS;
          default -> List.<String>of();
        };
    return checks.contains(name) ? List.of(name) : List.of();
  }

  void run(List<String> names, List<String> excluded, boolean verbose, Consumer<HttpAnswer> then) {
    var left = names.stream().filter(name -> !excluded.contains(name)).toList();
    run(left, new TreeMap<>(), failures -> then.accept(answer(left, failures, verbose)));
  }

  private void run(
      List<String> names, Map<String, String> failures, Consumer<Map<String, String>> then) {
    if (names.isEmpty()) {
      then.accept(failures);
      return;
    }
    var name = names.getFirst();
    check(
        name,
        failure -> {
          if (!failure.isEmpty()) {
            failures.put(name, failure);
          }
          run(names.subList(1, names.size()), failures, then);
        });
  }

  private static HttpAnswer answer(
      List<String> names, Map<String, String> failures, boolean verbose) {
    var lines = new StringBuilder();
    for (var name : names) {
      var failure = failures.get(name);
      lines.append(
          failure == null ? "[+]" + name + " ok\n" : "[-]" + name + " failed: " + failure + "\n");
    }
    if (!failures.isEmpty()) {
      return HttpAnswer.error(503, lines.toString());
    }
    return HttpAnswer.text((verbose ? lines : "") + "ok\n").unsniffed();
  }

  private void check(String name, Consumer<String> then) {
    switch (name) {
      case SERIALIZABLE_READ -> read(true, then);
      case LINEARIZABLE_READ -> read(false, then);
      case NON_LEARNER ->
          node.status(
              reply(answer -> learns(answer.value()) ? "not supported for learner" : "", then));
      // A node that cannot get back what was damaged stops: who answers is getting it.
      default -> node.status(reply(answer -> String.join("; ", answer.value().damages()), then));
    }
  }

  private static boolean learns(NodeStatus status) {
    return status.standing() == Standing.LEARNER;
  }

  /// Reads nothing much, and says what went wrong. A witness, which has nothing to read, is well
  /// when it knows a leader.
  void read(boolean serializable, Consumer<String> then) {
    node.status(
        reply(
            answer ->
                answer.value().standing() == Standing.WITNESS
                    ? String.join("; ", answer.value().errors())
                    : READS,
            verdict -> {
              if (verdict.equals(READS)) {
                readData(serializable, then);
              } else {
                then.accept(serializable ? "" : verdict);
              }
            }));
  }

  private void readData(boolean serializable, Consumer<String> then) {
    node.range(
        RangeQuery.of(Span.of(Bytes.of("\0"))).limit(1),
        serializable,
        HealthChecks.<Answer<Result.Ranged>>reply(_ -> "", then));
  }

  private static <T> Reply<T> reply(Function<T, String> verdict, Consumer<String> then) {
    return new Reply<>() {
      @Override
      public void done(T answer) {
        then.accept(verdict.apply(answer));
      }

      @Override
      public void failed(ConcordException error) {
        then.accept(error.code().message());
      }
    };
  }
}
