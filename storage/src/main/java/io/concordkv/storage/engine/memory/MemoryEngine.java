package io.concordkv.storage.engine.memory;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
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
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// An engine in memory. There is no medium that a crash could take something back from, so what is
/// written is as durable as it gets: both marks are always equal.
public final class MemoryEngine implements Engine {
  private final Env env;
  private final Function<Moments, Content> empty;
  private Moments moments = new Moments();
  private Content content;
  private long mark;
  private boolean closed;

  private MemoryEngine(Env env, Function<Moments, Content> empty) {
    this.env = env;
    this.empty = empty;
    this.content = empty.apply(moments);
  }

  /// An engine that keeps its pairs in what `empty` makes, and begins with none.
  public static MemoryEngine empty(Env env, Function<Moments, Content> empty) {
    return new MemoryEngine(env, empty);
  }

  /// An engine that keeps its pairs in what `empty` makes, and begins with the checkpoint in
  /// `directory`, if there is one. Blocks.
  public static MemoryEngine open(Env env, String directory, Function<Moments, Content> empty) {
    var engine = new MemoryEngine(env, empty);
    if (PairFile.exists(env.files(), directory)) {
      engine.mark = PairFile.read(env.files(), directory, engine.content::append);
    }
    return engine;
  }

  @Override
  public void write(WriteBatch batch) {
    var changes = batch.singles(this);
    begin();
    for (int i = 0; i < changes.size(); i++) {
      switch (changes.get(i)) {
        case WriteBatch.Change.Put(var key, var value) -> content.put(key, value);
        case WriteBatch.Change.Delete(var key) -> content.delete(key);
      }
    }
    mark = batch.mark() == 0 ? mark : batch.mark();
    content.tidy();
  }

  @Override
  public void put(Bytes key, Bytes value) {
    begin();
    content.put(key, value);
    content.tidy();
  }

  @Override
  public void delete(Bytes key) {
    begin();
    content.delete(key);
    content.tidy();
  }

  @Override
  public @Nullable Bytes get(Bytes key) {
    return content.get(key);
  }

  @Override
  public Cursor scan(KeyRange range, Order order) {
    var view = newView();
    return view.scan(range, order, view);
  }

  @Override
  public View view() {
    return newView();
  }

  /// There is no medium.
  @Override
  public void sync() {}

  @Override
  public void flush() {}

  @Override
  public void reclaim() {
    begin();
    content.reclaim();
  }

  @Override
  public void checkpoint(String directory, Runnable done) {
    var view = newView();
    long at = mark;
    env.workers()
        .run(
            Workers.Lane.BACKGROUND,
            () -> {
              PairFile.write(env.files(), directory, view, at);
              return view;
            },
            env.loop(),
            read -> {
              read.close();
              done.run();
            });
  }

  @Override
  public Replacement replacement() {
    return new MemoryReplacement(empty);
  }

  @Override
  public void replaceWith(Replacement replacement, long mark, Runnable done) {
    var other = (MemoryReplacement) replacement;
    // The views that are open read the old content, which nobody changes any more.
    content = other.take();
    moments = other.moments;
    this.mark = mark;
    done.run();
  }

  @Override
  public long durableMark() {
    return mark;
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
    return content.count();
  }

  @Override
  public EngineSizes sizes() {
    return new EngineSizes(content.bytes(), 0, 0);
  }

  /// As [Content#validate()].
  public void validate() {
    content.validate();
  }

  /// There is nothing on the disk.
  @Override
  public void close() {
    closed = true;
  }

  private void begin() {
    Check.that(!closed, "a closed engine is not written");
    moments.sweep();
  }

  private MemoryView newView() {
    var moment = moments.take();
    return new MemoryView(content.freeze(moment), moment);
  }
}
