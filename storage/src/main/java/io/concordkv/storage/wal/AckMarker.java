package io.concordkv.storage.wal;

import io.concordkv.base.ByteReader;
import io.concordkv.base.Bytes;
import io.concordkv.base.Crc32c;
import io.concordkv.base.env.FileSystem;
import io.concordkv.base.env.FileSystem.Mode;
import io.concordkv.base.env.StoredFile;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// How far the log was acknowledged, in a small file beside it. It is overwritten after each sync
/// and not synced itself, so it may be behind, never ahead (the persist record of Alagappan et al.,
/// "Protocol-Aware Recovery for Consensus-Based Storage", FAST 2018).
///
/// There are two slots, used in turn, so a torn write leaves the state before it.
final class AckMarker implements AutoCloseable {
  private static final int MAGIC = 0x434B5741;
  private static final int SLOT_BYTES = 24;
  private static final int SLOT_DISTANCE = 4096;
  private static final int FILE_BYTES = 2 * SLOT_DISTANCE;

  private final StoredFile file;
  private final ByteBuffer slot = ByteBuffer.allocateDirect(SLOT_BYTES);
  private boolean known;
  private long sequence;
  private long position;

  private AckMarker(StoredFile file) {
    this.file = file;
  }

  /// Opens the marker of the log in `directory`, or makes one.
  static AckMarker open(FileSystem files, String directory) {
    var path = directory + "/" + WalFormat.MARKER;
    var marker = new AckMarker(files.open(path, Mode.WRITE));
    marker.load();
    if (!marker.known) {
      marker.file.preallocate(FILE_BYTES);
    }
    return marker;
  }

  /// Reads the marker of a log that is somebody else's. Null if it cannot be relied upon.
  static @Nullable Long read(FileSystem files, String directory) {
    var path = directory + "/" + WalFormat.MARKER;
    if (!files.exists(path)) {
      return null;
    }
    try (var marker = new AckMarker(files.open(path, Mode.READ))) {
      marker.load();
      return marker.known ? marker.position : null;
    }
  }

  private void load() {
    if (file.size() < FILE_BYTES) {
      return;
    }
    for (int index = 0; index < 2; index++) {
      var content = ByteBuffer.allocate(SLOT_BYTES);
      file.read((long) index * SLOT_DISTANCE, content);
      var bytes = Bytes.wrap(content.array());
      var in = new ByteReader(bytes);
      if (in.u32() != MAGIC || in.u32() != Crc32c.of(bytes.slice(8))) {
        continue;
      }
      known = true;
      long slotSequence = in.u64();
      if (slotSequence > sequence) {
        sequence = slotSequence;
        position = in.u64();
      }
    }
  }

  /// Whether [#position()] can be relied upon.
  boolean known() {
    return known;
  }

  /// Everything below was acknowledged; 0 if nothing was, or nothing is known.
  long position() {
    return position;
  }

  void write(long acknowledged) {
    position = acknowledged;
    known = true;
    sequence++;
    slot.clear().putInt(MAGIC).putInt(0).putLong(sequence).putLong(acknowledged).flip();
    slot.putInt(4, Crc32c.of(slot.position(8)));
    file.write((sequence & 1) * SLOT_DISTANCE, slot.position(0));
  }

  void sync() {
    file.sync();
  }

  @Override
  public void close() {
    file.close();
  }
}
