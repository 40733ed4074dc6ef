package io.concordkv.cli.print;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.Base64;
import java.util.List;

/// Messages as JSON in etcdctl's dialect: names of the wire, numbers as numbers, bytes in base64,
/// enums by number, and nothing for what has its default.
public final class JsonText {
  private final StringBuilder text = new StringBuilder();
  private boolean comma;

  public static String of(Message message) {
    return new JsonText().message(message).toString();
  }

  public JsonText open(char bracket) {
    separate();
    text.append(bracket);
    comma = false;
    return this;
  }

  public JsonText close(char bracket) {
    text.append(bracket);
    comma = true;
    return this;
  }

  public JsonText name(String name) {
    separate();
    string(name);
    text.append(':');
    comma = false;
    return this;
  }

  /// A value as it stands: a number, a boolean, null, or JSON made elsewhere.
  public JsonText raw(Object value) {
    separate();
    text.append(value);
    comma = true;
    return this;
  }

  public JsonText string(String value) {
    separate();
    text.append('"');
    value.chars().forEach(this::character);
    text.append('"');
    comma = true;
    return this;
  }

  public JsonText base64(ByteString value) {
    return string(Base64.getEncoder().encodeToString(value.toByteArray()));
  }

  private void character(int c) {
    switch (c) {
      case '"' -> text.append("\\\"");
      case '\\' -> text.append("\\\\");
      case '\n' -> text.append("\\n");
      case '\r' -> text.append("\\r");
      case '\t' -> text.append("\\t");
      case '\b' -> text.append("\\b");
      case '\f' -> text.append("\\f");
      case '<', '>', '&', 0x2028, 0x2029 -> text.append("\\u%04x".formatted(c));
      default -> {
        if (c < ' ') {
          text.append("\\u%04x".formatted(c));
        } else {
          text.append((char) c);
        }
      }
    }
  }

  private void separate() {
    if (comma) {
      text.append(',');
    }
    comma = false;
  }

  public JsonText message(Message message) {
    open('{');
    fields(message);
    return close('}');
  }

  /// The fields of a message without the braces around them.
  public JsonText fields(Message message) {
    for (var field : message.getDescriptorForType().getFields()) {
      var oneof = field.getRealContainingOneof();
      if (field.isRepeated() ? message.getRepeatedFieldCount(field) > 0 : message.hasField(field)) {
        if (oneof != null) {
          var name = oneof.getName();
          name(Character.toUpperCase(name.charAt(0)) + name.substring(1)).open('{');
        }
        name(field.getName());
        field(field, message.getField(field));
        if (oneof != null) {
          close('}');
        }
      }
    }
    return this;
  }

  private void field(FieldDescriptor field, Object value) {
    if (!field.isRepeated()) {
      value(field, value);
      return;
    }
    open('[');
    ((List<?>) value).forEach(item -> value(field, item));
    close(']');
  }

  private void value(FieldDescriptor field, Object value) {
    switch (value) {
      case Message nested -> message(nested);
      case ByteString bytes -> base64(bytes);
      case String string -> string(string);
      case EnumValueDescriptor constant -> raw(constant.getNumber());
      case Long number when unsigned(field) -> raw(Long.toUnsignedString(number));
      case Integer number when unsigned(field) -> raw(Integer.toUnsignedString(number));
      default -> raw(value);
    }
  }

  private static boolean unsigned(FieldDescriptor field) {
    return field.getType() == FieldDescriptor.Type.UINT64
        || field.getType() == FieldDescriptor.Type.UINT32;
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
