package io.concordkv.cli.dump;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import com.google.protobuf.util.JsonFormat;
import io.concordkv.base.Bytes;
import io.concordkv.cli.print.JsonText;
import io.concordkv.server.wire.ByteStrings;
import java.util.Collection;
import java.util.List;

/// One line of what is shown: `name=value` words for people, or an object of JSON.
///
/// In JSON, numbers are numbers, but ids (64 bits, unsigned) are strings of digits, as protobuf's
/// mapping has them, and bytes are base64. For people, ids are hex and bytes quoted text.
final class Row {
  private static final JsonFormat.Printer JSON =
      JsonFormat.printer().omittingInsignificantWhitespace();
  private static final TextFormat.Printer TEXT =
      TextFormat.printer().emittingSingleLine(true).escapingNonAscii(true);

  private final boolean json;
  private final JsonText object = new JsonText();
  private final StringBuilder words = new StringBuilder();

  private Row(boolean json) {
    this.json = json;
    if (json) {
      object.open('{');
    }
  }

  static Row json() {
    return new Row(true);
  }

  static Row text() {
    return new Row(false);
  }

  /// What the line is about: a word of its own for people.
  Row kind(String kind) {
    return json ? text("kind", kind) : word(kind);
  }

  Row number(String name, long value) {
    return field(name, Long.toString(value), Long.toString(value));
  }

  /// A number that is not known.
  Row unknown(String name) {
    return field(name, "null", "?");
  }

  Row flag(String name, boolean value) {
    return field(name, Boolean.toString(value), Boolean.toString(value));
  }

  Row id(String name, long value) {
    return field(name, "\"" + Long.toUnsignedString(value) + "\"", Long.toHexString(value));
  }

  Row ids(String name, Collection<Long> values) {
    return field(
        name,
        "["
            + String.join(
                ",", values.stream().map(id -> "\"" + Long.toUnsignedString(id) + "\"").toList())
            + "]",
        String.join(",", values.stream().map(Long::toHexString).toList()));
  }

  Row text(String name, String value) {
    return field(name, new JsonText().string(value).toString(), value);
  }

  Row texts(String name, List<String> values) {
    var array = new JsonText().open('[');
    values.forEach(array::string);
    return field(name, array.close(']').toString(), String.join(",", values));
  }

  Row bytes(String name, Bytes value) {
    return bytes(name, ByteStrings.of(value));
  }

  private Row bytes(String name, ByteString value) {
    return field(
        name, new JsonText().base64(value).toString(), "\"" + TextFormat.escapeBytes(value) + "\"");
  }

  Row message(String name, Message message) {
    return json ? field(name, jsonOf(message), "") : word(name).word(textOf(message));
  }

  static String jsonOf(Message message) {
    try {
      return JSON.print(message);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(e);
    }
  }

  static String textOf(Message message) {
    return TEXT.printToString(message);
  }

  private Row field(String name, String jsonValue, String textValue) {
    if (json) {
      object.name(name).raw(jsonValue);
      return this;
    }
    return word(name + "=" + textValue);
  }

  private Row word(String word) {
    if (!words.isEmpty() && !word.isEmpty()) {
      words.append(' ');
    }
    words.append(word);
    return this;
  }

  @Override
  public String toString() {
    return json ? object.close('}').toString() : words.toString();
  }
}
