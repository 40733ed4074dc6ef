package io.concordkv.cli.shell;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Lines as a stream of bytes that never reads ahead: a command takes the lines that it needs, and
/// the shell goes on with the next.
final class LineInput extends InputStream {
  private final Supplier<@Nullable String> lines;
  private byte[] line = new byte[0];
  private int at;

  /// @param lines null at the end
  LineInput(Supplier<@Nullable String> lines) {
    this.lines = lines;
  }

  @Override
  public int read() {
    var one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) {
    if (length == 0) {
      return 0;
    }
    if (at == line.length) {
      var next = lines.get();
      if (next == null) {
        return -1;
      }
      line = (next + "\n").getBytes(StandardCharsets.UTF_8);
      at = 0;
    }
    var count = Math.min(length, line.length - at);
    System.arraycopy(line, at, bytes, offset, count);
    at += count;
    return count;
  }
}
