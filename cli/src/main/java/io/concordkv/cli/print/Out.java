package io.concordkv.cli.print;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/// Where results go: bytes as they are, text as UTF-8. Everything else goes to standard error.
public final class Out {
  private final OutputStream stream;

  public Out(OutputStream stream) {
    this.stream = stream;
  }

  public Out text(String text) {
    return bytes(text.getBytes(StandardCharsets.UTF_8));
  }

  public Out line(String text) {
    return text(text).text("\n");
  }

  public Out bytes(byte[] bytes) {
    try {
      stream.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the result", e);
    }
    return this;
  }

  public Out bytes(ByteString bytes) {
    try {
      bytes.writeTo(stream);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the result", e);
    }
    return this;
  }

  public void flush() {
    try {
      stream.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the result", e);
    }
  }
}
