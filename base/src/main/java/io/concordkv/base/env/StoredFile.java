package io.concordkv.base.env;

import java.nio.ByteBuffer;

/// An open file. Positional, so it has no cursor; several threads may read it at once, one writes.
public interface StoredFile extends AutoCloseable {
  String path();

  long size();

  /// Fills `target` from `position` on and returns how many bytes were read: fewer than there is
  /// room for only at the end of the file.
  int read(long position, ByteBuffer target);

  /// Writes all of the sources, one behind the other, from `position` on.
  void write(long position, ByteBuffer... sources);

  /// Makes the file `bytes` long, filled with zeros that really take space on the disk, so that
  /// later writes below that size change no metadata.
  void preallocate(long bytes);

  void truncate(long size);

  /// Waits until everything written is on the medium. After a failure nothing is known about what
  /// was written since the last success: the node stops and never tries again (Rebello et al., "Can
  /// Applications Recover from fsync Failures?", ATC 2020).
  void sync();

  @Override
  void close();
}
