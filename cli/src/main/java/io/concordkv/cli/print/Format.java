package io.concordkv.cli.print;

import io.concordkv.cli.outcome.CommandFailure;
import io.concordkv.cli.outcome.ExitCode;
import java.util.Locale;

/// What `--write-out` can ask for.
public enum Format {
  SIMPLE,
  JSON,
  FIELDS,
  TABLE;

  public static Format parse(String text) {
    for (var format : values()) {
      if (format.text().equals(text.toLowerCase(Locale.ROOT))) {
        return format;
      }
    }
    throw new CommandFailure(
        ExitCode.BAD_FEATURE,
        "unsupported output format \"" + text + "\" (there are simple, json, fields and table)");
  }

  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
