package io.concordkv.storage.engine.jsonfile;

import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.Crc32c;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.SortedMap;
import java.util.TreeMap;

/// Reads what [JsonWriter] wrote, or what a person made of it. What it does not understand is a
/// [CorruptionError] that names the line and the offset.
final class JsonReader {
  private final String file;
  private final byte[] text;
  private int at;
  private long mark;

  JsonReader(String file, Bytes content) {
    this.file = file;
    this.text = content.toArray();
  }

  long mark() {
    return mark;
  }

  /// All pairs.
  SortedMap<Bytes, Bytes> read() {
    var pairs = new TreeMap<Bytes, Bytes>();
    expect('{');
    name("format");
    int start = at;
    if (!string().equals(JsonWriter.FORMAT)) {
      throw damaged(start, "the format is not \"" + JsonWriter.FORMAT + "\"");
    }
    expect(',');
    int nameAt = skipSpace();
    var name = string();
    expect(':');
    if (name.equals("crc32c")) {
      checksum();
      nameAt = skipSpace();
      name = string();
      expect(':');
    }
    if (!name.equals("mark")) {
      throw damaged(nameAt, "expected \"mark\", found \"" + name + "\"");
    }
    mark = number();
    expect(',');
    name("pairs");
    expect('[');
    if (!found(']')) {
      do {
        pair(pairs);
      } while (found(','));
      expect(']');
    }
    expect('}');
    if (skipSpace() != text.length) {
      throw damaged(at, "something follows the end");
    }
    return pairs;
  }

  /// Of everything behind the line with the checksum.
  private void checksum() {
    int start = skipSpace();
    var sum = string();
    expect(',');
    int line = at;
    while (line < text.length && text[line] != '\n') {
      line++;
    }
    int from = Math.min(text.length, line + 1);
    var actual = HexFormat.of().toHexDigits(Crc32c.of(text, from, text.length - from));
    if (!sum.equals(actual)) {
      throw damaged(
          start,
          "the checksum of what follows is "
              + actual
              + ", not "
              + sum
              + " (whoever changed the file by hand removes this line)");
    }
  }

  private void pair(SortedMap<Bytes, Bytes> pairs) {
    int start = skipSpace();
    expect('{');
    var key = bytes("key");
    expect(',');
    var value = bytes("value");
    expect('}');
    if (pairs.put(key, value) != null) {
      throw damaged(start, "the key " + key + " is there twice");
    }
  }

  /// The value of the field `name`, or of that with 64 behind its name.
  private Bytes bytes(String name) {
    int start = skipSpace();
    var found = string();
    expect(':');
    if (found.equals(name)) {
      int place = skipSpace();
      try {
        var text = CharBuffer.wrap(string());
        return Bytes.copyOf(StandardCharsets.UTF_8.newEncoder().encode(text));
      } catch (CharacterCodingException wrong) {
        throw damaged(place, "half of a character");
      }
    }
    if (!found.equals(name + "64")) {
      throw damaged(
          start, "expected \"" + name + "\" or \"" + name + "64\", found \"" + found + "\"");
    }
    int value = skipSpace();
    try {
      return Bytes.wrap(Base64.getDecoder().decode(string()));
    } catch (IllegalArgumentException wrong) {
      throw damaged(value, "this is no Base64");
    }
  }

  private void name(String expected) {
    int start = skipSpace();
    var found = string();
    if (!found.equals(expected)) {
      throw damaged(start, "expected \"" + expected + "\", found \"" + found + "\"");
    }
    expect(':');
  }

  private long number() {
    int start = skipSpace();
    while (at < text.length && text[at] >= '0' && text[at] <= '9') {
      at++;
    }
    try {
      return Long.parseLong(new String(text, start, at - start, StandardCharsets.US_ASCII));
    } catch (NumberFormatException wrong) {
      throw damaged(start, "expected a number from 0 to " + Long.MAX_VALUE);
    }
  }

  private String string() {
    expect('"');
    int start = at;
    int from = at;
    var result = new StringBuilder();
    while (at < text.length && text[at] != '"') {
      if ((text[at] & 0xFF) < 0x20) {
        throw damaged(at, "a line break or control character in a string");
      }
      if (text[at] == '\\') {
        result.append(plain(from));
        at++;
        result.append(escaped());
        from = at;
      } else {
        at++;
      }
    }
    if (at == text.length) {
      throw damaged(start, "a string without an end");
    }
    result.append(plain(from));
    at++;
    return result.toString();
  }

  /// The text from `from` to here.
  private String plain(int from) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(text, from, at - from))
          .toString();
    } catch (CharacterCodingException wrong) {
      throw damaged(from, "this is no UTF-8");
    }
  }

  private char escaped() {
    int escape = at < text.length ? text[at++] : -1;
    return switch (escape) {
      case '"', '\\', '/' -> (char) escape;
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'u' -> unicode();
      default -> throw damaged(at - 1, "an unknown escape");
    };
  }

  private char unicode() {
    int value = 0;
    for (int end = at + 4; at < end; at++) {
      int digit = at < text.length ? Character.digit(text[at], 16) : -1;
      if (digit < 0) {
        throw damaged(at, "four hexadecimal digits follow \\u");
      }
      value = value << 4 | digit;
    }
    return (char) value;
  }

  private void expect(char wanted) {
    if (!found(wanted)) {
      throw damaged(at, "expected '" + wanted + "'");
    }
  }

  private boolean found(char wanted) {
    if (skipSpace() < text.length && text[at] == wanted) {
      at++;
      return true;
    }
    return false;
  }

  private int skipSpace() {
    while (at < text.length
        && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t')) {
      at++;
    }
    return at;
  }

  private CorruptionError damaged(int offset, String why) {
    int line = 1;
    for (int i = 0; i < Math.min(offset, text.length); i++) {
      line += text[i] == '\n' ? 1 : 0;
    }
    return new CorruptionError(file, offset, "line " + line + ": " + why);
  }
}
