package io.concordkv.storage.engine.jsonfile;

import io.concordkv.base.Bytes;
import io.concordkv.base.Crc32c;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.storage.engine.Order;
import io.concordkv.storage.engine.View;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// Writes the text that [JsonReader] reads. The format is docs/formats/jsonfile.md.
final class JsonWriter {
  static final String FORMAT = "concordkv-jsonfile 1";

  /// More than what is around the pairs can be.
  static final int FRAME_BYTES = 160;

  private JsonWriter() {}

  static Bytes write(View view, long mark) {
    var rest = new StringBuilder();
    rest.append("  \"mark\": ").append(mark).append(",\n  \"pairs\": [");
    try (var cursor = view.scan(KeyRange.ALL, Order.ASCENDING)) {
      boolean first = true;
      while (cursor.next()) {
        rest.append(first ? "\n" : ",\n");
        pair(rest, cursor.key(), cursor.value());
        first = false;
      }
      rest.append(first ? "]\n}\n" : "\n  ]\n}\n");
    }
    var covered = Bytes.of(rest.toString());
    var sum = HexFormat.of().toHexDigits(Crc32c.of(covered));
    return Bytes.of("{\n  \"format\": \"" + FORMAT + "\",\n  \"crc32c\": \"" + sum + "\",\n")
        .plus(covered);
  }

  /// How many bytes a pair adds to the file.
  static long size(Bytes key, Bytes value) {
    var text = new StringBuilder();
    pair(text, key, value);
    return 2L + text.toString().getBytes(StandardCharsets.UTF_8).length;
  }

  private static void pair(StringBuilder text, Bytes key, Bytes value) {
    text.append("    {");
    field(text, "key", key);
    text.append(", ");
    field(text, "value", value);
    text.append('}');
  }

  private static void field(StringBuilder text, String name, Bytes bytes) {
    var readable = text(bytes);
    text.append('"').append(name);
    if (readable == null) {
      text.append("64\": \"").append(Base64.getEncoder().encodeToString(bytes.toArray()));
    } else {
      text.append("\": \"");
      for (int i = 0; i < readable.length(); i++) {
        character(text, readable.charAt(i));
      }
    }
    text.append('"');
  }

  private static void character(StringBuilder text, char character) {
    switch (character) {
      case '"' -> text.append("\\\"");
      case '\\' -> text.append("\\\\");
      case '\n' -> text.append("\\n");
      case '\r' -> text.append("\\r");
      case '\t' -> text.append("\\t");
      default -> {
        if (character < 0x20 || character == 0x7F) {
          text.append("\\u00").append(HexFormat.of().toHexDigits((byte) character));
        } else {
          text.append(character);
        }
      }
    }
  }

  /// The text that `bytes` are in UTF-8; null if they are none.
  private static @Nullable String text(Bytes bytes) {
    try {
      ByteBuffer buffer = bytes.toByteBuffer();
      return StandardCharsets.UTF_8.newDecoder().decode(buffer).toString();
    } catch (CharacterCodingException binary) {
      return null;
    }
  }
}
