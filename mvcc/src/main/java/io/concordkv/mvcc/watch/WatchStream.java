package io.concordkv.mvcc.watch;

import io.concordkv.base.Bytes;
import io.concordkv.base.ErrorCode;
import io.concordkv.base.env.Timer;
import io.concordkv.mvcc.Event;
import io.concordkv.mvcc.KeyValue;
import io.concordkv.mvcc.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One client's stream with all its watches. All methods are called on the loop.
public final class WatchStream implements AutoCloseable {
  private static final long REFUSED = -1;
  private static final long ALL = -1;
  private static final Bytes ZERO = Bytes.wrap(new byte[1]);
  private static final String EMPTY_RANGE = "mvcc: watcher range is empty";
  private static final String DUPLICATE = "mvcc: duplicate watch ID provided on the WatchStream";

  // What a message takes beside the bytes of its keys and values, give or take a little.
  private static final long ANSWER_BYTES = 32;
  private static final long PAIR_BYTES = 40;

  private final WatchHub hub;
  private final WatchSink sink;
  private final TreeMap<Long, Watch> watches = new TreeMap<>();
  private long nextId;
  private @Nullable Timer progressTimer;
  private boolean progressWanted;
  private boolean closed;

  WatchStream(WatchHub hub, WatchSink sink) {
    this.hub = hub;
    this.sink = sink;
  }

  /// Answered at once: with `created`, and also with `canceled` if the watch is refused.
  public void create(WatchRequest request) {
    if (closed) {
      return;
    }
    var span =
        request.span().key().isEmpty() ? new Span(ZERO, request.span().end()) : request.span();
    if (request.startRevision() < 0) {
      refuse(ErrorCode.COMPACTED.message());
    } else if (span.isEmpty()) {
      refuse(EMPTY_RANGE);
    } else if (request.watchId() != 0 && watches.containsKey(request.watchId())) {
      refuse(DUPLICATE);
    } else {
      var watch = new Watch(this, id(request), span, request);
      watches.put(watch.id, watch);
      send(watch.id, true, false, "");
      hub.start(watch, request.startRevision());
      if (watch.progressNotify && progressTimer == null) {
        scheduleProgress();
      }
    }
  }

  public void cancel(long watchId) {
    var watch = closed ? null : watches.remove(watchId);
    if (watch != null) {
      hub.stop(watch);
      send(watchId, false, true, "");
    }
  }

  /// Answered if all watches have been told everything that happened; else nothing is said.
  public void progress() {
    if (closed) {
      return;
    }
    if (!sink.ready()) {
      progressWanted = true;
      return;
    }
    progressWanted = false;
    boolean any = false;
    for (var watch : watches.values()) {
      if (watch.state != Watch.State.COMPACTED) {
        if (!hub.upToDate(watch)) {
          return;
        }
        any = true;
      }
    }
    if (any) {
      send(ALL, false, false, "");
    }
  }

  /// The sink can take more again.
  public void drained() {
    if (closed) {
      return;
    }
    if (progressWanted) {
      progress();
    }
    hub.catchUp();
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    watches.values().forEach(hub::stop);
    watches.clear();
    if (progressTimer != null) {
      progressTimer.cancel();
    }
  }

  boolean ready() {
    return !closed && sink.ready();
  }

  /// All events of one or more whole revisions.
  void send(Watch watch, long revision, List<Event> events) {
    watch.fed = true;
    if (!watch.fragment || events.size() < 2 || bytes(events) < hub.maxResponseBytes()) {
      sink.send(new WatchAnswer(watch.id, revision, false, false, 0, "", false, events));
      return;
    }
    var part = new ArrayList<Event>();
    long bytes = ANSWER_BYTES;
    for (var event : events) {
      bytes += bytes(event);
      if (!part.isEmpty() && bytes >= hub.maxResponseBytes()) {
        sink.send(new WatchAnswer(watch.id, revision, false, false, 0, "", true, part));
        part.clear();
        bytes = ANSWER_BYTES + bytes(event);
      }
      part.add(event);
    }
    sink.send(new WatchAnswer(watch.id, revision, false, false, 0, "", false, part));
  }

  /// The watch needs revisions that are compacted. Its id stays taken until it is cancelled.
  void compacted(Watch watch, long compactRevision) {
    sink.send(new WatchAnswer(watch.id, 0, false, true, compactRevision, "", false, List.of()));
  }

  private void refuse(String reason) {
    send(REFUSED, true, true, reason);
  }

  private void send(long watchId, boolean created, boolean canceled, String reason) {
    sink.send(
        new WatchAnswer(watchId, hub.revision(), created, canceled, 0, reason, false, List.of()));
  }

  private long id(WatchRequest request) {
    if (request.watchId() != 0) {
      return request.watchId();
    }
    while (watches.containsKey(nextId)) {
      nextId++;
    }
    return nextId++;
  }

  private void scheduleProgress() {
    progressTimer = hub.afterProgressInterval(this::tellProgress);
  }

  private void tellProgress() {
    progressTimer = null;
    boolean wanted = false;
    for (var watch : watches.values()) {
      if (watch.progressNotify) {
        wanted = true;
        if (!watch.fed && hub.upToDate(watch) && sink.ready()) {
          send(watch.id, false, false, "");
        }
        watch.fed = false;
      }
    }
    if (wanted) {
      scheduleProgress();
    }
  }

  private static long bytes(List<Event> events) {
    long bytes = ANSWER_BYTES;
    for (var event : events) {
      bytes += bytes(event);
    }
    return bytes;
  }

  private static long bytes(Event event) {
    return bytes(event.pair()) + (event.previous() == null ? 0 : bytes(event.previous()));
  }

  private static long bytes(KeyValue pair) {
    return PAIR_BYTES + pair.key().length() + pair.value().length();
  }
}
