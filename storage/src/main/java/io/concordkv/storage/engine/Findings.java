package io.concordkv.storage.engine;

import io.concordkv.base.CorruptionError;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/// What a look at the files of a closed engine or store has found. Used by one thread.
public final class Findings {
  /// So many are kept of each kind; the others are counted.
  private static final int MAX_KEPT = 1000;

  private final LongConsumer progress;
  private final List<String> damages = new ArrayList<>();
  private final List<Loss> losses = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private long bytes;
  private long files;
  private long damageCount;
  private long lossCount;

  /// @param progress is told the bytes read so far, now and then
  public Findings(LongConsumer progress) {
    this.progress = progress;
  }

  /// Keys of which the newest version cannot be read any more.
  ///
  /// @param olderMayShow whether older versions of these keys may stand where they were, or keys
  ///   that had been deleted
  public record Loss(KeyRange keys, boolean olderMayShow, String why) {}

  /// One more file was looked at, of so many bytes.
  public void file(long size) {
    files++;
    read(size);
  }

  private void read(long count) {
    bytes += count;
    progress.accept(bytes);
  }

  public void damaged(CorruptionError damage) {
    damaged(String.valueOf(damage.getMessage()));
  }

  /// What is damaged and where.
  public void damaged(String what) {
    damageCount++;
    if (damages.size() < MAX_KEPT) {
      damages.add(what);
    }
  }

  public void lost(KeyRange keys, boolean olderMayShow, String why) {
    lossCount++;
    if (losses.size() < MAX_KEPT) {
      losses.add(new Loss(keys, olderMayShow, why));
    }
  }

  /// What else a person has to know.
  public void note(String text) {
    if (notes.size() < MAX_KEPT) {
      notes.add(text);
    }
  }

  /// The first thousand.
  public List<String> damages() {
    return List.copyOf(damages);
  }

  public long damageCount() {
    return damageCount;
  }

  /// The first thousand.
  public List<Loss> losses() {
    return List.copyOf(losses);
  }

  public long lossCount() {
    return lossCount;
  }

  public List<String> notes() {
    return List.copyOf(notes);
  }

  public long files() {
    return files;
  }

  public long bytes() {
    return bytes;
  }
}
