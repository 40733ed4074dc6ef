package io.concordkv.server.recorded;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.concordkv.server.recorded.ClientStream.Arrival;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Plays the gRPC steps of one scenario and compares what comes back.
final class Player {
  private static final long PATIENCE_MILLIS = 10_000;

  private final ManagedChannel channel;
  private final Scenario scenario;
  private final Differences differences;
  private final Variables variables = new Variables();
  private final Map<String, StreamPlayer> streams = new HashMap<>();
  private int number;

  Player(ManagedChannel channel, Scenario scenario, Differences differences) {
    this.channel = channel;
    this.scenario = scenario;
    this.differences = differences;
  }

  void play() {
    meet();
    for (var step : scenario.steps()) {
      number++;
      try {
        play(step);
      } catch (AssertionError | RuntimeException e) {
        var text = step.toString();
        throw new AssertionError(
            "step " + number + " " + text.substring(0, Math.min(text.length(), 500)) + "\n" + e, e);
      }
    }
  }

  /// The ids of cluster and member are in every header.
  private void meet() {
    var call = Call.of("Cluster/MemberList");
    var arrival = one(call, new JsonObject()).next(PATIENCE_MILLIS);
    if (!(arrival instanceof Arrival.Message(var bytes))) {
      throw new AssertionError("no members: " + arrival);
    }
    var header = call.decode(bytes).getAsJsonObject("header");
    for (var id : List.of("cluster", "member")) {
      var value = header.get(id + "_id").getAsString();
      variables.set(id, value);
      variables.set("hex" + id, Long.toHexString(Long.parseUnsignedLong(value)));
    }
  }

  private void play(JsonObject step) {
    if (step.has("sleep_ms")) {
      sleep(step.get("sleep_ms").getAsLong());
    } else if (step.has("stream")) {
      stream(step);
    } else if (step.has("rpc") && !step.has("async")) {
      call(step);
    } else {
      throw new AssertionError("a kind of step that nobody plays");
    }
  }

  private static void sleep(long milliseconds) {
    try {
      TimeUnit.MILLISECONDS.sleep(milliseconds);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private void call(JsonObject step) {
    var call = Call.of(step.get("rpc").getAsString());
    var stream = one(call, step);
    var messages = new ArrayList<JsonObject>();
    var arrival = stream.next(PATIENCE_MILLIS);
    while (arrival instanceof Arrival.Message(var bytes)) {
      messages.add(call.decode(bytes));
      arrival = stream.next(PATIENCE_MILLIS);
    }
    if (!(arrival instanceof Arrival.End(var status))) {
      throw new AssertionError("no answer");
    }
    checkEnd(step.getAsJsonObject("error"), status);
    if (step.has("responses")) {
      expectation(step).check(merged(chunks(step)), merged(messages));
    } else if (step.has("response")) {
      expectation(step).check(step.get("response"), messages.getFirst());
    } else if (!messages.isEmpty()) {
      throw new AssertionError("not expected: " + messages);
    }
  }

  private static List<JsonObject> chunks(JsonObject step) {
    return Json.list(step.getAsJsonArray("responses")).stream()
        .map(JsonElement::getAsJsonObject)
        .toList();
  }

  /// Chunks may be cut anywhere, but only the last one tells how the whole went.
  private static JsonObject merged(List<JsonObject> chunks) {
    var merged = new JsonObject();
    var pairs = new JsonArray();
    for (int i = 0; i < chunks.size(); i++) {
      var range = chunks.get(i).getAsJsonObject("range_response");
      if (i < chunks.size() - 1 && !range.keySet().equals(Set.of("kvs"))) {
        throw new AssertionError("only the last chunk has more than pairs: " + range.keySet());
      }
      range.entrySet().forEach(field -> merged.add(field.getKey(), field.getValue()));
      if (range.has("kvs")) {
        pairs.addAll(range.getAsJsonArray("kvs"));
      }
    }
    merged.add("kvs", pairs);
    return merged;
  }

  private static void checkEnd(@Nullable JsonObject expected, Status status) {
    int code = expected == null ? 0 : expected.get("code").getAsInt();
    var message =
        expected == null || !expected.has("message") ? "" : expected.get("message").getAsString();
    var actual = status.getDescription() == null ? "" : status.getDescription();
    if (code != status.getCode().value() || !message.equals(actual)) {
      throw new AssertionError("expected " + code + " \"" + message + "\" but was " + status);
    }
  }

  /// A call with one request.
  private ClientStream one(Call call, JsonObject step) {
    var stream = open(call, step);
    var unknown = step.has("unknown_hex") ? step.get("unknown_hex").getAsString() : null;
    var request = step.has("request") ? step.getAsJsonObject("request") : new JsonObject();
    stream.send(call.encode(variables.fill(request), unknown));
    stream.closeSend();
    return stream;
  }

  private ClientStream open(Call call, JsonObject step) {
    var options =
        step.has("timeout_ms")
            ? CallOptions.DEFAULT.withDeadlineAfter(
                step.get("timeout_ms").getAsLong(), TimeUnit.MILLISECONDS)
            : CallOptions.DEFAULT;
    return ClientStream.open(channel, call.fullName(), headers(step), options);
  }

  private Metadata headers(JsonObject step) {
    var headers = new Metadata();
    if (step.has("metadata")) {
      for (var entry : step.getAsJsonObject("metadata").entrySet()) {
        var value = variables.fill(entry.getValue().getAsString());
        if (entry.getKey().endsWith("-bin")) {
          headers.put(
              Metadata.Key.of(entry.getKey(), Metadata.BINARY_BYTE_MARSHALLER),
              value.getBytes(StandardCharsets.UTF_8));
        } else {
          headers.put(Metadata.Key.of(entry.getKey(), Metadata.ASCII_STRING_MARSHALLER), value);
        }
      }
    }
    return headers;
  }

  private void stream(JsonObject step) {
    var name = step.get("stream").getAsString();
    if (step.has("open")) {
      var call = Call.of(step.get("open").getAsString());
      var stream = step.has("request") ? one(call, step) : open(call, step);
      streams.put(name, new StreamPlayer(call, stream));
      return;
    }
    var stream = Objects.requireNonNull(streams.get(name));
    if (step.has("send")) {
      stream.send(variables.fill(step.get("send")));
    } else if (step.has("recv")) {
      stream.receive(step.getAsJsonObject("recv"), expectation(step));
    } else if (step.has("recv_unordered")) {
      stream.receiveUnordered(step.getAsJsonArray("recv_unordered"), expectation(step));
    } else if (step.has("recv_none_ms")) {
      stream.receiveNothing(step.get("recv_none_ms").getAsLong());
    } else if (step.has("end")) {
      checkEnd(step.getAsJsonObject("end"), stream.end());
    } else if (step.has("close_send")) {
      stream.closeSend();
    } else if (step.has("cancel")) {
      stream.cancel();
    } else {
      throw new AssertionError("a kind of step that nobody plays");
    }
  }

  private Expectation expectation(JsonObject step) {
    int at = number;
    return new Expectation(variables, step, path -> differences.allows(scenario.name(), at, path));
  }
}
