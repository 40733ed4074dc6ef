package io.concordkv.storage.engine.bplustree;

import io.concordkv.base.Bytes;
import java.nio.ByteBuffer;

/// Writes the pages of one generation to places of their own. Pages that lie side by side are
/// written together.
final class PageWriter {
  private static final int BUFFER_UNITS = 64;

  final long generation;
  private final TreeFile file;

  /// Whether what is written is likely to be read soon.
  private final boolean warm;

  private ByteBuffer buffer;
  private long bufferUnit;
  private long written;

  PageWriter(TreeFile file, long generation, boolean warm) {
    this.file = file;
    this.generation = generation;
    this.warm = warm;
    buffer = ByteBuffer.allocate(BUFFER_UNITS * file.unitBytes);
  }

  /// Nothing more is written.
  void letGo() {
    buffer = ByteBuffer.allocate(0);
  }

  TreeFile file() {
    return file;
  }

  /// How many bytes were written so far.
  long written() {
    return written;
  }

  /// Writes `page`, whose header is still empty, and returns its place.
  long write(byte[] page, int type, int level, int count, int prefix) {
    int units = units(page.length);
    long place = PageFormat.place(file.space.allocate(units), units);
    write(page, type, level, count, prefix, place);
    return place;
  }

  /// Writes a value that is too large for a leaf and returns its place.
  long writeLarge(Bytes value) {
    var page = new byte[PageFormat.HEADER_BYTES + value.length()];
    value.copyTo(page, PageFormat.HEADER_BYTES);
    return write(page, PageFormat.LARGE, 0, 0, 0);
  }

  /// Writes which units the tree takes that this is the end of, and returns the place.
  long writeSpace(Dead dead) {
    // The page has to say of itself that its units are taken, so it may need more of them.
    int units = units(PageFormat.HEADER_BYTES + 8 * file.space.imageWords(0));
    int needed = units;
    do {
      units = needed;
      needed = units(PageFormat.HEADER_BYTES + 8 * file.space.imageWords(units + 64));
    } while (needed > units);
    long place = PageFormat.place(file.space.allocate(units), units);
    var image = file.space.image(dead);
    var page = new byte[PageFormat.HEADER_BYTES + 8 * image.length];
    for (int i = 0; i < image.length; i++) {
      PageFormat.LONG.set(page, PageFormat.HEADER_BYTES + 8 * i, image[i]);
    }
    write(page, PageFormat.SPACE, 0, image.length, 0, place);
    return place;
  }

  void flush() {
    if (buffer.position() > 0) {
      file.write(bufferUnit, buffer.flip());
      buffer.clear();
    }
  }

  private void write(byte[] page, int type, int level, int count, int prefix, long place) {
    var position = new PageFormat.Position(file.number, place);
    PageFormat.seal(page, type, level, count, prefix, position, generation);
    long unit = PageFormat.unit(place);
    int bytes = PageFormat.units(place) * file.unitBytes;
    if (unit != bufferUnit + buffer.position() / file.unitBytes || bytes > buffer.remaining()) {
      flush();
      bufferUnit = unit;
    }
    if (bytes > buffer.capacity()) {
      var padded = ByteBuffer.allocate(bytes);
      padded.put(0, page);
      file.write(unit, padded);
      bufferUnit = unit + PageFormat.units(place);
    } else {
      int end = buffer.position() + bytes;
      buffer.put(page);
      while (buffer.position() < end) {
        buffer.put((byte) 0);
      }
    }
    written += bytes;
    if (warm && type != PageFormat.SPACE) {
      file.keep(new Page(page, place));
    }
  }

  private int units(int bytes) {
    return (bytes + file.unitBytes - 1) / file.unitBytes;
  }
}
