package io.concordkv.sim.crash;

import io.concordkv.base.Bytes;
import io.concordkv.embedded.ConcordDb;
import io.concordkv.embedded.Isolation;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.WriteBatch;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;

/// The process that is killed. It says what the store has when it is opened, and then, line by
/// line, which deed of which thread was acknowledged, until somebody ends it.
///
/// Each line goes to the pipe with one write, so a kill takes at most the line that was not written
/// yet.
final class Victim {
  static final String READY = "ready";
  static final String PAIR = "pair";
  static final String DONE = "done";

  private final FileOutputStream out = new FileOutputStream(FileDescriptor.out);
  private final ConcordDb db;
  private final long seed;

  private Victim(ConcordDb db, long seed) {
    this.db = db;
    this.seed = seed;
  }

  /// Reads a line once it is ready: how many deeds each thread has behind it. If there is none, the
  /// store is closed again.
  ///
  /// @param arguments the directory and the seed
  public static void main(String[] arguments) throws IOException {
    long seed = Long.parseLong(arguments[1]);
    var setup = Setup.draw(seed);
    var db = ConcordDb.open(Path.of(arguments[0]), setup.options());
    var victim = new Victim(db, seed);
    victim.tellAll();
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    var order = in.readLine();
    if (order == null) {
      db.close();
      return;
    }
    var begins = order.split(" ", -1);
    for (int thread = 0; thread < setup.threads(); thread++) {
      int number = thread;
      long begun = Long.parseLong(begins[thread]);
      new Thread(() -> victim.work(number, begun), "deeds-" + thread).start();
    }
  }

  private void tellAll() {
    try (var cursor = db.scan(KeyRange.ALL, Order.ASCENDING)) {
      while (cursor.next()) {
        tell(PAIR + " " + hex(cursor.key()) + " " + hex(cursor.value()));
      }
    }
    tell(READY);
  }

  private static String hex(Bytes bytes) {
    return HexFormat.of().formatHex(bytes.toArray());
  }

  private void tell(String line) {
    try {
      out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @SuppressWarnings("InfiniteLoopStatement")
  private void work(int thread, long begun) {
    try {
      for (long number = begun + 1; ; number++) {
        var deed = Deed.of(seed, thread, number);
        act(thread, deed);
        tell(DONE + " " + thread + " " + number + " " + deed.kind());
      }
    } catch (RuntimeException | Error failure) {
      failure.printStackTrace();
      Runtime.getRuntime().halt(3);
    }
  }

  private void act(int thread, Deed deed) {
    switch (deed.kind()) {
      case SINGLE -> {
        switch (deed.batch().changes().getFirst()) {
          case WriteBatch.Change.Put(var key, var value) -> db.put(key, value);
          case WriteBatch.Change.Delete(var key) -> db.delete(key);
          case WriteBatch.Change.DeleteRange(var range) -> db.deleteRange(range);
        }
      }
      case BATCH -> db.write(deed.batch());
      case TRANSACTION -> {
        Boolean _ =
            db.transact(
                Isolation.SERIALIZABLE,
                transaction -> {
                  for (var change : deed.batch().changes()) {
                    switch (change) {
                      case WriteBatch.Change.Put(var key, var value) -> transaction.put(key, value);
                      case WriteBatch.Change.Delete(var key) -> transaction.delete(key);
                      case WriteBatch.Change.DeleteRange(var range) ->
                          transaction.deleteRange(range);
                    }
                  }
                  for (var counter : new Bytes[] {Deed.count(thread), Deed.TOTAL}) {
                    long count = Deed.number(transaction.get(counter));
                    transaction.put(counter, Bytes.of("" + (count + 1)));
                  }
                  return true;
                });
      }
      case FLUSH -> db.flush();
    }
  }
}
