package io.concordkv.server;

import io.concordkv.base.ConcordException;
import io.concordkv.node.Answer;
import io.concordkv.node.Node;
import io.concordkv.node.NodeStatus;
import io.concordkv.node.Reply;
import io.concordkv.node.command.Standing;
import io.concordkv.server.wire.ApiLevel;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// What is answered on which HTTP path. The answer may come from any thread.
final class HttpPaths {
  private static final String VERSION =
      "{\"etcdserver\":\"%s\",\"etcdcluster\":\"%s\",\"storage\":\"%s\"}"
          .formatted(ApiLevel.SERVER, ApiLevel.CLUSTER, ApiLevel.STORAGE);

  private static final String METRICS_TYPE =
      "text/plain; version=0.0.4; charset=utf-8; escaping=underscores";

  private final Node node;
  private final BooleanSupplier hasLeader;
  private final HealthChecks checks;

  HttpPaths(Node node, BooleanSupplier hasLeader) {
    this.node = node;
    this.hasLeader = hasLeader;
    this.checks = new HealthChecks(node);
  }

  void answer(String method, String uri, Consumer<HttpAnswer> then) {
    var query = new QueryStringDecoder(uri);
    Consumer<HttpAnswer> answered = answer -> then.accept(answer.anyOrigin());
    switch (query.path()) {
      case "/version" -> onlyGet(method, answered, () -> answered.accept(HttpAnswer.json(VERSION)));
      case "/health" -> onlyGet(method, answered, () -> health(query.parameters(), answered));
      case "/metrics" -> metrics(answered);
      default -> probe(method, query, answered);
    }
  }

  private static void onlyGet(String method, Consumer<HttpAnswer> then, Runnable get) {
    if (method.equals("GET")) {
      get.run();
    } else {
      then.accept(HttpAnswer.onlyGet());
    }
  }

  private void health(Map<String, List<String>> parameters, Consumer<HttpAnswer> then) {
    boolean serializable = parameters.getOrDefault("serializable", List.of()).contains("true");
    if (!serializable && !hasLeader.getAsBoolean()) {
      then.accept(unhealthy("RAFT NO LEADER"));
      return;
    }
    checks.read(
        serializable,
        error ->
            then.accept(
                error.isEmpty()
                    ? HttpAnswer.text("{\"health\":\"true\",\"reason\":\"\"}")
                    : unhealthy("RANGE ERROR:" + error)));
  }

  private static HttpAnswer unhealthy(String reason) {
    return HttpAnswer.error(503, "{\"health\":\"false\",\"reason\":\"" + reason + "\"}");
  }

  private void probe(String method, QueryStringDecoder query, Consumer<HttpAnswer> then) {
    var names = checks.named(query.path());
    if (names.isEmpty()) {
      then.accept(HttpAnswer.notFound());
      return;
    }
    onlyGet(
        method,
        then,
        () ->
            checks.run(
                names,
                query.parameters().getOrDefault("exclude", List.of()),
                query.parameters().containsKey("verbose"),
                then));
  }

  private void metrics(Consumer<HttpAnswer> then) {
    node.status(
        new Reply<>() {
          @Override
          public void done(Answer<NodeStatus> answer) {
            then.accept(HttpAnswer.text(text(answer)).with("Content-Type", METRICS_TYPE));
          }

          @Override
          public void failed(ConcordException error) {
            then.accept(HttpAnswer.error(503, error.code().message()));
          }
        });
  }

  private static String text(Answer<NodeStatus> answer) {
    var status = answer.value();
    boolean leads = status.leader() == answer.header().memberId();
    var gauges = new TreeMap<String, Long>();
    gauges.put("etcd_server_has_leader", status.leader() == 0 ? 0L : 1L);
    gauges.put("etcd_server_is_leader", leads ? 1L : 0L);
    gauges.put("etcd_server_is_learner", status.standing() == Standing.LEARNER ? 1L : 0L);
    gauges.put("concord_server_is_witness", status.standing() == Standing.WITNESS ? 1L : 0L);
    gauges.put("etcd_server_proposals_committed_total", status.committedIndex());
    gauges.put("etcd_server_proposals_applied_total", status.appliedIndex());
    gauges.put("etcd_mvcc_db_total_size_in_bytes", status.databaseBytes());
    gauges.put("etcd_mvcc_db_total_size_in_use_in_bytes", status.liveBytes());
    gauges.put("etcd_debugging_mvcc_current_revision", answer.header().revision());
    var text = new StringBuilder();
    gauges.forEach((name, value) ->
        text.append("# TYPE ")
            .append(name)
            .append(" gauge\n")
            .append(name)
            .append(' ')
            .append(value)
            .append('\n'));
    return text.toString();
  }
}
