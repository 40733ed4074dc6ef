package io.concordkv.server.wire;

import com.google.protobuf.ByteOutput;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.concordkv.base.Bytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/// [Bytes] and [ByteString] are both immutable windows into an array, so either becomes the other
/// without a copy.
public final class ByteStrings {
  private ByteStrings() {}

  public static ByteString of(Bytes bytes) {
    return UnsafeByteOperations.unsafeWrap(
        bytes.sharedArray(), bytes.sharedOffset(), bytes.length());
  }

  public static Bytes of(ByteString string) {
    if (string.isEmpty()) {
      return Bytes.EMPTY;
    }
    var window = new Window(string.size());
    try {
      UnsafeByteOperations.unsafeWriteTo(string, window);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return window.bytes;
  }

  /// Is handed the array in which a string lies. A string that lies in several is put together.
  private static final class Window extends ByteOutput {
    private final int length;
    private Bytes bytes = Bytes.EMPTY;

    Window(int length) {
      this.length = length;
    }

    @Override
    public void writeLazy(byte[] value, int offset, int size) {
      if (size == length) {
        bytes = Bytes.wrap(value, offset, size);
      } else {
        write(value, offset, size);
      }
    }

    @Override
    public void write(byte[] value, int offset, int size) {
      bytes = bytes.plus(Bytes.wrap(value, offset, size));
    }

    @Override
    public void write(byte value) {
      bytes = bytes.plus(Bytes.wrap(new byte[] {value}));
    }

    @Override
    public void write(ByteBuffer value) {
      bytes = bytes.plus(Bytes.copyOf(value));
    }

    @Override
    public void writeLazy(ByteBuffer value) {
      write(value);
    }
  }
}
