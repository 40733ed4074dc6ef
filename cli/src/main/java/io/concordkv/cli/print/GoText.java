package io.concordkv.cli.print;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// The ways in which etcd's tools, written in Go, put values into text.
public final class GoText {
  private GoText() {}

  /// Sixteen or fewer hex digits, as ids of members and clusters are shown.
  public static String hexId(long id) {
    return Long.toHexString(id);
  }

  /// Sixteen hex digits, as ids of leases are shown.
  public static String leaseId(long id) {
    return "%016x".formatted(id);
  }

  /// `\x61\x62`: how `--hex` shows bytes.
  public static String hexBytes(ByteString bytes) {
    var text = new StringBuilder(bytes.size() * 4);
    for (var i = 0; i < bytes.size(); i++) {
      text.append("\\x%02x".formatted(bytes.byteAt(i) & 0xff));
    }
    return text.toString();
  }

  /// A Go string literal, as `%q` writes it.
  public static String quoted(ByteString bytes) {
    var text = new StringBuilder(bytes.size() + 2).append('"');
    for (var at = 0; at < bytes.size(); ) {
      var length = runeLength(bytes, at);
      if (length == 0) {
        text.append("\\x%02x".formatted(bytes.byteAt(at) & 0xff));
        at++;
        continue;
      }
      rune(bytes.substring(at, at + length).toStringUtf8().codePointAt(0), text);
      at += length;
    }
    return text.append('"').toString();
  }

  public static String quoted(String text) {
    return quoted(ByteString.copyFromUtf8(text));
  }

  private static void rune(int rune, StringBuilder text) {
    switch (rune) {
      case '"' -> text.append("\\\"");
      case '\\' -> text.append("\\\\");
      case 7 -> text.append("\\a");
      case '\b' -> text.append("\\b");
      case '\f' -> text.append("\\f");
      case '\n' -> text.append("\\n");
      case '\r' -> text.append("\\r");
      case '\t' -> text.append("\\t");
      case 11 -> text.append("\\v");
      default -> {
        if (printable(rune)) {
          text.appendCodePoint(rune);
        } else if (rune < ' ' || rune == 0x7f) {
          text.append("\\x%02x".formatted(rune));
        } else {
          text.append((rune < 0x10000 ? "\\u%04x" : "\\U%08x").formatted(rune));
        }
      }
    }
  }

  private static boolean printable(int rune) {
    return rune == ' '
        || switch (Character.getType(rune)) {
          case Character.CONTROL,
              Character.FORMAT,
              Character.SURROGATE,
              Character.PRIVATE_USE,
              Character.UNASSIGNED,
              Character.SPACE_SEPARATOR,
              Character.LINE_SEPARATOR,
              Character.PARAGRAPH_SEPARATOR ->
              false;
          default -> true;
        };
  }

  /// How many bytes from `at` on are one well-formed UTF-8 character, 0 if none are.
  private static int runeLength(ByteString bytes, int at) {
    var first = bytes.byteAt(at) & 0xff;
    var length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (length == 0 || first > 0xf4 || at + length > bytes.size()) {
      return 0;
    }
    try {
      StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes.substring(at, at + length).toByteArray()));
      return length;
    } catch (CharacterCodingException e) {
      return 0;
    }
  }

  /// `20 kB`: powers of a thousand, one digit after the point below ten.
  public static String humanBytes(long bytes) {
    if (bytes < 10) {
      return bytes + " B";
    }
    var units = new String[] {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
    var exponent = (int) Math.floor(Math.log((double) bytes) / Math.log(1000));
    var value = Math.floor(bytes / Math.pow(1000, exponent) * 10 + 0.5) / 10;
    var digits =
        value < 10
            ? String.format(Locale.ROOT, "%.1f", value)
            : Long.toString((long) Math.rint(value));
    return digits + " " + units[exponent];
  }
}
