package io.concordkv.storage.engine.lsm;

import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileSystem;
import io.concordkv.storage.engine.lsm.manifest.Edit;
import io.concordkv.storage.engine.lsm.table.Table;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/// The durable content of an engine that goes in step, at the end of a bar, as it lies in files:
/// whoever takes it over ([FileReplacement]) has the same files and goes on in the same step.
///
/// Each file is checked before its first piece is given out, so that damage does not spread. Made
/// on the loop; read by one worker at a time.
public final class FrozenFiles implements AutoCloseable {
  private final TableStore store;
  private final Levels levels;
  private final Consumer<Levels> letGo;
  private final Edit content;
  private final ArrayDeque<ContentFile> left;
  private long offset;

  /// @param letGo of levels, from any thread
  FrozenFiles(TableStore store, Levels levels, long mark, Consumer<Levels> letGo) {
    this.store = store;
    this.levels = levels.retain();
    this.letGo = letGo;
    this.content = ContentFile.content(levels, store.ids().firstNew(), mark);
    this.left = new ArrayDeque<>(ContentFile.of(content));
  }

  /// What the engine's [LsmEngine#mark()] was at that moment.
  public long mark() {
    return content.mark();
  }

  /// What there is: whoever takes it over has to know before the first piece.
  public Bytes description() {
    return content.encoded();
  }

  /// The next piece, of at most so many bytes; null behind the last one. What is damaged is a
  /// [CorruptionError], and the table is [set aside][LsmEngine#damage()].
  public @Nullable FilePiece next(int bytes) {
    var file = left.peekFirst();
    if (file == null) {
      return null;
    }
    var path = file.path(store.directory(), levels.copies());
    if (offset == 0) {
      check(file);
    }
    int length = (int) Math.min(bytes, file.bytes() - offset);
    var buffer = ByteBuffer.allocate(length);
    try (var open = store.files().open(path, FileSystem.Mode.READ)) {
      if (open.read(offset, buffer) < length) {
        throw new CorruptionError(path, offset, "the file has become shorter");
      }
    }
    var piece = new FilePiece(file.id(), offset, Bytes.wrap(buffer.array()));
    offset += length;
    if (offset == file.bytes()) {
      left.removeFirst();
      offset = 0;
    }
    return piece;
  }

  private void check(ContentFile file) {
    for (var table : levels.all()) {
      if (table.info().id() == file.id()) {
        var parts = table.parts();
        while (parts.next() > 0) {
          // What is damaged is set aside by whoever reads it.
        }
        return;
      }
      var values = table.valueFile(file.id());
      if (values != null) {
        checkValues(table, values.walk()::next);
        return;
      }
    }
  }

  private static void checkValues(Table table, IntSupplier parts) {
    try {
      while (parts.getAsInt() > 0) {
        // All of it is looked at.
      }
    } catch (CorruptionError damaged) {
      throw table.met(damaged);
    }
  }

  @Override
  public void close() {
    letGo.accept(levels);
  }
}
