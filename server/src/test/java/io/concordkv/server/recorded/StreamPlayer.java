package io.concordkv.server.recorded;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.concordkv.server.recorded.ClientStream.Arrival;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An open stream of a scenario. A history of events may be cut into messages otherwise than
/// recorded, so what comes is joined or parted until it has as many events as were recorded.
final class StreamPlayer {
  private static final long PATIENCE_MILLIS = 10_000;
  private static final String EVENTS = "events";

  private final Call call;
  private final ClientStream stream;

  /// Events that came along with others.
  private @Nullable JsonObject rest;

  StreamPlayer(Call call, ClientStream stream) {
    this.call = call;
    this.stream = stream;
  }

  void send(JsonElement message) {
    stream.send(call.encode(message, null));
  }

  void closeSend() {
    stream.closeSend();
  }

  void cancel() {
    stream.cancel();
  }

  void receive(JsonObject expected, Expectation expectation) {
    var actual = next();
    if (expected.has(EVENTS) && !expected.has("fragment") && !actual.has("fragment")) {
      actual = gather(actual, expected.getAsJsonArray(EVENTS).size());
    }
    expectation.check(expected, actual);
  }

  private JsonObject gather(JsonObject first, int events) {
    var gathered = first;
    while (size(gathered) < events && size(gathered) > 0) {
      var more = next();
      if (size(more) == 0 || !watchId(more).equals(watchId(first))) {
        throw new AssertionError("expected more events after " + gathered + " but was " + more);
      }
      var all = gathered.getAsJsonArray(EVENTS).deepCopy();
      all.addAll(more.getAsJsonArray(EVENTS));
      gathered = more;
      gathered.add(EVENTS, all);
    }
    if (size(gathered) > events) {
      var all = Json.list(gathered.getAsJsonArray(EVENTS));
      if (revision(all.get(events - 1)).equals(revision(all.get(events)))) {
        throw new AssertionError("more of one revision than was recorded: " + gathered);
      }
      rest = with(gathered, all.subList(events, all.size()));
      gathered = with(gathered, all.subList(0, events));
    }
    return gathered;
  }

  void receiveUnordered(JsonArray expected, Expectation expectation) {
    var actual = new ArrayList<JsonElement>();
    while (actual.size() < expected.size()) {
      actual.add(next());
    }
    var difference = expectation.unordered("", Json.list(expected), actual);
    if (difference != null) {
      throw new AssertionError(difference);
    }
  }

  void receiveNothing(long milliseconds) {
    var arrival = stream.next(milliseconds);
    if (rest != null || arrival != null) {
      throw new AssertionError(
          "expected nothing but was "
              + (rest != null
                  ? rest
                  : arrival instanceof Arrival.Message(var bytes) ? call.decode(bytes) : arrival));
    }
  }

  Status end() {
    if (stream.next(PATIENCE_MILLIS) instanceof Arrival.End(var status)) {
      return status;
    }
    throw new AssertionError("the stream did not end");
  }

  private JsonObject next() {
    if (rest != null) {
      var next = rest;
      rest = null;
      return next;
    }
    var arrival = stream.next(PATIENCE_MILLIS);
    if (arrival instanceof Arrival.Message(var bytes)) {
      return call.decode(bytes);
    }
    throw new AssertionError(arrival == null ? "nothing came" : "ended: " + arrival);
  }

  private static int size(JsonObject message) {
    return message.has(EVENTS) ? message.getAsJsonArray(EVENTS).size() : 0;
  }

  private static String watchId(JsonObject message) {
    return message.has("watch_id") ? message.get("watch_id").getAsString() : "0";
  }

  private static String revision(JsonElement event) {
    return event.getAsJsonObject().getAsJsonObject("kv").get("mod_revision").getAsString();
  }

  private static JsonObject with(JsonObject message, List<JsonElement> events) {
    var copy = message.deepCopy();
    var array = new JsonArray();
    events.forEach(array::add);
    copy.add(EVENTS, array);
    return copy;
  }
}
