package io.concordkv.storage.engine;

import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// One setting of an engine: what it is called, what it may be and what it is if nobody says.
///
/// @param least the smallest value that is allowed
/// @param most the largest
/// @param upTo so many values may be given, separated by commas; 1 for most settings
/// @param defaults what it is if it is not given
/// @param words the values of a choice, by number; empty for the other kinds
/// @param about what it does, for a person
public record Setting(
    String name,
    Kind kind,
    long least,
    long most,
    int upTo,
    List<Long> defaults,
    List<String> words,
    String about) {
  /// How a value is written.
  public enum Kind {
    NUMBER,
    /// A number, or one followed by KiB, MiB or GiB.
    BYTES,
    CHOICE
  }

  private static final Pattern SIZE = Pattern.compile("([0-9]{1,18}) ?([kmg]i?b?)?");
  private static final List<String> FLAG = List.of("false", "true");

  public Setting {
    words = List.copyOf(words);
    defaults = List.copyOf(defaults);
    if (least > most
        || defaults.isEmpty()
        || defaults.size() > upTo
        || defaults.stream().anyMatch(each -> each < least || each > most)) {
      throw new IllegalArgumentException("the default of " + name + " is not in its range");
    }
  }

  public static Setting number(String name, long least, long most, long fallback, String about) {
    return new Setting(name, Kind.NUMBER, least, most, 1, List.of(fallback), List.of(), about);
  }

  /// Up to `upTo` numbers, separated by commas.
  public static Setting numbers(
      String name, long least, long most, int upTo, List<Long> defaults, String about) {
    return new Setting(name, Kind.NUMBER, least, most, upTo, defaults, List.of(), about);
  }

  public static Setting bytes(String name, long least, long most, long fallback, String about) {
    return new Setting(name, Kind.BYTES, least, most, 1, List.of(fallback), List.of(), about);
  }

  public static Setting flag(String name, boolean fallback, String about) {
    return new Setting(name, Kind.CHOICE, 0, 1, 1, List.of(fallback ? 1L : 0L), FLAG, about);
  }

  /// One of `words`; the first of them if it is not given.
  public static Setting choice(String name, List<String> words, String about) {
    return choices(name, words, 1, List.of(words.getFirst()), about);
  }

  /// Up to `upTo` of `words`, separated by commas.
  public static Setting choices(
      String name, List<String> words, int upTo, List<String> defaults, String about) {
    var numbers = defaults.stream().map(word -> (long) words.indexOf(word)).toList();
    return new Setting(name, Kind.CHOICE, 0, words.size() - 1, upTo, numbers, words, about);
  }

  /// The first of the [#defaults()].
  public long fallback() {
    return defaults.getFirst();
  }

  /// `value` if it is allowed; else a [ConcordException] that says what is.
  public long check(String engine, long value) {
    if (value < least || value > most) {
      throw refuse(engine, Long.toString(value));
    }
    return value;
  }

  /// What `text` says, if it is allowed; else a [ConcordException] that says what is.
  List<Long> parse(String engine, String text) {
    var parts = text.split(",", -1);
    if (parts.length > upTo) {
      throw refuse(engine, text);
    }
    var values = new ArrayList<Long>();
    for (var part : parts) {
      values.add(parseOne(engine, part));
    }
    return values;
  }

  private long parseOne(String engine, String text) {
    var word = text.strip().toLowerCase(Locale.ROOT);
    if (kind == Kind.CHOICE) {
      int at = words.indexOf(word);
      if (at < 0) {
        throw refuse(engine, text);
      }
      return at;
    }
    var matcher = SIZE.matcher(word);
    if (!matcher.matches() || (matcher.group(2) != null && kind != Kind.BYTES)) {
      throw refuse(engine, text);
    }
    long number = Long.parseLong(matcher.group(1));
    int shift = matcher.group(2) == null ? 0 : 10 * ("kmg".indexOf(matcher.group(2).charAt(0)) + 1);
    if (number > most >> shift) {
      throw refuse(engine, text);
    }
    return check(engine, number << shift);
  }

  /// For a person: what it may be.
  public String range() {
    var one =
        kind == Kind.CHOICE
            ? "one of " + String.join(", ", words)
            : show(least) + " to " + show(most);
    return upTo == 1 ? one : one + ", or up to " + upTo + " such values with commas between them";
  }

  /// For a person: the defaults as one would write them.
  public String showDefaults() {
    return defaults.stream().map(this::show).collect(Collectors.joining(","));
  }

  /// For a person: `value` as one would write it.
  public String show(long value) {
    if (kind == Kind.CHOICE) {
      return words.get((int) value);
    }
    if (kind == Kind.BYTES) {
      for (int unit = 3; unit > 0; unit--) {
        if (value > 0 && Long.numberOfTrailingZeros(value) >= 10 * unit) {
          return (value >> (10 * unit)) + " " + "KMG".charAt(unit - 1) + "iB";
        }
      }
    }
    return Long.toString(value);
  }

  private ConcordException refuse(String engine, String given) {
    return new ConcordException(
        ErrorCode.BAD_SETTING,
        "setting " + name + " of engine " + engine + " is " + range() + ", not '" + given + "'");
  }
}
