package io.concordkv.replica;

import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.Env;
import io.concordkv.base.env.Workers;
import io.concordkv.replica.wire.StreamFrame;
import io.concordkv.replica.wire.StreamFrame.StreamId;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Sends a state to one follower: a few parts at a time, the next when one was taken in.
///
/// A part is offered by its digest, and sent whole if the follower has no such part itself. Where
/// one was wanted the next ones probably are too, so these are sent at once, twice as many each
/// time.
///
/// When nothing is heard, the oldest part under way is sent again from time to time; the first word
/// brings all the others (go-back-N), so a stream goes on where a break left it.
final class OutgoingSnapshot {
  /// Parts under way. With the part being read that bounds the memory of a stream.
  static final int WINDOW = 4;

  private static final int MAX_WHOLE_RUN = 64;

  /// After so many times the patience of silence the follower is given up.
  private static final int MAX_SILENCES = 60;

  private static final class Item {
    final SnapshotPart part;

    /// Both are there if it can be offered.
    final @Nullable Bytes name;

    final @Nullable Bytes digest;
    boolean whole;

    Item(SnapshotPart part, @Nullable Bytes digest) {
      this.part = part;
      this.name = part.name();
      this.digest = digest;
      whole = digest == null || name == null;
    }
  }

  /// What came of reading the next part.
  private sealed interface Read {
    record One(Item item) implements Read {}

    record Everything() implements Read {}

    record Damaged() implements Read {}
  }

  private final Env env;
  private final StreamId id;
  private final SnapshotSource source;
  private final SendBudget budget;
  private final long patienceTicks;
  private final Consumer<StreamFrame> send;
  private final Consumer<Boolean> ended;
  private final ArrayDeque<Item> underWay = new ArrayDeque<>();
  private long firstUnderWay;
  private boolean reading;
  private boolean readAll;
  private boolean over;
  private boolean probing;
  private int wholeRun = 1;
  private int wholeLeft;
  private long silentTicks;

  /// @param patienceTicks after so long without a word something is sent again
  /// @param ended is told once whether the follower has it all
  OutgoingSnapshot(
      Env env,
      StreamId id,
      SnapshotSource source,
      SendBudget budget,
      long patienceTicks,
      Consumer<StreamFrame> send,
      Consumer<Boolean> ended) {
    this.env = env;
    this.id = id;
    this.source = source;
    this.budget = budget;
    this.patienceTicks = patienceTicks;
    this.send = send;
    this.ended = ended;
  }

  StreamId id() {
    return id;
  }

  void start() {
    read();
  }

  void progress(StreamFrame.Progress progress) {
    if (over || !progress.stream().equals(id)) {
      return;
    }
    switch (progress.state()) {
      case INSTALLED -> end(true);
      case FAILED -> end(false);
      case GOING_ON -> {
        takenIn(progress.next());
        if (probing) {
          resend();
        }
        goOn();
      }
      case WANTED -> {
        takenIn(progress.next());
        var wanted = underWay.peek();
        if (wanted != null && (probing || !wanted.whole)) {
          wholeRun = Math.min(MAX_WHOLE_RUN, 2 * wholeRun);
          wholeLeft = wholeRun;
          underWay.forEach(item -> item.whole = true);
          resend();
        }
        goOn();
      }
    }
  }

  private void takenIn(long next) {
    silentTicks = 0;
    while (firstUnderWay < next && !underWay.isEmpty()) {
      if (!underWay.remove().whole) {
        wholeRun = 1;
      }
      firstUnderWay++;
    }
  }

  private void resend() {
    probing = false;
    long sequence = firstUnderWay;
    for (var item : underWay) {
      send(item, sequence++);
    }
  }

  private void goOn() {
    if (underWay.isEmpty() && readAll) {
      sendEnd();
    }
    read();
  }

  void tick() {
    if (over) {
      return;
    }
    read();
    silentTicks++;
    if (silentTicks >= patienceTicks * MAX_SILENCES) {
      env.reached("snapshot/given-up-by-sender");
      end(false);
    } else if (silentTicks % patienceTicks == 0 || env.fault("snapshot/early-repeat")) {
      var oldest = underWay.peek();
      if (oldest != null) {
        env.reached("snapshot/repeated");
        probing = true;
        send(oldest, firstUnderWay);
      } else if (readAll) {
        sendEnd();
      }
    }
  }

  /// Gives up without telling anybody.
  void abandon() {
    if (!over) {
      over = true;
      closeWhenIdle();
    }
  }

  private void read() {
    if (over || reading || readAll || underWay.size() >= WINDOW || !budget.open()) {
      return;
    }
    if (!source.isReady()) {
      return;
    }
    reading = true;
    boolean offered = wholeLeft == 0;
    env.workers().run(Workers.Lane.BACKGROUND, () -> next(offered), env.loop(), this::haveRead);
  }

  private Read next(boolean offered) {
    try {
      var part = source.next();
      if (part == null) {
        return new Read.Everything();
      }
      offered &= part.name() != null;
      return new Read.One(new Item(part, offered ? SnapshotPart.digest(part.content()) : null));
    } catch (CorruptionError damaged) {
      return new Read.Damaged();
    }
  }

  private void haveRead(Read next) {
    reading = false;
    if (over) {
      source.close();
      return;
    }
    switch (next) {
      case Read.One(var item) -> haveRead(item);
      case Read.Everything() -> {
        readAll = true;
        if (underWay.isEmpty()) {
          sendEnd();
        }
      }
      case Read.Damaged() -> {
        env.reached("snapshot/source-damaged");
        end(false);
      }
    }
  }

  private void haveRead(Item item) {
    if (wholeLeft > 0) {
      wholeLeft--;
      item.whole = true;
    }
    underWay.add(item);
    send(item, firstUnderWay + underWay.size() - 1);
    read();
  }

  private void send(Item item, long sequence) {
    var part = item.part;
    if (item.whole || item.digest == null || item.name == null) {
      budget.spend(part.content().length());
      send.accept(new StreamFrame.Chunk(id, sequence, part.content()));
    } else {
      send.accept(new StreamFrame.Offer(id, sequence, item.name, item.digest));
    }
  }

  private void sendEnd() {
    send.accept(new StreamFrame.End(id, firstUnderWay, source.mark()));
  }

  private void end(boolean delivered) {
    over = true;
    closeWhenIdle();
    ended.accept(delivered);
  }

  private void closeWhenIdle() {
    if (!reading) {
      source.close();
    }
  }
}
