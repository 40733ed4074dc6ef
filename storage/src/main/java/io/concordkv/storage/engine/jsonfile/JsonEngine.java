package io.concordkv.storage.engine.jsonfile;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.base.env.Env;
import io.concordkv.base.env.Workers;
import io.concordkv.storage.engine.Cursor;
import io.concordkv.storage.engine.Engine;
import io.concordkv.storage.engine.EngineSizes;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.Replacement;
import io.concordkv.storage.engine.View;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.storage.engine.bplustree.memory.MemoryTreeProvider;
import io.concordkv.storage.engine.memory.MemoryEngine;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// An engine whose pairs are in memory and, as JSON, in one file. After a write a worker saves the
/// whole of it; what is written meanwhile goes with the next save. After a crash the file is that
/// of the last save, always between two batches.
///
/// A batch after which the file would be larger than allowed is refused with [ErrorCode#NO_SPACE],
/// as a whole; one that makes it no larger never is.
public final class JsonEngine implements Engine {
  private static final int ORDER = 64;

  private final Env env;
  private final JsonFile file;
  private final long maxBytes;
  private MemoryEngine pairs;

  /// What the pairs take in the file.
  private long pairBytes;

  private long fileBytes;
  private long mark;
  private long durableMark;

  /// The number of the newest content, and of the newest that is durable.
  private long sequence;

  private long durable;
  private boolean saving;
  private boolean replacing;
  private boolean closed;

  private JsonEngine(Env env, JsonFile file, long maxBytes) {
    this.env = env;
    this.file = file;
    this.maxBytes = maxBytes;
    this.pairs = MemoryEngine.empty(env, MemoryTreeProvider.trees(ORDER));
  }

  /// Opens or makes the engine in `directory`. Blocks. A damaged file is a
  /// [io.concordkv.base.CorruptionError] that says where.
  ///
  /// @param maxBytes how large the file may become
  public static JsonEngine open(Env env, String directory, long maxBytes) {
    env.files().createDirectories(directory);
    var engine = new JsonEngine(env, new JsonFile(env.files(), directory), maxBytes);
    if (engine.file.exists()) {
      var content = engine.file.read();
      var reader = new JsonReader(engine.file.path(), content);
      reader
          .read()
          .forEach((key, value) -> {
            engine.pairBytes += JsonWriter.size(key, value);
            engine.pairs.put(key, value);
          });
      engine.mark = reader.mark();
      engine.durableMark = reader.mark();
      engine.fileBytes = content.length();
    }
    return engine;
  }

  @Override
  public void write(WriteBatch batch) {
    Check.that(!closed, "a closed engine is not written");
    Check.that(!replacing, "nothing is written while a replacement takes over");
    long after = pairBytes + growth(batch);
    if (after > pairBytes) {
      refuseIfTooLarge(after);
    }
    pairs.write(batch);
    pairBytes = after;
    mark = batch.mark() == 0 ? mark : batch.mark();
    sequence++;
    flush();
  }

  @Override
  public @Nullable Bytes get(Bytes key) {
    return pairs.get(key);
  }

  @Override
  public Cursor scan(KeyRange range, Order order) {
    return pairs.scan(range, order);
  }

  @Override
  public View view() {
    return pairs.view();
  }

  @Override
  public void sync() {
    Check.that(!closed, "a closed engine is not synced");
    Check.that(!replacing, "nothing is synced while a replacement takes over");
    if (durable < sequence) {
      saved(file.save(pairs, sequence, mark), sequence, mark);
    }
  }

  @Override
  public void flush() {
    if (saving || replacing || durable == sequence) {
      return;
    }
    saving = true;
    var view = pairs.view();
    long number = sequence;
    long at = mark;
    env.workers()
        .run(
            Workers.Lane.BACKGROUND,
            () -> file.save(view, number, at),
            env.loop(),
            length -> {
              saving = false;
              view.close();
              if (!closed) {
                saved(length, number, at);
                flush();
              }
            });
  }

  @Override
  public void reclaim() {
    pairs.reclaim();
  }

  @Override
  public void checkpoint(String directory, Runnable done) {
    var view = pairs.view();
    long at = mark;
    env.workers()
        .run(
            Workers.Lane.BACKGROUND,
            () -> {
              env.files().createDirectories(directory);
              return new JsonFile(env.files(), directory).save(view, 1, at);
            },
            env.loop(),
            _ -> {
              view.close();
              done.run();
            });
  }

  @Override
  public Replacement replacement() {
    return new JsonReplacement(this);
  }

  @Override
  public void replaceWith(Replacement replacement, long mark, Runnable done) {
    Check.that(!replacing, "one replacement takes over at a time");
    var other = (JsonReplacement) replacement;
    var content = other.take();
    long number = ++sequence;
    replacing = true;
    env.workers()
        .run(
            Workers.Lane.BACKGROUND,
            () -> file.save(content, number, mark),
            env.loop(),
            length -> {
              if (closed) {
                return;
              }
              replacing = false;
              // The views that are open read the old pairs, which nobody changes any more.
              pairs = content;
              pairBytes = other.bytes();
              this.mark = mark;
              saved(length, number, mark);
              done.run();
            });
  }

  @Override
  public long durableMark() {
    return durableMark;
  }

  @Override
  public long mark() {
    return mark;
  }

  @Override
  public boolean stalled() {
    return false;
  }

  @Override
  public long count() {
    return pairs.count();
  }

  @Override
  public EngineSizes sizes() {
    return new EngineSizes(pairs.sizes().memory(), fileBytes, fileBytes);
  }

  @Override
  public void close() {
    closed = true;
    file.close();
  }

  MemoryEngine newContent() {
    return MemoryEngine.empty(env, MemoryTreeProvider.trees(ORDER));
  }

  /// Refuses pairs that take so much in the file, if they are more than is allowed.
  void refuseIfTooLarge(long bytes) {
    if (bytes + JsonWriter.FRAME_BYTES > maxBytes) {
      throw new ConcordException(
          ErrorCode.NO_SPACE,
          "the file "
              + file.path()
              + " would have "
              + (bytes + JsonWriter.FRAME_BYTES)
              + " bytes, more than the "
              + maxBytes
              + " that it may have: delete something, raise max-bytes, or use another engine");
    }
  }

  private void saved(long length, long number, long at) {
    if (number > durable) {
      durable = number;
      durableMark = at;
      fileBytes = length == 0 ? fileBytes : length;
    }
  }

  /// By how much the batch makes the pairs larger in the file.
  private long growth(WriteBatch batch) {
    long growth = 0;
    var last = new TreeMap<Bytes, Long>();
    for (var change : batch.singles(pairs)) {
      switch (change) {
        case WriteBatch.Change.Put(var key, var value) ->
            last.put(key, JsonWriter.size(key, value));
        case WriteBatch.Change.Delete(var key) -> last.put(key, 0L);
      }
    }
    for (var each : last.entrySet()) {
      var before = pairs.get(each.getKey());
      growth += each.getValue() - (before == null ? 0 : JsonWriter.size(each.getKey(), before));
    }
    return growth;
  }
}
